"""What an encoder calls itself, by its model's files."""

from __future__ import annotations

from pathlib import Path

from qwenqa.encoders.model_files.prompts import prompts_of
from qwenqa.encoders.normalize import cut_identity
from qwenqa.types import EncoderIdentity


def identity_of(
    name: str, folder: Path, weights: str, width: int, limit: int, chosen: tuple[int, str]
) -> EncoderIdentity:
    """The identity of the model in a folder, whose weights have this digest.

    ``width`` is the dimension of its own vectors, ``chosen`` the dimension that they are cut to
    (0: all) and the precision. Raises EncoderError for more dimensions than there are.
    """
    query_prompt, passage_prompt = prompts_of(name, folder)
    dimension, precision = chosen
    whole = EncoderIdentity(
        name=str(folder.resolve()) if Path(name).is_dir() else name,
        weights=weights,
        dimension=width,
        limit=limit,
        query_prompt=query_prompt,
        passage_prompt=passage_prompt,
        precision=precision,
    )
    return cut_identity(whole, dimension)
