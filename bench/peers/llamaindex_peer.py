"""LlamaIndex with its FAISS store (exact) that can delete; the default store has no index at all.

https://developers.llamaindex.ai/python/framework/integrations/vector_stores/faissindexdemo/
"""

from __future__ import annotations

from collections.abc import Sequence

import faiss
from llama_index.core import Settings, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.faiss import FaissMapVectorStore
from worker import Given, Passage, Place


class LlamaIndex:
    """A vector store index and its retriever."""

    def __init__(self, place: Place) -> None:
        """Load the model."""
        Settings.embed_model = HuggingFaceEmbedding(
            model_name=str(place.model), device="cpu", embed_batch_size=32
        )
        Settings.embed_model.get_query_embedding("Ready?")

    def build(self, place: Place, passages: Sequence[Passage], given: Given) -> None:
        """Index and persist."""
        store = FaissMapVectorStore(faiss.IndexIDMap2(faiss.IndexFlatIP(384)))
        context = StorageContext.from_defaults(vector_store=store)
        self._index = VectorStoreIndex(nodes(passages, given), storage_context=context)
        context.persist(str(place.index))

    def open(self, place: Place) -> None:
        """Load the storage."""
        self._place = str(place.index)
        store = FaissMapVectorStore.from_persist_dir(self._place)
        context = StorageContext.from_defaults(vector_store=store, persist_dir=self._place)
        self._index = load_index_from_storage(context)
        self._retriever = self._index.as_retriever(similarity_top_k=5)

    def ask(self, question: str) -> list[str]:
        """The nodes' texts."""
        return [one.node.get_content() for one in self._retriever.retrieve(question)]

    def change(self, passages: Sequence[Passage]) -> None:
        """Delete, insert and persist."""
        self._index.delete_nodes([passage.id for passage in passages], delete_from_docstore=True)
        self._index.insert_nodes(nodes(passages, {}))
        self._index.storage_context.persist(self._place)


def nodes(passages: Sequence[Passage], given: Given) -> list[TextNode]:
    """A node of each passage, with its vector where that is given."""
    made = [TextNode(id_=passage.id, text=passage.text) for passage in passages]
    for one in made if given else []:
        one.embedding = given[one.text].tolist()
    return made
