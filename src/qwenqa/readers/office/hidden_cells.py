"""Rows and columns of a sheet that are read though they are hidden: which the report says."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection


class Unshown:
    """Counts what of one sheet is hidden and holds text; empty rows and columns count nothing."""

    def __init__(self) -> None:
        """Start with nothing hidden."""
        self._rows = 0
        self._columns = set[int]()
        self._hidden = list[tuple[int, int]]()

    def hide_columns(self, first: int, last: int) -> None:
        """Note hidden columns, from one, the last included."""
        self._hidden.append((first, last))

    def row(self, columns: Collection[int], hidden_rows: int) -> None:
        """Note the columns that a row has text in, and for how many hidden rows it stands."""
        self._columns.update(columns)
        self._rows += hidden_rows if columns else 0

    def warnings(self, sheet: str) -> tuple[str, ...]:
        """A sentence on what was hidden and read, or none."""
        parts = (_number(self._rows, "row"), _number(self._hidden_columns(), "column"))
        if not any(parts):
            return ()
        said = " and ".join(filter(None, parts))
        return (f"The sheet {sheet} holds {said}; what they hold was read like the rest.",)

    def _hidden_columns(self) -> int:
        columns, count, at = sorted(self._columns), 0, 0
        for first, last in sorted(self._hidden):
            start, end = max(at, bisect_left(columns, first)), bisect_right(columns, last)
            count, at = count + max(0, end - start), max(at, end)
        return count


def _number(number: int, what: str) -> str:
    return "" if not number else f"{number:,} hidden {what}{'s' if number > 1 else ''}"
