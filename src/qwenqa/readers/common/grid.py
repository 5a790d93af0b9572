"""From the cells of a sheet to rows with their range and their column headings."""

from __future__ import annotations

from functools import lru_cache

from qwenqa.errors import SourceError
from qwenqa.readers.common.draft import DocumentDraft, heads, row_text

# A wider gap between cells means two things side by side, not a row with empty cells.
_WIDEST_GAP = 20
MAX_ROW_CHARACTERS = 10_000_000

Cells = dict[int, str]
"""Texts by column, from one; empty cells are left out."""


class Grid:
    """Takes the rows of one sheet in order and adds them to the draft."""

    def __init__(
        self, draft: DocumentDraft, name: str, tables: dict[int, tuple[int, int, int]] | None = None
    ) -> None:
        """``tables`` are headings the file knows: row to (first, last column, last row)."""
        self._draft, self._name, self._tables = draft, name, tables or {}
        self._headings: Cells = {}
        self._until = 0
        self._last = -1
        self._waiting: tuple[int, Cells] | None = None
        self._named = False

    def row(self, number: int, cells: Cells, rows: int = 1) -> None:
        """Take the next row; a row that may be headings waits for the one below it.

        ``rows`` equal rows, from ``number`` on, are one block that covers them all.
        """
        cells = {column: text.strip() for column, text in sorted(cells.items()) if text.strip()}
        if not cells:
            return
        if sum(map(len, cells.values())) > MAX_ROW_CHARACTERS:
            raise SourceError(
                f"holds a row of more than {MAX_ROW_CHARACTERS:,} characters; split the table"
            )
        self._settle(number, cells)
        if number in self._tables:
            first, last, bottom = self._tables[number]
            self._headings = {at: text for at, text in cells.items() if first <= at <= last}
            self._until = bottom
            self._add(number, cells, "")
        elif rows == 1 and self._begins(number) and heads(_line(cells)):
            self._waiting = number, cells
        else:
            self._add(number, cells, self._context(number, cells), rows)

    def finish(self) -> None:
        """Add the row that may still wait."""
        self._settle(0, {})

    def _begins(self, number: int) -> bool:
        """Whether a region begins: first row, after an empty one, or after a lone title."""
        return number > self._until and (number != self._last + 1 or not self._headings)

    def _settle(self, number: int, cells: Cells) -> None:
        """The waiting row was a heading if a row that shares its columns follows at once."""
        if self._waiting is None:
            return
        at, waiting = self._waiting
        self._waiting = None
        follows = number == at + 1 and len(set(waiting) & set(cells)) > 1
        old = self._context(at, waiting)
        if follows:
            self._headings = waiting
        self._add(at, waiting, "" if follows else old)

    def _context(self, number: int, cells: Cells) -> str:
        """Headings of the columns that the row is in, unless its table has ended."""
        if (self._until and number > self._until) or not set(cells) & set(self._headings):
            self._headings, self._until = {}, 0
        if len(cells) < 2:
            return ""
        return row_text(_line(self._headings)) if self._headings else ""

    def _add(self, number: int, cells: Cells, context: str, rows: int = 1) -> None:
        if not self._named:
            self._draft.add(self._name, "heading", 1)
            self._named = True
        first = f"{column_name(min(cells))}{number}"
        last = f"{column_name(max(cells))}{number + rows - 1}"
        with self._draft.place("cells", first if first == last else f"{first}:{last}"):
            self._draft.add(row_text(_line(cells)), "row", context=context)
        self._last = number + rows - 1


def _line(cells: Cells) -> list[str]:
    """The cells from first to last; wide gaps are shortened to one empty cell."""
    line: list[str] = []
    before = min(cells, default=1) - 1
    for column, text in cells.items():
        gap = column - before - 1
        line += [""] * (gap if gap <= _WIDEST_GAP else 1)
        line.append(text)
        before = column
    return line


@lru_cache(maxsize=20_000)
def column_number(letters: str) -> int:
    """1 for "A", 27 for "AA"; 0 for what names no column."""
    number = 0
    if len(letters) > 3:
        return 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            return 0
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


@lru_cache(maxsize=20_000)
def column_name(number: int) -> str:
    """Write "A" for 1, "AA" for 27."""
    name = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
