"""Why an answer has its hits, and why an expected sentence is not among them."""
