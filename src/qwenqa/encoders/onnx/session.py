"""A model's graph with its weights, run by onnxruntime."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from qwenqa.encoders.model_files.weights import Tensor, tensors
from qwenqa.encoders.onnx.architectures import ARCHITECTURES, TOKENS
from qwenqa.encoders.onnx.model_config import Plan, UnknownGraphError
from qwenqa.encoders.onnx.proto import Graph, parts_of
from qwenqa.encoders.onnx.quantize import quantized
from qwenqa.errors import EncoderError

Ids = npt.NDArray[np.int64]
States = npt.NDArray[np.float32]
Weight = npt.NDArray[np.float32] | npt.NDArray[np.int8]

_LARGEST = 4 << 30
_WORDS = ("embeddings.word_embeddings.weight", "embed_tokens.weight")
_UNUSED = ("pooler.", "lm_head.", "embeddings.position_ids")


class OnnxModel:
    """Token numbers to states and their pooled vectors; may be used by several threads."""

    def __init__(self, plan: Plan, *, quantized: bool = False) -> None:
        """Write the graph and open it with the weights; raises UnknownGraphError.

        ``quantized`` multiplies matrices as integers of eight bits. What values are rounded to
        then depends on all that are multiplied at once, so texts are to be given one at a time.
        """
        weights = _weights(plan)
        graph = Graph({name: tensor.shape for name, tensor in weights.items()}, quantized=quantized)
        try:
            states = ARCHITECTURES[plan.config["model_type"]](graph, plan.config)
        except (KeyError, TypeError, ValueError) as error:
            raise UnknownGraphError(f"it lacks {error}") from error
        used = {*graph.weights, *graph.matrices}
        if unused := [weight for weight in weights if weight not in used and not _spare(weight)]:
            raise UnknownGraphError(f"its weights {unused[0]} have no place in its graph")
        self.width = int(plan.config["hidden_size"])
        self._outputs = [_pooled(graph, plan.pooling, states), states]
        graph.output(self._outputs[0], "texts", self.width)
        graph.output(self._outputs[1], "texts", "tokens", self.width)
        self.graph = graph.written(TOKENS, "texts", "tokens")
        # The session looks into these arrays for as long as it lives.
        self._weights = dict(_initial(graph, weights))
        try:
            self._session = _session(self.graph, self._weights)
        except Exception as error:  # onnxruntime's have no root of their own
            raise UnknownGraphError(f"its graph cannot be opened: {_first_line(error)}") from error

    @property
    def names(self) -> list[str]:
        """The names of the weights that the graph is given."""
        return list(self._weights)

    def vectors(self, tokens: Ids) -> States:
        """Pooled vectors of texts of one length, shape (texts, width); tokens (texts, length)."""
        return self._run(self._outputs[:1], tokens)[0]

    def states(self, tokens: Ids) -> tuple[States, States]:
        """Pooled vectors, and the states that they were made of, (texts, length, width)."""
        vectors, states = self._run(self._outputs, tokens)
        return vectors, states

    def _run(self, outputs: Sequence[str], tokens: Ids) -> list[States]:
        try:
            return [np.asarray(output) for output in self._session.run(outputs, {TOKENS: tokens})]
        except Exception as error:  # onnxruntime's have no root of their own
            raise EncoderError(f"The model cannot be run ({_first_line(error)}).") from error


def _weights(plan: Plan) -> dict[str, Tensor]:
    """The weights under the names that the architecture gives them."""
    if sum(path.stat().st_size for path in plan.folder.glob("*.safetensors")) > _LARGEST:
        raise UnknownGraphError("its weights take more than 4 GiB")
    try:
        by_name = tensors(plan.folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnknownGraphError(f"its weights cannot be read ({error})") from error
    before = next(
        (full[: -len(end)] for full in by_name for end in _WORDS if full.endswith(end)), ""
    )
    return {name.removeprefix(before): tensor for name, tensor in by_name.items()}


def _initial(graph: Graph, weights: Mapping[str, Tensor]) -> Iterator[tuple[str, Weight]]:
    """The weights that a session of the graph starts with, by name."""
    yield from ((name, weights[name]) for name in graph.weights)
    for name in graph.matrices:
        yield from zip(parts_of(name), quantized(weights[name]), strict=True)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _spare(name: str) -> bool:
    return name.startswith(_UNUSED)


def _pooled(graph: Graph, pooling: str, states: str) -> str:
    if pooling == "mean":
        return graph.node("ReduceMean", states, axes=[1], keepdims=0)
    place = graph.constant(np.int64(0 if pooling == "cls" else -1))
    return graph.node("Gather", states, place, axis=1)


def _session(graph: bytes, weights: Mapping[str, Weight]) -> Any:
    """A session of a graph whose operators are the fused ones already.

    Weights are handed over as they are mapped. A thread for each core, none of which waits by
    spinning: between two questions the processor is others'.
    """
    # Newer versions than those allowed tell their maker about their use unless told not to.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(weight) for weight in weights.values()]
    options.add_external_initializers(list(weights), values)
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
