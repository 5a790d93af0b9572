"""The page: its views joined, and its look."""
