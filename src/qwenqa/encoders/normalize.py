"""Vectors at unit length, and of fewer dimensions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qwenqa.errors import EncoderError
from qwenqa.types import EncoderIdentity, Vectors


def unit_vectors(vectors: Vectors, name: str) -> Vectors:
    """The rows at unit length; raises EncoderError for rows that are NaN, infinite or zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.all(np.isfinite(lengths)) or not np.all(lengths > 0):
        raise EncoderError(
            f"The model {name} gives vectors that are not numbers (NaN, infinite or zero). "
            "Its files are damaged or it needs another precision; choose another with --model."
        )
    return np.asarray(vectors / lengths, dtype=np.float32)


def cut_identity(identity: EncoderIdentity, dimension: int) -> EncoderIdentity:
    """The identity with vectors cut to this dimension, 0 for all; raises EncoderError for more."""
    if dimension > identity.dimension:
        raise EncoderError(
            f"The model {identity.name} has {identity.dimension} dimensions, not {dimension}. "
            f"Set --dimension to {identity.dimension} or less."
        )
    if dimension in (0, identity.dimension):
        return identity
    return replace(identity, dimension=dimension, truncated=True)
