"""How far confidence can be trusted: separation, calibration, risk against coverage."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qwenqa.evaluation.records import (
    Bin,
    Confidences,
    Kind,
    Point,
    QuestionOutcome,
    Score,
    Separation,
    Share,
    Trust,
)

_BINS = 10
_RESAMPLES = 1_000
_SEED = 1
_CURVE_POINTS = 50
_NORMAL = 1.959964
"""Standard deviations to each side that hold 95 % of a normal distribution."""

Values = npt.NDArray[np.float64]


def trust(asked: Sequence[QuestionOutcome]) -> Trust | None:
    """What the answered questions say; None without both answerable and left-out ones."""
    answerable, left_out = _kind(asked, "answerable"), _kind(asked, "left out")
    unanswerable = _kind(asked, "unanswerable")
    if not answerable or not left_out:
        return None
    both = [*answerable, *left_out]
    shown = [outcome for outcome in both if outcome.shown]
    with_answer = [outcome for outcome in answerable if outcome.right]
    return Trust(
        wrong=share([not outcome.right for outcome in shown]),
        shown=share([outcome.shown for outcome in both]),
        missed=share([not outcome.shown for outcome in with_answer]),
        shown_unanswerable=share([outcome.shown for outcome in unanswerable])
        if unanswerable
        else None,
        separations=_separations(answerable, [left_out, unanswerable]),
        calibration_error=calibration_error(both),
        bins=bins(both),
        risk=risk(both),
        confidences=_confidences([answerable, left_out, unanswerable]),
    )


def share(cases: Sequence[bool]) -> Share:
    """The share of true cases with Wilson's interval.

    Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the
    American Statistical Association 22, 1927. Of no cases at all, 0 to 1.
    """
    count = len(cases)
    if not count:
        return Share(0.0, 0.0, 1.0, 0)
    mean = sum(cases) / count
    square = _NORMAL**2 / count
    middle = (mean + square / 2) / (1 + square)
    half = _NORMAL * math.sqrt(mean * (1 - mean) / count + square / (4 * count)) / (1 + square)
    return Share(mean, max(0.0, middle - half), min(1.0, middle + half), count)


def separation(answerable: Values, others: Values) -> Score:
    """The area under the receiver's curve, with its bootstrap interval.

    Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27, 2006. The two
    kinds are resampled each for itself; the area is the share of pairs in order, ties by half.
    """
    from sklearn.metrics import roc_auc_score

    truth = np.repeat([1, 0], [len(answerable), len(others)])
    area = float(roc_auc_score(truth, np.concatenate([answerable, others])))
    pairs = (np.sign(answerable[:, None] - others[None]) + 1) / 2
    dice = np.random.default_rng(_SEED)
    times = [
        dice.multinomial(len(values), np.full(len(values), 1 / len(values)), _RESAMPLES)
        for values in (answerable, others)
    ]
    areas = ((times[0] @ pairs) * times[1]).sum(axis=1) / pairs.size
    low, high = np.percentile(areas, (2.5, 97.5))
    return Score("AUROC", area, float(low), float(high), len(truth))


def bins(asked: Sequence[QuestionOutcome]) -> tuple[Bin, ...]:
    """Ten bins of equal width by confidence, from 0 to 1; empty ones are left out."""
    filled = []
    for members in _binned(asked):
        confidence = sum(member.confidence for member in members) / len(members)
        filled.append(Bin(confidence, share([member.right for member in members])))
    return tuple(filled)


def calibration_error(asked: Sequence[QuestionOutcome]) -> Score:
    """The mean distance of confidence and share of right answers over the bins, by their sizes.

    Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, with
    ten bins; the interval is bootstrapped over the questions.
    """
    confidence = np.asarray([outcome.confidence for outcome in asked])
    right = np.asarray([outcome.right for outcome in asked], np.float64)
    dice = np.random.default_rng(_SEED)
    chosen = dice.integers(0, len(asked), (_RESAMPLES, len(asked)))
    errors = [_error(confidence[rows], right[rows]) for rows in chosen]
    low, high = np.percentile(errors, (2.5, 97.5))
    name = "expected calibration error"
    return Score(name, _error(confidence, right), float(low), float(high), len(asked))


def risk(asked: Sequence[QuestionOutcome]) -> tuple[Point, ...]:
    """The share of wrong answers against the share of questions that is answered.

    El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification", JMLR 11,
    2010. Questions of one confidence are answered together.
    """
    ordered = sorted(asked, key=lambda outcome: -outcome.confidence)
    points, wrong = [], 0
    for number, outcome in enumerate(ordered, start=1):
        wrong += not outcome.right
        last = number == len(ordered) or ordered[number].confidence < outcome.confidence
        if last:
            points.append(Point(number / len(ordered), wrong / number))
    return tuple(_thinned(points))


def _error(confidence: Values, right: Values) -> float:
    number = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(number, confidence - right, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def _binned(asked: Sequence[QuestionOutcome]) -> list[list[QuestionOutcome]]:
    binned: list[list[QuestionOutcome]] = [[] for _ in range(_BINS)]
    for outcome in asked:
        binned[min(int(outcome.confidence * _BINS), _BINS - 1)].append(outcome)
    return [members for members in binned if members]


def _thinned(points: Sequence[Point]) -> list[Point]:
    """At most so many points, the last one among them."""
    step = max(1, math.ceil(len(points) / _CURVE_POINTS))
    return [*points[step - 1 : -1 : step], points[-1]]


def _separations(
    answerable: Sequence[QuestionOutcome], others: Sequence[Sequence[QuestionOutcome]]
) -> tuple[Separation, ...]:
    sure = _values(answerable)
    return tuple(
        Separation(kind[0].kind, separation(sure, _values(kind))) for kind in others if kind
    )


def _confidences(kinds: Sequence[Sequence[QuestionOutcome]]) -> tuple[Confidences, ...]:
    return tuple(
        Confidences(kind[0].kind, tuple(sorted(outcome.confidence for outcome in kind)))
        for kind in kinds
        if kind
    )


def _values(asked: Sequence[QuestionOutcome]) -> Values:
    return np.asarray([outcome.confidence for outcome in asked])


def _kind(asked: Sequence[QuestionOutcome], kind: Kind) -> list[QuestionOutcome]:
    return [outcome for outcome in asked if outcome.kind == kind]
