"""A sentence-transformers model as an encoder."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qwenqa.encoders.model_files.identity import identity_of
from qwenqa.encoders.model_files.loading import load
from qwenqa.encoders.model_files.max_tokens import limit_of
from qwenqa.encoders.normalize import unit_vectors
from qwenqa.encoders.token_vectors import by_tokens
from qwenqa.types import TokenVectors, Vectors

_BATCH = 8
_PIECE = 64  # texts between two calls of progress


class SentenceEncoder:
    """A sentence-transformers model with its own query and passage prompts."""

    def __init__(
        self,
        name: str,
        folder: Path,
        weights: str,
        device: str,
        dimension: int = 0,
        precision: str = "fp32",
    ) -> None:
        """Load the model in the folder, whose weights have this digest; raises EncoderError.

        ``dimension`` and ``precision`` are as for ``open_encoder``.
        """
        from sentence_transformers import SentenceTransformer

        self.folder = folder
        self.comparable = (device, precision) == ("cpu", "fp32")
        self._model = load(SentenceTransformer, name, folder, device, precision)
        limit = self._model.max_seq_length = limit_of(self._model)
        # The tokenizer's truncation state is shared: two threads at once break it.
        self._lock = threading.Lock()
        width = int(self._model.get_embedding_dimension() or 0)
        chosen = dimension, precision
        self.identity = identity_of(name, folder, weights, width, limit, chosen)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, float32, shape (len(texts), dimension)."""
        return self._encode(texts, self.identity.query_prompt)

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of passages, float32, shape (len(texts), dimension), in the texts' order."""
        vectors = np.empty((len(texts), self.identity.dimension), dtype=np.float32)
        # Equal lengths together: padding is what an unsorted batch spends its time on.
        order = np.argsort([-len(text) for text in texts], kind="stable")
        for start in range(0, len(texts), _PIECE):
            rows = order[start : start + _PIECE]
            vectors[rows] = self._encode([texts[row] for row in rows], self.identity.passage_prompt)
            if progress:
                progress(len(rows))
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text with the passage prompt and the model's special tokens."""
        if not texts:
            return []
        prompt = self.identity.passage_prompt
        with self._lock:
            encoded = self._model.tokenizer(
                [prompt + text for text in texts],
                truncation=False,
                padding=False,
                return_attention_mask=False,
                verbose=False,
            )
        return [len(ids) for ids in encoded["input_ids"]]

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors | None]:
        """Of each passage's text its vector by tokens, None where it is no sum of them."""
        if not self._model.tokenizer.is_fast:  # which alone says where in the text a token stands
            return [None] * len(texts)
        prompt = self.identity.passage_prompt
        with self._lock:
            outputs = self._model.encode(
                list(texts),
                prompt=prompt,
                batch_size=_BATCH,
                show_progress_bar=False,
                output_value=None,
                processing_kwargs={"text": {"return_offsets_mapping": True}},
            )
        return [self._by_tokens(output, len(prompt)) for output in outputs]

    def _by_tokens(self, output: Any, before: int) -> TokenVectors | None:
        """What sentence-transformers tells of one text, without its padding."""
        read = output["attention_mask"].bool().cpu()
        states = output["token_embeddings"].float().cpu()[read].numpy()
        vector = output["sentence_embedding"].float().cpu().numpy()
        offsets = output["offset_mapping"].cpu()[read].tolist()
        return by_tokens(states, vector, offsets, before, self.identity.dimension)

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        with self._lock:
            raw = self._model.encode(
                list(texts),
                prompt=prompt,
                batch_size=_BATCH,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        vectors = np.asarray(raw, dtype=np.float32)
        return unit_vectors(vectors[:, : self.identity.dimension], self.identity.name)
