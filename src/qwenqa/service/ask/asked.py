"""What is asked: a question with what it is asked of, and what its terms gave."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from qwenqa import search
from qwenqa.index.generation import Generation
from qwenqa.search import Candidates
from qwenqa.service.ask.search import SearchResult, find, query_vector
from qwenqa.types import Encoder, Group, QueryTerm, Reranker, TermShare, Trace


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question, what it is asked of and with, how many hits are shown, and which sources."""

    question: str
    generation: Generation
    encoder: Encoder | None
    k: int
    sources: Collection[str] | None = None
    reranker: Reranker | None = None

    def find(self) -> SearchResult:
        """The first ``k`` hits, as asking gives them."""
        return find(
            self.generation, self.encoder, self.question, self.k, self.sources, self.reranker
        )

    def candidates(self, words: Sequence[Group], depth: int = 0) -> Candidates:
        """What both retrievers have for the question's words, by default as deep as asking goes."""
        encode = partial(query_vector, self.generation, self.encoder, self.question)
        depth = depth or max(search.DEPTH, 2 * self.k)
        return search.candidates(self.generation, encode, words, depth, self.sources)

    def ordered(self, traces: dict[int, Trace]) -> dict[int, Trace]:
        """Fused traces in the order of the reranker, as they are without one."""
        if self.reranker is None:
            return traces
        judge = partial(self.reranker.score, self.question)
        return search.judged(self.generation, traces, judge, self.k)


def query_terms_of(generation: Generation, result: SearchResult) -> tuple[QueryTerm, ...]:
    """The question's terms in order, with how many passages hold each."""
    return tuple(
        QueryTerm(word[0], generation.lexical.frequency(word), result.weights[word[0]])
        for word in result.words
    )


def term_shares(generation: Generation, result: SearchResult) -> list[tuple[TermShare, ...]]:
    """Of each hit what each of the question's terms gives to its BM25 score."""
    ids = [hit.passage.id for hit in result.hits]
    shares = generation.lexical.shares(result.words, ids)
    return [tuple(TermShare(term, share) for term, share in of_hit.items()) for of_hit in shares]
