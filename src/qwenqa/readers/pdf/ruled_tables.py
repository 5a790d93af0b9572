"""Lines ruled on a PDF page, and the tables whose cells they make."""

from __future__ import annotations

import ctypes
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from qwenqa.readers.pdf.page import Edges, Word, middle
from qwenqa.readers.pdf.pdfium_calls import Marks, Numbers, placed

# In points: the thickest line, the shortest, and how far apart lines are that meet.
_THICK, _SHORT, _NEAR = 3.0, 4.0, 3.0
_MAX_OBJECTS, _MAX_RULES, _MAX_CELLS = 50_000, 4_000, 20_000
_RECTANGLE_PARTS = range(4, 7)
# A cell with this many of a table's words is a frame around text.
_FRAME_WORDS, _FRAME_SHARE = 60, 0.6


class Ruled(NamedTuple):
    """A table: its height on the page, and downward its rows of cells; some may hold no words."""

    bottom: float
    top: float
    rows: list[list[list[Word]]]


def rules_of(page: pypdfium2.PdfPage) -> tuple[Edges, ...]:
    """The thin lines drawn on a page, level or upright; call it while holding ``PDFIUM``."""
    rules: list[Edges] = []
    numbers = [ctypes.c_float() for _ in range(4)]
    for at in range(min(pdfium.FPDFPage_CountObjects(page), _MAX_OBJECTS)):
        drawn = pdfium.FPDFPage_GetObject(page, at)
        if pdfium.FPDFPageObj_GetType(drawn) != pdfium.FPDF_PAGEOBJ_PATH:
            continue
        if pdfium.FPDFPageObj_GetBounds(drawn, *numbers):
            edges = Edges(*(placed(number.value) for number in numbers))
            rules += _sides(edges) if _is_frame(drawn) else [edges]
    thin = [each for each in rules if _is_rule(each)]
    return tuple(thin) if len(thin) <= _MAX_RULES else ()


def _is_frame(drawn: pdfium.FPDF_PAGEOBJECT) -> bool:
    """Whether a path is a rectangle of which the outline is drawn."""
    if pdfium.FPDFPath_CountSegments(drawn) not in _RECTANGLE_PARTS:
        return False
    filling, stroked = ctypes.c_int(), pdfium.FPDF_BOOL()
    return bool(pdfium.FPDFPath_GetDrawMode(drawn, filling, stroked) and stroked.value)


def _sides(edges: Edges) -> list[Edges]:
    left, bottom, right, top = edges
    return [
        Edges(left, bottom, left, top),
        Edges(right, bottom, right, top),
        Edges(left, bottom, right, bottom),
        Edges(left, top, right, top),
    ]


def _is_rule(edges: Edges) -> bool:
    width, height = edges.right - edges.left, edges.top - edges.bottom
    return min(width, height) <= _THICK and max(width, height) >= _SHORT


def ruled_tables(rules: Sequence[Edges], words: Sequence[Word]) -> list[Ruled]:
    """The tables that rules make around words, downward; none with other words beside it."""
    tables = []
    for group in _touching(np.array(rules)) if len(rules) > 3 else ():
        taken = _Grid(group).table(words)
        if taken is not None:
            tables.append(taken)
    tables.sort(key=lambda table: -table.top)
    return [table for table in tables if _stands_alone(table, tables, words)]


def _stands_alone(table: Ruled, tables: Sequence[Ruled], words: Sequence[Word]) -> bool:
    """Whether nothing else is at a table's height."""
    inside = sum(len(cell) for row in table.rows for cell in row)
    level = sum(table.bottom < middle(word.edges)[1] < table.top for word in words)
    return level == inside and not any(
        other is not table and other.bottom < table.top and table.bottom < other.top
        for other in tables
    )


def _touching(rules: Numbers) -> Iterator[Numbers]:
    """Groups of rules that touch, directly or through others."""
    left, bottom, right, top = rules.T
    waiting = np.ones(len(rules), bool)
    while waiting.any():
        group = np.zeros(len(rules), bool)
        border = [int(np.flatnonzero(waiting)[0])]
        waiting[border[0]] = False
        while border:
            at = border.pop()
            group[at] = True
            meets: Marks = waiting & (left <= right[at] + _NEAR) & (right >= left[at] - _NEAR)
            meets &= (bottom <= top[at] + _NEAR) & (top >= bottom[at] - _NEAR)
            waiting &= ~meets
            border += np.flatnonzero(meets).tolist()
        yield rules[group]


class _Grid:
    """Rules that touch, and the cells between them."""

    def __init__(self, rules: Numbers) -> None:
        """Find the columns and rows; rows are counted upward."""
        left, bottom, right, top = rules.T
        upright = top - bottom > right - left
        self._upright, self._level = rules[upright], rules[~upright]
        ends = [self._level[:, 0].min(), self._level[:, 2].max()] if len(self._level) else []
        self.across = _apart([*((left + right) / 2)[upright], *ends])
        ends = [self._upright[:, 1].min(), self._upright[:, 3].max()] if len(self._upright) else []
        self.up = _apart([*((bottom + top) / 2)[~upright], *ends])

    def table(self, words: Sequence[Word]) -> Ruled | None:
        """The table with the words that stand in it, or None when it is none."""
        columns, rows = len(self.across) - 1, len(self.up) - 1
        if columns < 2 or rows < 2 or columns * rows > _MAX_CELLS:
            return None
        first = self._first_cells(columns, rows)
        cells: dict[tuple[int, int], list[Word]] = {}
        for word in words:
            x, y = middle(word.edges)
            column, row = bisect_right(self.across, x) - 1, bisect_right(self.up, y) - 1
            if 0 <= column < columns and 0 <= row < rows:
                cells.setdefault(first[row, column], []).append(word)
        uppermost = sorted(set(first.values()))
        table_rows = [
            [cells.get(at, []) for at in uppermost if at[0] == row]
            for row in sorted({row for row, _ in cells}, reverse=True)
        ]
        return Ruled(self.up[0], self.up[-1], table_rows) if _is_table(table_rows) else None

    def _first_cells(self, columns: int, rows: int) -> dict[tuple[int, int], tuple[int, int]]:
        """For each cell the upper left one of those it is one with, for want of a rule between."""
        first: dict[tuple[int, int], tuple[int, int]] = {}
        for row in reversed(range(rows)):
            height = (self.up[row] + self.up[row + 1]) / 2
            for column in range(columns):
                centre = (self.across[column] + self.across[column + 1]) / 2
                at = row, column
                if column and not _ruled(self._upright, self.across[column], height):
                    at = first[row, column - 1]
                elif row + 1 < rows and not _ruled(
                    self._level[:, [1, 0, 3, 2]], self.up[row + 1], centre
                ):
                    at = first[row + 1, column]
                first[row, column] = at
        return first


def _apart(places: Sequence[float]) -> list[float]:
    """Places in order, those that are near one another as one."""
    groups: list[list[float]] = []
    for place in sorted(places):
        if groups and place - groups[-1][-1] <= _NEAR:
            groups[-1].append(place)
        else:
            groups.append([place])
    return [sum(group) / len(group) for group in groups]


def _ruled(rules: Numbers, at: float, along: float) -> bool:
    """Whether a rule (left, bottom, right, top, upright) at ``at`` passes the place ``along``."""
    near = (rules[:, 0] - _NEAR <= at) & (at <= rules[:, 2] + _NEAR)
    return bool((near & (rules[:, 1] - _NEAR <= along) & (along <= rules[:, 3] + _NEAR)).any())


def _is_table(rows: Sequence[Sequence[Sequence[Word]]]) -> bool:
    """Whether rows of cells are a table, not frames around text or the lines of a chart."""
    sizes = [len(cell) for row in rows for cell in row]
    framed = max(sizes, default=0)
    frame = framed >= _FRAME_WORDS and framed > _FRAME_SHARE * sum(sizes)
    return sum(sum(map(bool, row)) > 1 for row in rows) > 1 and not frame
