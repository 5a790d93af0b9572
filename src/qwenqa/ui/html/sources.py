"""The table of documents: which there are, what became of them, in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from qwenqa.service.upkeep.status import SourceStatus, Status
from qwenqa.types import Skipped
from qwenqa.ui.html.text import foreign, isolated, joined
from qwenqa.ui.html.words import LANGUAGES, catalogue, say

SHOWN = 200
"""Rows of a table and addresses of a list that are shown."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A document or a file that is none: what is known of it, None where that says nothing."""

    address: str
    state: str
    title: str = ""
    kind: str = ""
    pages: int | None = None
    blank: int = 0
    passages: int | None = None
    characters: int | None = None
    size: int | None = None
    date: str = ""
    remarks: tuple[str, ...] = ()


COLUMNS: dict[str, tuple[str, Callable[[SourceRow], Any]]] = {
    "document": ("Document", lambda row: row.address.casefold()),
    "state": ("State", lambda row: row.state),
    "kind": ("Kind", lambda row: row.kind),
    "pages": ("Pages", lambda row: row.pages or 0),
    "passages": ("Passages", lambda row: row.passages or 0),
    "characters": ("Characters", lambda row: row.characters or 0),
    "size": ("Size", lambda row: row.size or 0),
    "date": ("Date", lambda row: row.date),
    "remarks": ("Warnings", lambda row: len(row.remarks)),
}
"""The columns by name: head, and what rows are ordered by."""
_FIGURES_DOWN = frozenset({"pages", "passages", "characters", "size", "date", "remarks"})


@dataclass(frozen=True, slots=True)
class Order:
    """By which column the table is ordered, and whether from the last to the first."""

    column: str = "document"
    down: bool = False

    def pressed(self, column: str) -> Order:
        """The order after the column's head is pressed: figures begin with the largest."""
        down = not self.down if column == self.column else column in _FIGURES_DOWN
        return Order(column, down)


_BY_ADDRESS = Order()


def table(status: Status, wanted: str = "", order: Order = _BY_ADDRESS) -> Markup:
    """The documents that hold all words of ``wanted`` in path, title, kind, state or date."""
    rows = _rows(status)
    words = wanted.casefold().split()
    rows_shown = [row for row in rows if all(word in _searched(row) for word in words)]
    rows_shown.sort(key=lambda row: row.address)
    rows_shown.sort(key=COLUMNS[order.column][1], reverse=order.down)
    if not rows:
        return Markup()
    count = say("{} of {} documents", f"{len(rows_shown):,}", f"{len(rows):,}")
    head = Markup().join(_head(name, order) for name in COLUMNS)
    body = Markup().join(map(_row, rows_shown[:SHOWN]))
    shown = Markup(
        '<div class="scroll" tabindex="0"><table class="sources"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>{}"
    ).format(head, body, left_out(len(rows_shown)))
    return joined(
        [Markup('<p class="place">{}</p>').format(count), shown if rows_shown else Markup()]
    )


def left_out(count: int) -> Markup:
    """How many more there are than are shown."""
    more = count - SHOWN
    return Markup("<p>{}</p>").format(say("and {} more", f"{more:,}")) if more > 0 else Markup()


def _searched(row: SourceRow) -> str:
    """What is searched of a row; its state in every language that the page speaks."""
    states = [row.state, *(catalogue(language)[row.state] for language in LANGUAGES)]
    return " ".join((row.address, row.title, row.kind, row.date, *states)).casefold()


def _rows(status: Status) -> list[SourceRow]:
    fates = dict.fromkeys(status.since.removed, "removed") | dict.fromkeys(
        status.since.changed, "changed"
    )
    indexed = [
        _indexed(source, fates.get(source.source.address, "indexed")) for source in status.sources
    ]
    addresses = {source.address for source in indexed}
    skipped = [_skipped(source) for source in status.skipped if source.address not in addresses]
    return [*indexed, *skipped, *(SourceRow(source, "new") for source in status.since.new)]


def _indexed(source: SourceStatus, fate: str) -> SourceRow:
    extraction = source.extraction
    return SourceRow(
        address=source.source.address,
        state="stale" if source.stale else fate,
        title=source.title,
        kind=source.reader,
        pages=extraction.pages,
        blank=len(extraction.blank_pages),
        passages=source.passages,
        characters=source.characters,
        size=source.source.size,
        date=source.date,
        remarks=(*((source.stale,) if source.stale else ()), *extraction.remarks),
    )


def _skipped(source: Skipped) -> SourceRow:
    return SourceRow(source.address, "skipped", remarks=(source.reason,))


def _head(name: str, order: Order) -> Markup:
    arrow = ("", " ▲", " ▼")[0 if name != order.column else 1 + order.down]
    title = say(COLUMNS[name][0])
    button = Markup('<button class="press" id="sort-{}">{}{}</button>').format(name, title, arrow)
    return Markup('<th scope="col">{}</th>').format(button)


def _row(row: SourceRow) -> Markup:
    title = Markup("<br>{}").format(isolated(row.title, "title")) if row.title else ""
    blank = Markup("<br>{}").format(say("{} without text", f"{row.blank:,}")) if row.blank else ""
    kind = "indexed" if row.state == "indexed" else "news"
    state = Markup('<span class="source-state {}">{}</span>').format(kind, say(row.state))
    figures = (
        state,
        isolated(row.kind) if row.kind else "",
        Markup("{}{}").format(_figure(row.pages), blank),
        _figure(row.passages),
        _figure(row.characters),
        "" if row.size is None else size(row.size),
        foreign(row.date[:10]),
    )
    cells = Markup().join(Markup('<td class="figure">{}</td>').format(figure) for figure in figures)
    remarks = Markup("<br>").join(map(isolated, row.remarks))
    document = Markup("{}{}").format(isolated(row.address, "address"), title)
    return Markup('<tr><th scope="row">{}</th>{}<td>{}</td></tr>').format(document, cells, remarks)


def _figure(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def size(size: int) -> str:
    """A number of bytes as people say it."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:,.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:,.1f} MB"
