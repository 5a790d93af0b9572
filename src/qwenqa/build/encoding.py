"""Vectors for the passages of a build: the known ones are linked, the others encoded in steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from qwenqa.build.context import BuildContext
from qwenqa.build.plan import FAN, level
from qwenqa.index.files.segment import Segment
from qwenqa.index.files.vectors import (
    PREFIX,
    Digests,
    VectorFile,
    VectorFiles,
    VectorPlaces,
    save_vectors,
)
from qwenqa.index.generation import Generation
from qwenqa.index.publish import Part, writing

_JOINED_LEVEL = 4
"""Files of ``FAN ** _JOINED_LEVEL`` vectors are not joined: a build's memory is bounded."""


class Living(NamedTuple):
    """A segment of the new generation and the numbers of its living passage rows."""

    segment: Segment
    rows: npt.NDArray[np.int64]


@dataclass(slots=True)
class Encoding:
    """The files of vectors of a build: earlier ones in use, and new ones as they are made."""

    work: Path
    name: str
    context: BuildContext
    living: Sequence[Living]
    parts: list[Part] = field(default_factory=list)
    _made: int = 0

    def reuse(self, earlier: Sequence[Generation]) -> list[tuple[Segment, npt.NDArray[np.int64]]]:
        """Take over known vectors; the passages that have none, in the order of their segments."""
        encoder = self.context.recipe.encoder
        same = [generation for generation in earlier if generation.header.recipe.encoder == encoder]
        earlier_parts = [
            part_of(generation, name) for generation in same for name in generation.header.vectors
        ]
        parts = list({part.name: part for part in earlier_parts}.values())
        files = VectorFiles([part.folder / part.name for part in parts])
        places = [files.find(segment.table["digest"][rows]) for segment, rows in self.living]
        with writing(self.work.parent):
            self._keep(parts, files, _used(files, places))
        return list(self._missing(places))

    def encode(
        self,
        missing: Sequence[tuple[Segment, npt.NDArray[np.int64]]],
        progress: Callable[[int], None],
    ) -> Iterator[int]:
        """Encode in steps, after each of which the vectors are durable; how many each made."""
        for segment, rows in missing:
            for at in range(0, len(rows), self.context.step):
                here = rows[at : at + self.context.step]
                vectors = self.context.encoder.encode_passages(
                    segment.encoder_texts(here.tolist()), progress
                )
                with writing(self.work.parent):
                    self._save(segment.table["digest"][here], vectors.astype(np.float16))
                yield len(here)

    def merge(self) -> None:
        """Join many small files of vectors, so that their number grows as a logarithm."""
        sizes: dict[int, list[tuple[Part, VectorFile]]] = defaultdict(list)
        for part in self.parts:
            file = VectorFile(part.folder / part.name)
            sizes[level(len(file))].append((part, file))
        for size, same in sizes.items():
            for at in range(0, len(same) - FAN + 1, FAN) if size < _JOINED_LEVEL else ():
                self._join(same[at : at + FAN])

    def _join(self, files: Sequence[tuple[Part, VectorFile]]) -> None:
        digests = np.concatenate([file.digests for _, file in files])
        codes = np.concatenate([file.vectors for _, file in files])
        with writing(self.work.parent):
            self._save(digests, codes)
        gone = {part.name for part, _ in files}
        self.parts = [part for part in self.parts if part.name not in gone]

    def _keep(
        self, parts: Sequence[Part], files: VectorFiles, used: Sequence[npt.NDArray[np.bool_]]
    ) -> None:
        """Link files that are mostly in use, and write the used rows of the others anew."""
        digests: list[Digests] = []
        codes: list[npt.NDArray[np.float16]] = []
        for part, file, needed in zip(parts, files.files, used, strict=True):
            if needed.sum() * 2 > len(needed):
                self.parts.append(part)
            elif needed.any():
                digests.append(file.digests[needed])
                codes.append(file.vectors[needed])
        if digests:
            self._save(np.concatenate(digests), np.concatenate(codes))

    def _missing(
        self, places_of_segments: Sequence[VectorPlaces]
    ) -> Iterator[tuple[Segment, npt.NDArray[np.int64]]]:
        seen = np.empty(0, "S32")
        for (segment, rows), places in zip(self.living, places_of_segments, strict=True):
            unknown = rows[~places.known]
            names = np.ascontiguousarray(segment.table["digest"][unknown]).view("S32")
            _, first = np.unique(names, return_index=True)
            new = np.sort(first[~np.isin(names[first], seen)])
            seen = np.concatenate([seen, names[new]])
            if len(new):
                yield segment, unknown[new]

    def _save(self, digests: Digests, codes: npt.NDArray[np.float16]) -> None:
        name = f"{PREFIX}{self.name}-{self._made}"
        self._made += 1
        entries = save_vectors(self.work / name, digests, codes)
        self.parts.append(Part(name, self.work, entries))


def _used(
    files: VectorFiles, places_of_segments: Sequence[VectorPlaces]
) -> list[npt.NDArray[np.bool_]]:
    """Of each row of each file, whether a living passage needs it."""
    used = [np.zeros(len(rows), np.bool_) for rows in files.files]
    for places in places_of_segments:
        for number, needed in enumerate(used):
            needed[places.row[places.file == number]] = True
    return used


def part_of(generation: Generation, name: str) -> Part:
    """A segment or a file of vectors of an earlier generation, with its files."""
    files = generation.header.files
    own = {path: entry for path, entry in files.items() if path.startswith(f"{name}/")}
    return Part(name, generation.folder, own)
