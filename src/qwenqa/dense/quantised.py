"""Vectors rounded to four bits a component, by which a million are looked at in milliseconds.

A vector is turned by a fixed random rotation, after which its components are about normally
distributed whatever the model, and each is rounded to one of 16 levels that are best for a
normal distribution (Max, "Quantizing for Minimum Distortion", 1960). Nothing is trained, so the
rounded vector depends on the vector alone: it is made once, and is the same in every history.
FAISS scans such codes in registers (Andre, Kermarrec and Le Scouarnec, "Cache Locality Is Not
Enough: High-Performance Nearest Neighbor Search with Product Quantization Fast Scan", 2015).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

import faiss
import numpy as np
import numpy.typing as npt

from qwenqa.types import Scores, Vectors

Quantised: TypeAlias = npt.NDArray[np.uint8]
"""uint8, shape (n, width(dimension)): two components a byte."""

_ABOVE = np.array([0.1284, 0.388, 0.6568, 0.9423, 1.2562, 1.618, 2.069, 2.7326], np.float32)
_LEVELS = np.concatenate([-_ABOVE[::-1], _ABOVE])
_DISTORTION = 0.0095
"""Mean square of what rounding changes, of a component of variance one."""

_PIECE = 4_096


def width(dimension: int) -> int:
    """Bytes of a quantised vector."""
    return -(-dimension // 2)


def error(dimension: int) -> float:
    """Standard deviation by which a cosine with a quantised vector differs from the exact one."""
    return float((_DISTORTION / (1 - _DISTORTION) / dimension) ** 0.5)


def quantise(vectors: npt.NDArray[np.floating]) -> Quantised:
    """Round vectors of unit length, shape (n, dimension), to four bits a component."""
    codes = np.empty((len(vectors), width(vectors.shape[1])), np.uint8)
    for at in range(0, len(vectors), _PIECE):
        piece = vectors[at : at + _PIECE].astype(np.float32)
        turned = turn(piece) * np.float32(codes.shape[1] * 2) ** 0.5
        level = np.zeros(turned.shape, np.uint8)
        for cut in (_LEVELS[1:] + _LEVELS[:-1]) / 2:
            level += turned > cut
        codes[at : at + _PIECE] = level[:, 0::2] | level[:, 1::2] << 4
    return codes


def turn(vectors: Vectors) -> Vectors:
    """Vectors rotated, with a zero behind where their number is odd.

    Components are shuffled and signs changed at random, then come the real parts and the
    imaginary ones of a Fourier transform: a rotation that takes n log n steps and no matrix.
    """
    order, signs = _shuffled(vectors.shape[1])
    spectrum = np.fft.rfft(vectors[:, order] * signs, 2 * width(len(order)), axis=1, norm="ortho")
    spectrum[:, 1:-1] *= np.float32(2**0.5)
    parts = (spectrum.real, spectrum.imag[:, 1:-1])
    return np.ascontiguousarray(np.concatenate(parts, axis=1), np.float32)


class QuantisedIndex:
    """Quantised vectors, all of which are looked at."""

    def __init__(self, codes: Quantised, dimension: int) -> None:
        """Hold the codes in the order in which they are scanned."""
        padded = 2 * codes.shape[1]
        plain = faiss.IndexPQ(padded, padded, 4, faiss.METRIC_INNER_PRODUCT)
        # Such levels lie nearer to zero than what is rounded to them, as much as they distort it.
        levels = _LEVELS / np.float32((1 - _DISTORTION) * padded**0.5)
        faiss.copy_array_to_vector(np.tile(levels, padded), plain.pq.centroids)
        view(plain, codes)
        plain.is_trained = True
        self._index = faiss.IndexPQFastScan(plain)  # type: ignore[arg-type]
        self.error = error(dimension)

    def search(self, vector: Vectors, count: int) -> tuple[Scores, npt.NDArray[np.int64]]:
        """About the ``count`` nearest rows, best first, and their inexact scores; for one query."""
        alone()
        scores, rows = self._index.search(turn(vector), count)
        filled = rows[0] >= 0
        return scores[0][filled], rows[0][filled]


def alone() -> None:
    """Let FAISS search in this thread only: it shares out queries, and here there is one.

    To wake the others takes longer than to search ten thousand vectors.
    """
    faiss.omp_set_num_threads(1)


def view(index: faiss.IndexFlatCodes, codes: npt.NDArray[Any]) -> None:
    """Let an empty index hold these codes where they are; they must outlive it."""
    data = codes.reshape(-1).view(np.uint8)
    # FAISS's type hints lack the view.
    empty: Any = faiss.MaybeOwnedVectorUInt8()
    index.codes = empty.create_view(faiss.swig_ptr(data), data.nbytes, empty.owner)
    index.ntotal = len(codes)


@lru_cache(maxsize=4)
def _shuffled(dimension: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    # PCG64's bits are the same on every machine and in every version of NumPy.
    bits = np.random.PCG64(0).random_raw(dimension)
    signs = 1 - 2 * (bits & 1).astype(np.float32)
    return np.argsort(bits, kind="stable"), signs.astype(np.float32)
