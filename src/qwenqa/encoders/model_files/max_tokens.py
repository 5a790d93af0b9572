"""How long a text a model is given at most."""

from __future__ import annotations

from typing import Any

LONGEST = 2048
"""Tokens beyond which no model is given a text, whatever it could take: about three pages, and
memory grows with the length of a batch."""

# These count positions from the number after the padding token's.
_SHIFTED = ("roberta", "xlm-roberta", "camembert", "mpnet")


def limit_of(model: Any) -> int:
    """The longest text in tokens that a model takes whole, by its tokenizer and positions."""
    config = getattr(model[0], "config", None)
    positions = getattr(config, "max_position_embeddings", None)
    padding = getattr(config, "pad_token_id", None)
    return bounded(model.max_seq_length, positions, getattr(config, "model_type", ""), padding)


def bounded(
    tokens: float | None, positions: int | None, model_type: str, padding: int | None
) -> int:
    """The limit by the tokenizer's length and the model's positions, None where it has none."""
    shifted = (padding or 0) + 1 if model_type in _SHIFTED else 0
    return int(min(tokens or LONGEST, (positions or LONGEST) - shifted, LONGEST))
