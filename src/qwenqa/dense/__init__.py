"""Nearest passages by vector: exact, whether all vectors are looked at or first rounded ones."""
