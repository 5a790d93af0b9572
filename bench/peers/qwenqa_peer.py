"""qwenqa itself: it reads, splits and hashes the files, and finds out what changed by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from worker import Given, Passage, Place

from qwenqa import Library


class GivenEncoder:
    """An encoder that takes the vectors of known passages from what was given."""

    def __init__(self, encoder: Any, given: Given) -> None:
        """Ask ``encoder`` for everything else."""
        self._encoder, self._given = encoder, given

    def __getattr__(self, name: str) -> Any:
        """Whatever else an encoder has."""
        return getattr(self._encoder, name)

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Any:
        """Given vectors, or those of the encoder."""
        if not all(text in self._given for text in texts):
            return self._encoder.encode_passages(texts, progress)
        if progress:
            progress(len(texts))
        return np.stack([self._given[text] for text in texts])


class Qwenqa:
    """The whole answer: fused, marked, cited and verified, with its confidence."""

    def __init__(self, place: Place) -> None:
        """Load the model."""
        self._models = Library(place.corpus, place.index)._serving.models
        self._encoder = self._models.open(self._models.wanted(None))
        self._encoder.encode_queries(["Ready?"])

    def build(self, place: Place, passages: Sequence[Passage], given: Given) -> None:
        """Build from the corpus, whose passages these are."""
        self._go(place)
        if given:
            self._models._encoder = GivenEncoder(self._encoder, given)
        report = self._library.rebuild()
        self._models._encoder = self._encoder
        assert report.passages == len(passages), report

    def open(self, place: Place) -> None:
        """Verify and open the serving generation."""
        self._go(place)
        self._library.generation()

    def ask(self, question: str) -> list[str]:
        """The texts of the hits."""
        return [hit.citation.quote for hit in self._library.ask(question).hits]

    def change(self, passages: Sequence[Passage]) -> None:
        """Look for what changed in the corpus."""
        report = self._library.rebuild()
        assert report.encoded == len(passages), report

    def _go(self, place: Place) -> None:
        """Turn to another corpus, with the model that is loaded."""
        self._library = Library(place.corpus, place.index)
        self._library._serving.models = self._models
