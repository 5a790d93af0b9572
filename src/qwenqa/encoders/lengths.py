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
    tokens = min(int(model.max_seq_length or LONGEST), LONGEST)
    config = getattr(model[0], "config", None)
    positions = getattr(config, "max_position_embeddings", None) or LONGEST
    shifted = getattr(config, "model_type", "") in _SHIFTED
    return int(min(tokens, positions - (config.pad_token_id + 1 if config and shifted else 0)))
