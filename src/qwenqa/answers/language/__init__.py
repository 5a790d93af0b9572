"""What the words and dates of sentences mean, in the languages that are known here."""
