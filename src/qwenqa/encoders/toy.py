"""An encoder without a model, for tests."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence

import numpy as np

from qwenqa.encoders.normalize import cut_identity, unit_vectors
from qwenqa.types import EncoderIdentity, Scores, Span, TokenVectors, Vectors

TOY_MODEL = "toy"
_WIDTH = 256


class ToyEncoder:
    """Hashed words and three-letter parts: quick, the same everywhere, and good for tests."""

    identity = EncoderIdentity(TOY_MODEL, "toy-1", _WIDTH, 64, "", "")

    def __init__(self, dimension: int = 0) -> None:
        """Keep so many dimensions of the 256, all for 0; raises EncoderError for more."""
        self.identity = cut_identity(self.identity, dimension)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, float32, shape (len(texts), dimension)."""
        return self.encode_passages(texts)

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of passages, float32, shape (len(texts), dimension)."""
        vectors = np.zeros((len(texts), _WIDTH), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row, 0] = 0.01  # so that no text, however empty, is the zero vector
            for part in self._parts(text.lower()):
                vectors[row, self._slot(part)] += len(part)
            if progress:
                progress(1)
        return unit_vectors(vectors[:, : self.identity.dimension], TOY_MODEL)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors | None]:
        """Of each text its vector by words, after one row for what every text has."""
        return [self._by_words(text) for text in texts]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words of each text, and two for a beginning and an end."""
        return [len(text.split()) + 2 for text in texts]

    def _by_words(self, text: str) -> TokenVectors:
        words = list(re.finditer(r"\S+", text))
        rows = np.zeros((1 + len(words), _WIDTH), dtype=np.float32)
        rows[0, 0] = 0.01
        for row, word in zip(rows[1:], words, strict=True):
            for part in self._parts(word.group().lower()):
                row[self._slot(part)] += len(part)
        rows = rows[:, : self.identity.dimension]
        spans = (Span(0, 0), *(Span(*word.span()) for word in words))
        return TokenVectors(rows / np.linalg.norm(rows.sum(axis=0)), spans)

    def _parts(self, text: str) -> list[str]:
        words = text.split()
        return [word[i : i + 3] for word in words for i in range(max(1, len(word) - 2))] + words

    def _slot(self, part: str) -> int:
        digest = hashlib.blake2b(part.encode("utf-8", "replace"), digest_size=4).digest()
        return int.from_bytes(digest, "big") % _WIDTH


class ToyReranker:
    """The more of the question's words a text has, and the fewer others, the better."""

    name = TOY_MODEL

    def score(self, question: str, texts: Sequence[str]) -> Scores:
        """Common words less a thousandth for each word, float32, shape (len(texts),)."""
        asked = frozenset(question.lower().split())
        words = [text.lower().split() for text in texts]
        common = [len(asked.intersection(word)) - len(word) / 1000 for word in words]
        return np.asarray(common, dtype=np.float32)
