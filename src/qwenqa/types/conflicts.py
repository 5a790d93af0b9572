"""Where the passages of an answer differ about the same thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qwenqa.types.citations import Citation
from qwenqa.types.texts import Span

ConflictKind = Literal["number", "date", "negation"]


@dataclass(frozen=True, slots=True)
class Statement:
    """What one passage says of something.

    ``rank`` is the hit's, ``citation`` that of the sentence, ``span`` where the value stands in
    the document. ``value`` is the value in one notation: "310 staff", "1998-03", "denied".
    ``date`` (ISO 8601) is what the source says of itself, empty where it says none.
    """

    rank: int
    citation: Citation
    span: Span
    value: str
    date: str

    @property
    def words(self) -> str:
        """The value as the passage has it."""
        start = self.citation.start
        return self.citation.quote[self.span.start - start : self.span.end - start]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Statements about the same thing that cannot all hold: a fact, and no verdict on it.

    ``about`` are the words that they share, as the first one has them. ``statements`` are in
    the order of their hits; among them are at least two that differ in numbers with units, in
    dates, or in one denying what the other says.
    """

    kind: ConflictKind
    about: tuple[str, ...]
    statements: tuple[Statement, ...]
