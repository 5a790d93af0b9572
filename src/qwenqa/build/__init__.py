"""The corpus to the next generation of the index, encoding only what was never encoded."""
