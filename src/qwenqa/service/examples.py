"""Examples to offer: questions made from the index, each asked before it is offered."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qwenqa.index.generation import Generation
from qwenqa.service.asking import find
from qwenqa.types import Encoder

if TYPE_CHECKING:
    from qwenqa.answers.examples import Example

DEFAULT_EXAMPLES = 3

SURE = 0.6
"""Confidence from which an example is offered, at least."""

Key = tuple[Path, int, str, int]

_SAMPLED = 240
_ASKED = 6


class Examples:
    """The examples of one generation at a time, made when they are first asked for."""

    def __init__(self, level: float) -> None:
        """Name the confidence from which hits are said to answer."""
        self._level = level
        self._lock = threading.Lock()
        self._made: tuple[Key, tuple[str, ...]] | None = None

    def of(self, generation: Generation, encoder: Encoder | None, count: int) -> tuple[str, ...]:
        """At most ``count`` examples of a generation; threads that ask together make them once."""
        key = (generation.folder, generation.number, generation.header.created, count)
        with self._lock:
            if self._made is None or self._made[0] != key:
                self._made = (key, examples(generation, encoder, self._level, count))
            return self._made[1]


def examples(
    generation: Generation, encoder: Encoder | None, level: float, count: int
) -> tuple[str, ...]:
    """At most ``count`` questions that a generation answers in its first hit, the same each time.

    Of a large index some passages are looked at, and some of what they give is asked.
    """
    # Their patterns take a while to be compiled, which asking does not wait for.
    from qwenqa.answers.examples import in_turn, made

    chosen: list[Example] = []
    offered = in_turn(made(generation.passages(_sampled(generation))), chosen)
    for one, _ in zip(offered, range(_ASKED * count), strict=False):
        if len(chosen) < count and _is_answered(one, generation, encoder, max(level, SURE)):
            chosen.append(one)
    return tuple(one.question for one in chosen)


def _sampled(generation: Generation) -> list[int]:
    """Ids of passages all over the index; ids do not depend on how it came to be."""
    ids = generation.table["id"]
    places = np.linspace(0, len(ids) - 1, min(_SAMPLED, len(ids))).astype(np.int64)
    return [int(one) for one in ids[places]]


def _is_answered(
    one: Example, generation: Generation, encoder: Encoder | None, level: float
) -> bool:
    found = find(generation, encoder, one.question, 1)
    if not found.answers(level):
        return False
    first = found.hits[0].passage
    return first.id == one.passage or one.sentence in first.text
