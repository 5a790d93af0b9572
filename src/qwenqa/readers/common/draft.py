"""A document in the making, for formats whose canonical text has to be put together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from qwenqa.errors import SourceError
from qwenqa.types import Block, BlockKind, Document, Extraction, Place, PlaceKind
from qwenqa.types.characters import UNREADABLE

_CLOSE_KINDS = ("row", "item")
_HEADER_CHARACTERS = 80
MAX_CHARACTERS = 100_000_000
"""Of one document; small files can refer to the same text again and again."""


@dataclass(frozen=True, slots=True)
class Properties:
    """What a file says about itself; see Document for the meaning of the fields."""

    title: str = ""
    author: str = ""
    date: str = ""
    language: str = ""


class DocumentDraft:
    """Blocks and places in reading order; running headers and the like go to the end."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._parts: list[str] = []
        self._length = 0
        self._replaced = 0
        self._blocks: list[Block] = []
        self._places: list[Place] = []
        self._numbers: Counter[PlaceKind] = Counter()
        self._open: list[tuple[PlaceKind, int, str]] = []
        self._furniture: dict[tuple[str, tuple[tuple[PlaceKind, int, str], ...]], None] = {}

    @property
    def count(self) -> int:
        """How many blocks there are so far."""
        return len(self._blocks)

    def add(
        self, text: str, kind: BlockKind = "paragraph", level: int = 0, context: str = ""
    ) -> bool:
        """Append a block without the white space at its ends; False when nothing is left."""
        text, replaced = UNREADABLE.subn("\ufffd", text.strip())
        if not text:
            return False
        self._replaced += replaced
        if self._length + len(text) > MAX_CHARACTERS:
            raise SourceError(
                f"holds more than {MAX_CHARACTERS:,} characters of text; split the document"
            )
        gap = self._gap(kind)
        start = self._length + len(gap)
        self._parts += (gap, text)
        self._length = start + len(text)
        context = UNREADABLE.sub("\ufffd", context)
        self._blocks.append(Block(start, self._length, kind, level, context))
        return True

    def _gap(self, kind: BlockKind) -> str:
        if not self._blocks:
            return ""
        return "\n" if kind in _CLOSE_KINDS and self._blocks[-1].kind == kind else "\n\n"

    def add_table(self, rows: Sequence[Sequence[str]], headers: int | None = None) -> None:
        """Append rows; the first ``headers`` of them (None: see for yourself) head the rest."""
        if headers is None:
            headers = int(len(rows) > 1 and heads(rows[0]))
        context = " / ".join(filter(None, map(row_text, rows[:headers])))
        for number, row in enumerate(rows):
            self.add(row_text(row), "row", context=context if number >= headers else "")

    def add_furniture(self, text: str) -> None:
        """Keep a running header, footer or the like for the end of the text, each once."""
        if text.strip():
            self._furniture[text.strip(), tuple(self._open)] = None

    @contextmanager
    def place(self, kind: PlaceKind, label: str = "") -> Iterator[None]:
        """What is added meanwhile stands in the next place of this kind."""
        self._numbers[kind] += 1
        number, blocks = self._numbers[kind], len(self._blocks)
        self._open.append((kind, number, label))
        try:
            yield
        finally:
            self._open.pop()
            self._note_place(kind, number, label, blocks)

    def _note_place(self, kind: PlaceKind, number: int, label: str, first_block: int) -> None:
        if first_block < len(self._blocks):
            start = self._blocks[first_block].start
            self._places.append(Place(start, self._length, kind, number, label))

    def document(self, properties: Properties, extraction: Extraction) -> Document:
        """The finished document; raises SourceError when there is no text in it."""
        for text, places in self._furniture:
            blocks = len(self._blocks)
            self.add(text, "furniture")
            for kind, number, label in places:
                self._note_place(kind, number, label, blocks)
        if not self._blocks:
            reasons = f" ({' '.join(extraction.warnings)})" if extraction.warnings else ""
            raise SourceError(f"holds no text{reasons}; put text in it or remove it")
        return Document(
            "".join(self._parts),
            tuple(self._blocks),
            tuple(sorted(self._places, key=lambda place: (place.start, -place.end))),
            _usable(properties.title),
            _usable(properties.author),
            _usable(properties.date),
            _usable(properties.language),
            replace(extraction, replaced=extraction.replaced + self._replaced),
        )


def _usable(text: str) -> str:
    return UNREADABLE.sub("\ufffd", text.strip())


def row_text(cells: Sequence[str]) -> str:
    """Cells as one line, ``a | b | c``, without empty cells at its end."""
    lines = [" ".join(cell.split()) for cell in cells]
    while lines and not lines[-1]:
        lines.pop()
    return " | ".join(lines).strip()


def heads(row: Sequence[str]) -> bool:
    """Whether a first row looks like column headings: short words, all different, no figures."""
    named = [cell.strip() for cell in row if cell.strip()]
    return (
        len(named) > 1
        and len(named) >= len(row) - 1
        and len(set(named)) == len(named)
        and all(len(name) <= _HEADER_CHARACTERS for name in named)
        and not any(_is_figure(name) for name in named)
    )


def _is_figure(cell: str) -> bool:
    """A number, price, share or date rather than a name; a bare year may head a column."""
    if re.fullmatch(r"(?:19|20)\d\d", cell):
        return False
    return bool(re.search(r"\d", cell)) and not re.search(r"[^\W\d_]{2}", cell)


def counted(number: int, singular: str, plural: str, what: str) -> tuple[str, ...]:
    """A warning such as "3 pictures were not read.", or none for zero."""
    if not number:
        return ()
    return (f"1 {singular} was {what}." if number == 1 else f"{number:,} {plural} were {what}.",)
