"""Where the living passages of several segments stand, in the order of their ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from qwenqa.index.files.segment import Segment, Table
from qwenqa.index.header import PASSAGE_ROW

Numbers = npt.NDArray[np.int64]


class Places:
    """A passage's place is its number in the order of ids.

    By place: ``ids`` ascend, shape (n,); ``segment`` and ``row`` are where it stands, ``document``
    is the number of its document. Of the rows themselves nothing is copied.
    """

    def __init__(self, segments: Sequence[Segment], standing: Sequence[tuple[int, int]]) -> None:
        """Join the passages of the documents that stand in these segments at these numbers."""
        self._segments = segments
        owners = [np.full(len(segment.documents), -1, np.int64) for segment in segments]
        for document, (segment, number) in enumerate(standing):
            owners[segment][number] = document
        documents = [of[part.table["document"]] for of, part in zip(owners, segments, strict=True)]
        alive = [np.flatnonzero(document >= 0) for document in documents]
        living = [part[rows] for part, rows in zip(documents, alive, strict=True)]
        ids = [part.table["id"][rows] for part, rows in zip(segments, alive, strict=True)]
        joined = np.concatenate([np.empty(0, np.uint64), *ids])
        order = np.argsort(joined, kind="stable")
        self.ids = joined[order]
        self.segment = np.repeat(np.arange(len(alive), dtype=np.int32), list(map(len, alive)))[
            order
        ]
        self.row: Numbers = np.concatenate([np.empty(0, np.int64), *alive])[order]
        self.document: Numbers = np.concatenate([np.empty(0, np.int64), *living])[order]

    def __len__(self) -> int:
        """How many passages there are."""
        return len(self.ids)

    def of(self, ids: Sequence[int]) -> Numbers:
        """The places of passages by their ids; raises KeyError for an id that there is not."""
        sought = np.asarray(ids, np.uint64)
        places = np.searchsorted(self.ids, sought)
        there = places < len(self)
        there[there] = self.ids[places[there]] == sought[there]
        if not there.all():
            raise KeyError(int(sought[~there][0]))
        return places

    def at(self, place: int) -> tuple[Segment, Table]:
        """The segment that a passage stands in, and its row."""
        segment = self._segments[self.segment[place]]
        return segment, segment.table[self.row[place]]

    def column(self, name: str) -> npt.NDArray[Any]:
        """A column of the passages' rows."""
        values = np.empty(len(self), PASSAGE_ROW[name])
        for number, segment in enumerate(self._segments):
            here = np.flatnonzero(self.segment == number)
            values[here] = segment.table[name][self.row[here]]
        return values

    def columns(self, names: Sequence[str], places: Numbers) -> list[npt.NDArray[Any]]:
        """Columns of some passages' rows."""
        columns: list[npt.NDArray[Any]] = [
            np.empty(len(places), PASSAGE_ROW[name]) for name in names
        ]
        segments, rows = self.segment[places], self.row[places]
        for number in np.flatnonzero(np.bincount(segments)).tolist():
            here = np.flatnonzero(segments == number)
            # Column by column: to take whole rows of several types takes ten times as long.
            for name, column in zip(names, columns, strict=True):
                column[here] = self._segments[number].table[name][rows[here]]
        return columns

    def table(self) -> Table:
        """One row a passage; ``document`` numbers the documents of all segments together."""
        joined: Table = np.empty(len(self), PASSAGE_ROW)
        for name in PASSAGE_ROW.names or ():
            joined[name] = self.document if name == "document" else self.column(name)
        return joined

    def of_rows(self) -> Iterator[Numbers]:
        """For each segment the place of each of its rows, -1 where it is no longer part."""
        for number, segment in enumerate(self._segments):
            places = np.full(len(segment.table), -1, np.int64)
            here = np.flatnonzero(self.segment == number)
            places[self.row[here]] = here
            yield places
