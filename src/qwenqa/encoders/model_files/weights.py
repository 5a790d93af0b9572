"""A model's weights, mapped from their files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import prod
from pathlib import Path

import numpy as np
import numpy.typing as npt

Tensor = npt.NDArray[np.float32]

_WIDTHS = {"F32": 4, "F16": 2, "BF16": 2}
_LONGEST_HEADER = 100_000_000  # as the format's own library has it


def tensors(folder: Path) -> dict[str, Tensor]:
    """The weights by name, float32, from the safetensors files in a folder.

    The format: a length of eight bytes, so much JSON, then the values
    (github.com/huggingface/safetensors). Single precision is mapped and not read; half precision
    is converted. What is no floating-point number is left out. Raises ValueError or OSError.
    """
    weights: dict[str, Tensor] = {}
    for file in sorted(folder.glob("*.safetensors")):
        weights.update(_read(file))
    return weights


def _read(file: Path) -> Iterator[tuple[str, Tensor]]:
    data = np.memmap(file, np.uint8, "r")
    length = int.from_bytes(data[:8].tobytes(), "little")
    if length > min(_LONGEST_HEADER, len(data) - 8):
        raise ValueError(f"{file} is cut short")
    header = json.loads(data[8 : 8 + length].tobytes())
    values = data[8 + length :]
    for name, entry in header.items():
        kind = entry.get("dtype")
        if kind in _WIDTHS:
            begin, end = entry["data_offsets"]
            if not 0 <= begin <= end <= len(values):
                raise ValueError(f"{file} is cut short")
            if end - begin != prod(entry["shape"]) * _WIDTHS[kind]:
                raise ValueError(f"{file} contradicts itself about {name}")
            yield name, _single(values[begin:end], kind).reshape(entry["shape"])


def _single(data: npt.NDArray[np.uint8], kind: str) -> Tensor:
    if kind == "F32":
        return data.view("<f4")
    if kind == "F16":
        return data.view("<f2").astype(np.float32)
    # Brain half precision is the upper half of single precision.
    return (data.view("<u2").astype(np.uint32) << 16).view(np.float32)
