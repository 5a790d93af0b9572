"""Vectors rounded to two bits a component, by which millions are looked at in milliseconds.

A vector is turned by a fixed random rotation, after which its components are about normally
distributed whatever the model, and each is rounded to one of four levels that are best for a
normal distribution (Max, "Quantizing for Minimum Distortion", 1960). Nothing is trained, so the
rounded vector depends on the vector alone: it is made once, and is the same in every history.
FAISS scans such codes in registers (Andre, Kermarrec and Le Scouarnec, "Cache Locality Is Not
Enough: High-Performance Nearest Neighbor Search with Product Quantization Fast Scan", 2015).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import faiss
import numpy as np
import numpy.typing as npt

from qwenqa.types import Scores, Vectors

Quantised: TypeAlias = npt.NDArray[np.uint8]
"""uint8, shape (n, width(dimension)): four components a byte."""

_LEVELS = np.array([-1.510, -0.4528, 0.4528, 1.510], np.float32)
_CUT = np.float32(0.9816)
_DISTORTION = 0.1175
"""Mean square of what rounding changes, of a component of variance one."""

_PIECE = 4_096


def width(dimension: int) -> int:
    """Bytes of a quantised vector."""
    return -(-dimension // 4)


def error(dimension: int) -> float:
    """Standard deviation by which a cosine with a quantised vector differs from the exact one."""
    return float((_DISTORTION / (1 - _DISTORTION) / dimension) ** 0.5)


def quantise(vectors: npt.NDArray[np.floating]) -> Quantised:
    """Round vectors of unit length, shape (n, dimension), to two bits a component."""
    codes = np.empty((len(vectors), width(vectors.shape[1])), np.uint8)
    for at in range(0, len(vectors), _PIECE):
        piece = vectors[at : at + _PIECE].astype(np.float32)
        turned = turn(piece) * np.float32(codes.shape[1] * 4) ** 0.5
        level = (turned > -_CUT).view(np.uint8) + (turned > 0) + (turned > _CUT)
        first, second, third, fourth = (level[:, one::4] for one in range(4))
        codes[at : at + _PIECE] = first << 2 | second | third << 6 | fourth << 4
    return codes


def turn(vectors: Vectors) -> Vectors:
    """Vectors rotated, with zeros behind up to a multiple of four components.

    Components are shuffled and signs changed at random, then come the real parts and the
    imaginary ones of a Fourier transform: a rotation that takes n log n steps and no matrix.
    """
    order, signs = _shuffled(vectors.shape[1])
    found = np.fft.rfft(vectors[:, order] * signs, 4 * width(len(order)), axis=1, norm="ortho")
    found[:, 1:-1] *= np.float32(2**0.5)
    parts = (found.real, found.imag[:, 1:-1])
    return np.ascontiguousarray(np.concatenate(parts, axis=1), np.float32)


class QuantisedIndex:
    """Quantised vectors, all of which are looked at."""

    def __init__(self, codes: Quantised, dimension: int) -> None:
        """Hold the codes in the order in which they are scanned."""
        padded = 4 * codes.shape[1]
        plain = faiss.IndexPQ(padded, padded // 2, 4, faiss.METRIC_INNER_PRODUCT)
        faiss.copy_array_to_vector(_grid(padded), plain.pq.centroids)
        faiss.copy_array_to_vector(codes.reshape(-1), plain.codes)
        plain.ntotal, plain.is_trained = len(codes), True
        self._index = faiss.IndexPQFastScan(plain)  # type: ignore[arg-type]
        self.error = error(dimension)

    def search(self, vector: Vectors, count: int) -> tuple[Scores, npt.NDArray[np.int64]]:
        """About the ``count`` nearest rows, best first, and their inexact scores; for one query."""
        scores, rows = self._index.search(turn(vector), count)
        held = rows[0] >= 0
        return scores[0][held], rows[0][held]


def _grid(dimension: int) -> npt.NDArray[np.float32]:
    """The sixteen pairs of levels for each pair of components, one after the other."""
    # Such levels lie nearer to zero than what is rounded to them, as much as they distort it.
    levels = _LEVELS / (1 - _DISTORTION) / dimension**0.5
    pairs = np.stack(np.meshgrid(levels, levels, indexing="ij"), axis=-1)
    return np.tile(pairs.astype(np.float32).reshape(-1), dimension // 2)


@lru_cache(maxsize=4)
def _shuffled(dimension: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    # PCG64's bits are the same on every machine and in every version of NumPy.
    bits = np.random.PCG64(0).random_raw(dimension)
    signs = 1 - 2 * (bits & 1).astype(np.float32)
    return np.argsort(bits, kind="stable"), signs.astype(np.float32)
