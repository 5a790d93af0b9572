"""A model's name or folder to its encoder."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from qwenqa.encoders.equivalence import compared
from qwenqa.encoders.model_files.locate import (
    DEFAULT_MODEL,
    locate,
    refuse_unsafe,
    require_published,
    weights_digest,
)
from qwenqa.encoders.model_files.prompts import prompts_of
from qwenqa.encoders.onnx.encoder import GraphEncoder
from qwenqa.encoders.onnx.model_config import UnknownGraphError
from qwenqa.encoders.torch.encoder import SentenceEncoder
from qwenqa.encoders.toy import TOY_MODEL, ToyEncoder
from qwenqa.errors import EncoderError
from qwenqa.types import Comparison, Encoder, EncoderIdentity

_ON = "cpu"
_IN = "fp32"
_QUANTIZED = "int8"


def open_encoder(
    model: str = DEFAULT_MODEL,
    device: str = _ON,
    dimension: int = 0,
    precision: str = _IN,
    graph: str = "",
) -> Encoder:
    """The encoder of a model given by path or Hub name, or ``"toy"``.

    Looked for as a folder, then (the default model) in the package that carries it, then in the
    local Hugging Face cache, then on the Hub, which is the only case that uses the network
    and only happens when the caller named a model that is not on disk. ``dimension`` cuts its
    vectors to so many first components (0: none are cut), ``precision`` is one of PRECISIONS.

    It is run without torch on a processor in single precision or in integers, where it is the
    default model or ``graph`` is the fingerprint of its graph (``comparing.compared``).

    Raises EncoderError when it is not found, not safetensors, wants its own code to run, is not
    the published default, has fewer dimensions, or is to run in integers where it cannot.
    """
    if model == TOY_MODEL:
        if precision == _QUANTIZED:
            raise _unquantized(model, "it has no graph")
        return ToyEncoder(dimension)
    folder = locate(model)
    refuse_unsafe(folder, model)
    weights = weights_digest(folder)
    if model == DEFAULT_MODEL:
        require_published(folder, weights)
    if _may_be_graph(model, device, precision, graph):
        with suppress(UnknownGraphError):
            encoder = GraphEncoder(model, folder, weights, dimension, precision)
            if model == DEFAULT_MODEL or encoder.fingerprint == graph:
                return encoder
    if precision == _QUANTIZED:
        return _quantized(model, folder, weights, device, dimension)
    return SentenceEncoder(model, folder, weights, device, dimension, precision)


def _quantized(model: str, folder: Path, weights: str, device: str, dimension: int) -> GraphEncoder:
    """The encoder in integers, once its graph in single precision gave the model's vectors."""
    whole = SentenceEncoder(model, folder, weights, _ON, dimension) if device == _ON else None
    reason = compared(whole).reason if whole else f"it is to run on {device}"
    if reason:
        raise _unquantized(model, reason)
    return GraphEncoder(model, folder, weights, dimension, _QUANTIZED)


def _unquantized(model: str, reason: str) -> EncoderError:
    return EncoderError(
        f"The model {model} cannot be run in {_QUANTIZED}: {reason}. Set --precision to {_IN}, "
        "or choose another model."
    )


def why_torch(built: EncoderIdentity, device: str, compared: Comparison) -> str:
    """Why an index's model needs torch for a question, half a sentence; empty if it does not.

    ``compared`` is what the index says of it.
    """
    if built.name == TOY_MODEL or _may_be_graph(
        built.name, device, built.precision, compared.graph
    ):
        return ""
    if (device, built.precision) != (_ON, _IN):
        return f"it runs on {device} in {built.precision}"
    return compared.reason or "it is compared with its graph when the index is next built"


def _may_be_graph(model: str, device: str, precision: str, graph: str) -> bool:
    described = model == DEFAULT_MODEL or bool(graph)
    return described and device == _ON and precision in (_IN, _QUANTIZED)


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
