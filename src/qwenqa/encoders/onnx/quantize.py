"""Weights as integers of eight bits (Jacob et al., arXiv:1712.05877; symmetric, by output)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qwenqa.encoders.model_files.weights import Tensor

LARGEST = 64
"""What the largest weight becomes: two products with eight bits unsigned still add up in sixteen.

Processors without VNNI add them so; beyond it, their vectors would be other ones.
"""


def quantized(matrix: Tensor) -> tuple[npt.NDArray[np.int8], Tensor]:
    """A matrix (out, in) as int8 (in, out) and the scales (out,) that give its numbers back."""
    scales = np.maximum(np.abs(matrix).max(axis=1), np.finfo(np.float32).tiny) / LARGEST
    codes = np.rint(matrix / scales[:, None]).astype(np.int8)
    return np.ascontiguousarray(codes.T), scales.astype(np.float32)
