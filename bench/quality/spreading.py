"""BM25 with other constants, or over more than a passage: what stands beside it, its document."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from qwenqa.index.generation import Generation
from qwenqa.lexical.bm25 import K1, B
from qwenqa.types import Group

Values = npt.NDArray[np.float64]
"""One number a passage, by place."""
Spreading = Callable[[Values], Values]
"""What each passage has of a count or a length, when others lend it theirs."""


def alone(values: Values) -> Values:
    """Each passage its own."""
    return values


def beside(generation: Generation, share: float) -> Spreading:
    """Each passage its own, and a share of those of the passages before and after it."""
    before, after = _neighbours(generation)

    def spread(values: Values) -> Values:
        padded = np.append(values, 0.0)
        return values + share * (padded[before] + padded[after])

    return spread


def whole(generation: Generation) -> Spreading:
    """Each passage those of its whole document."""
    documents = generation.table["document"]
    return lambda values: np.bincount(documents, values)[documents]


def bm25(
    generation: Generation,
    groups: Sequence[Group],
    spread: Spreading = alone,
    k1: float = K1,
    b: float = B,
) -> Values:
    """Scores of all passages, by place; rarity is that of the passages themselves."""
    lexical = generation.lexical
    lengths = spread(lexical.lengths / lexical.lengths.mean())
    norms = k1 * (1 - b + b * lengths / lengths.mean())
    scores = np.zeros(len(lexical))
    for group in groups:
        places, counts = lexical.holding(group)
        held = np.zeros(len(lexical))
        held[places] = counts
        held = spread(held)
        idf = math.log(1 + (len(lexical) - len(places) + 0.5) / (len(places) + 0.5))
        scores += idf * (k1 + 1) * held / (held + norms)
    return scores


@lru_cache(maxsize=1)
def _neighbours(generation: Generation) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The places before and after each passage in its document; one past the last for none."""
    table, count = generation.table, len(generation)
    order = np.lexsort((table["start"], table["document"]))
    same = table["document"][order[1:]] == table["document"][order[:-1]]
    before, after = np.full(count, count), np.full(count, count)
    before[order[1:][same]] = order[:-1][same]
    after[order[:-1][same]] = order[1:][same]
    return before, after
