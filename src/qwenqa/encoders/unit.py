"""Vectors at unit length."""

from __future__ import annotations

import numpy as np

from qwenqa.errors import EncoderError
from qwenqa.types import Vectors


def unit_vectors(vectors: Vectors, name: str) -> Vectors:
    """The rows at unit length; raises EncoderError for rows that are NaN, infinite or zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.all(np.isfinite(lengths)) or not np.all(lengths > 0):
        raise EncoderError(
            f"The model {name} gives vectors that are not numbers (NaN, infinite or zero). "
            "Its files are damaged or it needs another precision; choose another with --model."
        )
    return np.asarray(vectors / lengths, dtype=np.float32)
