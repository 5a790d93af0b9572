"""Many questions asked of one index, on the path that a single one takes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from qwenqa.evaluation.records import Asked, Kind
from qwenqa.index.generation import Generation
from qwenqa.service.asking import Found, find
from qwenqa.types import Encoder, EncoderIdentity, Hit, Passage, Vectors

DEPTH = 20
"""Hits among which the answer is looked for."""

Holds = Callable[[Hit], bool]
"""Whether a hit holds the answer."""


def passages_of(hit: Hit) -> tuple[Passage, ...]:
    """A hit's passage and its near-identical twins."""
    return (hit.passage, *hit.also_in)


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


def answered(found: Found, question: str, kind: Kind, holds: Holds) -> Asked:
    """What was found, with the rank of the first hit that holds the answer."""
    rank = next((hit.rank for hit in found.hits if holds(hit)), None)
    return Asked(question, kind, rank, found.confidence, found.answers)


def ask(generation: Generation, encoder: Encoder, question: str, kind: Kind, holds: Holds) -> Asked:
    """A question of all sources."""
    return answered(find(generation, encoder, question, DEPTH), question, kind, holds)


def ask_without(
    generation: Generation, encoder: Encoder, question: str, left_out: Collection[str]
) -> Asked | None:
    """A question of all sources but those of some addresses; None where none is left."""
    every = [one.source.address for one in generation.documents]
    sources = frozenset(every) - frozenset(left_out)
    if not sources:
        return None
    found = find(generation, encoder, question, DEPTH, sources)
    return answered(found, question, "left out", lambda _: False)
