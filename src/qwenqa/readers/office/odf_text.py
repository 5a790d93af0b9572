"""A walk over OpenDocument's XML: paragraphs, lists, tables, notes, boxes and charts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from qwenqa.readers.common.archive import Archive, Element
from qwenqa.readers.common.draft import DocumentDraft
from qwenqa.readers.common.list_numbers import FORMATS, decimal
from qwenqa.readers.office.alt_text import alternative_below
from qwenqa.readers.office.ooxml import attribute, child, local, whole
from qwenqa.types import BlockKind

# Deletions are kept in tracked-changes; what was inserted stands in the text itself.
_UNSEEN = frozenset({
    "tracked-changes", "sequence-decls", "forms", "variable-decls", "user-field-decls",
    "notes-configuration", "ruby-text", "desc", "title", "event-listeners", "bookmark",
    "dde-connection-decls", "named-expressions", "database-ranges", "calculation-settings",
    "content-validations", "glue-point",
})  # fmt: skip
_INDEXES = ("table-of-content", "illustration-index", "table-index", "alphabetical-index")
_BESIDE = ("frame", "custom-shape", "text-box", "g", "rect", "ellipse", "polygon", "path", "line")
_MOST_REPEATED = 2_000_000
_MOST_COPIES = 20
_COPIED_CHARACTERS = 10_000


class OdfWalk:
    """One reading of one file: what is met goes to the draft, notes and comments wait."""

    def __init__(self, archive: Archive, draft: DocumentDraft, root: Element) -> None:
        """``root`` is that of content.xml."""
        self.archive, self.draft = archive, draft
        self.repeated = 0
        self._asides: list[str] = []
        self._notes = 0
        self._beside: list[Element] = []
        self._objects: set[str] = set()
        self._lists = {
            attribute(each, "name"): {attribute(level, "level"): level for level in each}
            for each in root.iter("{*}list-style")
        }
        self._hidden = {
            attribute(style, "name") for style in root.iter("{*}style") if _hides(style)
        }

    def is_hidden(self, style: str) -> bool:
        """Whether a sheet or slide of this style is not shown."""
        return style in self._hidden

    def blocks(self, container: Element, itself: bool = False) -> None:
        """Add what is below a container, or the element itself."""
        for element in (container,) if itself else container:
            name = local(element)
            if name in ("p", "h"):
                self._paragraph(element, name)
            elif name == "list":
                self._list(element, "", 1)
            elif name == "table":
                self._table(element)
            elif name == "object":
                self._object(element)
            elif name == "annotation":
                self._comment(element)
            elif name in _INDEXES:
                self.draft.add_furniture(_lines(element))
            elif name not in _UNSEEN:
                self.blocks(element)
                if name in _BESIDE:
                    self.draft.add(alternative_below(element))

    def add_asides(self) -> None:
        """Add the footnotes, endnotes and comments met since the last call."""
        for text in self._asides:
            self.draft.add(text)
        self._asides = []

    def _paragraph(self, paragraph: Element, name: str, label: str = "") -> None:
        text = paragraph_text(paragraph, self).strip()
        beside, self._beside = self._beside, []
        if text:
            kind: BlockKind = "heading" if name == "h" else "item" if label else "paragraph"
            level = max(1, whole(attribute(paragraph, "outline-level"), 1)) if name == "h" else 0
            self.draft.add(f"{label} {text}", kind, level)
        for element in beside:
            self.blocks(element, itself=True)

    def aside(self, element: Element, name: str) -> str:
        """Keep a note, comment or box met inside a paragraph; the mark that stands for it."""
        if name == "note":
            self._notes += 1
            number, body = self._notes, child(element, "note-body")
            at = len(self._asides)
            self._asides.append("")
            self._asides[at] = f"[{number}] {_lines(body)}" if body is not None else ""
            return f"[{number}]"
        if name == "annotation":
            self._comment(element)
        else:
            self._beside.append(element)
        return ""

    def _comment(self, comment: Element, where: str = "") -> None:
        author = child(comment, "creator")
        by = f" by {author.text}" if author is not None and author.text else ""
        if text := _lines(comment):
            self._asides.append(f"Comment{by}{where}: {text}")

    def _list(self, element: Element, style: str, level: int) -> None:
        style = attribute(element, "style-name") or style
        count = 0
        for item in element:
            if local(item) not in ("list-item", "list-header"):
                continue
            count = _start(item, count)
            label = "" if local(item) == "list-header" else self._label(style, level, count)
            self._item(item, style, level, label)

    def _item(self, item: Element, style: str, level: int, label: str) -> None:
        for each in item:
            name = local(each)
            if name in ("p", "h"):
                self._paragraph(each, name, label if name == "p" else "")
                # Further paragraphs of an item have its indent and no label of their own.
                label = label and "\u2003"
            elif name == "list":
                self._list(each, style, level + 1)
            elif name not in _UNSEEN:
                self.blocks(each, itself=True)

    def _label(self, style: str, level: int, count: int) -> str:
        form = self._lists.get(style, {}).get(str(level))
        if form is None or local(form) != "list-level-style-number":
            return "•"
        if not attribute(form, "num-format"):
            return ""
        written = FORMATS.get(attribute(form, "num-format"), decimal)(count)
        return f"{attribute(form, 'num-prefix')}{written}{attribute(form, 'num-suffix')}".strip()

    def _table(self, table: Element) -> None:
        headed = child(table, "table-header-rows")
        heading_rows = len(list(rows_of(headed))) if headed is not None else 0
        rows = [self._row(row) for row, _ in rows_of(table)]
        if all(len(row) <= 1 for row in rows):
            for row, _ in rows_of(table):
                for cell, _ in cells_of(row):
                    self.blocks(cell)
            return
        self.draft.add_table(rows, heading_rows if 0 < heading_rows < len(rows) else None)
        beside, self._beside = self._beside, []
        for element in beside:
            self.blocks(element, itself=True)

    def _row(self, row: Element) -> list[str]:
        texts: list[str] = []
        for cell, columns in cells_of(row):
            texts += [self.cell_text(cell)] * min(columns, _MOST_COPIES)
        return texts

    def cell_text(self, cell: Element) -> str:
        """The paragraphs of a cell, one to a line; its comment waits with the asides."""
        lines = []
        for each in cell:
            if local(each) == "annotation":
                self._comment(each)
            elif local(each) in ("p", "h"):
                lines.append(paragraph_text(each, self).strip())
            elif local(each) in ("list", "section", "table"):
                lines += [paragraph_text(p, self).strip() for p in each.iter("{*}p", "{*}h")]
            elif local(each) in _BESIDE:
                self._beside.append(each)
        return "\n".join(filter(None, lines))

    def copies(self, columns: int, text: str) -> int:
        """How often a repeated cell is written: all of them unless that is too much text."""
        if columns * len(text) <= _COPIED_CHARACTERS:
            return columns
        self.repeated += 1
        return 1

    def _object(self, element: Element) -> None:
        """An embedded chart, formula or table: its own content.xml, each once."""
        folder = posixpath.normpath(attribute(element, "href"))
        part = f"{folder}/content.xml"
        if part in self._objects:
            return
        self._objects.add(part)
        root = self.archive.xml(part) if part in self.archive else element
        if local(root) == "math" or child(root, "math") is not None:
            self.draft.add(formula_text(root))
        else:
            self.blocks(root)


def paragraph_text(element: Element, walk: OdfWalk | None) -> str:
    """The text of a paragraph; what stands beside it goes to the walk, if there is one."""
    pieces = [element.text or ""]
    for each in element:
        name = local(each)
        if name == "s":
            pieces.append(" " * min(whole(attribute(each, "c"), 1), 1000))
        elif name in ("tab", "line-break"):
            pieces.append("\t" if name == "tab" else "\n")
        elif name in ("note", "annotation", *_BESIDE):
            pieces.append(walk.aside(each, name) if walk else "")
        elif name not in _UNSEEN:
            pieces.append(paragraph_text(each, walk))
        pieces.append(each.tail or "")
    return "".join(pieces)


def formula_text(root: Element) -> str:
    """The signs of a formula in MathML from left to right."""
    return " ".join(
        (each.text or "").strip() for each in root.iter("{*}mi", "{*}mn", "{*}mo", "{*}mtext")
    )


def _lines(element: Element) -> str:
    lines = (paragraph_text(each, None).strip() for each in element.iter("{*}p", "{*}h"))
    return "\n".join(filter(None, lines))


def _start(item: Element, count: int) -> int:
    start = whole(attribute(item, "start-value"), None)
    return count + (local(item) == "list-item") if start is None else start


def _hides(style: Element) -> bool:
    """Whether a style of sheets or of slides hides them."""
    return (
        attribute(child(style, "table-properties"), "display") == "false"
        or attribute(child(style, "drawing-page-properties"), "visibility") == "hidden"
    )


def columns_of(table: Element) -> Iterator[tuple[Element, int]]:
    """Columns, also those in groups, and how many equal ones each stands for."""
    for each in table:
        if local(each) == "table-column":
            yield each, _repeats(each, "number-columns-repeated")
        elif local(each) in ("table-header-columns", "table-columns", "table-column-group"):
            yield from columns_of(each)


def rows_of(table: Element) -> Iterator[tuple[Element, int]]:
    """Rows, also those in groups, and how many equal ones each stands for."""
    for each in table:
        if local(each) == "table-row":
            yield each, _repeats(each, "number-rows-repeated")
        elif local(each) in ("table-header-rows", "table-rows", "table-row-group"):
            yield from rows_of(each)


def cells_of(row: Element) -> Iterator[tuple[Element, int]]:
    """Cells, covered ones too, and how many equal ones each stands for."""
    for each in row:
        if local(each) in ("table-cell", "covered-table-cell"):
            yield each, _repeats(each, "number-columns-repeated")


def _repeats(element: Element, name: str) -> int:
    return max(1, min(whole(attribute(element, name), 1), _MOST_REPEATED))
