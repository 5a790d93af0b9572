"""Word documents (DOCX): a walk over their XML, with headings, lists, tables and notes."""

from __future__ import annotations

from qwenqa.errors import SourceError
from qwenqa.readers.common.archive import Element
from qwenqa.readers.common.draft import DocumentDraft, Properties, counted
from qwenqa.readers.office.drawing import add_chart, add_diagram
from qwenqa.readers.office.ooxml import Package, attribute, child, local, open_package
from qwenqa.readers.office.word_styles import Numbers, Styles
from qwenqa.readers.office.word_text import ParagraphContent, chosen, gather
from qwenqa.types import BlockKind, Document, Extraction

# Cells longer than this hold a page's layout rather than a table's figures.
_CELL_CHARACTERS = 600
_UNSEEN = ("del", "moveFrom", "sectPr", "sdtPr", "tblPr", "tblGrid", "trPr", "tcPr")


def read(data: bytes) -> Document:
    """The document of a Word file; raises SourceError when it cannot be read."""
    package = open_package(data, ".docx")
    main = package.main_part("word/document.xml")
    body = child(package.archive.xml(main), "body")
    if body is None:
        raise SourceError("is no Word document inside; save it again as .docx")
    return _WordWalk(package, main).document(body)


class _WordWalk:
    """One reading of one file."""

    def __init__(self, package: Package, main: str) -> None:
        self.package, self.main, self.part = package, main, main
        self.draft = DocumentDraft()
        self.styles = Styles(self._first("styles"))
        self.numbers = Numbers(self._first("numbering"), self.styles)
        self.note_numbers: dict[tuple[str, str], int] = {}
        self.title = ""
        self.hidden = self.inserted = 0

    def _first(self, kind: str) -> Element | None:
        parts = self.package.related(self.main, kind)
        return self.package.archive.xml(parts[0]) if parts else None

    def document(self, body: Element) -> Document:
        self.blocks(body)
        self._notes()
        self._comments()
        self._furniture()
        stated = self.package.properties()
        title = stated.title or self.title
        properties = Properties(title, stated.author, stated.date, stated.language)
        warnings = (
            *self.package.unread(),
            *counted(self.hidden, "hidden text", "hidden texts", "left out"),
            *counted(self.inserted, "inserted file", "inserted files", "not read"),
        )
        return self.draft.document(properties, Extraction(warnings=warnings))

    def blocks(self, container: Element) -> None:
        for element in container:
            name = local(element)
            if name == "p":
                self._paragraph(element)
            elif name == "tbl":
                self._table(element)
            elif name == "AlternateContent":
                self.blocks(chosen(element))
            elif name == "altChunk":
                self.inserted += 1
            elif name not in _UNSEEN:
                self.blocks(element)

    def _content(self, paragraph: Element) -> ParagraphContent:
        content = ParagraphContent()
        gather(paragraph, content, self.note_numbers)
        self.hidden += content.hidden
        return content

    def _paragraph(self, paragraph: Element) -> None:
        content = self._content(paragraph)
        if content.text.strip():
            self._add(paragraph, content.text.strip())
        self._beside(content)

    def _add(self, paragraph: Element, text: str) -> None:
        style = self.styles.name(paragraph)
        if style.startswith("toc "):
            self.draft.add_furniture(text)
            return
        level, label = self.styles.heading_level(paragraph), self.numbers.label(paragraph)
        if style == "title" and not self.title:
            self.title = " ".join(text.split())
        text = f"{label} {text}" if label else text
        kind: BlockKind = "heading" if level else "paragraph" if label is None else "item"
        self.draft.add(text, kind, level)

    def _beside(self, content: ParagraphContent) -> None:
        """Pictures' texts, boxes, charts and diagrams follow the paragraph that holds them."""
        for said in content.pictures:
            self.draft.add(said)
        for box in content.boxes:
            self.blocks(box)
        links = self.package.relationships(self.part)
        for add, names in ((add_chart, content.charts), (add_diagram, content.diagrams)):
            for name in names:
                if name in links and links[name].part in self.package.archive:
                    add(self.draft, self.package, links[name].part)

    def _table(self, table: Element) -> None:
        rows = [(row, list(_children(row, "tc"))) for row in _children(table, "tr")]
        if all(len(cells) <= 1 for _, cells in rows):
            for _, cells in rows:
                for cell in cells:
                    self.blocks(cell)
            return
        marked = 0
        while marked < len(rows) and child(rows[marked][0], "trPr", "tblHeader") is not None:
            marked += 1
        headers = marked if 0 < marked < len(rows) else None
        if not marked and _has_no_heading_row(table):
            headers = 0
        self._rows([cells for _, cells in rows], headers)

    def _rows(self, rows: list[list[Element]], headers: int | None) -> None:
        """Runs of ordinary rows as a table; what stands beside their text follows them."""
        texts: list[list[str]] = []
        beside: list[ParagraphContent] = []
        for cells in rows:
            if any(map(_lays_out, cells)):
                self._flush(texts, headers, beside)
                texts, headers, beside = [], 0, []
                for cell in cells:
                    self.blocks(cell)
                continue
            cells_read = [self._cell(cell) for cell in cells]
            texts.append([text for text, _ in cells_read])
            beside += [content for _, inner in cells_read for content in inner]
        self._flush(texts, headers, beside)

    def _flush(
        self, texts: list[list[str]], headers: int | None, beside: list[ParagraphContent]
    ) -> None:
        self.draft.add_table(texts, headers)
        for content in beside:
            self._beside(content)

    def _cell(self, cell: Element) -> tuple[str, list[ParagraphContent]]:
        lines, contents = [], []
        for paragraph in cell.iter("{*}p"):
            if _is_inside_drawing(paragraph, cell):
                continue
            content = self._content(paragraph)
            label = self.numbers.label(paragraph) if content.text.strip() else None
            lines.append(f"{label} {content.text.strip()}" if label else content.text.strip())
            contents.append(content)
        return " ".join(filter(None, lines)), contents

    def _notes(self) -> None:
        """Footnotes and endnotes in the order of their references, then those without one."""
        for kind in ("footnotes", "endnotes"):
            for part in self.package.related(self.main, kind):
                self.part = part
                notes = {attribute(each, "id"): each for each in self.package.archive.xml(part)}
                for note in sorted(notes, key=lambda note: self._note_order(kind, note)):
                    if attribute(notes[note], "type") in ("", "normal"):
                        self._note(notes[note], self.note_numbers.get((kind, note)))
        self.part = self.main

    def _note_order(self, kind: str, note: str) -> float:
        return self.note_numbers.get((kind, note), float("inf"))

    def _note(self, note: Element, number: int | None) -> None:
        text = self._text_of(note)
        if text:
            self.draft.add(text if number is None else f"[{number}] {text}")

    def _text_of(self, element: Element) -> str:
        contents = map(self._content, element.iter("{*}p"))
        lines = (line for content in contents for line in (content.text.strip(), *content.pictures))
        return "\n".join(filter(None, lines))

    def _comments(self) -> None:
        for part in self.package.related(self.main, "comments"):
            for comment in self.package.archive.xml(part):
                author, text = attribute(comment, "author"), self._text_of(comment)
                if text:
                    self.draft.add(f"Comment by {author}: {text}" if author else f"Comment: {text}")

    def _furniture(self) -> None:
        for kind in ("header", "footer"):
            for part in self.package.related(self.main, kind):
                self.draft.add_furniture(self._text_of(self.package.archive.xml(part)))


def _children(element: Element, name: str) -> list[Element]:
    """Rows of a table or cells of a row, also those inside content controls and insertions."""
    elements: list[Element] = []
    for each in element:
        if local(each) == name:
            elements.append(each)
        elif local(each) in ("sdt", "sdtContent", "ins", "moveTo", "customXml"):
            elements += _children(each, name)
    return elements


def _has_no_heading_row(table: Element) -> bool:
    """Whether the table's own settings say that its first row is a row like the others."""
    look = child(table, "tblPr", "tblLook")
    return look is not None and attribute(look, "firstRow") in ("0", "false")


def _lays_out(cell: Element) -> bool:
    """Whether a cell holds a table or long text, so that a row of it would be no row."""
    if next(cell.iter("{*}tbl"), None) is not None:
        return True
    return sum(len(text.text or "") for text in cell.iter("{*}t")) > _CELL_CHARACTERS


def _is_inside_drawing(paragraph: Element, cell: Element) -> bool:
    """Paragraphs of text boxes are found with the paragraph that holds the box."""
    parent = paragraph.getparent()
    while parent is not None and parent is not cell:
        if local(parent) in ("txbxContent", "txBody", "p"):
            return True
        parent = parent.getparent()
    return False
