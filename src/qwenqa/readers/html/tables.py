"""Tables of a page: which hold data and which only lay out, and the rows of the former."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lxml import etree

Element = etree._Element

# A cell may claim to span more than there is: what it would repeat is bounded.
_MAX_SPAN = 50
_MAX_COLUMNS = 200
_MAX_HEAD_ROWS = 3
_MAX_CONTEXT_CHARACTERS = 1000
_MAX_REPEATED_CHARACTERS = 200
_LAYOUT_CELL_CHARACTERS = 600
_LAYOUT_ROLES = ("presentation", "none")


class TableRow(NamedTuple):
    """A row's text with the columns' headings; a caption is a row of no cells."""

    text: str
    context: str
    cells: int


def is_data_table(table: Element) -> bool:
    """Whether the cells belong together as rows, instead of placing parts of the page."""
    if (table.get("role") or "").lower() in _LAYOUT_ROLES:
        return False
    rows = _rows(table)
    if any(_name(cell) == "th" for row in rows for cell in row):
        return True
    if table.find(".//{*}table") is not None or max(map(_width, rows), default=0) < 2:
        return False
    longest = max(len("".join(cell.itertext())) for row in rows for cell in row)
    return longest <= _LAYOUT_CELL_CHARACTERS


def rows_of(table: Element, text_of: Callable[[Element], str]) -> Iterator[TableRow]:
    """The table's caption and rows; cells that span rows are said again in each of them."""
    columns: list[str] = []
    carried: dict[int, tuple[int, str]] = {}
    for child in table:
        if _name(child) == "caption" and (text := text_of(child)):
            yield TableRow(text, "", 0)
    rows, heads = _rows(table), 0
    for number, row in enumerate(rows):
        head = _is_head(row, number == 0)
        cells = _cells(row, carried, text_of, head)
        # A heading that spans columns stands over each of them, and is read once.
        text = _joined([text_of(cell) for cell in row if _is_cell(cell)] if head else cells)
        if not text or (number + 1 < len(rows) and _only_begins(row)):
            continue
        if head:
            # Rows of headings that follow each other belong together; others begin anew.
            columns = _merged(columns, cells) if 0 < heads < _MAX_HEAD_ROWS else cells
        heads = heads + 1 if head else 0
        context = "" if head else _joined(columns)[:_MAX_CONTEXT_CHARACTERS]
        yield TableRow(text, context.strip(), len(cells))


def _joined(cells: list[str]) -> str:
    return " | ".join(cells).strip() if any(cells) else ""


def _merged(columns: list[str], cells: list[str]) -> list[str]:
    """Two rows of headings as one: what spans several columns stands before each."""
    if not columns:
        return cells
    width = max(len(columns), len(cells))
    pairs = zip(*(each + [""] * (width - len(each)) for each in (columns, cells)), strict=True)
    return [over if over == under else f"{over} {under}".strip() for over, under in pairs]


def _cells(
    row: Element,
    carried: dict[int, tuple[int, str]],
    text_of: Callable[[Element], str],
    head: bool,
) -> list[str]:
    """Texts by column, with what spans rows from above."""
    cells: list[str] = []
    for cell in filter(_is_cell, row):
        _carry_over(cells, carried)
        text, rows = text_of(cell), _span(cell, "rowspan")
        columns = min(_span(cell, "colspan"), max(1, _MAX_COLUMNS - len(cells)))
        for place in range(columns):
            here = text if place == 0 or head else ""
            if rows > 1:
                repeated = here if len(here) <= _MAX_REPEATED_CHARACTERS else ""
                carried[len(cells)] = (rows - 1, repeated)
            cells.append(here)
    _carry_over(cells, carried)
    return cells


def _carry_over(cells: list[str], carried: dict[int, tuple[int, str]]) -> None:
    while len(cells) in carried and len(cells) < _MAX_COLUMNS:
        left, text = carried.pop(len(cells))
        if left > 1:
            carried[len(cells)] = (left - 1, text)
        cells.append(text)


def _rows(table: Element) -> list[Element]:
    rows: list[Element] = []
    for child in table:
        if _name(child) == "tr":
            rows.append(child)
        elif _name(child) in ("thead", "tbody", "tfoot"):
            rows += [row for row in child if _name(row) == "tr"]
    return rows


def _is_head(row: Element, first: bool) -> bool:
    parent = row.getparent()
    if parent is not None and _name(parent) == "thead":
        return True
    names = {_name(cell) for cell in row} & {"td", "th"}
    return names == {"th"} and (first or _width(row) > 1) and not _only_begins(row)


def _only_begins(row: Element) -> bool:
    """Whether all its cells reach into the rows below, where they are said again."""
    return all(
        _span(cell, "rowspan") > 1 and len("".join(cell.itertext())) <= _MAX_REPEATED_CHARACTERS
        for cell in filter(_is_cell, row)
    )


def _is_cell(element: Element) -> bool:
    return _name(element) in ("td", "th")


def _width(row: Element) -> int:
    return sum(map(_is_cell, row))


def _span(cell: Element, name: str) -> int:
    said = (cell.get(name) or "")[:9].strip()
    return min(_MAX_SPAN, max(1, int(said))) if said.isascii() and said.isdigit() else 1


def _name(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""
