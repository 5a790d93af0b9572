"""Readers: bytes to documents, one module per format."""
