"""What a model's folder says of how its vectors are made, where that is known here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qwenqa.encoders.model_files.locate import read_json
from qwenqa.encoders.model_files.max_tokens import bounded
from qwenqa.encoders.onnx.architectures import ARCHITECTURES

# What these files must say, or leave unsaid, for the graph to be the model's.
_CONFIG: dict[str, dict[str, tuple[object, ...]]] = {
    "bert": {"hidden_act": ("gelu",), "position_embedding_type": (None, "absolute")},
    "qwen3": {
        "hidden_act": ("silu",),
        "attention_bias": (None, False),
        "use_sliding_window": (None, False),
        "rope_scaling": (None,),
    },
}
_NEVER = ("is_decoder", "add_cross_attention")
_TRANSFORMER: dict[str, tuple[object, ...]] = {
    "do_lower_case": (None, False),
    "transformer_task": (None, "feature-extraction"),
    "module_output_name": (None, "token_embeddings"),
    "modality_config": (
        None,
        {"text": {"method": "forward", "method_output_name": "last_hidden_state"}},
    ),
}
_LENGTH = "max_seq_length"
_POOLING = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_lasttoken": "lasttoken",
}
POOLINGS = tuple(_POOLING.values())


class UnknownGraphError(Exception):
    """Why the graph of a model is not known here: half a sentence."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model's vectors are made: of states by an architecture, pooled in one of POOLINGS.

    ``folder`` holds the weights, ``limit`` is the longest text in tokens.
    """

    folder: Path
    config: Mapping[str, Any]
    pooling: str
    limit: int


def plan_of(folder: Path) -> Plan:
    """How the model in a folder makes its vectors; raises UnknownGraphError."""
    inner, pooling = _modules(folder)
    config = _object(inner / "config.json")
    kind = str(config.get("model_type"))
    if kind not in ARCHITECTURES:
        raise UnknownGraphError(f"its architecture is {kind}")
    _require(config, _CONFIG["qwen3" if kind == "qwen3" else "bert"], "config.json")
    _require(config, dict.fromkeys(_NEVER, (None, False)), "config.json")
    if set(config.get("layer_types") or ()) - {"full_attention"}:
        raise UnknownGraphError("its attention is not full in every layer")
    limit = bounded(
        _tokens(inner, config), config.get("max_position_embeddings"), kind, _pad(config)
    )
    return Plan(inner, {**config, "limit": limit}, pooling, limit)


def _modules(folder: Path) -> tuple[Path, str]:
    """The folder of the transformer, and the kind of pooling."""
    modules = read_json(folder / "modules.json")
    if not isinstance(modules, list):
        raise UnknownGraphError("it has no modules.json")
    kinds = [str(module["type"]).rpartition(".")[2] for module in modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise UnknownGraphError(f"it is made of {', '.join(kinds)}")
    return folder / modules[0]["path"], _pooling(
        _object(folder / modules[1]["path"] / "config.json")
    )


def _pooling(config: Mapping[str, Any]) -> str:
    if config.get("include_prompt") not in (None, True):
        raise UnknownGraphError("it pools without its prompt")
    asked = [key for key in config if key.startswith("pooling_mode_") and config[key]]
    mode = config.get("pooling_mode") or (_POOLING.get(asked[0]) if len(asked) == 1 else None)
    if mode not in POOLINGS:
        raise UnknownGraphError(f"it pools by {mode or ' and '.join(asked) or 'nothing'}")
    return str(mode)


def _tokens(folder: Path, config: Mapping[str, Any]) -> float | None:
    """The tokenizer's length as sentence-transformers sets it."""
    said = read_json(folder / "sentence_bert_config.json") or {}
    _require(said, _TRANSFORMER, "sentence_bert_config.json")
    if unknown := set(said) - {_LENGTH, *_TRANSFORMER}:
        raise UnknownGraphError(f"its sentence_bert_config.json sets {', '.join(sorted(unknown))}")
    if said.get(_LENGTH) is not None:
        return float(said[_LENGTH])
    tokenizer = _object(folder / "tokenizer_config.json")
    if tokenizer.get("truncation_side") not in (None, "right"):
        raise UnknownGraphError("it cuts texts on the left")
    lengths = (tokenizer.get("model_max_length"), config.get("max_position_embeddings"))
    return min((float(length) for length in lengths if length), default=None)


def _require(
    config: Mapping[str, Any], allowed: Mapping[str, tuple[object, ...]], file: str
) -> None:
    for key, good in allowed.items():
        if config.get(key) not in good:
            raise UnknownGraphError(f"its {file} sets {key} to {config.get(key)}")


def _object(path: Path) -> Mapping[str, Any]:
    content = read_json(path)
    if not isinstance(content, dict):
        raise UnknownGraphError(f"it has no {path.name}")
    return content


def _pad(config: Mapping[str, Any]) -> int | None:
    padding = config.get("pad_token_id")
    return None if padding is None else int(padding)
