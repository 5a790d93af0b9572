"""A question to the hits of one generation, and how sure it is that they answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from qwenqa.answers import marking
from qwenqa.errors import QuestionError
from qwenqa.index.generation import Generation
from qwenqa.lexical.analysis import analyse, query_terms
from qwenqa.search import search
from qwenqa.settings import MAX_QUESTION_CHARACTERS
from qwenqa.types import Encoder, Hit


@dataclass(frozen=True, slots=True)
class Found:
    """What asking gave: hits, the weights of the question's terms, confidence from 0 to 1."""

    hits: list[Hit]
    weights: dict[str, float]
    confidence: float

    @property
    def answers(self) -> bool:
        """Whether the hits are said to answer; else they are near misses."""
        return self.confidence >= marking.ABSTAIN_BELOW


def find(
    generation: Generation,
    encoder: Encoder | None,
    question: str,
    k: int,
    sources: Collection[str] | None = None,
) -> Found:
    """The best ``k`` hits of a generation, in the sources of these addresses or in all.

    Without an encoder, by the question's words alone.
    """
    terms = query_terms(question)
    nothing = np.zeros((1, generation.header.recipe.encoder.dimension), np.float32)
    vector = encoder.encode_queries([question]) if encoder else nothing
    hits = search(generation, vector, terms, min(k, max(1, len(generation))), sources)
    weights = marking.rarity(terms, generation.lexical.frequency, len(generation))
    return Found(hits, weights, round(marking.confidence(hits, weights, analyse), 4))


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
