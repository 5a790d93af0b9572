"""Judging: a fit never sees the group it is asked about."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import roc_auc_score

from qwenqa.types import Span
from training.judge import by_folds, inputs_of
from training.spans import Found


def test_a_fit_knows_nothing_of_its_own_group() -> None:
    """Each group has the opposite truth of all others: what others teach is wrong for it."""
    groups = [name for name in "abcde" for _ in range(40)]
    inputs = np.array([[float(place % 2)] for place in range(200)])
    there = inputs[:, 0] > 0
    there[:40] = ~there[:40]
    values = by_folds(inputs, there, groups)
    assert roc_auc_score(there[:40], values[:40]) == 0.0
    assert roc_auc_score(there[40:], values[40:]) == 1.0


def test_the_best_hit_counts_and_the_first() -> None:
    """Margin and answerable, each for itself."""
    hits = [Found(Span(0, 1), 1.0, -2.0), Found(Span(0, 1), -3.0, 5.0)]
    assert inputs_of(hits) == [1.0, 5.0, 1.0, -2.0]
