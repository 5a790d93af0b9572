"""OpenDocument texts, presentations and spreadsheets (ODT, ODP, ODS)."""

from __future__ import annotations

from collections.abc import Callable

from qwenqa.errors import SourceError
from qwenqa.readers.archive import Archive, Element, open_archive
from qwenqa.readers.draft import Draft, Properties, counted, iso_date
from qwenqa.readers.grid import Grid
from qwenqa.readers.odftext import Walk, cells_of, paragraph_text, rows_of
from qwenqa.readers.ooxml import attribute, child, local
from qwenqa.types import Document, Extraction

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


def _read(data: bytes, kind: str, add: Callable[[Walk, Element], Extraction]) -> Document:
    archive = open_archive(data)
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
    walk = Walk(archive, Draft(), root)
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


def _add_text(walk: Walk, body: Element) -> Extraction:
    walk.blocks(body)
    walk.add_asides()
    if "styles.xml" in walk.archive:
        for master in walk.archive.xml("styles.xml").iter("{*}master-page"):
            for header in master.iter(*_HEADERS.split()):
                walk.draft.add_furniture(_lines(header))
    return Extraction()


def _add_slides(walk: Walk, body: Element) -> Extraction:
    blank: list[int] = []
    pages = [each for each in body if local(each) == "page"]
    for number, page in enumerate(pages, 1):
        titles = [each for each in page if attribute(each, "class") == "title"]
        label = " ".join(_lines(titles[0]).split()) if titles else ""
        before = walk.draft.count
        with walk.draft.place("slide", label):
            _add_slide(walk, page, titles)
        if walk.draft.count == before:
            blank.append(number)
    return Extraction(pages=len(pages), blank_pages=tuple(blank))


def _add_slide(walk: Walk, page: Element, titles: list[Element]) -> None:
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


def _add_sheets(walk: Walk, body: Element) -> Extraction:
    hidden = []
    for sheet in (each for each in body if local(each) == "table"):
        name = attribute(sheet, "name")
        if walk.is_hidden(attribute(sheet, "style-name")):
            hidden.append(f"The sheet {name} is hidden; it was read like the others.")
        with walk.draft.place("sheet", name):
            _add_sheet(walk, sheet, name)
            walk.add_asides()
    return Extraction(warnings=tuple(hidden))


def _add_sheet(walk: Walk, sheet: Element, name: str) -> None:
    grid, number = Grid(walk.draft, name), 1
    for row, rows in rows_of(sheet):
        column = 1
        cells: dict[int, str] = {}
        for cell, columns in cells_of(row):
            if column > _MOST_COLUMNS:
                break
            if text := walk.cell_text(cell):
                copies = walk.copies(columns, text)
                cells |= dict.fromkeys(range(column, column + copies), text)
            column += columns
        grid.row(number, cells, rows)
        number += rows
    grid.finish()
    for shapes in (each for each in sheet if local(each) == "shapes"):
        walk.blocks(shapes)
