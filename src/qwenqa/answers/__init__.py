"""Hits to answers: what in them answers, cited, verified, and rendered."""
