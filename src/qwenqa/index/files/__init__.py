"""The files of a generation: segments of documents, and vectors by digest."""
