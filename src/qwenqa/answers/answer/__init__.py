"""An answer: its hits, its confidence, and the forms in which it is told and taken along."""
