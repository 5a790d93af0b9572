"""Many questions asked of one index, on the path that a single one takes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from qwenqa.evaluation.records import Kind, QuestionOutcome
from qwenqa.service.ask.search import SearchResult, find
from qwenqa.service.library import Library
from qwenqa.types import Encoder, EncoderIdentity, Hit, Passage, Vectors

DEPTH = 20
"""Hits among which the answer is looked for."""

Holds = Callable[[Hit], bool]
"""Whether a hit holds the answer."""


def passages_of(hit: Hit) -> tuple[Passage, ...]:
    """A hit's passages and their near-identical twins."""
    return (*hit.parts, *hit.also_in)


class Encoded:
    """An encoder that knows some questions' vectors, so that they are encoded together, once."""

    def __init__(self, encoder: Encoder, questions: Sequence[str]) -> None:
        """Encode the questions."""
        self._encoder = encoder
        different = list(dict.fromkeys(questions))
        self._known: Mapping[str, Vectors] = (
            dict(zip(different, encoder.encode_queries(different), strict=True))
            if different
            else {}
        )

    @property
    def identity(self) -> EncoderIdentity:
        """The encoder's own."""
        return self._encoder.identity

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, those that are known without encoding."""
        if all(text in self._known for text in texts):
            return np.stack([self._known[text] for text in texts])
        return self._encoder.encode_queries(texts)

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of passages."""
        return self._encoder.encode_passages(texts, progress)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each passage would take."""
        return self._encoder.count_tokens(texts)


class Asker:
    """Asks one generation as ``Library.ask`` does, with the model and reranker of the settings."""

    def __init__(self, library: Library, questions: Sequence[str]) -> None:
        """Open the index and encode the questions that are to be asked."""
        self.generation, encoder = library.opened()
        self._encoder = Encoded(encoder, questions)
        self._reranker = library.reranker
        self._level = library.settings.level

    def find(self, question: str, sources: Collection[str] | None = None) -> SearchResult:
        """What is found for a question, in the sources of these addresses or in all."""
        return find(self.generation, self._encoder, question, DEPTH, sources, self._reranker)

    def ask(self, question: str, kind: Kind, holds: Holds) -> QuestionOutcome:
        """A question of all sources."""
        return self.answered(self.find(question), question, kind, holds)

    def ask_without(self, question: str, left_out: Collection[str]) -> QuestionOutcome | None:
        """A question of all sources but those of some addresses; None where none is left."""
        every = (document.source.address for document in self.generation.documents)
        sources = frozenset(every) - frozenset(left_out)
        if not sources:
            return None
        return self.answered(self.find(question, sources), question, "left out", lambda _: False)

    def answered(
        self, result: SearchResult, question: str, kind: Kind, holds: Holds
    ) -> QuestionOutcome:
        """What was found, with the rank of the first hit that holds the answer."""
        rank = next((hit.rank for hit in result.hits if holds(hit)), None)
        return QuestionOutcome(question, kind, rank, result.confidence, result.answers(self._level))
