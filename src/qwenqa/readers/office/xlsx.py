"""Excel workbooks (XLSX): every row with its cells' range and its column headings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qwenqa.errors import SourceError
from qwenqa.readers.common.archive import Element
from qwenqa.readers.common.draft import DocumentDraft
from qwenqa.readers.common.grid import Grid, column_number
from qwenqa.readers.office.alt_text import alternative
from qwenqa.readers.office.drawing import add_chart_titles, drawn_text
from qwenqa.readers.office.hidden_cells import Unshown
from qwenqa.readers.office.number_format import BUILT_IN, formatted
from qwenqa.readers.office.ooxml import Package, child, local, open_package, relationship_id, whole
from qwenqa.types import Document, Extraction

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# "&L", "&P", "&12" and the like in printed headers and footers.
_PRINT_CODE = re.compile(r'&(?:"[^"]*"|\d+|K[0-9A-Fa-f]{6}|[A-Za-z])')
_THREADED = "[Threaded comment]"


def read(data: bytes) -> Document:
    """The document of a workbook; raises SourceError when it cannot be read."""
    package = open_package(data, ".xlsx")
    main = package.main_part("xl/workbook.xml")
    if main.endswith(".bin"):
        raise SourceError("is a binary workbook (.xlsb); save it as .xlsx")
    return _SheetWalk(package, main).document()


class _SheetWalk:
    """One reading of one file."""

    def __init__(self, package: Package, main: str) -> None:
        self.package, self.main, self.draft = package, main, DocumentDraft()
        root = package.archive.xml(main)
        properties = child(root, "workbookPr")
        self.starts_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        listed = child(root, "sheets")
        self.sheets = list(listed) if listed is not None else []
        self.strings = list(self._shared_strings())
        self.formats = self._formats()
        self.people = {
            person.get("id", ""): person.get("displayName", "")
            for part in package.related(main, "person")
            for person in package.archive.xml(part)
        }
        self.shown: dict[tuple[str, str], str] = {}
        self.hidden: list[str] = []

    def document(self) -> Document:
        for sheet in self.sheets:
            name = sheet.get("name", "")
            link = self.package.relationships(self.main).get(relationship_id(sheet))
            if link is None or link.part not in self.package.archive:
                continue
            if sheet.get("state", "visible") != "visible":
                self.hidden.append(f"The sheet {name} is hidden; it was read like the others.")
            with self.draft.place("sheet", name):
                self._sheet(link.part, name)
        extraction = Extraction(warnings=(*self.package.unread(), *self.hidden))
        return self.draft.document(self.package.properties(), extraction)

    def _sheet(self, part: str, name: str) -> None:
        grid, unshown = Grid(self.draft, name, self._tables(part)), Unshown()
        position = 0
        for element in self.package.archive.stream(part, "col", "row", *_PRINTED):
            if local(element) in _PRINTED:
                self.draft.add_furniture(_PRINT_CODE.sub(" ", element.text or ""))
            elif local(element) == "row":
                position = whole(element.get("r", ""), position + 1)
                cells = self._cells(element)
                grid.row(position, cells)
                unshown.row(cells, _is_hidden(element))
            elif _is_hidden(element):
                first, last = (whole(element.get(end, ""), 0) for end in ("min", "max"))
                unshown.hide_columns(first, last)
        grid.finish()
        self.hidden += unshown.warnings(name)
        self._drawings(part)
        self._comments(part)

    def _cells(self, row: Element) -> dict[int, str]:
        cells: dict[int, str] = {}
        column = 0
        for cell in row:
            letters = cell.get("r", "").rstrip("0123456789")
            column = column_number(letters) or column + 1
            if text := self._cell(cell):
                cells[column] = text
        return cells

    def _cell(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        value = child(cell, "v")
        stored = "" if value is None else value.text or ""
        if kind == "inlineStr":
            inline = child(cell, "is")
            return "" if inline is None else _string(inline)
        if kind == "s":
            at = whole(stored, -1)
            return self.strings[at] if 0 <= at < len(self.strings) else ""
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(stored, stored)
        return self._number(stored, cell.get("s", "")) if kind == "n" else _unescaped(stored)

    def _number(self, stored: str, style: str) -> str:
        if (stored, style) not in self.shown:
            self.shown[stored, style] = self._formatted(stored, style)
        return self.shown[stored, style]

    def _formatted(self, stored: str, style: str) -> str:
        try:
            value = float(stored)
        except ValueError:
            return stored
        return formatted(value, self.formats.get(style, ""), self.starts_1904)

    def _shared_strings(self) -> Iterator[str]:
        for part in self.package.related(self.main, "sharedStrings"):
            for item in self.package.archive.stream(part, "si"):
                yield _string(item)

    def _formats(self) -> dict[str, str]:
        """Format codes by the number of a cell's style."""
        parts = self.package.related(self.main, "styles")
        root = self.package.archive.xml(parts[0]) if parts else None
        own, styles = child(root, "numFmts"), child(root, "cellXfs")
        codes = {str(number): code for number, code in BUILT_IN.items()}
        codes |= {each.get("numFmtId", ""): each.get("formatCode", "") for each in _all(own)}
        return {
            str(number): codes.get(style.get("numFmtId", ""), "")
            for number, style in enumerate(_all(styles))
        }

    def _tables(self, part: str) -> dict[int, tuple[int, int, int]]:
        """Heading rows of the sheet's tables: row to (first column, last column, last row)."""
        tables: dict[int, tuple[int, int, int]] = {}
        for name in self.package.related(part, "table"):
            table = self.package.archive.xml(name)
            corners = _REFERENCE.findall(table.get("ref", ""))
            if len(corners) == 2 and table.get("headerRowCount", "1") != "0":
                (left, top), (right, bottom) = corners
                tables[int(top)] = column_number(left), column_number(right), int(bottom)
        return tables

    def _drawings(self, part: str) -> None:
        for drawing in self.package.related(part, "drawing"):
            root = self.package.archive.xml(drawing)
            for shape in root.iter("{*}sp"):
                self.draft.add(drawn_text(shape))
            for properties in root.iter("{*}cNvPr"):
                self.draft.add(alternative(properties))
            for chart in self.package.related(drawing, "chart"):
                add_chart_titles(self.draft, self.package, chart)

    def _comments(self, part: str) -> None:
        for kind, tag in (("threadedComment", "threadedComment"), ("comments", "comment")):
            for name in self.package.related(part, kind):
                root = self.package.archive.xml(name)
                authors = [each.text or "" for each in root.iterfind("{*}authors/{*}author")]
                for comment in root.iter(f"{{*}}{tag}"):
                    self._comment(comment, authors)

    def _comment(self, comment: Element, authors: list[str]) -> None:
        body = child(comment, "text")
        text = "" if body is None else (body.text or "").strip() or _string(body).strip()
        if not text or text.startswith(_THREADED):
            return
        at = whole(comment.get("authorId", ""), -1)
        author = authors[at] if 0 <= at < len(authors) else ""
        author = author or self.people.get(comment.get("personId", ""), "")
        by = f" by {author}" if author else ""
        self.draft.add(f"Comment{by} on {comment.get('ref', '')}: {text}")


_PRINTED = ("oddHeader", "oddFooter", "firstHeader", "firstFooter", "evenHeader", "evenFooter")


def _all(element: Element | None) -> Iterator[Element]:
    return iter(element if element is not None else ())


def _is_hidden(element: Element) -> bool:
    return element.get("hidden") in ("1", "true")


def _string(item: Element) -> str:
    """Text of a string with or without formatting; readings above Japanese words left out."""
    texts = []
    for each in item:
        if local(each) == "t":
            texts.append(each.text or "")
        elif local(each) == "r":
            run = child(each, "t")
            texts.append("" if run is None else run.text or "")
    return _unescaped("".join(texts))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text) if "_x" in text else text
