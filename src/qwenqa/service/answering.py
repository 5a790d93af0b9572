"""Hits to an answer: cited, marked, and verified against the files as they are now."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from qwenqa.answers import citing, marking
from qwenqa.answers.answer import Answer
from qwenqa.answers.conflicts import conflicts
from qwenqa.index.generation import Generation
from qwenqa.service.asking import Found
from qwenqa.service.explaining import Asked, query_terms_of, term_shares
from qwenqa.service.files import Files
from qwenqa.service.notes import notes_of
from qwenqa.types import (
    AskedWith,
    Citation,
    CitedHit,
    Filter,
    Hit,
    QueryTerm,
    Span,
    TermShare,
    Verification,
)

_KEPT_DRAFTS = 128


@dataclass(frozen=True, slots=True)
class Unverified:
    """A hit with all that goes with it but what its file says now, as in CitedHit."""

    hit: Hit
    citation: Citation
    marks: tuple[Span, ...]
    matched: tuple[Span, ...]
    terms: tuple[TermShare, ...]
    mark_score: float

    def with_(self, verification: Verification) -> CitedHit:
        """The hit as it is shown."""
        return CitedHit(
            self.hit,
            self.citation,
            verification,
            self.marks,
            self.matched,
            self.terms,
            self.mark_score,
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """All of an answer that stays the same as long as its generation serves."""

    found: Found
    hits: tuple[Unverified, ...]
    terms: tuple[QueryTerm, ...]


class Answering:
    """Answers what is asked of a generation; what is asked again is searched once.

    Only the files are looked at each time: a citation is verified as the file is now.
    """

    def __init__(self, files: Files, level: float) -> None:
        """``level`` is the confidence from which on hits are said to answer."""
        self._files = files
        self._level = level
        self._generation: Generation | None = None
        self._drafts: Callable[[Asked], Draft] = draft
        self._changing = threading.Lock()

    def answer(self, asked: Asked, within: Filter | None) -> Answer:
        """The answer to what is asked of the sources that ``within`` lets in, None for all."""
        generation, made = asked.generation, self._drafts_of(asked.generation)(asked)
        hits = self._verified(generation, made)
        answers = made.found.answers(self._level)
        good = hits if answers else ()
        return Answer(
            question=asked.question,
            found=answers,
            confidence=made.found.confidence,
            hits=hits,
            generation=generation.number,
            model=generation.header.recipe.encoder.name,
            notes=notes_of(asked, within),
            terms=made.terms,
            within=within,
            conflicts=conflicts(good, made.found.weights, made.found.analysis, generation.date_of),
            asked_with=self._asked_with(asked),
        )

    def _asked_with(self, asked: Asked) -> AskedWith:
        built = asked.generation.header.recipe.encoder
        return AskedWith(asked.k, self._level, built, asked.reranker.name if asked.reranker else "")

    def _verified(self, generation: Generation, made: Draft) -> tuple[CitedHit, ...]:
        digests: dict[str, str] = {}
        return tuple(
            one.with_(self._files.verified(generation, one.citation, digests)) for one in made.hits
        )

    def _drafts_of(self, generation: Generation) -> Callable[[Asked], Draft]:
        """What makes drafts of a generation; those of another are forgotten, and it with them."""
        with self._changing:
            if self._generation is not generation:
                self._generation = generation
                self._drafts = lru_cache(maxsize=_KEPT_DRAFTS)(draft)
            return self._drafts


def draft(asked: Asked) -> Draft:
    """Search for what is asked, mark the hits and cite them."""
    generation, found = asked.generation, asked.find()
    marked = marking.marks(found.hits, found.weights, found.analysis)
    shares = term_shares(generation, found)
    hits = tuple(
        Unverified(
            hit,
            citing.cite(hit.passage),
            marks.spans,
            marking.matched(hit.passage, found.weights, found.analysis(hit.passage)),
            terms,
            marks.score,
        )
        for hit, marks, terms in zip(found.hits, marked, shares, strict=True)
    )
    return Draft(found, hits, query_terms_of(generation, found))
