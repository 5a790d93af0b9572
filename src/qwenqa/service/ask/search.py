"""A question to the hits of one generation, and how sure it is that they answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

import numpy as np

from qwenqa.answers.answer.confidence import Retrieved, Signals, shipped, signals
from qwenqa.answers.marks import sentences
from qwenqa.errors import QuestionError
from qwenqa.index.generation import Generation
from qwenqa.lexical.analysis import naming, query_terms
from qwenqa.search import search
from qwenqa.settings import MAX_QUESTION_CHARACTERS
from qwenqa.types import Encoder, Group, Hit, Passage, Reranker, Vectors


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What asking gave: hits, the question's words, their weights by name, and the signals.

    ``signals`` are None where there is no hit.
    """

    hits: list[Hit]
    words: list[Group]
    weights: dict[str, float]
    signals: Signals | None

    def analysis(self, passage: Passage) -> sentences.Analyse:
        """How a passage's text becomes terms, those of the question under the word's name."""
        return naming(self.words, passage.spoken)

    @property
    def confidence(self) -> float:
        """Probability, from 0 to 1, that the hits hold the answer; 0 without hits."""
        return round(shipped().confidence(self.signals), 4) if self.signals else 0.0

    def answers(self, level: float) -> bool:
        """Whether the hits are said to answer, from this confidence on; else they are near."""
        return bool(self.hits) and self.confidence >= level


def find(
    generation: Generation,
    encoder: Encoder | None,
    question: str,
    k: int,
    sources: Collection[str] | None = None,
    reranker: Reranker | None = None,
) -> SearchResult:
    """The best ``k`` hits of a generation, in the sources of these addresses or in all.

    Without an encoder, by the question's words alone. A reranker orders the best candidates.
    """
    words = query_terms(question, generation.languages)
    encode = partial(query_vector, generation, encoder, question)
    judge = partial(reranker.score, question) if reranker else None
    retrieved, hits = search(
        generation, encode, words, min(k, max(1, len(generation))), sources, judge
    )
    weights = generation.lexical.weights(words)
    if not hits:
        return SearchResult(hits, words, weights, None)
    analyse = naming(words, hits[0].passage.spoken)
    both = Retrieved(retrieved.dense, retrieved.lexical, retrieved.spread, retrieved.weight)
    return SearchResult(hits, words, weights, signals(question, hits, both, weights, analyse))


def query_vector(generation: Generation, encoder: Encoder | None, question: str) -> Vectors:
    """The question's vector, shape (1, dimension); zero, which is near nothing, without encoder."""
    if encoder is None:
        return np.zeros((1, generation.header.recipe.encoder.dimension), np.float32)
    return encoder.encode_queries([question])


def checked_question(question: str) -> str:
    """The question as it is asked; raises QuestionError for an empty or very long one."""
    # A shell can hand over bytes that are no text; a tokenizer cannot take them.
    question = question.encode("utf-8", "replace").decode("utf-8").replace("\0", " ").strip()
    if not question:
        raise QuestionError("The question is empty. Type what you want to know.")
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"The question has {len(question):,} characters; at most "
            f"{MAX_QUESTION_CHARACTERS:,} are read. Ask something shorter."
        )
    return question
