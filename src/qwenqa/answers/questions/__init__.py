"""Questions: which lean on an earlier one, and which are made of passages."""
