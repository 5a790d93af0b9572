"""The floor, ``forty.py``, kept open: FAISS (exact), and texts in a JSON file."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from worker import Given, Passage, Place

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "speed"))

import forty


class _Forty:
    """``told.json`` and ``index.faiss``."""

    kind: str

    def __init__(self, place: Place) -> None:
        """Load the model."""
        self._encode = forty.KINDS[self.kind](place.model, place.graph / "floor")

    def build(self, place: Place, passages: Sequence[Passage], given: Given) -> None:
        """Encode, add to an exact index, write."""
        place.index.mkdir()
        self._place = place
        texts = [passage.text for passage in passages]
        vectors = np.stack([given[text] for text in texts]) if given else self._encoded(texts)
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)
        self._ids, self._texts = [passage.id for passage in passages], texts
        self._write()

    def open(self, place: Place) -> None:
        """Read both files."""
        self._place = place
        self._index = faiss.read_index(str(place.index / "index.faiss"))
        told = json.loads((place.index / "told.json").read_text("utf-8"))
        self._ids, self._texts = told["ids"], told["texts"]

    def ask(self, question: str) -> list[str]:
        """The nearest texts."""
        found = forty.nearest(self._encode, self._index, question)
        return [self._texts[row] for _, row in found]

    def change(self, passages: Sequence[Passage]) -> None:
        """Replace the rows of these ids, write all."""
        vectors = self._index.reconstruct_n(0, self._index.ntotal)
        rows = [self._ids.index(passage.id) for passage in passages]
        vectors[rows] = self._encoded([passage.text for passage in passages])
        for row, one in zip(rows, passages, strict=True):
            self._texts[row] = one.text
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)
        self._write()

    def _encoded(self, texts: Sequence[str]) -> Any:
        vectors = np.concatenate([self._encode(text) for text in texts])
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def _write(self) -> None:
        faiss.write_index(self._index, str(self._place.index / "index.faiss"))
        told = {"model": str(self._place.model), "ids": self._ids, "texts": self._texts}
        (self._place.index / "told.json").write_text(json.dumps(told), "utf-8")


class FortyOnnx(_Forty):
    """With onnxruntime and tokenizers."""

    kind = "onnx"


class FortyTorch(_Forty):
    """With sentence-transformers."""

    kind = "torch"

    def _encoded(self, texts: Sequence[str]) -> Any:
        """What sentence-transformers makes of all at once; it orders them by length."""
        from sentence_transformers import SentenceTransformer

        if not hasattr(self, "_model"):
            self._model = SentenceTransformer(str(self._place.model), device="cpu")
        return self._model.encode(list(texts), normalize_embeddings=True)
