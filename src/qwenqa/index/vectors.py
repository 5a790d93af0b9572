"""Vectors by digest: files of (digest, vector), written once and shared by generations.

A vector belongs to what was encoded and to nothing else, so a passage that moved, or stands in
two files, has one vector, and an unfinished build leaves the vectors it made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qwenqa.dense import Codes
from qwenqa.index import disk
from qwenqa.index.header import FileEntry
from qwenqa.index.segment import load

Digests = npt.NDArray[np.void]
"""SHA-256 as 32 raw bytes each ("V32"), shape (n,)."""


def save_vectors(path: Path, digests: Digests, codes: Codes) -> FileEntry:
    """Write a file of vectors, shape (n, dimension), with the digests they belong to, durably."""
    rows = np.empty(len(digests), [("digest", "V32"), ("vector", "<f2", (codes.shape[1],))])
    rows["digest"], rows["vector"] = digests, codes
    return disk.save(path, rows)


@dataclass(frozen=True, slots=True)
class Found:
    """Where the vectors of some digests are: the number of the file (-1: nowhere) and its row."""

    file: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Of each digest whether it has a vector."""
        return self.file >= 0


class VectorFiles:
    """Several files of vectors, looked up by digest."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Map the files, which were verified before; raises DamagedError."""
        self.files = [load(path, mapped=True) for path in paths]
        digests = [_sortable(one["digest"]) for one in self.files]
        self._digests = np.concatenate([np.empty(0, "S32"), *digests])
        self._file = np.repeat(np.arange(len(digests)), list(map(len, digests)))
        self._row = np.concatenate([np.empty(0, np.int64), *(np.arange(len(d)) for d in digests)])
        self._order = np.argsort(self._digests, kind="stable")

    def find(self, digests: Digests) -> Found:
        """Where the vector of each digest is."""
        wanted = _sortable(digests)
        if not len(self._digests):
            nowhere = np.full(len(wanted), -1, np.int64)
            return Found(nowhere, nowhere)
        at = np.searchsorted(self._digests, wanted, sorter=self._order)
        at = self._order[np.minimum(at, len(self._order) - 1)]
        same = self._digests[at] == wanted
        return Found(np.where(same, self._file[at], -1), np.where(same, self._row[at], -1))

    def codes(self, found: Found, dimension: int) -> Codes:
        """The vectors of digests that were all found, float16, shape (n, dimension)."""
        codes = np.empty((len(found.file), dimension), np.float16)
        for number, rows in enumerate(self.files):
            here = np.flatnonzero(found.file == number)
            codes[here] = rows["vector"][found.row[here]]
        return codes


def _sortable(digests: npt.NDArray[Any]) -> npt.NDArray[np.bytes_]:
    """Digests in a form that NumPy orders; 32 bytes each, so its padding changes nothing."""
    return np.ascontiguousarray(digests).view("S32")
