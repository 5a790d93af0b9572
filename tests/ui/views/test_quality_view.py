"""The view of quality shows the figures of the report, and nothing of the documents as markup."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from pages import read
from test_cards import assert_ours
from written import MakeCorpus

from qwenqa import Library
from qwenqa.evaluation.records import EvaluationReport
from qwenqa.evaluation.unlabelled import evaluate_index
from qwenqa.ui.html import quality

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>${7*7}"


@pytest.fixture
def measured(make_corpus: MakeCorpus, tmp_path: Path) -> EvaluationReport:
    ships = ("Lydia", "Hesper", "Petrel", "Walrus")
    texts = {
        f"{ship}.txt": f"In {1800 + number} the brig {ship} left Bristol for the far {ship} coast."
        for number, ship in enumerate(ships)
    }
    library = Library(make_corpus(texts), tmp_path / "index", "toy")
    library.rebuild()
    return evaluate_index(library)


def test_every_figure_is_shown_and_foreign_text_is_inert(measured: EvaluationReport) -> None:
    """Metrics, recall, levels, calibration and risk stand there; names and notes stay text."""
    renamed = replace(measured, model=HOSTILE, notes=(HOSTILE,))
    html = quality.report(renamed, measured.generation)
    assert_ours(html)
    told = read(html)
    assert HOSTILE in told
    assert measured.trust
    for score in (*measured.retrieval[0].scores, measured.trust.calibration_error):
        assert f"{score.mean:.3f}" in told
    bars = re.findall(r'<progress max="100" value="(\d+)"', html)
    recall = [round(100 * one.y) for one in measured.retrieval[0].recall]
    right = [round(100 * one.right.share) for one in measured.trust.bins]
    assert [int(bar) for bar in bars[: len(recall) + len(right)]] == recall + right
    assert int(bars[-1]) == round(100 * measured.trust.risk[-1].y)


def test_a_report_of_an_older_generation_says_so(measured: EvaluationReport) -> None:
    """Only where another generation serves now."""
    assert "serves now" not in read(quality.report(measured, measured.generation))
    assert "serves now" in read(quality.report(measured, measured.generation + 1))
