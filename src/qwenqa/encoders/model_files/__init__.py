"""A model's files: where they are, what they say, and whether they may be loaded."""
