"""The graphs of the architectures that are known here: token numbers to states.

Texts are given without padding, those of one batch having as many tokens, so that no graph needs
a mask. Operators are onnxruntime's fused ones, so that nothing has to be optimised on opening.
Names of weights and settings are those of transformers (``models/bert``, ``models/xlm_roberta``,
``models/mpnet``, ``models/qwen3``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from qwenqa.encoders.onnx.proto import CONTRIBUTED, Graph

TOKENS = "tokens"
"""The graph's input: int64, shape (texts, tokens)."""

Config = Mapping[str, Any]
Architecture = Callable[[Graph, Config], str]


def _linear(graph: Graph, value: str, name: str) -> str:
    """A value times a matrix that is stored as (out, in)."""
    matrix = f"{name}.weight"
    if graph.quantized:
        parts = graph.matrix(matrix)
        return graph.node("DynamicQuantizeMatMul", value, *parts, domain=CONTRIBUTED)
    return graph.node("FusedMatMul", value, graph.weight(matrix), domain=CONTRIBUTED, transB=1)


def bert(graph: Graph, config: Config) -> str:
    """BERT (arXiv:1810.04805); positions count from zero."""
    first, axis = graph.constant([0]), graph.constant([0])
    length = graph.node("Shape", TOKENS, start=1, end=2)
    table = graph.weight("embeddings.position_embeddings.weight")
    positions = graph.node("Slice", table, first, length, axis)
    return _layers(graph, config, _summed(graph, positions), _BERT)


def roberta(graph: Graph, config: Config) -> str:
    """RoBERTa (arXiv:1907.11692); positions count from the number after the padding token's."""
    positions = _counted(graph, int(config["pad_token_id"]))
    return _layers(graph, config, _summed(graph, positions), _BERT)


def mpnet(graph: Graph, config: Config) -> str:
    """MPNet (arXiv:2004.09297): as RoBERTa, and attention knows how far tokens are apart."""
    words = graph.node("Gather", graph.weight("embeddings.word_embeddings.weight"), TOKENS)
    summed = graph.node("Add", words, _counted(graph, _MPNET_PADDING))
    return _layers(graph, config, summed, _MPNET, _distances(graph, config))


class _Names(NamedTuple):
    """What the parts of a layer's attention are called."""

    inputs: tuple[str, str, str]
    output: str
    norm: str


_BERT = _Names(
    ("attention.self.query", "attention.self.key", "attention.self.value"),
    "attention.output.dense",
    "attention.output.LayerNorm",
)
_MPNET = _Names(
    ("attention.attn.q", "attention.attn.k", "attention.attn.v"),
    "attention.attn.o",
    "attention.LayerNorm",
)
_MPNET_PADDING = 1  # whatever its configuration says
_BUCKETS, _FARTHEST = 32, 128


def _summed(graph: Graph, positions: str) -> str:
    """What each token is, that all are of the first text, and where each stands."""
    words = graph.node("Gather", graph.weight("embeddings.word_embeddings.weight"), TOKENS)
    kinds = graph.weight("embeddings.token_type_embeddings.weight")
    kind = graph.node("Gather", kinds, graph.constant([0]))
    return graph.node("Add", graph.node("Add", words, kind), positions)


def _counted(graph: Graph, padding: int) -> str:
    """Positions counted from the number after the padding token's.

    A padding token that a text spells out has the padding's position and is not counted.
    """
    number = graph.constant(np.int64(padding))
    counts = graph.node("Cast", graph.node("Not", graph.node("Equal", TOKENS, number)), to=7)
    ends = graph.node("CumSum", counts, graph.constant(np.int64(1)))
    places = graph.node("Add", graph.node("Mul", ends, counts), number)
    return graph.node("Gather", graph.weight("embeddings.position_embeddings.weight"), places)


def _distances(graph: Graph, config: Config) -> str:
    """What each head adds for how far two tokens are apart, shape (1, heads, tokens, tokens).

    Distances are in buckets, as T5 has them (arXiv:1910.10683, section 2.1).
    """
    farthest = int(config["max_position_embeddings"])
    apart = np.arange(-farthest, farthest + 1)
    half, near = _BUCKETS // 2, _BUCKETS // 4
    steps = np.log(np.maximum(np.abs(apart), 1) / near) / np.log(_FARTHEST / near) * (half - near)
    far = np.minimum(near + steps.astype(np.int64), half - 1)
    buckets = np.where(apart > 0, half, 0) + np.where(np.abs(apart) < near, np.abs(apart), far)
    length = graph.node("Squeeze", graph.node("Shape", TOKENS, start=1, end=2))
    zero, step = graph.constant(np.int64(0)), graph.constant(np.int64(1))
    places = graph.node("Range", zero, length, step)
    row, column = (graph.node("Unsqueeze", places, graph.constant([n])) for n in (0, 1))
    between = graph.node("Add", graph.node("Sub", row, column), graph.constant(np.int64(farthest)))
    bucket = graph.node("Gather", graph.constant(buckets), between)
    added = graph.node("Gather", graph.weight("encoder.relative_attention_bias.weight"), bucket)
    by_head = graph.node("Transpose", added, perm=[2, 0, 1])
    return graph.node("Unsqueeze", by_head, graph.constant([0]))


def _layers(graph: Graph, config: Config, summed: str, names: _Names, bias: str = "") -> str:
    """The states after all layers; attention adds ``bias``, if there is one."""
    norm = [graph.weight(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
    epsilon = float(config["layer_norm_eps"])
    states = graph.node("LayerNormalization", summed, *norm, axis=-1, epsilon=epsilon)
    for number in range(config["num_hidden_layers"]):
        layer = _Layer(graph, config, f"encoder.layer.{number}.")
        states = layer.states(states, names, bias)
    return states


@dataclass(frozen=True, slots=True)
class _Layer:
    """One layer of BERT's kind: attention, then two matrices, each added to what it was given."""

    graph: Graph
    config: Config
    name: str

    def states(self, states: str, names: _Names, bias: str) -> str:
        inputs = [self._with_bias("Add", states, self.name + name) for name in names.inputs]
        more = ("", "", bias) if bias else ()
        heads = int(self.config["num_attention_heads"])
        read = self.graph.node(
            "MultiHeadAttention", *inputs, *more, domain=CONTRIBUTED, num_heads=heads
        )
        states = self._added(read, states, self.name + names.output, self.name + names.norm)
        inner = self._with_bias("BiasGelu", states, f"{self.name}intermediate.dense")
        return self._added(
            inner, states, f"{self.name}output.dense", f"{self.name}output.LayerNorm"
        )

    def _with_bias(self, kind: str, value: str, at: str) -> str:
        bias = self.graph.weight(f"{at}.bias")
        domain = "" if kind == "Add" else CONTRIBUTED
        return self.graph.node(kind, _linear(self.graph, value, at), bias, domain=domain)

    def _added(self, value: str, beside: str, at: str, norm: str) -> str:
        return self.graph.node(
            "SkipLayerNormalization",
            _linear(self.graph, value, at),
            beside,
            *(self.graph.weight(f"{norm}.{part}") for part in ("weight", "bias")),
            self.graph.weight(f"{at}.bias"),
            domain=CONTRIBUTED,
            epsilon=float(self.config["layer_norm_eps"]),
        )


def qwen3(graph: Graph, config: Config) -> str:
    """Qwen3 (arXiv:2505.09388): causal, grouped heads, rotated positions, normalised queries."""
    states = graph.node("Gather", graph.weight("embed_tokens.weight"), TOKENS)
    shared = _Rotary(graph, config)
    for number in range(config["num_hidden_layers"]):
        states = _qwen3_layer(graph, config, states, f"layers.{number}", shared)
    return _root_mean_square(graph, config, states, "norm")


def _qwen3_layer(graph: Graph, config: Config, states: str, name: str, shared: _Rotary) -> str:
    at = f"{name}.self_attn"
    normed = _root_mean_square(graph, config, states, f"{name}.input_layernorm")
    query, key = (
        _by_heads(graph, config, _linear(graph, normed, f"{at}.{part}_proj"), f"{at}.{part}_norm")
        for part in ("q", "k")
    )
    value = _linear(graph, normed, f"{at}.v_proj")
    read = shared.attention(query, key, value)
    states = graph.node("Add", states, _linear(graph, read, f"{at}.o_proj"))
    normed = _root_mean_square(graph, config, states, f"{name}.post_attention_layernorm")
    gate, up = (_linear(graph, normed, f"{name}.mlp.{part}_proj") for part in ("gate", "up"))
    swish = graph.node("Mul", gate, graph.node("Sigmoid", gate))
    down = _linear(graph, graph.node("Mul", swish, up), f"{name}.mlp.down_proj")
    return graph.node("Add", states, down)


def _root_mean_square(graph: Graph, config: Config, value: str, name: str) -> str:
    return graph.node(
        "SimplifiedLayerNormalization",
        value,
        graph.weight(f"{name}.weight"),
        axis=-1,
        epsilon=float(config["rms_norm_eps"]),
    )


def _by_heads(graph: Graph, config: Config, value: str, name: str) -> str:
    """Each head's part of a value, normalised."""
    parts = graph.constant([0, 0, -1, int(config["head_dim"])])
    apart = graph.node("Reshape", value, parts)
    normed = _root_mean_square(graph, config, apart, name)
    return graph.node("Reshape", normed, graph.constant([0, 0, -1]))


class _Rotary:
    """Attention over rotated positions (RoFormer, arXiv:2104.09864), the same in each layer."""

    def __init__(self, graph: Graph, config: Config) -> None:
        self._graph, self._config = graph, config
        turned = config.get("rope_parameters") or config
        half = int(config["head_dim"]) // 2
        steps = float(turned["rope_theta"]) ** (-np.arange(half, dtype=np.float64) / half)
        angles = np.outer(np.arange(config["limit"]), steps)
        self._tables = [
            graph.constant(table(angles).astype(np.float32)) for table in (np.cos, np.sin)
        ]
        texts, length = (graph.node("Shape", TOKENS, start=n, end=n + 1) for n in (0, 1))
        last = graph.node("Sub", length, graph.constant([1]))
        self._last = graph.node("Cast", graph.node("Expand", last, texts), to=6)
        self._total = graph.node("Cast", graph.node("Squeeze", length), to=6)

    def attention(self, query: str, key: str, value: str) -> str:
        """What each token takes from those up to itself."""
        return self._graph.node(
            "GroupQueryAttention",
            *(query, key, value, "", "", self._last, self._total, *self._tables),
            domain=CONTRIBUTED,
            spare=2,  # keys and values, for texts that go on
            num_heads=int(self._config["num_attention_heads"]),
            kv_num_heads=int(self._config["num_key_value_heads"]),
            do_rotary=1,
        )


ARCHITECTURES: dict[str, Architecture] = {
    "bert": bert,
    "camembert": roberta,
    "mpnet": mpnet,
    "roberta": roberta,
    "xlm-roberta": roberta,
    "qwen3": qwen3,
}
"""How a graph is made, by the ``model_type`` of a model's configuration."""
