"""A sentence-transformers model as an encoder."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from qwenqa.encoders.folders import weights_digest
from qwenqa.encoders.lengths import limit_of
from qwenqa.encoders.loading import load
from qwenqa.encoders.prompts import prompts_of
from qwenqa.encoders.tokens import by_tokens
from qwenqa.encoders.unit import cut_identity, unit_vectors
from qwenqa.types import EncoderIdentity, TokenVectors, Vectors

_BATCH = 8
_PIECE = 64  # texts between two calls of progress


class SentenceEncoder:
    """A sentence-transformers model with its own query and passage prompts."""

    def __init__(
        self, name: str, folder: Path, device: str, dimension: int = 0, precision: str = "fp32"
    ) -> None:
        """Load the model in the folder; raises EncoderError when that fails.

        ``dimension`` and ``precision`` are as for ``open_encoder``.
        """
        from sentence_transformers import SentenceTransformer

        self._model = load(SentenceTransformer, name, folder, device, precision)
        self._model.max_seq_length = limit_of(self._model)
        # The tokenizer's truncation state is shared: two threads at once break it.
        self._lock = threading.Lock()
        query_prompt, passage_prompt = prompts_of(name, folder)
        whole = EncoderIdentity(
            name=str(folder.resolve()) if Path(name).is_dir() else name,
            weights=weights_digest(folder),
            dimension=int(self._model.get_embedding_dimension() or 0),
            limit=self._model.max_seq_length,
            query_prompt=query_prompt,
            passage_prompt=passage_prompt,
            precision=precision,
        )
        self.identity = cut_identity(whole, dimension)

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
            told = self._model.encode(
                list(texts),
                prompt=prompt,
                batch_size=_BATCH,
                show_progress_bar=False,
                output_value=None,
                processing_kwargs={"text": {"return_offsets_mapping": True}},
            )
        return [by_tokens(one, len(prompt), self.identity.dimension) for one in told]

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
