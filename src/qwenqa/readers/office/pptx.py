"""PowerPoint presentations (PPTX): slides in order, each with title, texts, tables and notes."""

from __future__ import annotations

from collections.abc import Iterator

from qwenqa.errors import SourceError
from qwenqa.readers.common.archive import Element
from qwenqa.readers.common.draft import DocumentDraft, Properties, counted
from qwenqa.readers.common.list_numbers import FORMATS
from qwenqa.readers.office.alt_text import alternative
from qwenqa.readers.office.drawing import add_chart, add_diagram, drawn_line, drawn_text
from qwenqa.readers.office.ooxml import Package, child, local, open_package, relationship_id, whole
from qwenqa.types import Document, Extraction

_TITLES = ("title", "ctrTitle")
_FURNITURE = ("sldNum", "dt", "ftr", "hdr")
_BODIES = ("body", "obj", "")
_SHAPES = ("sp", "pic", "grpSp", "graphicFrame", "cxnSp")
# A twentieth of a slide's height: boxes that start this close together are one row.
_ROW_HEIGHT = 340_000
_NO_TITLE = "PowerPoint Presentation"
_AUTO_NUMBERS = {
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
    "arabic": "decimal",
}

Position = tuple[int, int]


def read(data: bytes) -> Document:
    """The document of a presentation; raises SourceError when it cannot be read."""
    package = open_package(data, ".pptx")
    main = package.main_part("ppt/presentation.xml")
    listed = child(package.archive.xml(main), "sldIdLst")
    links = package.relationships(main)
    parts = [
        links[name].part
        for name in map(relationship_id, listed if listed is not None else ())
        if name in links
    ]
    if not parts:
        raise SourceError("is a presentation without slides; put a slide in it or remove it")
    return _SlideWalk(package, main).document(parts)


class _SlideWalk:
    """One reading of one file."""

    def __init__(self, package: Package, main: str) -> None:
        self.package, self.draft, self.part = package, DocumentDraft(), ""
        self.authors = {
            author.get("id", ""): author.get("name", "")
            for kind in ("commentAuthors", "authors")
            for part in package.related(main, kind)
            for author in package.archive.xml(part)
        }
        self.layouts: dict[str, dict[tuple[str, str], Position]] = {}
        self.title, self.hidden, self.blank = "", 0, list[int]()

    def document(self, parts: list[str]) -> Document:
        for number, part in enumerate(parts, 1):
            self._slide(part, number)
        stated = self.package.properties()
        title = stated.title if stated.title not in ("", _NO_TITLE) else self.title
        warnings = (
            *self.package.unread(),
            *counted(self.hidden, "hidden slide", "hidden slides", "read like the others"),
        )
        extraction = Extraction(pages=len(parts), blank_pages=tuple(self.blank), warnings=warnings)
        properties = Properties(title, stated.author, stated.date, stated.language)
        return self.draft.document(properties, extraction)

    def _slide(self, part: str, number: int) -> None:
        self.part = part
        root = self.package.archive.xml(part)
        self.hidden += root.get("show") in ("0", "false")
        tree = child(root, "cSld", "spTree")
        shapes = list(_shapes(tree)) if tree is not None else []
        titles = [shape for shape in shapes if _placeholder(shape)[0] in _TITLES]
        title = " ".join(drawn_text(titles[0]).split()) if titles else ""
        if number == 1:
            self.title = title
        with self.draft.place("slide", title):
            if not self._slide_text(shapes, titles):
                self.blank.append(number)

    def _slide_text(self, shapes: list[Element], titles: list[Element]) -> bool:
        before = self.draft.count
        for shape in titles:
            self.draft.add(drawn_text(shape), "heading", 1)
            self.draft.add(_said_of(shape))
        self._shapes([shape for shape in shapes if shape not in titles])
        self._notes()
        self._comments()
        return self.draft.count > before

    def _shapes(self, shapes: list[Element]) -> None:
        """Rows of boxes from top to bottom, each from left to right; ties keep the file's order."""
        places = self._inherited_positions()
        for shape in sorted(shapes, key=lambda each: _reading_key(each, places)):
            self._shape(shape)

    def _shape(self, shape: Element) -> None:
        kind = _placeholder(shape)[0]
        if local(shape) == "grpSp":
            self._shapes(list(_shapes(shape)))
        elif local(shape) == "graphicFrame":
            self._frame(shape)
        elif kind in _FURNITURE:
            # A slide's number says nothing that its place does not say.
            self.draft.add_furniture("" if kind == "sldNum" else drawn_text(shape))
        else:
            body = child(shape, "txBody")
            self._paragraphs(body if body is not None else (), kind in _BODIES)
        self.draft.add(_said_of(shape))

    def _paragraphs(self, body: Element | tuple[()], in_body: bool) -> None:
        counts: dict[int, int] = {}
        paragraphs = [each for each in body if local(each) == "p" and drawn_line(each).strip()]
        for paragraph in paragraphs:
            properties = child(paragraph, "pPr")
            numbered = child(properties, "buAutoNum")
            bullet = in_body and len(paragraphs) > 1 and child(properties, "buNone") is None
            item = bullet or numbered is not None or child(properties, "buChar") is not None
            label = "" if numbered is None else f"{_number(numbered, properties, counts)} "
            text = f"{label}{drawn_line(paragraph).strip()}"
            self.draft.add(text, "item" if item else "paragraph")

    def _frame(self, frame: Element) -> None:
        for table in frame.iter("{*}tbl"):
            self._table(table)
        links = self.package.relationships(self.part)
        for add, tag, name in ((add_chart, "{*}chart", "id"), (add_diagram, "{*}relIds", "dm")):
            for each in frame.iter(tag):
                link = links.get(relationship_id(each, name))
                if link is not None and link.part in self.package.archive:
                    add(self.draft, self.package, link.part)

    def _table(self, table: Element) -> None:
        rows = [
            [drawn_text(cell) for cell in row if local(cell) == "tc"]
            for row in table
            if local(row) == "tr"
        ]
        properties = child(table, "tblPr")
        first = properties is not None and properties.get("firstRow") in ("1", "true")
        self.draft.add_table(rows, headers=1 if first and len(rows) > 1 else None)

    def _notes(self) -> None:
        for part in self.package.related(self.part, "notesSlide"):
            tree = child(self.package.archive.xml(part), "cSld", "spTree")
            texts = [
                drawn_text(shape)
                for shape in _shapes(tree if tree is not None else ())
                if _placeholder(shape)[0] in _BODIES
            ]
            if text := "\n".join(filter(None, map(str.strip, texts))):
                self.draft.add(f"Notes: {text}")

    def _comments(self) -> None:
        for part in self.package.related(self.part, "comments"):
            for comment in self.package.archive.xml(part).iter("{*}cm", "{*}reply"):
                text = child(comment, "text")
                body = child(comment, "txBody")
                said = (text.text or "") if text is not None else ""
                said = said if body is None else drawn_text(body)
                author = self.authors.get(comment.get("authorId", ""), "")
                if said.strip():
                    by = f" by {author}" if author else ""
                    self.draft.add(f"Comment{by}: {said.strip()}")

    def _inherited_positions(self) -> dict[tuple[str, str], Position]:
        """Where the slide's layout puts each placeholder that has no position of its own."""
        layouts = self.package.related(self.part, "slideLayout")
        if not layouts:
            return {}
        if layouts[0] not in self.layouts:
            self.layouts[layouts[0]] = self._positions(layouts[0])
        return self.layouts[layouts[0]]

    def _positions(self, layout: str) -> dict[tuple[str, str], Position]:
        places: dict[tuple[str, str], Position] = {}
        tree = child(self.package.archive.xml(layout), "cSld", "spTree")
        for shape in _shapes(tree if tree is not None else ()):
            position = _position(shape)
            if position is not None:
                places.setdefault(_placeholder(shape), position)
        return places


def _shapes(tree: Element | tuple[()]) -> Iterator[Element]:
    for each in tree:
        if local(each) in _SHAPES:
            yield each
        elif local(each) == "AlternateContent":
            choice = child(each, "Choice")
            yield from _shapes(choice if choice is not None else ())


def _placeholder(shape: Element) -> tuple[str, str]:
    """Kind and number of the placeholder that a shape fills; ("none", "") when it fills none."""
    for each in shape:
        placeholder = child(each, "nvPr", "ph") if local(each).startswith("nv") else None
        if placeholder is not None:
            return placeholder.get("type", ""), placeholder.get("idx", "")
    return "none", ""


def _said_of(shape: Element) -> str:
    """The shape's alternative text."""
    properties = next((each for each in shape if local(each).startswith("nv")), None)
    return alternative(child(properties, "cNvPr"))


def _position(shape: Element) -> Position | None:
    offset = child(shape, "spPr", "xfrm", "off")
    if offset is None:
        offset = child(shape, "xfrm", "off")
    if offset is None:
        offset = child(shape, "grpSpPr", "xfrm", "off")
    if offset is None:
        return None
    try:
        return int(offset.get("y", "")), int(offset.get("x", ""))
    except ValueError:
        return None


def _reading_key(shape: Element, places: dict[tuple[str, str], Position]) -> Position:
    top, left = _position(shape) or places.get(_placeholder(shape)) or (0, 0)
    return top // _ROW_HEIGHT, left


def _number(numbered: Element, properties: Element | None, counts: dict[int, int]) -> str:
    """The next label of an automatically numbered list, such as "b." or "(3)"."""
    indent = properties.get("lvl", "0") if properties is not None else "0"
    level = whole(indent, 0)
    for deeper in [each for each in counts if each > level]:
        del counts[deeper]
    first = whole(numbered.get("startAt", "1"), 1)
    counts[level] = counts.get(level, first - 1) + 1
    form = numbered.get("type", "arabicPeriod")
    name = next((value for key, value in _AUTO_NUMBERS.items() if form.startswith(key)), "decimal")
    written = FORMATS[name](counts[level])
    if form.endswith("ParenBoth"):
        return f"({written})"
    return f"{written})" if form.endswith("ParenR") else f"{written}."
