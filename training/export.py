"""Writes the weights of a checkpoint as they are shipped, and prints their SHA-256.

``python -m training.export CHECKPOINT FOLDER``: half precision, without the word embeddings, which
the default encoder has, and without the positions beyond the longest pair.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import torch
from safetensors.torch import save_file

from training.spans import LIMIT

_WORDS = "embeddings.word_embeddings.weight"
_POSITIONS = "embeddings.position_embeddings.weight"


def exported(checkpoint: Path, folder: Path) -> str:
    """Write ``model.safetensors`` into the folder; gives its SHA-256."""
    weights = torch.load(checkpoint, weights_only=True)["weights"]
    named = {name.removeprefix("body."): one for name, one in weights.items()}
    named = {name: one for name, one in named.items() if one.is_floating_point() and name != _WORDS}
    named[_POSITIONS] = named[_POSITIONS][:LIMIT]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "model.safetensors"
    save_file({name: one.half().contiguous() for name, one in named.items()}, file)
    return hashlib.sha256(file.read_bytes()).hexdigest()


def main() -> None:
    """Export what is named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    print(exported(args.checkpoint, args.folder))


if __name__ == "__main__":
    main()
