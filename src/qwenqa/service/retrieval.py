"""Candidates of many questions at once, for measuring: no citations are made."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from qwenqa import search
from qwenqa.lexical.analysis import query_terms
from qwenqa.search import Candidates
from qwenqa.service.library import Library


def candidates(
    library: Library, questions: Sequence[str], depth: int = search.DEPTH
) -> list[Candidates]:
    """The candidates of each question, ``depth`` of each retriever.

    Raises what ``Library.ask`` raises for the index and the model.
    """
    generation, encoder = library.opened()
    encoded = encoder.encode_queries(questions)
    return [
        search.candidates(
            generation,
            partial(encoded.__getitem__, slice(number, number + 1)),
            query_terms(question, generation.languages),
            depth,
        )
        for number, question in enumerate(questions)
    ]
