"""A library's encoder trained on its own passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from qwenqa.encoders.tuning import require_trainer, tune
from qwenqa.index.generation import Generation
from qwenqa.passages import encoder_text
from qwenqa.service.library import Library

EPOCHS = 4
"""How often each question is trained on."""

MOST_PASSAGES = 8
"""Passages of one question that are trained on: a whole long document would drown the others."""


def check_trainer() -> None:
    """Raise EncoderError where the packages that training needs are not installed."""
    require_trainer()


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
        for text in encoder_texts(generation, ids[:MOST_PASSAGES])
    ]
    model = generation.header.recipe.encoder.name
    tune(model, pairs, target, library.settings.device, epochs)


def encoder_texts(generation: Generation, ids: Sequence[int]) -> list[str]:
    """What the encoder was given for the passages of these ids, in their order."""
    places = np.searchsorted(generation.table["id"], np.asarray(ids, dtype=np.uint64))
    rows = generation.table[places]
    sections = [
        generation.documents[int(row["document"])].sections[int(row["section"])] for row in rows
    ]
    passages = generation.passages(ids)
    return [
        encoder_text(section.context, passage.text)
        for section, passage in zip(sections, passages, strict=True)
    ]
