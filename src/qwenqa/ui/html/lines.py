"""Stretches of a document as HTML: numbered lines, and tables as tables."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from qwenqa.readers.grid import column_name
from qwenqa.service.files import View
from qwenqa.types import Span
from qwenqa.ui.html.rows import Row, Table
from qwenqa.ui.html.text import foreign
from qwenqa.ui.html.tints import Tints
from qwenqa.ui.html.words import say


def text_html(view: View, shown: Span, tints: Tints, tables: Sequence[Table]) -> str:
    """A stretch: its lines with their numbers, and its tables where they stand."""
    parts, at = [], shown.start
    for table in tables:
        if table.head and at <= table.head.span.start:
            parts.append(_lines(view, Span(at, table.head.span.start), tints))
        else:
            parts.append(_lines(view, Span(at, table.span.start), tints))
        parts.append(_table(table, shown, tints))
        at = _line_end(view, table.span.end)
    parts.append(_lines(view, Span(at, shown.end), tints))
    return "".join(parts)


def _lines(view: View, span: Span, tints: Tints) -> str:
    """The lines of a stretch; beside tables only those that say something."""
    if span.start >= span.end:
        return ""
    starts = view.lines.starts
    first, last = bisect_right(starts, span.start), bisect_left(starts, span.end)
    edges = pairwise([span.start, *starts[first:last], span.end])
    return "".join(_line(first + n, Span(*one), tints) for n, one in enumerate(edges))


def _line(number: int, span: Span, tints: Tints) -> str:
    """A line with its number."""
    text = tints.text[slice(*span)]
    shown = Span(span.start, span.start + len(text.rstrip("\r\n")))
    return (
        f'<div class="line{tints.kind(span)}"{tints.target(span)}>'
        f'<span class="number">{number}</span>'
        f'<span class="text"><bdi>{tints.html(shown)}</bdi></span></div>'
    )


def _line_end(view: View, at: int) -> int:
    """Where the line ends that a place is in or right behind."""
    starts = view.lines.starts
    following = bisect_left(starts, at)
    return starts[following] if following < len(starts) else len(view.text)


def _table(table: Table, shown: Span, tints: Tints) -> str:
    """A table with its headings above it; the rows keep the names that they have."""
    columns = table.columns
    rows = "".join(_row(row, columns, shown, tints) for row in table.rows)
    return (
        '<div class="grid" tabindex="0"><table><thead>'
        f"{''.join(_heads(table, columns, tints))}</thead><tbody>{rows}</tbody></table></div>"
    )


def _heads(table: Table, columns: int, tints: Tints) -> Iterator[str]:
    """The row of column letters, and the table's own headings."""
    if table.lettered:
        letters = "".join(f"<th>{column_name(n)}</th>" for n in range(1, columns + 1))
        yield f'<tr class="letters"><th class="name">{say("Row")}</th>{letters}</tr>'
    if table.head:
        cells = "".join(f"<th>{one}</th>" for one in _cells(table.head, columns, tints))
        name = f'<th class="name">{foreign(table.head.name)}</th>'
        yield f'<tr class="head{tints.kind(table.head.span)}">{name}{cells}</tr>'


def _row(row: Row, columns: int, shown: Span, tints: Tints) -> str:
    inside = Span(max(row.span.start, shown.start), row.span.end)
    name = f'<th class="name">{foreign(row.name)}</th>'
    cells = "".join(f"<td>{one}</td>" for one in _cells(row, columns, tints))
    kind = tints.kind(inside).strip()
    return f'<tr class="{kind}"{tints.target(row.span)}>{name}{cells}</tr>'


def _cells(row: Row, columns: int, tints: Tints) -> Iterator[str]:
    """What each column says in a row, empty where the row has nothing."""
    yield from [""] * (row.first - 1)
    for cell in row.cells:
        yield f"<bdi>{''.join(map(tints.html, cell))}</bdi>"
    yield from [""] * (columns - row.first + 1 - len(row.cells))
