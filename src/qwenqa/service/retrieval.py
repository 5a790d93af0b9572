"""Candidates of many questions at once, for measuring: no citations are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qwenqa.lexical.analysis import query_terms
from qwenqa.search import DEPTH
from qwenqa.service.library import Library
from qwenqa.types import Ranking


@dataclass(frozen=True, slots=True)
class Candidates:
    """Both retrievers' rankings of passages for one question, by passage id."""

    dense: Ranking
    lexical: Ranking


def candidates(library: Library, questions: Sequence[str], depth: int = DEPTH) -> list[Candidates]:
    """The candidates of each question, ``depth`` of each retriever.

    Raises what ``Library.ask`` raises for the index and the model.
    """
    generation, encoder = library.opened()
    vectors = encoder.encode_queries(questions)
    return [
        Candidates(
            generation.dense_candidates(vector[None], depth),
            generation.lexical_candidates(query_terms(question), depth),
        )
        for question, vector in zip(questions, vectors, strict=True)
    ]
