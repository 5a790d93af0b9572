"""Models of any architecture, run by torch; rerankers and training too."""
