"""A sentence-transformers model as an encoder without torch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qwenqa.encoders.model_files.identity import identity_of
from qwenqa.encoders.normalize import unit_vectors
from qwenqa.encoders.onnx.model_config import UnknownGraphError, plan_of
from qwenqa.encoders.onnx.session import OnnxModel
from qwenqa.encoders.token_vectors import by_tokens
from qwenqa.types import TokenVectors, Vectors

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_BATCH = {"fp32": 8, "int8": 1}


class GraphEncoder:
    """A model of a known architecture, run by onnxruntime and tokenizers.

    In single precision vectors are those that sentence-transformers gives, of the same tokens,
    states and pooling. One object may be used by several threads.
    """

    def __init__(
        self, name: str, folder: Path, weights: str, dimension: int = 0, precision: str = "fp32"
    ) -> None:
        """Open the model in the folder, whose weights have this digest, in "fp32" or "int8".

        Raises UnknownGraphError where its graph is not known, EncoderError for more dimensions
        than it has.
        """
        plan = plan_of(folder)
        self._model = OnnxModel(plan, quantized=precision == "int8")
        self._text = _tokenizer_text(plan.folder)
        self._tokenizer = _tokenizer(self._text)
        self._tokenizer.enable_truncation(plan.limit)
        chosen = dimension, precision
        width = self._model.width
        self.identity = identity_of(name, folder, weights, width, plan.limit, chosen)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of what decides the vectors: graph, weights, tokenizer and limit."""
        parts = (self._model.graph, self.identity.weights.encode(), self._text)
        digests = b"".join(hashlib.sha256(part).digest() for part in parts)
        return hashlib.sha256(digests + b"%d" % self.identity.limit).hexdigest()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, float32, shape (len(texts), dimension)."""
        return self._encode(self.identity.query_prompt, texts, lambda _: None)

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of passages, float32, shape (len(texts), dimension), in the texts' order."""
        return self._encode(self.identity.passage_prompt, texts, progress or (lambda _: None))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text with the passage prompt and the model's special tokens."""
        whole = [self.identity.passage_prompt + text for text in texts]
        counted = [len(encoding.ids) for encoding in self._tokenizer.encode_batch_fast(whole)]
        if max(counted, default=0) < self.identity.limit:
            return counted
        return [len(encoding.ids) for encoding in self._uncut.encode_batch_fast(whole)]

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors | None]:
        """Of each passage's text its vector by tokens, None where it is no sum of them."""
        prompt = self.identity.passage_prompt
        return [self._by_tokens(prompt, text) for text in texts]

    def _by_tokens(self, prompt: str, text: str) -> TokenVectors | None:
        encoding = self._tokenizer.encode(prompt + text)
        vectors, states = self._model.states(np.array([encoding.ids], np.int64))
        dimension = self.identity.dimension
        return by_tokens(states[0], vectors[0], encoding.offsets, len(prompt), dimension)

    def _encode(
        self, prompt: str, texts: Sequence[str], progress: Callable[[int], None]
    ) -> Vectors:
        encoded = self._tokenizer.encode_batch_fast([prompt + text for text in texts])
        tokens = [encoding.ids for encoding in encoded]
        vectors = np.zeros((len(texts), self.identity.dimension), np.float32)
        batch = _BATCH[self.identity.precision]
        for rows in _batches([len(token) for token in tokens], batch):
            ids = np.array([tokens[row] for row in rows], np.int64)
            vectors[rows] = self._model.vectors(ids)[:, : self.identity.dimension]
            progress(len(rows))
        return unit_vectors(vectors, self.identity.name)

    @cached_property
    def _uncut(self) -> Tokenizer:
        """A tokenizer of its own, since each has one state of truncation."""
        return _tokenizer(self._text)


def _batches(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Numbers of at most so many texts of one length, the longest first."""
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    for length, rows in groupby(order, key=lambda row: lengths[row]):
        same = list(rows) if length else []  # what has no token has no vector
        yield from (same[at : at + most] for at in range(0, len(same), most))


def _tokenizer_text(folder: Path) -> bytes:
    try:
        return (folder / "tokenizer.json").read_bytes()
    except OSError as error:
        raise UnknownGraphError("it has no tokenizer.json") from error


def _tokenizer(text: bytes) -> Tokenizer:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_buffer(text)
    except Exception as error:  # the library raises no narrower one
        raise UnknownGraphError("its tokenizer.json cannot be read") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
