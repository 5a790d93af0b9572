"""Formats that people read as written: the canonical text is the file's own."""
