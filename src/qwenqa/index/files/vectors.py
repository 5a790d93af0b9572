"""Vectors by digest: folders of digests and vectors, written once and shared by generations.

A vector belongs to what was encoded and to nothing else, so a passage that moved, or stands in
two files, has one vector, and an unfinished build leaves the vectors it made.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qwenqa.dense.index import Codes
from qwenqa.dense.quantised import Quantised, quantise, width
from qwenqa.errors import DamagedError
from qwenqa.index import disk
from qwenqa.index.files.segment import load
from qwenqa.index.header import FileEntry

PREFIX = "vectors-"
"""How the names of parts begin that hold vectors."""

DIGESTS, VECTORS, QUANTISED = "digests.npy", "vectors.npy", "quantised.npy"

Digests = npt.NDArray[np.void]
"""SHA-256 as 32 raw bytes each ("V32"), shape (n,)."""


def save_vectors(folder: Path, digests: Digests, codes: Codes) -> dict[str, FileEntry]:
    """Write vectors, shape (n, dimension), with the digests they belong to, durably.

    The folder is made; the files are named as they are below the folder that it lies in.
    """
    disk.make_folder(folder)
    tables = ((DIGESTS, digests), (VECTORS, codes), (QUANTISED, quantise(codes)))
    entries = {f"{folder.name}/{name}": disk.save(folder / name, table) for name, table in tables}
    disk.sync_folder(folder)
    return entries


@dataclass(frozen=True, slots=True)
class VectorPlaces:
    """Where the vectors of some digests are: the number of the file (-1: nowhere) and its row."""

    file: npt.NDArray[np.int32]
    row: npt.NDArray[np.int32]

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Of each digest whether it has a vector."""
        return np.asarray(self.file >= 0)

    def of(self, rows: slice | npt.NDArray[np.int64]) -> VectorPlaces:
        """Where those of some of the digests are."""
        return VectorPlaces(self.file[rows], self.row[rows])


class VectorFile:
    """One folder of vectors, verified before; ``digests`` and ``vectors`` are mapped."""

    def __init__(self, folder: Path) -> None:
        """Open the files; raises DamagedError."""
        self.folder = folder
        self.digests: Digests = load(folder / DIGESTS, mapped=True)
        self.vectors: Codes = load(folder / VECTORS, mapped=True)
        # Read by position, not mapped: a file that is cut while it is mapped ends the process,
        # and a page that was touched counts as memory.
        self._file = (folder / VECTORS).open("rb", buffering=0)
        self._start = (folder / VECTORS).stat().st_size - self.vectors.nbytes
        weakref.finalize(self, self._file.close)

    def __len__(self) -> int:
        """How many vectors it has."""
        return len(self.digests)

    def read(self, runs: Iterable[tuple[int, int]]) -> bytes:
        """The bytes of vectors: runs of a first row and a number; raises DamagedError."""
        if not hasattr(os, "pread"):
            return b"".join(self.vectors[row : row + count].tobytes() for row, count in runs)
        file, start, size = self._file.fileno(), self._start, self.vectors.strides[0]
        return b"".join([os.pread(file, count * size, start + row * size) for row, count in runs])

    def quantised(self) -> Quantised:
        """The quantised vectors."""
        return load(self.folder / QUANTISED)

    def close(self) -> None:
        """Give back the open file."""
        self._file.close()


class VectorFiles:
    """Several files of vectors, looked up by digest."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Open the files, which were verified before; raises DamagedError."""
        self.files = [VectorFile(folder) for folder in folders]
        self._starts = np.cumsum([0, *map(len, self.files)])
        keys = np.concatenate(
            [np.empty(0, np.uint64), *(_keys(file.digests) for file in self.files)]
        )
        self._order = np.argsort(keys, kind="stable").astype(np.uint32)
        self._keys = keys[self._order]

    def close(self) -> None:
        """Give back the open files."""
        for file in self.files:
            file.close()

    def find(self, digests: Digests) -> VectorPlaces:
        """Where the vector of each digest is."""
        places = VectorPlaces(*(np.full(len(digests), -1, np.int32) for _ in range(2)))
        keys, open_ = _keys(digests), np.arange(len(digests))
        at = np.searchsorted(self._keys, keys)
        while len(open_):
            # Different digests may begin alike, by design of who wrote the texts: look further.
            here = at < len(self._keys)
            here[here] = self._keys[at[here]] == keys[open_[here]]
            at, open_ = at[here], open_[here]
            same = self._settle(places, digests, at, open_)
            at, open_ = at[~same] + 1, open_[~same]
        return places

    def codes(self, places: VectorPlaces, dimension: int) -> Codes:
        """The vectors of digests that were all found, float16, shape (n, dimension)."""
        codes = np.empty((len(places.row), dimension), np.float16)
        for number in np.flatnonzero(np.bincount(places.file)).tolist():
            here = np.flatnonzero(places.file == number)
            here = here[np.argsort(places.row[here], kind="stable")]
            data = self.files[number].read(_runs(places.row[here]))
            if len(data) != 2 * dimension * len(here):
                raise DamagedError(
                    f"{self.files[number].folder / VECTORS} was cut. "
                    "Build it again with: qwenqa build"
                )
            codes[here] = np.frombuffer(data, "<f2").reshape(-1, dimension)
        return codes

    def quantised(self, found: VectorPlaces, dimension: int) -> Quantised:
        """The quantised vectors of digests that were all found."""
        codes = np.empty((len(found.file), width(dimension)), np.uint8)
        for number, one in enumerate(self.files):
            here = np.flatnonzero(found.file == number)
            codes[here] = one.quantised()[found.row[here]]
        return codes

    def _settle(
        self,
        places: VectorPlaces,
        digests: Digests,
        at: npt.NDArray[np.int64],
        open_: npt.NDArray[np.int64],
    ) -> npt.NDArray[np.bool_]:
        """Note which of the wanted digests stand at these places of the order, and say which."""
        rows = self._order[at]
        file = np.searchsorted(self._starts, rows, side="right") - 1
        row = rows - self._starts[file]
        same = np.zeros(len(at), np.bool_)
        for number, vectors in enumerate(self.files):
            here = np.flatnonzero(file == number)
            same[here] = vectors.digests[row[here]] == digests[open_[here]]
        places.file[open_[same]], places.row[open_[same]] = file[same], row[same]
        return same


def _runs(rows: npt.NDArray[np.int32]) -> Iterator[tuple[int, int]]:
    """Ascending rows as runs of those that follow each other: the first one and their number."""
    begins = np.flatnonzero(np.diff(rows, prepend=-2) != 1)
    counts = np.diff(begins, append=len(rows))
    return zip(rows[begins].tolist(), counts.tolist(), strict=True)


def _keys(digests: Digests) -> npt.NDArray[np.uint64]:
    """The first eight bytes of each digest as a number."""
    whole = np.ascontiguousarray(digests).view(">u8").reshape(-1, 4)
    return whole[:, 0].astype(np.uint64)
