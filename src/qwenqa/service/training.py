"""A library's encoder trained on its own passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from qwenqa.encoders.torch.tuning import require_trainer, tune
from qwenqa.service.library import Library

__all__ = ["EPOCHS", "require_trainer", "train"]  # evaluation may not import encoders

EPOCHS = 4
"""How often each question is trained on."""

MOST_PASSAGES = 8
"""Passages of one question that are trained on: a whole long document would drown the others."""


def train(
    library: Library, answers: Mapping[str, Sequence[int]], target: Path, epochs: int
) -> None:
    """Train the index's encoder on questions with the ids of the passages that answer each.

    Saves the trained model in the folder ``target``. Raises EncoderError.
    """
    generation = library.generation()
    pairs = [
        (question, text)
        for question, ids in answers.items()
        for text in generation.encoder_texts(ids[:MOST_PASSAGES])
    ]
    model = generation.header.recipe.encoder.name
    tune(model, pairs, target, library.settings.device, epochs)
