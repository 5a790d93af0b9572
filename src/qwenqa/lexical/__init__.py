"""Passages by their words: how text becomes terms, and BM25 over them."""
