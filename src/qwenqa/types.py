"""The records that travel between the rooms, and the Protocols by which rooms meet.

Offsets count code points of a document's canonical text; spans are half open, ``[start, end)``;
lines and pages count from one and ranges of them are inclusive. Records are immutable.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""float32, shape (n, dimension), rows of unit length."""


def sha256_text(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _short(text: str) -> str:
    """A text for a repr: on one line, quoted, not longer than 60 characters."""
    line = " ".join(text.split())
    return repr(line if len(line) <= 60 else line[:59] + "…")


class Span(NamedTuple):
    """A half-open stretch ``[start, end)`` of a text, in code points."""

    start: int
    end: int


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
        told = []
        if self.guessed:
            told.append(f"The encoding is a guess: {self.encoding}.")
        if self.replaced:
            several = "s were" if self.replaced > 1 else " was"
            told.append(f"{self.replaced:,} unreadable character{several} replaced.")
        return (*told, *self.warnings)


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


_LINE_END = re.compile(r"\r\n|\n|\r")


class LineMap:
    """Offsets of a text to line numbers, which count from one; ends are LF, CR LF or CR."""

    def __init__(self, text: str) -> None:
        """Note where each line starts."""
        starts = [0, *(end.end() for end in _LINE_END.finditer(text))]
        self.starts = starts

    def lines(self, start: int, end: int) -> tuple[int, int]:
        """First and last line of a span, inclusive; an empty span is on one line."""
        return bisect_right(self.starts, start), max(
            bisect_left(self.starts, end), bisect_right(self.starts, start)
        )


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


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage as the splitter sees it: a span, and what the encoder is told besides.

    ``context`` (title, heading path, column headings) goes to the encoder and to the lexical
    index and is no part of the quoted text. ``sentences`` are the spans of its sentences, rows
    and lines of code; headings are none, unless there is nothing else. ``cut`` says that the
    span begins or ends inside a sentence, because the sentence is longer than the limit.
    """

    start: int
    end: int
    context: str
    headings: tuple[str, ...]
    sentences: tuple[Span, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Passage:
    """The retrieval unit: a span of one document's canonical text.

    ``id`` is a positive 63-bit number that depends on address and span alone. ``lines`` are
    first and last, from one. ``sentences`` are spans of the document, for marking. ``digest``
    is the SHA-256 of what the encoder was given.
    """

    id: int
    source: Source
    reader: ReaderIdentity
    start: int
    end: int
    text: str
    title: str
    headings: tuple[str, ...]
    lines: tuple[int, int]
    places: tuple[Place, ...]
    sentences: tuple[Span, ...]
    digest: str
    cut: bool

    def __repr__(self) -> str:
        """Where it stands and how it begins."""
        return f"<Passage {self.source.address} {self.start}-{self.end}: {_short(self.text)}>"


@dataclass(frozen=True, slots=True)
class Trace:
    """How a hit came about: each retriever's score and rank (None: not its candidate).

    ``cosine`` is between query and passage; ``bm25`` is unbounded and positive; ``fused`` is
    the score that ranks, between 0 and 1.
    """

    cosine: float | None
    dense_rank: int | None
    bm25: float | None
    lexical_rank: int | None
    fused: float


@dataclass(frozen=True, slots=True, repr=False)
class Hit:
    """A passage with its rank (from one), score and trace, and its near-identical twins."""

    passage: Passage
    rank: int
    score: float
    trace: Trace
    also_in: tuple[Passage, ...] = ()

    def __repr__(self) -> str:
        """Rank, score and passage."""
        return f"<Hit {self.rank}, score {self.score:.2f}: {self.passage!r}>"


@dataclass(frozen=True, slots=True, repr=False)
class Citation:
    """A claim that can be checked: this quote stands at this span of this file.

    ``source_sha256`` is of the file's bytes, ``quote_sha256`` of the quote's UTF-8 bytes;
    ``start`` and ``end`` count code points of the canonical text that the named reader makes;
    ``pages`` is None for sources without pages.
    """

    address: str
    source_sha256: str
    reader: str
    reader_version: int
    start: int
    end: int
    lines: tuple[int, int]
    pages: tuple[int, int] | None
    places: tuple[Place, ...]
    headings: tuple[str, ...]
    quote: str
    quote_sha256: str

    def __repr__(self) -> str:
        """Where it stands and how the quote begins."""
        first, last = self.lines
        return f"<Citation {self.address} lines {first}-{last}: {_short(self.quote)}>"


Verdict = Literal["exact", "moved", "changed", "missing"]


@dataclass(frozen=True, slots=True)
class Verification:
    """What checking a citation against the file on disk gave.

    ``exact``: the quote stands at its span. ``moved``: it stands elsewhere in the same source,
    at ``found``. ``changed``: the source's bytes differ and the quote is gone. ``missing``: the
    source is gone, or never held the quote. ``source_changed`` says whether the file's bytes
    differ from the cited ones; ``detail`` is a sentence for people.
    """

    verdict: Verdict
    detail: str
    source_changed: bool = False
    found: Span | None = None

    @property
    def good(self) -> bool:
        """Whether the quote may be shown as standing in the source."""
        return self.verdict in ("exact", "moved")


@dataclass(frozen=True, slots=True, repr=False)
class CitedHit:
    """A hit with its citation, the verification of it, and what in it answers.

    ``marks`` are the sentences that answer, best first; ``matched`` the words of the question
    found. Both are spans of the document's canonical text, like the passage's own.
    """

    hit: Hit
    citation: Citation
    verification: Verification
    marks: tuple[Span, ...]
    matched: tuple[Span, ...]

    def __repr__(self) -> str:
        """The hit and the verdict on its citation."""
        return f"<CitedHit {self.verification.verdict}: {self.hit!r}>"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which sources a question is asked of; an empty field lets every source through.

    ``path`` is a pattern for addresses with ``*`` and ``?`` ("reports/*.pdf"); ``kind`` a
    reader's name or a suffix ("pdf"); ``since`` and ``until`` are ISO 8601 dates, inclusive, a
    year alone or a year and month too; ``language`` is a BCP 47 tag ("en" includes "en-GB").
    Sources that do not say their date or language are left out when one is asked for.
    """

    path: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    """What two sets of vectors must share to be comparable.

    ``name`` is how the model was asked for, and no part of the comparison: equal weights in
    another folder are the same encoder. ``weights`` is the SHA-256 of the weight files,
    ``limit`` the longest text in tokens.
    """

    name: str = field(compare=False)
    weights: str
    dimension: int
    limit: int
    query_prompt: str
    passage_prompt: str


class Encoder(Protocol):
    """Text to unit vectors, for questions and for passages."""

    @property
    def identity(self) -> EncoderIdentity:
        """Which encoder this is."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, shape (len(texts), dimension); raises EncoderError."""
        ...

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of passages, shape (len(texts), dimension); raises EncoderError.

        ``progress`` is called with how many more texts are done.
        """
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many of ``identity.limit`` tokens each passage would take, all included."""
        ...


Ranking = Mapping[int, float]
"""Scores by passage id, in ranked order: score descending, then id."""


class Store(Protocol):
    """What searching asks of an opened index; a local generation fills it."""

    def dense_candidates(
        self, vector: Vectors, depth: int, sources: Collection[str] | None = None
    ) -> Ranking:
        """Cosines of the nearest passages to one query vector of shape (1, dimension).

        ``sources`` are the addresses to look in; None is all.
        """
        ...

    def lexical_candidates(
        self, terms: Sequence[str], depth: int, sources: Collection[str] | None = None
    ) -> Ranking:
        """BM25 scores of the best passages for the query's terms, in some sources or all."""
        ...

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """The passages of these ids, in their order."""
        ...


Stage = Literal["reading", "splitting", "encoding", "indexing", "publishing"]


class Progress(NamedTuple):
    """How far a build is: ``done`` of ``total`` units (sources, passages) of a stage.

    ``rate`` is in units a second; ``seconds_left`` is an estimate, None while there is none.
    """

    stage: Stage
    done: int
    total: int
    rate: float = 0.0
    seconds_left: float | None = None


Change = Literal["same", "moved", "newly cited", "lost"]


@dataclass(frozen=True, slots=True)
class SavedChange:
    """What a build changed in one citation of a saved question's answer, and why.

    ``moved`` means that the same words now stand elsewhere, in the same source or another;
    ``reason`` is a sentence for people, empty for what stayed the same.
    """

    question: str
    change: Change
    citation: Citation
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PassageCounts:
    """Passages by what a build did to them.

    ``moved`` are those whose text now stands at another place of its source, or in another
    source.
    """

    added: int = 0
    removed: int = 0
    moved: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class BuildReport:
    """What a build did: addresses by what happened to them, passages, and seconds.

    ``moved`` are pairs of old and new address with the same bytes. ``stale`` are sources that
    could not be read and keep their old passages. ``encoded`` counts the texts given to the
    encoder, ``reused`` the passages whose vector was there. ``generation`` is the one that now
    serves; ``published`` is False when nothing had changed and no new one was needed; ``before``
    is the generation that all this is compared with, 0 for none. ``saved`` says what became of
    the answers to saved questions.
    """

    generation: int
    before: int
    published: bool
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    kept: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    stale: tuple[Skipped, ...]
    passages: int
    passage_counts: PassageCounts
    encoded: int
    reused: int
    seconds: float
    saved: tuple[SavedChange, ...] = ()

    def __repr__(self) -> str:
        """What happened, in figures."""
        kinds = ("added", "changed", "removed", "moved", "kept", "skipped")
        counts = ", ".join(f"{len(getattr(self, kind))} {kind}" for kind in kinds)
        return (
            f"<BuildReport generation {self.generation}: {counts}; {self.passages} passages, "
            f"{self.encoded} encoded; {self.seconds:.1f} s>"
        )
