"""Text to unit vectors: any sentence-transformers model on disk, or a toy one for tests.

Importing this room is cheap; torch is imported when a model is opened.
"""

from qwenqa.encoders.equivalence import compared
from qwenqa.encoders.model_files.locate import DEFAULT_MODEL
from qwenqa.encoders.model_files.presets import preset_of
from qwenqa.encoders.normalize import unit_vectors
from qwenqa.encoders.opening import open_encoder, prompts_known, weights_of, why_torch
from qwenqa.encoders.toy import ToyEncoder

__all__ = [
    "DEFAULT_MODEL",
    "ToyEncoder",
    "compared",
    "open_encoder",
    "preset_of",
    "prompts_known",
    "unit_vectors",
    "weights_of",
    "why_torch",
]
