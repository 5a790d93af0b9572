"""Stretches of a document as HTML: numbered lines, and tables as tables."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markupsafe import Markup

from qwenqa.readers.common.grid import column_name
from qwenqa.service.open.source_files import View
from qwenqa.types import Span
from qwenqa.ui.html.document.palette import Tints
from qwenqa.ui.html.document.rows import GridRow, Table
from qwenqa.ui.html.text import foreign
from qwenqa.ui.html.words import say


def text_html(view: View, shown: Span, tints: Tints, tables: Sequence[Table]) -> Markup:
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
    return Markup().join(parts)


def _lines(view: View, span: Span, tints: Tints) -> Markup:
    """The lines of a stretch; beside tables only those that say something."""
    if span.start >= span.end:
        return Markup()
    starts = view.lines.starts
    first, last = bisect_right(starts, span.start), bisect_left(starts, span.end)
    edges = pairwise([span.start, *starts[first:last], span.end])
    return Markup().join(_line(first + n, Span(*edge), tints) for n, edge in enumerate(edges))


def _line(number: int, span: Span, tints: Tints) -> Markup:
    """A line with its number."""
    text = tints.text[slice(*span)]
    shown = Span(span.start, span.start + len(text.rstrip("\r\n")))
    return Markup(
        '<div class="line{}"{}>'
        '<span class="number">{}</span>'
        '<span class="text"><bdi>{}</bdi></span></div>'
    ).format(tints.kind(span), tints.target(span), number, tints.html(shown))


def _line_end(view: View, at: int) -> int:
    """Where the line ends that a place is in or right behind."""
    starts = view.lines.starts
    following = bisect_left(starts, at)
    return starts[following] if following < len(starts) else len(view.text)


def _table(table: Table, shown: Span, tints: Tints) -> Markup:
    """A table with its headings above it; the rows keep the names that they have."""
    columns = table.columns
    rows = Markup().join(_row(row, columns, shown, tints) for row in table.rows)
    return Markup(
        '<div class="grid" tabindex="0"><table><thead>{}</thead><tbody>{}</tbody></table></div>'
    ).format(Markup().join(_heads(table, columns, tints)), rows)


def _heads(table: Table, columns: int, tints: Tints) -> Iterator[Markup]:
    """The row of column letters, and the table's own headings."""
    if table.lettered:
        letters = Markup().join(
            Markup("<th>{}</th>").format(column_name(n)) for n in range(1, columns + 1)
        )
        yield Markup('<tr class="letters"><th class="name">{}</th>{}</tr>').format(
            say("Row"), letters
        )
    if table.head:
        cells = Markup().join(
            Markup("<th>{}</th>").format(cell) for cell in _cells(table.head, columns, tints)
        )
        name = Markup('<th class="name">{}</th>').format(foreign(table.head.name))
        yield Markup('<tr class="head{}">{}{}</tr>').format(
            tints.kind(table.head.span), name, cells
        )


def _row(row: GridRow, columns: int, shown: Span, tints: Tints) -> Markup:
    inside = Span(max(row.span.start, shown.start), row.span.end)
    name = Markup('<th class="name">{}</th>').format(foreign(row.name))
    cells = Markup().join(
        Markup("<td>{}</td>").format(cell) for cell in _cells(row, columns, tints)
    )
    kind = tints.kind(inside).strip()
    return Markup('<tr class="{}"{}>{}{}</tr>').format(kind, tints.target(row.span), name, cells)


def _cells(row: GridRow, columns: int, tints: Tints) -> Iterator[Markup]:
    """What each column says in a row, empty where the row has nothing."""
    yield from [Markup()] * (row.first - 1)
    for cell in row.cells:
        yield Markup("<bdi>{}</bdi>").format(Markup().join(map(tints.html, cell)))
    yield from [Markup()] * (columns - row.first + 1 - len(row.cells))
