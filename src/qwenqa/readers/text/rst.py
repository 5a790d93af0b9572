"""reStructuredText: the canonical text is the source as written, its structure read line by line.

docutils is not used: it is slow, runs directives (include, raw) and gives no offsets.
"""

from __future__ import annotations

import re
from itertools import pairwise

from qwenqa.readers.common.source_text import extraction, written
from qwenqa.readers.text.outline import Line, MarkupOutline, cells_text
from qwenqa.types import Document, LineMap
from qwenqa.types.iso_dates import is_day

_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1+\Z")
_ITEM = re.compile(r"\s*(?:[-*+•‣]|\(?(?:\d+|#|[a-zA-Z])[.)])[ \t]+\S")
_DIRECTIVE = re.compile(r"\s*\.\.[ \t]+([\w:+.-]+?)::(?:\s|\Z)")
_COMMENT = re.compile(r"\s*\.\.(?:\s|\Z)")
_FIELD = re.compile(r":([A-Za-z][\w -]*):[ \t]*(.*)\Z")
_SIMPLE_BORDER = re.compile(r"=+(?:[ \t]+=+)+\Z")
_GRID_BORDER = re.compile(r"\+(?:[-=]+\+)+\Z")
_COLUMN_GAP = re.compile(r"\s{2,}")
# Directives whose content is not prose.
_VERBATIM = frozenset(
    {"code", "code-block", "sourcecode", "literalinclude", "math", "parsed-literal", "raw"}
    | {"doctest", "testcode", "testoutput", "highlight", "toctree", "prompt", "graphviz"}
)


def read(data: bytes) -> Document:
    """The document of a reStructuredText file; raises SourceError when there is no text in it."""
    decoded = written(data)
    walk = _RstWalk(decoded.text)
    walk.all_lines()
    said = walk.fields
    date = said.get("date", "")
    return Document(
        decoded.text,
        walk.outline.blocks(),
        title=walk.title or said.get("title", ""),
        author=said.get("author", "") or said.get("authors", ""),
        date=date if is_day(date) else "",
        language=said.get("lang", "") or said.get("language", ""),
        extraction=extraction(decoded),
    )


class _RstWalk:
    """One way through the lines, which remembers what is open."""

    def __init__(self, text: str) -> None:
        spans = pairwise([*LineMap(text).starts, len(text)])
        self.lines = [(span, text[slice(*span)].rstrip()) for span in spans]
        self.outline = MarkupOutline(text)
        self.title = ""
        self.fields: dict[str, str] = {}
        self._styles: list[tuple[str, bool]] = []
        self._verbatim = -1
        self._table = ""
        self._borders = 0
        self._columns: list[str] = []

    def all_lines(self) -> None:
        """Take all lines in."""
        number = 0
        while number < len(self.lines):
            at, words = self.lines[number]
            number += self._line(number, at, words)

    def _line(self, number: int, at: Line, words: str) -> int:
        """Take a line in; how many lines that were."""
        if self._verbatim >= 0 and self._verbatim_line(at, words):
            return 1
        if self._table:
            self._table_line(number, at, words)
        elif not words:
            self.outline.close()
        elif taken := self._heading(number):
            return taken
        else:
            self._text_line(at, words)
        return 1

    def _text_line(self, at: Line, words: str) -> None:
        first = words.lstrip()[0]
        if first.isalpha() and words[1:2] not in (".", ")"):
            self._prose(at, words)
        elif _SIMPLE_BORDER.match(words) or _GRID_BORDER.match(words):
            self._table, self._borders, self._columns = words[0], 1, []
            self.outline.mark(at)
        elif _COMMENT.match(words):
            self._directive(at, words)
        elif _ITEM.match(words):
            self.outline.open(at, "item")
            self._expect_verbatim(words)
        else:
            self._field(words)
            self._prose(at, words)

    def _prose(self, at: Line, words: str) -> None:
        self.outline.add(at, "item" if self.outline.kind == "item" else "paragraph")
        self._expect_verbatim(words)

    def _expect_verbatim(self, words: str) -> None:
        """A paragraph that ends in two colons is followed by an indented literal block."""
        if words.endswith("::"):
            self._verbatim = _depth(words)

    def _directive(self, at: Line, words: str) -> None:
        match = _DIRECTIVE.match(words)
        if match is None or match[1].rpartition(":")[2] in _VERBATIM:
            self.outline.open(at, "code")
            self._verbatim = _depth(words)
        else:
            self.outline.open(at, "paragraph")

    def _field(self, words: str) -> None:
        if not self._styles or len(self._styles) == 1:
            field = _FIELD.match(words)
            if field and field[2]:
                self.fields.setdefault(field[1].lower(), field[2].strip())

    def _verbatim_line(self, at: Line, words: str) -> bool:
        """Whether a line belongs to an open literal block: it is blank or stands deeper."""
        if not words:
            return True
        if _depth(words) > self._verbatim:
            self.outline.add(at, "code")
            return True
        self._verbatim = -1
        self.outline.close()
        return False

    def _heading(self, number: int) -> int:
        """How many lines a heading takes that begins here, 0 when none does."""
        at, words = self.lines[number]
        below = self._words(number + 1)
        if below and _is_line_under(words, below) and not words[0].isspace():
            return self._take_heading(number, 2, words, (below[0], False))
        if not _ADORNMENT.match(words) or self.outline.kind is not None:
            return 0
        if below and self._words(number + 2) == words and len(below.strip()) <= len(words):
            return self._take_heading(number, 3, below.strip(), (words[0], True))
        if len(words) >= 4 and not below:
            self.outline.mark(at)
            return 1
        return 0

    def _take_heading(self, number: int, count: int, words: str, style: tuple[str, bool]) -> int:
        if self.outline.kind is not None:
            return 0
        if style not in self._styles:
            self._styles.append(style)
        level = self._styles.index(style) + 1
        lines = (self.lines[number][0][0], self.lines[number + count - 1][0][1])
        self.outline.open(lines, "heading", level)
        self.outline.close()
        self.title = self.title or (words if level == 1 else "")
        return count

    def _words(self, number: int) -> str:
        return self.lines[number][1] if number < len(self.lines) else ""

    def _table_line(self, number: int, at: Line, words: str) -> None:
        grid = self._table == "+"
        if (_GRID_BORDER if grid else _SIMPLE_BORDER).match(words):
            self._border(at, words, last=not self._words(number + 1))
        elif not words and grid:
            self._end_table(at)
        elif words:
            self._row(at, words, grid)

    def _border(self, at: Line, words: str, last: bool) -> None:
        self._borders += 1
        self.outline.finish(at)
        heads = self._columns if self._table == "=" or "=" in words else []
        if last:
            self._table = ""
        elif self._borders == 2:
            self._columns = [cells_text(heads)]

    def _end_table(self, at: Line) -> None:
        self._table = ""
        self.outline.finish(at)

    def _row(self, at: Line, words: str, grid: bool) -> None:
        """A line of a table: heading cells before the second border, rows after it."""
        context = self._columns[0] if self._borders > 1 and self._columns else ""
        if self._borders == 1:
            self._columns += words.strip("|").split("|") if grid else _COLUMN_GAP.split(words)
        if grid or words[0].isspace():
            self.outline.add(at, "row", context)
        else:
            self.outline.open(at, "row", context=context)


def _is_line_under(words: str, below: str) -> bool:
    """Whether a line underlines the one above it."""
    if below[0].isalnum() or not _ADORNMENT.match(below) or _ADORNMENT.match(words):
        return False
    return len(below) >= min(len(words), 3 if len(words) < 4 else len(words) - 2)


def _depth(words: str) -> int:
    return len(words) - len(words.lstrip())
