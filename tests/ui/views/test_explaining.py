"""The page's reasons, without a browser."""

from __future__ import annotations

import pytest

from qwenqa import Filter, Library
from qwenqa.ui.views.why import Reasons

QUESTION = "Where does the heron wait?"


@pytest.fixture
def reasons(library: Library) -> Reasons:
    return Reasons(library)


def test_opening_the_panel_explains_this_answer_and_forgets_the_sentence(
    library: Library, reasons: Reasons
) -> None:
    """What was looked for after the answer before is gone; without an answer it says so."""
    answer = library.ask(QUESTION)
    assert reasons.opened(answer) == (reasons.why(answer), "", "")
    assert "Ask a question first" in reasons.opened(None)[0]


def test_why_tells_terms_stages_and_shares(library: Library, reasons: Reasons) -> None:
    """Each term and sentence with its figure; the bar's value says the same as the figure."""
    answer = library.ask(QUESTION)
    html, part = reasons.why(answer), answer.hits[0].hit.trace.dense_part
    assert "in 1 of 4 passages" in html
    assert f"Fused: {part:.3f} by vectors + {1 - part:.3f} by words = 1.000" in html
    assert "A heron waits in shallow water for fish." in html
    assert '<progress max="100" value="100">' in html
    assert "the index as it is now" not in html


def test_candidates_that_are_not_shown_are_told(library: Library, reasons: Reasons) -> None:
    """Below the hits stand the candidates beside them, each in every stage."""
    html = reasons.why(library.ask(QUESTION, k=1))
    assert "Candidates not shown: 3" in html
    assert "not a candidate" in html


def test_a_rebuilt_index_is_told(library: Library, reasons: Reasons) -> None:
    """The reasons are those of the index as it is, and say so when the answer is older."""
    answer = library.ask(QUESTION)
    (library.settings.corpus / "new.txt").write_text("Something new is here.\n")
    library.rebuild()
    assert "the index as it is now" in reasons.why(answer)


def test_the_answers_own_filter_holds(library: Library, reasons: Reasons) -> None:
    """Why and why not look where the answer looked."""
    answer = library.ask(QUESTION, within=Filter(path="ships*"))
    assert "birds.md" not in reasons.why(answer)
    assert "the filter left that source out" in reasons.why_not(answer, "A wren sings loudly.")


def test_why_not_tells_the_fate_or_a_sentence(library: Library, reasons: Reasons) -> None:
    """Where the sentence stands with its ranks; without question or sentence, what is missing."""
    answer = library.ask(QUESTION)
    html = reasons.why_not(answer, "A wren sings loudly.")
    assert "Rank in the whole index: by vectors" in html
    assert "Terms of the question that it lacks" in html
    assert "The sentence is empty" in reasons.why_not(answer, "")
    assert "Ask a question first" in reasons.why_not(None, "x")
    assert "Ask a question first" in reasons.why(None)
