"""A model's name or folder to its encoder."""

from __future__ import annotations

from qwenqa.encoders.folders import (
    DEFAULT_MODEL,
    locate,
    refuse_unsafe,
    require_published,
    weights_digest,
)
from qwenqa.encoders.prompts import prompts_of
from qwenqa.encoders.sentence import SentenceEncoder
from qwenqa.encoders.toy import TOY_MODEL, ToyEncoder
from qwenqa.types import Encoder


def open_encoder(
    model: str = DEFAULT_MODEL, device: str = "cpu", dimension: int = 0, precision: str = "fp32"
) -> Encoder:
    """The encoder of a model given by path or Hub name, or ``"toy"``.

    Looked for as a folder, then in the local Hugging Face cache, then (the default model) in
    the package that carries it, then on the Hub, which is the only case that uses the network
    and only happens when the caller named a model that is not on disk. ``dimension`` cuts its
    vectors to so many first components (0: none are cut), ``precision`` is one of PRECISIONS.

    Raises EncoderError when it is not found, not safetensors, wants its own code to run, is not
    the published default, or has fewer dimensions.
    """
    if model == TOY_MODEL:
        return ToyEncoder(dimension)
    folder = locate(model)
    refuse_unsafe(folder, model)
    if model == DEFAULT_MODEL:
        require_published(folder)
    return SentenceEncoder(model, folder, device, dimension, precision)


def weights_of(model: str) -> str:
    """The SHA-256 that the model's identity would hold, without loading it.

    Raises EncoderError when the model is not found.
    """
    return ToyEncoder.identity.weights if model == TOY_MODEL else weights_digest(locate(model))


def prompts_known(model: str) -> tuple[str, str]:
    """The prompts that the model's identity would hold, without loading it.

    Raises EncoderError when the model is not found.
    """
    return ("", "") if model == TOY_MODEL else prompts_of(model, locate(model))
