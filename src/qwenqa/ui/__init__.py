"""The page: a question box, the cited answer, the source opened at the cited place."""
