"""Lines of PDF pages that belong together, and what heads the rows of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qwenqa.readers.pdf.layout.lines import CELL, Line
from qwenqa.types import BlockKind

_HEADER_ROWS, _HEADER_CHARACTERS = 3, 60
# What heads a row must leave the row its room in a passage: a caption is cut to that, if it is
# still of use then.
_CONTEXT_CHARACTERS, _CAPTION_CHARACTERS = 200, 40
# Parts that may stand between a table and its rest on the next page, such as a cell's last words.
_BETWEEN = 2
_ROMAN = re.compile(r"[ivxlc]{1,6}$")
_YEAR = re.compile(r"(?:19|20)\d\d\W*$")
_CAPTION = re.compile(
    r"(?i)(?:supplementary |appendix )?(?:table|tab\.|tabelle|tableau|tabla|exhibit|figure|fig\.)"
    r" ?[a-z]?\d"
)


@dataclass(slots=True)
class LineGroup:
    """Lines that belong together, each with its page's number, and what they are."""

    lines: list[tuple[int, Line]]
    kind: BlockKind = "paragraph"
    level: int = 0
    context: str = ""

    @property
    def text(self) -> str:
        """The lines' words with a space between lines."""
        return " ".join(line.text for _, line in self.lines)


def name_columns(parts: Sequence[LineGroup]) -> None:
    """Give the rows of each table their column headings, after the table's caption if it has one.

    A table that goes on over the page without headings of its own has those of its beginning.
    """
    before: list[int] = []
    columns = ""
    for table in _tables(parts):
        rows = [parts[at] for at in table]
        headings = 0
        if not before or _is_bold(rows[0]) or not _goes_on(parts, before, table):
            headings = _header_rows(rows)
            columns = " / ".join(" ".join(row.text.split()) for row in rows[:headings])
            columns = _captioned(_caption(parts, table), columns)
        for row in rows[headings:]:
            row.context = columns
        before = table


def _tables(parts: Sequence[LineGroup]) -> Iterator[list[int]]:
    """The numbers of the rows of each table; notes may stand between them."""
    tables: dict[tuple[int, int], list[int]] = {}
    for at, part in enumerate(parts):
        if part.kind == "row":
            page, line = part.lines[0]
            tables.setdefault((page, line.region), []).append(at)
    yield from tables.values()


def _goes_on(parts: Sequence[LineGroup], before: Sequence[int], table: Sequence[int]) -> bool:
    """Whether a table is the rest of the one before it, on the page before."""
    last, first = parts[before[-1]], parts[table[0]]
    between = parts[before[-1] + 1 : table[0]]
    if first.lines[0][0] != last.lines[0][0] + 1 or len(between) > _BETWEEN:
        return False
    if any(part.kind == "heading" or _CAPTION.match(part.text) for part in between):
        return False
    return _width(parts, before) == _width(parts, table)


def _width(parts: Sequence[LineGroup], table: Sequence[int]) -> int:
    return max(parts[at].lines[0][1].cells for at in table)


def _caption(parts: Sequence[LineGroup], table: Sequence[int]) -> str:
    """The words beside a table, above it rather than below, that begin with its number."""
    for at in (table[0] - 1, table[-1] + 1):
        if 0 <= at < len(parts) and parts[at].kind != "furniture":
            same_page = parts[at].lines[0][0] == parts[table[0]].lines[0][0]
            words = " ".join(parts[at].text.split())
            if same_page and _CAPTION.match(words):
                return words
    return ""


def _captioned(caption: str, columns: str) -> str:
    """The caption, as far as there is room for it, and the column headings."""
    room = _CONTEXT_CHARACTERS - len(columns)
    if not caption or room < _CAPTION_CHARACTERS:
        return columns
    words = caption if len(caption) <= room else caption[:room].rpartition(" ")[0]
    return " / ".join(filter(None, (words, columns)))


def _is_bold(row: LineGroup) -> bool:
    return row.lines[0][1].bold


def _header_rows(rows: Sequence[LineGroup]) -> int:
    """How many of a table's first rows head its columns."""
    bold = 0
    while bold < len(rows) and _is_bold(rows[bold]) and _names(rows[bold], rows[bold + 1 :]):
        bold += 1
    if 0 < bold < len(rows):
        return min(bold, _HEADER_ROWS)
    short = all(len(cell) <= _HEADER_CHARACTERS for cell in _cells(rows[0]))
    return 1 if len(rows) > 2 and short and _names(rows[0], rows[1:]) else 0


def _names(row: LineGroup, below: Sequence[LineGroup]) -> bool:
    """Whether a row's cells are words, or years over figures that are none."""
    figures = [cell for cell in _cells(row) if _is_figure(cell)]
    others = (cell for lower in below for cell in _cells(lower) if _is_figure(cell))
    return not figures or (all(map(_YEAR.match, figures)) and not all(map(_YEAR.match, others)))


def _cells(row: LineGroup) -> list[str]:
    return [cell.strip() for cell in row.text.split(CELL)]


def _is_figure(cell: str) -> bool:
    """Whether a cell holds a number rather than words."""
    digits, letters = sum(map(str.isdigit, cell)), sum(map(str.isalpha, cell))
    return digits > letters or _ROMAN.match(cell) is not None
