"""What is claimed, and what checking it gave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qwenqa.types.documents import Place
from qwenqa.types.explanations import TermShare
from qwenqa.types.passages import Hit
from qwenqa.types.texts import Span, short


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
        return f"<Citation {self.address} lines {first}-{last}: {short(self.quote)}>"


Verdict = Literal["exact", "moved", "changed", "missing", "unreadable"]


@dataclass(frozen=True, slots=True)
class Verification:
    """What checking a citation against the file on disk gave.

    ``exact``: the quote stands at its span. ``moved``: it stands elsewhere in the same source,
    at ``found``. ``changed``: the source's bytes differ and the quote is gone. ``missing``: the
    source is gone, or never held the quote. ``unreadable``: the source is there, but cannot be read
    now. ``source_changed`` says whether the file's bytes
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

    ``marks`` are the sentences that answer, best first: they are chosen among the sentences of
    the whole answer, so that a hit may have none, and ``mark_score`` (0 without marks) says how
    good the hit's best is among the hits of one answer. ``matched`` are the words of the question
    found. Both are spans of the document's canonical text, like the passage's own. ``terms``
    are the terms of the question that it holds, with their shares of its BM25 score.
    """

    hit: Hit
    citation: Citation
    verification: Verification
    marks: tuple[Span, ...]
    matched: tuple[Span, ...]
    terms: tuple[TermShare, ...] = ()
    mark_score: float = 0.0

    def __repr__(self) -> str:
        """The hit and the verdict on its citation."""
        return f"<CitedHit {self.verification.verdict}: {self.hit!r}>"
