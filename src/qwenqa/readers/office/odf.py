"""OpenDocument texts, presentations and spreadsheets (ODT, ODP, ODS)."""

from __future__ import annotations

from collections.abc import Callable

from qwenqa.errors import SourceError
from qwenqa.readers.common.archive import Archive, Element, open_archive
from qwenqa.readers.common.draft import DocumentDraft, Properties, counted
from qwenqa.readers.common.grid import Grid
from qwenqa.readers.office.hidden_cells import Unshown
from qwenqa.readers.office.odf_text import OdfWalk, cells_of, columns_of, paragraph_text, rows_of
from qwenqa.readers.office.ooxml import attribute, child, local
from qwenqa.types import Document, Extraction
from qwenqa.types.iso_dates import iso_date

_MOST_COLUMNS = 20_000
_FURNITURE = ("footer", "header", "date-time")
_HEADERS = "{*}header {*}footer {*}header-left {*}footer-left {*}header-first {*}footer-first"


def read_text(data: bytes) -> Document:
    """The document of an ODT file; raises SourceError when it cannot be read."""
    return _read(data, "text", _add_text)


def read_presentation(data: bytes) -> Document:
    """The document of an ODP file; raises SourceError when it cannot be read."""
    return _read(data, "presentation", _add_slides)


def read_spreadsheet(data: bytes) -> Document:
    """The document of an ODS file; raises SourceError when it cannot be read."""
    return _read(data, "spreadsheet", _add_sheets)


def _read(data: bytes, kind: str, add: Callable[[OdfWalk, Element], Extraction]) -> Document:
    archive = open_archive(data, "OpenDocument file")
    _refuse_password(archive)
    if "content.xml" not in archive:
        raise SourceError(
            "holds no content.xml, so it is no OpenDocument file; give it the suffix of its"
            " real format, or save it again"
        )
    root = archive.xml("content.xml")
    body = child(root, "body", kind)
    if body is None:
        raise SourceError(f"is no OpenDocument {kind}; give it the suffix of its real format")
    walk = OdfWalk(archive, DocumentDraft(), root)
    extraction = add(walk, body)
    pictures = sum(name.startswith("Pictures/") for name in archive.names)
    warnings = (
        *extraction.warnings,
        *counted(pictures, "picture", "pictures", "not read"),
        *counted(walk.repeated, "repeated cell", "repeated cells", "written once"),
    )
    extraction = Extraction(
        pages=extraction.pages, blank_pages=extraction.blank_pages, warnings=warnings
    )
    return walk.draft.document(_properties(archive), extraction)


def _refuse_password(archive: Archive) -> None:
    manifest = "META-INF/manifest.xml"
    if manifest in archive:
        encrypted = archive.xml(manifest).iter("{*}encryption-data")
        if next(encrypted, None) is not None:
            raise SourceError("is protected by a password; save a copy without one")


def _properties(archive: Archive) -> Properties:
    stated: dict[str, str] = {}
    if "meta.xml" in archive:
        for element in archive.xml("meta.xml").iterfind("{*}meta/{*}*"):
            stated.setdefault(local(element), (element.text or "").strip())
    date = iso_date(stated.get("date", "")) or iso_date(stated.get("creation-date", ""))
    author = stated.get("initial-creator", "") or stated.get("creator", "")
    return Properties(stated.get("title", ""), author, date, stated.get("language", ""))


def _add_text(walk: OdfWalk, body: Element) -> Extraction:
    walk.blocks(body)
    walk.add_asides()
    if "styles.xml" in walk.archive:
        for master in walk.archive.xml("styles.xml").iter("{*}master-page"):
            for header in master.iter(*_HEADERS.split()):
                walk.draft.add_furniture(_lines(header))
    return Extraction()


def _add_slides(walk: OdfWalk, body: Element) -> Extraction:
    blank: list[int] = []
    hidden = 0
    pages = [each for each in body if local(each) == "page"]
    for number, page in enumerate(pages, 1):
        titles = [each for each in page if attribute(each, "class") == "title"]
        label = " ".join(_lines(titles[0]).split()) if titles else ""
        before = walk.draft.count
        with walk.draft.place("slide", label):
            _add_slide(walk, page, titles)
        if walk.draft.count == before:
            blank.append(number)
        hidden += walk.is_hidden(attribute(page, "style-name"))
    warnings = counted(hidden, "hidden slide", "hidden slides", "read like the others")
    return Extraction(pages=len(pages), blank_pages=tuple(blank), warnings=warnings)


def _add_slide(walk: OdfWalk, page: Element, titles: list[Element]) -> None:
    for title in titles:
        walk.draft.add(_lines(title), "heading", 1)
    notes: list[Element] = []
    for shape in page:
        kind = attribute(shape, "class")
        if local(shape) == "notes":
            notes.append(shape)
        elif kind in _FURNITURE:
            walk.draft.add_furniture(_lines(shape))
        elif kind not in ("title", "page-number"):
            walk.blocks(shape, itself=True)
    walk.add_asides()
    for note in notes:
        text = "\n".join(
            filter(None, (_lines(shape) for shape in note if attribute(shape, "class") == "notes"))
        )
        if text:
            walk.draft.add(f"Notes: {text}")


def _lines(element: Element) -> str:
    """The paragraphs below an element, one to a line."""
    lines = (paragraph_text(each, None).strip() for each in element.iter("{*}p", "{*}h"))
    return "\n".join(filter(None, lines))


def _add_sheets(walk: OdfWalk, body: Element) -> Extraction:
    hidden = []
    for sheet in (each for each in body if local(each) == "table"):
        name = attribute(sheet, "name")
        if walk.is_hidden(attribute(sheet, "style-name")):
            hidden.append(f"The sheet {name} is hidden; it was read like the others.")
        with walk.draft.place("sheet", name):
            hidden += _add_sheet(walk, sheet, name)
            walk.add_asides()
    return Extraction(warnings=tuple(hidden))


def _add_sheet(walk: OdfWalk, sheet: Element, name: str) -> tuple[str, ...]:
    """Append the rows and shapes of a sheet; a sentence when some of its cells are hidden."""
    grid, unshown, number = Grid(walk.draft, name), _unshown_columns(sheet), 1
    for row, rows in rows_of(sheet):
        cells = _cells(walk, row)
        grid.row(number, cells, rows)
        unshown.row(cells, rows if _is_hidden(row) else 0)
        number += rows
    grid.finish()
    for shapes in (each for each in sheet if local(each) == "shapes"):
        walk.blocks(shapes)
    return unshown.warnings(name)


def _cells(walk: OdfWalk, row: Element) -> dict[int, str]:
    column = 1
    cells: dict[int, str] = {}
    for cell, columns in cells_of(row):
        if column > _MOST_COLUMNS:
            break
        if text := walk.cell_text(cell):
            copies = walk.copies(columns, text)
            cells |= dict.fromkeys(range(column, column + copies), text)
        column += columns
    return cells


def _unshown_columns(sheet: Element) -> Unshown:
    unshown, column = Unshown(), 1
    for each, columns in columns_of(sheet):
        if _is_hidden(each):
            unshown.hide_columns(column, column + columns - 1)
        column += columns
    return unshown


def _is_hidden(element: Element) -> bool:
    """Whether a row or column is hidden by hand, with its group, or by a filter."""
    return attribute(element, "visibility") in ("collapse", "filter")
