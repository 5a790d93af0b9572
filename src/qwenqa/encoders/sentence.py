"""A sentence-transformers model as an encoder."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qwenqa.encoders.folders import weights_digest
from qwenqa.encoders.prompts import prompts_of
from qwenqa.encoders.unit import cut_identity, unit_vectors
from qwenqa.errors import EncoderError
from qwenqa.types import EncoderIdentity, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 8
_PIECE = 64  # texts between two calls of progress
LONGEST = 2048
"""Tokens beyond which no model is given a text, whatever it could take: about three pages, and
memory grows with the length of a batch."""

_TORCH = {"fp32": "float32", "fp16": "float16", "bf16": "bfloat16"}
# These count positions from the number after the padding token's.
_SHIFTED = ("roberta", "xlm-roberta", "camembert", "mpnet")


class SentenceEncoder:
    """A sentence-transformers model with its own query and passage prompts."""

    def __init__(
        self, name: str, folder: Path, device: str, dimension: int = 0, precision: str = "fp32"
    ) -> None:
        """Load the model in the folder; raises EncoderError when that fails.

        ``dimension`` and ``precision`` are as for ``open_encoder``.
        """
        self._model = _load(name, folder, device, precision)
        self._model.max_seq_length = _limit(self._model)
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


def _limit(model: SentenceTransformer) -> int:
    """The longest text in tokens that the model takes whole, by its tokenizer and positions."""
    tokens = min(int(model.max_seq_length or LONGEST), LONGEST)
    config = getattr(model[0], "config", None)
    positions = getattr(config, "max_position_embeddings", None) or LONGEST
    shifted = getattr(config, "model_type", "") in _SHIFTED
    return int(min(tokens, positions - (config.pad_token_id + 1 if config and shifted else 0)))


def _load(name: str, folder: Path, device: str, precision: str) -> SentenceTransformer:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(
            str(folder),
            device=device,
            trust_remote_code=False,
            local_files_only=True,
            # Without a precision it would be the one that the weights are stored in.
            model_kwargs={"use_safetensors": True, "dtype": getattr(torch, _TORCH[precision])},
        )
    # The libraries below raise whatever their parsers raise for damaged files.
    except Exception as error:
        reason = str(error).strip().splitlines()
        raise EncoderError(
            f"The model {name} in {folder} cannot be loaded "
            f"({reason[0] if reason else type(error).__name__}). "
            "Check its files, or choose another with --model."
        ) from error
