"""Which sentences of an answer answer, and the words that were asked for."""
