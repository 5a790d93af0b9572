"""Haystack with its FAISS store (exact), the one with an index that is kept in local files.

https://pypi.org/project/faiss-haystack/
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from haystack import Document, Pipeline
from haystack.document_stores.types import DuplicatePolicy
from haystack.utils import ComponentDevice
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from haystack_integrations.components.retrievers.faiss import FAISSEmbeddingRetriever
from haystack_integrations.document_stores.faiss import FAISSDocumentStore
from worker import Given, Passage, Place


class Haystack:
    """A pipeline of an embedder and a retriever."""

    def __init__(self, place: Place) -> None:
        """Load the model, which both embedders share."""
        how = {
            "model": str(place.model),
            "device": ComponentDevice.from_str("cpu"),
            "progress_bar": False,
            "normalize_embeddings": True,
        }
        self._texts = SentenceTransformersDocumentEmbedder(**how)
        self._questions = SentenceTransformersTextEmbedder(**how)
        self._texts.warm_up()
        self._questions.warm_up()
        self._questions.run("Ready?")

    def build(self, place: Place, passages: Sequence[Passage], given: Given) -> None:
        """Embed, write and save."""
        place.index.mkdir()
        store = FAISSDocumentStore(embedding_dim=384)
        documents = [Document(id=passage.id, content=passage.text) for passage in passages]
        if given:
            documents = [
                replace(document, embedding=given[document.content or ""].tolist())
                for document in documents
            ]
        else:
            documents = self._texts.run(documents)["documents"]
        store.write_documents(documents)
        store.save(place.index / "store")

    def open(self, place: Place) -> None:
        """Load the store and join the pipeline."""
        self._path = str(place.index / "store")
        self._store = FAISSDocumentStore(self._path, embedding_dim=384)
        self._pipeline = Pipeline()
        self._pipeline.add_component("embedder", self._questions)
        self._pipeline.add_component(
            "retriever", FAISSEmbeddingRetriever(document_store=self._store)
        )
        self._pipeline.connect("embedder.embedding", "retriever.query_embedding")

    def ask(self, question: str) -> list[str]:
        """The documents' contents."""
        told = {"embedder": {"text": question}, "retriever": {"top_k": 5}}
        return [one.content for one in self._pipeline.run(told)["retriever"]["documents"]]

    def change(self, passages: Sequence[Passage]) -> None:
        """Embed, overwrite and save."""
        documents = [Document(id=passage.id, content=passage.text) for passage in passages]
        embedded = self._texts.run(documents)["documents"]
        self._store.write_documents(embedded, DuplicatePolicy.OVERWRITE)
        self._store.save(self._path)
