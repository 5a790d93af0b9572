"""Chroma's persistent client, with its default encoder by onnxruntime and by sentence-transformers.

https://docs.trychroma.com/docs/embeddings/embedding-functions
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import chromadb
from chromadb.config import Settings
from chromadb.utils.batch_utils import create_batches
from chromadb.utils.embedding_functions import (
    ONNXMiniLM_L6_V2,
    SentenceTransformerEmbeddingFunction,
)
from worker import Given, Passage, Place

NAME = "passages"


class _Chroma:
    """A collection with the default settings of its index (HNSW)."""

    def __init__(self, place: Place) -> None:
        """Load the model."""
        self._encode = self.encoder(place)
        self._encode(["Ready?"])

    def encoder(self, place: Place) -> Any:
        """An embedding function."""
        raise NotImplementedError

    def build(self, place: Place, passages: Sequence[Passage], given: Given) -> None:
        """Add in batches as large as the client takes; they are durable when added."""
        client = opened(place)
        made = client.create_collection(NAME, embedding_function=self._encode)
        ids, texts = [passage.id for passage in passages], [passage.text for passage in passages]
        vectors = [given[text] for text in texts] if given else None
        for some, embeddings, _, documents in create_batches(
            client, ids=ids, embeddings=vectors, documents=texts
        ):
            made.add(ids=some, embeddings=embeddings, documents=documents)

    def open(self, place: Place) -> None:
        """Open the collection."""
        client = opened(place)
        self._collection = client.get_collection(NAME, embedding_function=self._encode)

    def ask(self, question: str) -> list[str]:
        """The documents found."""
        found = self._collection.query(query_texts=[question], n_results=5)
        return list((found["documents"] or [[]])[0])

    def change(self, passages: Sequence[Passage]) -> None:
        """Upsert."""
        ids, texts = [passage.id for passage in passages], [passage.text for passage in passages]
        self._collection.upsert(ids=ids, documents=texts)


def opened(place: Place) -> Any:
    """The client of a folder."""
    return chromadb.PersistentClient(str(place.index), Settings(anonymized_telemetry=False))


class ChromaOnnx(_Chroma):
    """The default encoder; its graph is one exported here, since its own is a download."""

    def encoder(self, place: Place) -> Any:
        """The default embedding function."""
        ONNXMiniLM_L6_V2.DOWNLOAD_PATH = place.graph / "chroma"
        return ONNXMiniLM_L6_V2()


class ChromaTorch(_Chroma):
    """The model by sentence-transformers."""

    def encoder(self, place: Place) -> Any:
        """The embedding function for models of one's own."""
        return SentenceTransformerEmbeddingFunction(str(place.model), normalize_embeddings=True)
