"""Confidence: the signals are the arithmetic written here, and the level decides what is found."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from written import MakeCorpus

from qwenqa import Library
from qwenqa.answers.answer.confidence import (
    Band,
    Fit,
    Retrieved,
    Signals,
    names_of,
    shipped,
    signals,
)
from qwenqa.errors import SettingsError
from qwenqa.lexical.analysis import analyse
from qwenqa.settings import Settings
from qwenqa.types import Hit, Passage, ReaderIdentity, Source, Span, Spread, Trace

TEXT = "The heron waits in 1999. It eats fish."
NOTHING = Signals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def hit(cosine: float | None, bm25: float | None) -> Hit:
    """A first hit with two sentences, below the title Birds."""
    passage = Passage(
        id=7,
        source=Source("birds.md", "0" * 64, 1),
        reader=ReaderIdentity("markdown", 1),
        start=10,
        end=10 + len(TEXT),
        text=TEXT,
        title="Birds",
        headings=(),
        lines=(1, 1),
        places=(),
        sentences=(Span(10, 34), Span(35, 48)),
        digest="",
        cut=False,
    )
    return Hit(passage, 1, 1.0, Trace(cosine, 1, bm25, 1, 1.0))


def test_signals_are_shares_and_distances() -> None:
    """By hand: deviations above the mean, shares of the limit, terms of the best sentence."""
    weights = {"heron": 3.0, "fish": 1.0, "bird": 1.0, "moscow": 5.0}
    found = Retrieved({7: 0.6, 8: 0.4, 9: 0.2}, {7: 11.0, 8: 5.5}, Spread(0.1, 0.1), 0.25)
    told = signals("Which heron eats fish in Moscow?", [hit(0.6, 11.0)], found, weights, analyse)
    assert told == pytest.approx(
        Signals(
            cosine=0.6,
            standing=(0.6 - 0.1) / 0.1,
            lead=(0.6 - (0.4 + 0.2) / 2) / 0.1,
            bm25=11 / (10 * 2.2),
            lexical_lead=(11 - 5.5 / 9) / (10 * 2.2),
            sentence=(3 + 1) / 10,
            names=0.0,
            agreement=1.0,
            weight=0.25,
            terms=4,
        )
    )


def test_what_is_not_there_counts_as_nothing() -> None:
    """A hit without a vector or a term has signals too, and a question without names lacks none."""
    found = Retrieved({}, {}, Spread(0.1, 0.1), 0.0)
    told = signals("what?", [hit(None, None)], found, {}, analyse)
    assert told[:8] == (0, pytest.approx(-1), 0, 0, 0, 0, 1, 1)


@pytest.mark.parametrize(("question", "held"), [("The 1999 Birds?", 1.0), ("The 1999 Owls?", 0.5)])
def test_names_stand_in_the_passage_or_above_it(question: str, held: float) -> None:
    """The share of the question's names that the first hit or its title has."""
    weights = {term: 1.0 for term, _, _ in analyse("1999 birds owls")}
    found = Retrieved({}, {}, Spread(0.1, 0.1), 0.0)
    assert signals(question, [hit(None, None)], found, weights, analyse).names == held


def test_names_are_words_with_a_capital_or_a_digit() -> None:
    """A question's first word shows nothing by its capital; function words are no terms."""
    weights = {term: 1.0 for term, _, _ in analyse("did junyang lin leave in march 2026 qwen3.5")}
    asked = "Did Junyang Lin leave Nowhere In March 2026 or qwen3.5?"
    assert names_of(asked, {**weights, "in": 1.0}, analyse)[:2] == ["junyang", "lin"]
    assert "did" not in names_of(asked, weights, analyse)
    assert "2026" in names_of(asked, weights, analyse)
    assert "nowher" not in names_of(asked, weights, analyse)


def test_a_fit_is_a_logistic_function_of_its_inputs() -> None:
    """1 / (1 + exp(-(offset + sum of weight times input))), however far it goes."""
    fit = Fit({"cosine": 2.0, "weighted bm25": 4.0, "log terms": 1.0}, -1.0, (), (), "")
    told = NOTHING._replace(cosine=0.5, bm25=0.25, weight=0.2, terms=3)
    expected = -1 + 2 * 0.5 + 4 * (1 - 0.2) * 0.25 + math.log(4)
    assert fit.confidence(told) == pytest.approx(1 / (1 + math.exp(-expected)))
    assert fit.confidence(NOTHING._replace(cosine=1e9)) == pytest.approx(1)
    assert fit.confidence(NOTHING._replace(cosine=-1e9)) == pytest.approx(0)


def test_rates_are_those_of_the_bands() -> None:
    """About a confidence those of its band, the last one up to certainty."""
    fit = Fit({}, 0.0, (Band(0.0, 10, 1), Band(0.4, 20, 10), Band(0.8, 40, 38)), ("a",), "")
    assert (fit.right_near(0.5), fit.right_near(0.8), fit.right_near(1)) == (0.5, 0.95, 0.95)
    assert fit.questions == 70


def test_the_shipped_fit_is_calibrated_on_what_it_has_not_seen() -> None:
    """Each band's share of right ones lies near it, and the more evidence the surer."""
    fit = shipped()
    for band in fit.bands:
        assert band.right / band.questions == pytest.approx(band.start + 0.05, abs=0.13)
    good = Signals(0.7, 6, 4, 0.5, 0.3, 0.9, 1, 1, 0.5, 5)
    bad = Signals(0.3, 2, 1, 0.2, 0.05, 0.3, 0.5, 0, 0.3, 5)
    assert fit.confidence(good) > 0.9 > 0.1 > fit.confidence(bad)
    assert set(fit.weights) == set(NOTHING.inputs())


def test_the_level_decides(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    """From the level on hits answer; below it the same hits are near misses."""
    given = {"a.txt": "The heron waits in shallow water.", "b.txt": "The owl hunts at night."}
    here = Settings(corpus=make_corpus(given), index=tmp_path / "index", model="toy")
    low, high = (Library(settings=replace(here, level=level)) for level in (0.0, 1.0))
    first, second = (one.ask("Where does the heron wait?") for one in (low, high))
    assert (first.found, second.found) == (True, False)
    assert first.confidence == second.confidence < 1
    assert [one.citation for one in first.hits] == [one.citation for one in second.hits]


@pytest.mark.parametrize("level", [-0.1, 1.1, float("nan")])
def test_a_level_is_a_probability(level: float) -> None:
    """Anything else is refused in a sentence."""
    with pytest.raises(SettingsError, match="level"):
        Settings(level=level)
