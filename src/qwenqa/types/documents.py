"""What is in the corpus, and what reading makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the corpus (later also a web page): where it is and which bytes it holds.

    ``address`` is the path below the corpus folder with ``/`` between parts; ``sha256`` is of
    the bytes, in hexadecimal; ``size`` is in bytes.
    """

    address: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in the corpus that is not indexed, and why (a sentence for people)."""

    address: str
    reason: str


BlockKind = Literal["heading", "paragraph", "item", "row", "code", "furniture"]


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of canonical text that belongs together: a paragraph, a list item, a table row.

    ``level`` is a heading's depth (1 is the highest) and 0 for all else. ``context`` is text
    that the block needs to be understood and that does not stand in it, such as the column
    headings of a row. ``furniture`` (running headers, page numbers, navigation) is kept in the
    canonical text and left out of passages.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0
    context: str = ""


PlaceKind = Literal["page", "slide", "sheet", "cells", "chapter", "part", "time"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stretch of text stands in the source's own terms: page 3, labelled "iii".

    ``number`` counts from one among places of the same kind; ``label`` is what the source
    itself calls the place ("iii", "Sales", "A2:D2", "00:01:05"), or empty.
    """

    start: int
    end: int
    kind: PlaceKind
    number: int
    label: str = ""


class Box(NamedTuple):
    """A rectangle on a page, in PDF points from the page's lower left; pages count from one."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Extraction:
    """What reading a source gave and what it could not give, for the report.

    ``encoding`` names how bytes became text, with ``guessed`` when nothing in the file said
    so; ``replaced`` counts characters replaced by U+FFFD; ``pages`` is the number of pages, or
    None where there are none; ``blank_pages`` are the numbers of pages without text, such as
    scans; ``warnings`` are sentences for people and tell of blank pages too.
    """

    encoding: str = ""
    guessed: bool = False
    replaced: int = 0
    pages: int | None = None
    blank_pages: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """All that a person should know, as sentences: a guess, replacements, the warnings."""
        remarks = []
        if self.guessed:
            remarks.append(f"The encoding is a guess: {self.encoding}.")
        if self.replaced:
            several = "s were" if self.replaced > 1 else " was"
            remarks.append(f"{self.replaced:,} unreadable character{several} replaced.")
        return (*remarks, *self.warnings)


@dataclass(frozen=True, slots=True)
class Document:
    """The readable text of a source, with its map.

    ``text`` is the canonical text: spans, passages and quotes are slices of it. ``blocks`` are
    in order and do not overlap; text between them is white space. ``title``, ``author``,
    ``date`` (ISO 8601) and ``language`` (BCP 47) are empty unless the source itself says them.
    """

    text: str
    blocks: tuple[Block, ...]
    places: tuple[Place, ...] = ()
    title: str = ""
    author: str = ""
    date: str = ""
    language: str = ""
    extraction: Extraction = field(default_factory=Extraction)


@dataclass(frozen=True, slots=True)
class ReaderIdentity:
    """Which reader made a document: its offsets are only comparable under the same one."""

    name: str
    version: int


@dataclass(frozen=True, slots=True)
class Reader:
    """A row of the reader table: turns bytes into a document.

    ``suffixes`` are lower case with their dot. ``read`` raises SourceError when the bytes are
    not of its kind or hold nothing that can be read.
    """

    identity: ReaderIdentity
    suffixes: tuple[str, ...]
    read: Callable[[bytes], Document]
