"""A model's files into memory, so that whatever fails is one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qwenqa.errors import EncoderError

_TORCH = {"fp32": "float32", "fp16": "float16", "bf16": "bfloat16"}


def load(kind: Any, name: str, folder: Path, device: str, precision: str, **more: Any) -> Any:
    """A model of a sentence-transformers class from a folder, computing in this precision.

    Nothing is fetched, no code of the model's own is run, only safetensors are read. ``more``
    goes to the class. Raises EncoderError.
    """
    import torch
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return kind(
            str(folder),
            device=device,
            trust_remote_code=False,
            local_files_only=True,
            # Without a precision it would be the one that the weights are stored in.
            model_kwargs={"use_safetensors": True, "dtype": getattr(torch, _TORCH[precision])},
            **more,
        )
    # The libraries below raise whatever their parsers raise for damaged files.
    except Exception as error:
        reason = str(error).strip().splitlines()
        raise EncoderError(
            f"The model {name} in {folder} cannot be loaded "
            f"({reason[0] if reason else type(error).__name__}). "
            "Check its files, or choose another one."
        ) from error
