"""An answer that was made before: searched once a generation, verified every time."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest

from qwenqa import Filter, Library
from qwenqa.service.ask import answering
from qwenqa.service.ask.asked import AskedQuestion

QUESTION = "Which bird waits for fish?"


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that are searched for, in order."""
    searched: list[str] = []
    made = answering.draft

    def draft(asked: AskedQuestion) -> answering.Draft:
        searched.append(asked.question)
        return made(asked)

    monkeypatch.setattr(answering, "draft", draft)
    return searched


def test_the_same_question_is_searched_once_and_has_the_same_answer(
    library: Library, searches: list[str]
) -> None:
    """Only what differs in words, number of hits or filter is searched for again."""
    first = library.ask(QUESTION)
    assert library.ask(QUESTION) == first
    assert len(searches) == 1
    library.ask(QUESTION, k=1)
    library.ask(QUESTION, within=Filter(path="*.md"))
    library.ask("Which bird?")
    assert len(searches) == 4


def test_a_new_generation_is_searched_anew_and_the_old_one_let_go(
    library: Library, searches: list[str], tmp_path: Path
) -> None:
    """After a rebuild the answer is the new one, and nothing holds the old generation."""
    before = library.ask(QUESTION)
    old = weakref.ref(library.generation())
    (tmp_path / "corpus" / "more.md").write_text("# More\n\nThe ibis waits for fish.\n")
    library.rebuild()
    after = library.ask(QUESTION)
    assert (before.generation, after.generation) == (1, 2)
    assert len(searches) == 2
    gc.collect()
    assert old() is None


def test_an_answer_from_before_is_verified_against_the_file_as_it_is_now(
    library: Library, tmp_path: Path
) -> None:
    """A file that changed or went after the first asking is told of at the second."""
    first = library.ask(QUESTION).hits[0]
    assert first.verification.verdict == "exact"
    cited = tmp_path / "corpus" / first.citation.address
    cited.write_text("Something else.\n")
    assert library.ask(QUESTION).hits[0].verification.verdict == "changed"
    cited.unlink()
    assert library.ask(QUESTION).hits[0].verification.verdict == "missing"
