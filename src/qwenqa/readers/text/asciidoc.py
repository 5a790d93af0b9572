"""AsciiDoc: the canonical text is the source as written, its structure read line by line."""

from __future__ import annotations

import re
from itertools import pairwise

from qwenqa.readers.common.source_text import extraction, written
from qwenqa.readers.text.outline import Line, MarkupOutline, cells_text
from qwenqa.types import Document, LineMap
from qwenqa.types.iso_dates import DAY

_HEADING = re.compile(r"(={1,6}|#{1,6})[ \t]+\S")
_VERBATIM = re.compile(r"(?:-{4,}|\.{4,}|\+{4,}|/{4,}|`{3,}.*)\Z")
_ENCLOSURE = re.compile(r"(?:={4,}|\*{4,}|_{4,}|--|~{4,})\Z")
_TABLE = re.compile(r"[|,:!]={3,}\Z")
_ITEM = re.compile(
    r"\s*(?:\*{1,5}|-|\.{1,5}|\d+\.|[a-zA-Z]\.|<\d*\.?>)[ \t]+\S|\s*\S.*?(?:::|;;)(?:\s|\Z)"
)
_ATTRIBUTE = re.compile(r":!?([\w-]+)!?:(?:[ \t]+(.*))?\Z")
_BLOCK_ATTRIBUTES = re.compile(r"\[.*\]\Z")
_BLOCK_TITLE = re.compile(r"\.[^\s.].*\Z")
_CELL_MARK = re.compile(r"(?:(?:^|\s)[\d.+*<^>]*[adehlms]?)?\|")
_AUTHOR = re.compile(r"(\w[\w.'-]*(?:[ \t]+[\w.'-]+){0,2})(?:[ \t]+<[^<>]*>)?(?:;.*)?\Z")


def read(data: bytes) -> Document:
    """The document of an AsciiDoc file; raises SourceError when there is no text in it."""
    decoded = written(data)
    walk = _AsciidocWalk(decoded.text)
    for start, end in pairwise([*LineMap(decoded.text).starts, len(decoded.text)]):
        walk.line((start, end), decoded.text[start:end].rstrip())
    said = walk.attributes
    date = re.search(rf"\b{DAY}\b", said.get("revdate", ""))
    return Document(
        decoded.text,
        walk.outline.blocks(),
        title=walk.title or said.get("doctitle", ""),
        author=said.get("author", ""),
        date=date[0] if date else "",
        language=said.get("lang", ""),
        extraction=extraction(decoded),
    )


class _AsciidocWalk:
    """One way through the lines, which remembers what is open."""

    def __init__(self, text: str) -> None:
        self.outline = MarkupOutline(text)
        self.title = ""
        self.attributes: dict[str, str] = {}
        self._fence = ""
        self._table = ""
        self._columns: str | None = None
        self._enclosures: list[str] = []
        self._header_line = 0

    def line(self, at: Line, words: str) -> None:
        """Take the next line in."""
        if self._fence:
            self._verbatim_line(at, words)
        elif self._table:
            self._table_line(at, words)
        elif not words:
            self.outline.close()
            self._header_line = 0
        elif self._header_line:
            self._below_title(at, words)
        elif words[0].isalnum() and "::" not in words and not words[0].isdigit():
            self.outline.add(at, "item" if self.outline.kind == "item" else "paragraph")
        else:
            self._marked_line(at, words)

    def _marked_line(self, at: Line, words: str) -> None:
        if _VERBATIM.match(words):
            self._fence = words if words[0] != "`" else "```"
            self.outline.open(at, "code")
        elif _TABLE.match(words):
            self._table, self._columns = words, None
            self.outline.mark(at)
        elif heading := _HEADING.match(words):
            self._heading(at, words, len(heading[1]))
        elif _ENCLOSURE.match(words):
            self._enclosure(at, words)
        elif attribute := _ATTRIBUTE.match(words):
            self.attributes.setdefault(attribute[1].lower(), (attribute[2] or "").strip())
            self.outline.add(at, "code")
        elif _BLOCK_ATTRIBUTES.match(words) or _BLOCK_TITLE.match(words):
            self.outline.mark(at)
        elif words[0] == "|":
            if self.outline.kind != "row":
                self._columns = cells_text(_CELL_MARK.split(words))
            self.outline.open(at, "row", context=self._columns or "")
        else:
            self._text_line(at, words)

    def _text_line(self, at: Line, words: str) -> None:
        if words == "+":
            self.outline.finish(at)
        elif words.startswith("//"):
            self.outline.add(at, self.outline.kind or "code")
        elif _ITEM.match(words):
            self.outline.open(at, "item")
        else:
            self.outline.add(at, "item" if self.outline.kind == "item" else "paragraph")

    def _heading(self, at: Line, words: str, level: int) -> None:
        self.outline.open(at, "heading", level)
        self.outline.close()
        if level == 1 and not self.title:
            self.title = words[1:].strip()
            self._header_line = 1

    def _below_title(self, at: Line, words: str) -> None:
        """The author and the revision stand on the lines right below the title."""
        number, self._header_line = self._header_line, self._header_line + 1
        if _ATTRIBUTE.match(words):
            self._marked_line(at, words)
        elif number == 1 and (author := _AUTHOR.match(words)):
            self.attributes.setdefault("author", author[1])
            self.outline.add(at, "paragraph")
        else:
            self.attributes.setdefault("revdate", words)
            self.outline.add(at, "paragraph")

    def _verbatim_line(self, at: Line, words: str) -> None:
        self.outline.add(at, "code")
        if words == self._fence:
            self._fence = ""
            self.outline.close()

    def _enclosure(self, at: Line, words: str) -> None:
        if words in self._enclosures:
            self._enclosures.remove(words)
            self.outline.finish(at)
        else:
            self._enclosures.append(words)
            self.outline.mark(at)

    def _table_line(self, at: Line, words: str) -> None:
        """A line with several cells is a row; lines of one cell are a row up to a blank line."""
        if words == self._table:
            self._table = ""
            self.outline.finish(at)
        elif not words:
            self.outline.close()
        elif words.count("|") > 1 or self.outline.kind != "row":
            if self._columns is None:
                self._columns = cells_text(_CELL_MARK.split(words))
            self.outline.open(at, "row", context=self._columns)
        else:
            self.outline.add(at, "row", self._columns or "")
