"""Hits to an answer: cited, marked, and verified against the files as they are now."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

from qwenqa.answers.answer.answer import Answer
from qwenqa.answers.citations import claims
from qwenqa.answers.marks import sentences
from qwenqa.index.generation import Generation
from qwenqa.service.ask.asked import AskedQuestion, query_terms_of, term_shares
from qwenqa.service.ask.notes import notes_of
from qwenqa.service.ask.search import SearchResult
from qwenqa.service.open.source_files import Files
from qwenqa.types import (
    AskedWith,
    Citation,
    CitedHit,
    Filter,
    QueryTerm,
    Verification,
)

_KEPT_DRAFTS = 128


@dataclass(frozen=True, slots=True)
class Draft:
    """All of an answer that stays the same as long as its generation serves.

    ``hits`` are citations, each with what makes the hit of its verification.
    """

    found: SearchResult
    hits: tuple[tuple[Citation, Callable[[Verification], CitedHit]], ...]
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
        self._drafts: Callable[[AskedQuestion], Draft] = draft
        self._changing = threading.Lock()

    def answer(self, asked: AskedQuestion, within: Filter | None) -> Answer:
        """The answer to what is asked of the sources that ``within`` lets in, None for all."""
        generation, drafted = asked.generation, self._drafts_of(asked.generation)(asked)
        hits = self._verified(generation, drafted)
        return Answer(
            question=asked.question,
            found=drafted.found.answers(self._level),
            confidence=drafted.found.confidence,
            hits=hits,
            generation=generation.number,
            model=generation.header.recipe.encoder.name,
            notes=notes_of(asked, within),
            terms=drafted.terms,
            within=within,
            asked_with=self._asked_with(asked),
        )

    def _asked_with(self, asked: AskedQuestion) -> AskedWith:
        built = asked.generation.header.recipe.encoder
        return AskedWith(asked.k, self._level, built, asked.reranker.name if asked.reranker else "")

    def _verified(self, generation: Generation, drafted: Draft) -> tuple[CitedHit, ...]:
        digests: dict[str, str] = {}
        return tuple(
            hit(self._files.verified(generation, citation, digests))
            for citation, hit in drafted.hits
        )

    def _drafts_of(self, generation: Generation) -> Callable[[AskedQuestion], Draft]:
        """What makes drafts of a generation; those of another are forgotten, and it with them."""
        with self._changing:
            if self._generation is not generation:
                self._generation = generation
                self._drafts = lru_cache(maxsize=_KEPT_DRAFTS)(draft)
            return self._drafts


def draft(asked: AskedQuestion) -> Draft:
    """Search for what is asked, mark the hits and cite them."""
    generation, result = asked.generation, asked.find()
    marked = sentences.marks(result.hits, result.weights, result.analysis)
    shares = term_shares(generation, result)
    hits = []
    for hit, marks, terms in zip(result.hits, marked, shares, strict=True):
        citation = claims.cite(hit.passage)
        matched = sentences.matched(hit.passage, result.weights, result.analysis(hit.passage))
        cite_hit = partial(
            CitedHit,
            hit,
            citation,
            marks=marks.spans,
            matched=matched,
            terms=terms,
            mark_score=marks.score,
        )
        hits.append((citation, cite_hit))
    return Draft(result, tuple(hits), query_terms_of(generation, result))
