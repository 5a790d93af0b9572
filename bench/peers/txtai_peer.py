"""txtai: embeddings with their content, so that texts are given back; alone or beside BM25.

https://neuml.github.io/txtai/embeddings/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from txtai import Embeddings
from worker import Given, Passage, Place


class Txtai:
    """Vectors alone."""

    hybrid = False

    def __init__(self, place: Place) -> None:
        """Load the model."""
        self._embeddings = Embeddings(
            path=str(place.model), content=True, hybrid=self.hybrid, gpu=False
        )
        self._embeddings.transform("Ready?")

    def build(self, place: Place, passages: Sequence[Passage], given: Given) -> None:
        """Index and save."""
        model = self._embeddings.model
        encode = model.encode

        def known(data: Sequence[str], _: str | None = None) -> Any:
            return np.stack([given[text] for text in data])

        model.encode = known if given else encode
        self._embeddings.index((passage.id, passage.text, None) for passage in passages)
        model.encode = encode
        self._embeddings.save(str(place.index))

    def open(self, place: Place) -> None:
        """Load."""
        self._index = str(place.index)
        self._embeddings.load(self._index)

    def ask(self, question: str) -> list[str]:
        """The texts found."""
        return [one["text"] for one in self._embeddings.search(question, 5)]

    def change(self, passages: Sequence[Passage]) -> None:
        """Upsert and save."""
        self._embeddings.upsert((passage.id, passage.text, None) for passage in passages)
        self._embeddings.save(self._index)


class TxtaiHybrid(Txtai):
    """Vectors and BM25."""

    hybrid = True
