"""Trust in confidence: the figures are those of the formulas written out."""

from __future__ import annotations

import itertools
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwenqa.evaluation.calibration import bins, calibration_error, risk, share, trust
from qwenqa.evaluation.records import Kind, Point, QuestionOutcome, Share


def asked(
    kind: Kind, confidence: float, rank: int | None = None, shown: bool = True
) -> QuestionOutcome:
    return QuestionOutcome("?", kind, rank, confidence, shown)


YES = [asked("answerable", one, 1) for one in (0.9, 0.8, 0.35)]
NO = [asked("left out", one, shown=one > 0.2) for one in (0.35, 0.1, 0.05)]
HARD = [asked("unanswerable", 0.85), asked("unanswerable", 0.1, shown=False)]


def test_a_share_has_wilsons_interval() -> None:
    """8 of 10, with the formula written out; of nothing, everything is possible."""
    z, n, p = 1.959964, 10, 0.8
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    found = share([True] * 8 + [False] * 2)
    assert (found.share, found.of) == (0.8, 10)
    assert (found.low, found.high) == pytest.approx((middle - half, middle + half))
    assert share([]) == Share(0.0, 0.0, 1.0, 0)


def test_separation_is_the_share_of_pairs_in_order() -> None:
    """AUROC is the share of pairs whose answerable question is the surer, ties by half."""
    found = trust([*YES, *NO, *HARD])
    assert found
    for one, others in zip(found.separations, (NO, HARD), strict=True):
        pairs = list(itertools.product(YES, others))
        wins = sum(
            (a.confidence > b.confidence) + (a.confidence == b.confidence) / 2 for a, b in pairs
        )
        assert one.auroc.mean == pytest.approx(wins / len(pairs))
        assert one.auroc.low <= one.auroc.mean <= one.auroc.high
    assert [separation.against for separation in found.separations] == ["left out", "unanswerable"]


def test_the_level_in_use_counts_what_was_shown() -> None:
    """Wrong of the answers, turned away of the right ones, answered of the unanswerable ones."""
    turned_away = asked("answerable", 0.1, 1, shown=False)
    found = trust([*YES, turned_away, asked("answerable", 0.7, 6), *NO, *HARD])
    assert found
    assert (found.wrong.share, found.wrong.of) == (2 / 5, 5)  # one left out, one of rank 6
    assert (found.missed.share, found.missed.of) == (1 / 4, 4)
    assert (found.shown.share, found.shown.of) == (5 / 8, 8)
    assert found.shown_unanswerable
    assert found.shown_unanswerable.share == 1 / 2


def test_calibration_error_is_the_distance_in_each_bin() -> None:
    """Two bins: (0.8, 0.9 both right) and (0.1, 0.15, one right), weighted by their sizes."""
    cases = [asked("answerable", 0.81, 1), asked("answerable", 0.89, 1)]
    cases += [asked("answerable", 0.11, 1), asked("left out", 0.15)]
    expected = 2 / 4 * abs(0.85 - 1) + 2 / 4 * abs(0.13 - 0.5)
    assert calibration_error(cases).mean == pytest.approx(expected)
    assert [round(one.confidence, 6) for one in bins(cases)] == [0.13, 0.85]
    assert [one.right.share for one in bins(cases)] == [0.5, 1.0]


def test_risk_is_the_share_of_wrong_answers_among_the_surest() -> None:
    """Point by point; questions of one confidence are answered together."""
    points = risk([*YES, *NO])
    assert points == (
        Point(1 / 6, 0),
        Point(2 / 6, 0),
        Point(4 / 6, 1 / 4),
        Point(5 / 6, 2 / 5),
        Point(1, 3 / 6),
    )


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200))
def test_a_risk_curve_ends_with_all_questions_answered(cases: list[tuple[float, bool]]) -> None:
    """Its last point is the share of wrong ones among all, and coverage only grows."""
    given_ = [asked("answerable", one, 1 if right else None) for one, right in cases]
    curve = risk(given_)
    wrong = sum(not right for _, right in cases) / len(cases)
    assert curve[-1] == Point(1, pytest.approx(wrong))
    assert len(curve) <= 51
    assert all(one.x < two.x for one, two in itertools.pairwise(curve))
    assert sum(one.right.of for one in bins(given_)) == len(cases)


def test_without_left_out_questions_nothing_is_claimed() -> None:
    """Trust needs both sides."""
    assert trust(YES) is None
    assert trust(NO) is None
