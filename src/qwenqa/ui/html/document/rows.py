"""Which stretches of a canonical text are tables: their rows and cells, as spans of it.

Read off what the readers left: places of cells, delimiters, and bars between cells.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from qwenqa.answers.citations.claims import CELLS
from qwenqa.readers.common.draft import heads
from qwenqa.readers.common.grid import column_number
from qwenqa.readers.text import delimited
from qwenqa.service.open.source_files import View
from qwenqa.types import Place, Span

Cell = tuple[Span, ...]
"""What a cell says, in parts: what only quotes it is left out."""

_LOOK_BACK = 500
"""Lines before the shown ones in which a table's headings are looked for."""
_MOST_COLUMNS = 200
_LONGEST_LINE = 20_000
_BAR = re.compile(r"(?:^| )\|(?: |$)")
_MARKDOWN_BAR = re.compile(r"(?<!\\)\|")
_MARKDOWN_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
# In what these readers give a bar may be anything; "delimited" has its own way.
_WITHOUT_BARS = "plain code settings records subtitles latex rst asciidoc".split()


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row: its whole stretch, what it is called (its number), and its cells from the left.

    ``first`` is the column of the first cell, counted from one.
    """

    span: Span
    name: str
    cells: tuple[Cell, ...]
    first: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that follow each other, below the row that heads them where there is one."""

    head: GridRow | None
    rows: tuple[GridRow, ...]
    lettered: bool = False

    @property
    def span(self) -> Span:
        """From its first row to its last."""
        return Span(self.rows[0].span.start, self.rows[-1].span.end)

    @property
    def columns(self) -> int:
        """How many there are from the first column on."""
        rows = (*self.rows, *([self.head] if self.head else []))
        return max(row.first + len(row.cells) - 1 for row in rows)


def tables(view: View, shown: Span) -> list[Table]:
    """The tables of a shown stretch, in order; their rows may reach a little out of it."""
    if view.reader.name == "delimited":
        return list(_delimited(view, shown))
    if any(place.kind == "cells" for place in view.places):
        return list(_sheets(view, shown))
    if view.reader.name in _WITHOUT_BARS:
        return []
    return list(_barred(view, shown, markdown=view.reader.name == "markdown"))


def _delimited(view: View, shown: Span) -> Iterator[Table]:
    delimiter = delimited.delimiter_of(view.text)
    if not delimiter:
        return
    first = [Span(place.start, place.end) for place in view.places[:100]]
    at = delimited.header_of(view.text, first, delimiter)

    def row(place: Place) -> GridRow:
        span = Span(place.start, place.end)
        return GridRow(span, f"{place.number:,}", tuple(_quoted(view.text, span, delimiter)))

    rows = tuple(row(view.places[n]) for n in _within(view.places, shown) if n != at)
    if rows:
        yield Table(row(view.places[at]) if at >= 0 else None, rows)


def _quoted(text: str, span: Span, delimiter: str) -> Iterator[Cell]:
    """The cells of a delimited row; quotes around a cell, and those that double one, are left."""
    ends = re.escape(delimiter)
    cell = re.compile(rf' *"((?:[^"]|"")*)"[ \r\n]*(?={ends}|\Z)|[^{ends}]*')
    at, end = span.start, min(span.end, span.start + _LONGEST_LINE)
    for _ in range(_MOST_COLUMNS):
        match = cell.match(text, at, end)
        if match is None:
            return
        quoted = match.lastindex == 1
        yield _undoubled(text, Span(*match.span(1))) if quoted else (_bare(text, *match.span()),)
        if match.end() >= end:
            return
        at = match.end() + 1


def _undoubled(text: str, span: Span) -> Cell:
    """A quoted cell; of two quotes that stand for one the second is left out."""
    parts, at = [], span.start
    while (doubled := text.find('""', at, span.end)) >= 0:
        parts.append(Span(at, doubled + 1))
        at = doubled + 2
    return (*parts, Span(at, span.end))


def _sheets(view: View, shown: Span) -> Iterator[Table]:
    """Rows of spreadsheets that follow each other, with the row that heads them."""
    places = [place for place in view.places if place.kind == "cells"]
    sheets = [place for place in view.places if place.kind == "sheet"]
    run: list[int] = []
    for at in _within(places, shown):
        if run and not _follows(places, at, sheets):
            yield _sheet(view, places, run, sheets)
            run = []
        run.append(at)
    if run:
        yield _sheet(view, places, run, sheets)


def _sheet(view: View, places: list[Place], run: list[int], sheets: list[Place]) -> Table:
    first = _run_start(places, run[0], sheets)
    head = _sheet_row(view, places[first])
    named = heads([_said(view.text, cell) for cell in head.cells])
    rows = tuple(_sheet_row(view, places[at]) for at in run)
    under = rows[1:] if named and first == run[0] else rows
    return Table(head, under, lettered=True) if named and under else Table(None, rows, True)


def _run_start(places: list[Place], at: int, sheets: list[Place]) -> int:
    """The first of the rows that lead down to one without a gap, found by halving."""
    sheet = max((sheet.start for sheet in _near(sheets, places[at])), default=0)
    lowest = bisect_left(places, sheet, key=lambda place: place.start)
    # Down a sheet rows grow faster than their count exactly where there is a gap.
    return bisect_left(range(at), _top(places[at]) - at, lowest, key=lambda n: _top(places[n]) - n)


def _top(place: Place) -> int:
    match = CELLS.fullmatch(place.label)
    return int(match[2]) if match else 0


def _sheet_row(view: View, place: Place) -> GridRow:
    match = CELLS.fullmatch(place.label)
    cells = tuple(_parted(view.text, Span(place.start, place.end), _BAR))
    if match is None:
        return GridRow(Span(place.start, place.end), "", cells)
    first, last = column_number(match[1]), column_number(match[3] or match[1])
    if len(cells) != last - first + 1:
        # A bar stands in a cell, or a gap was left out: which column is which is not known.
        cells = ((Span(place.start, place.end),),)
    name = match[2] if (match[4] or match[2]) == match[2] else f"{match[2]}-{match[4]}"
    return GridRow(Span(place.start, place.end), name, cells, first)


def _follows(places: list[Place], at: int, sheets: list[Place]) -> bool:
    """Whether a row stands right below the one before it, in the same sheet."""
    before = CELLS.fullmatch(places[at - 1].label)
    if before is None or _top(places[at]) != int(before[4] or before[2]) + 1:
        return False
    return not any(
        places[at - 1].start < sheet.start <= places[at].start
        for sheet in _near(sheets, places[at])
    )


def _near(sheets: list[Place], place: Place) -> list[Place]:
    at = bisect_right(sheets, place.start, key=lambda sheet: sheet.start)
    return sheets[max(0, at - 1) : at]


def _within(places: tuple[Place, ...] | list[Place], shown: Span) -> range:
    """The numbers of the places that meet a stretch."""
    first = bisect_right(places, shown.start, key=lambda place: place.end)
    return range(first, bisect_left(places, shown.end, key=lambda place: place.start))


def _barred(view: View, shown: Span, *, markdown: bool) -> Iterator[Table]:
    """Lines that follow each other and have bars between cells."""
    starts = [*view.lines.starts, len(view.text)]
    bar = _MARKDOWN_BAR if markdown else _BAR
    last = bisect_left(view.lines.starts, shown.end)
    first = at = bisect_right(view.lines.starts, shown.start) - 1
    while first > max(0, at - _LOOK_BACK) and _has_bar(view.text, starts, first - 1, bar):
        first -= 1
    for run in _runs(first, last, lambda line: _has_bar(view.text, starts, line, bar)):
        rows = [_barred_row(view.text, starts, line, markdown=markdown) for line in run]
        table = _ruled(view.text, rows) if markdown else _headed(view.text, rows)
        if table and (inside := tuple(row for row in table.rows if row.span.end > shown.start)):
            yield Table(table.head, inside)


def _runs(first: int, last: int, holds: Callable[[int], bool]) -> Iterator[range]:
    began = first
    for line in range(first, last + 1):
        if line == last or not holds(line):
            if line - began > 1:
                yield range(began, line)
            began = line + 1


def _has_bar(text: str, starts: list[int], line: int, bar: re.Pattern[str]) -> bool:
    start, end = starts[line : line + 2]
    return end - start <= _LONGEST_LINE and bar.search(text[start:end].strip()) is not None


def _barred_row(text: str, starts: list[int], line: int, *, markdown: bool) -> GridRow:
    span = _bare(text, *starts[line : line + 2])
    cells = _parted(text, _unframed(text, span), _MARKDOWN_BAR) if markdown else ()
    return GridRow(span, f"{line + 1:,}", tuple(cells or _parted(text, span, _BAR)))


def _unframed(text: str, span: Span) -> Span:
    """A Markdown row without the bars at its ends."""
    start, end = span
    start += text.startswith("|", start, end)
    return Span(start, end - (text.endswith("|", start, end) and text[end - 2] != "\\"))


def _ruled(text: str, rows: list[GridRow]) -> Table | None:
    """A Markdown table: headings, a rule below them, rows."""
    for at, row in enumerate(rows[1:], 1):
        if _MARKDOWN_RULE.fullmatch(text, *row.span) and len(row.cells) == len(rows[at - 1].cells):
            return Table(rows[at - 1], tuple(rows[at + 1 :])) if rows[at + 1 :] else None
    return None


def _headed(text: str, rows: list[GridRow]) -> Table | None:
    """Rows of like width; a first row that reads like headings heads the others."""
    if min(len(row.cells) for row in rows) < 2:
        return None
    named = heads([_said(text, cell) for cell in rows[0].cells])
    return Table(rows[0], tuple(rows[1:])) if named else Table(None, tuple(rows))


def _parted(text: str, span: Span, bar: re.Pattern[str]) -> Iterator[Cell]:
    """The cells between bars, without the white space around them."""
    at = span.start
    for match in bar.finditer(text[slice(*span)]):
        yield (_bare(text, at, span.start + match.start()),)
        at = span.start + match.end()
    yield (_bare(text, at, span.end),)


def _bare(text: str, start: int, end: int) -> Span:
    """A stretch without the white space at its ends."""
    part = text[start:end]
    inner = part.strip()
    begin = start + len(part) - len(part.lstrip()) if inner else start
    return Span(begin, begin + len(inner))


def _said(text: str, cell: Cell) -> str:
    return "".join(text[slice(*part)] for part in cell)
