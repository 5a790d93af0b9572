"""Examples: questions that stand in the documents, each of which its document answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import MakeCorpus

from qwenqa import Library
from qwenqa.service.ask.examples import _whole, asked_in, in_turn

TOLD = {
    "manual.md": "# Manual\n\n## 2.1 How is the brig painted?\n\nThe brig is painted with tar.\n\n"
    "## Paint\n\nOnly tar will do. Why not oil? Nobody knows.\n",
    "faq.txt": "Q: When do the herons of the pond fish?\nA: The herons fish at dawn.\n\n"
    "Frage 2: Was kostet die Überfahrt?\nDie Überfahrt kostet vier Mark.\n",
    "page.html": "<title>Tea</title><h1>Tea</h1><h2>¿Cómo se hace el té?</h2><p>Con agua.</p>",
    "rules.md": "# What is `<script>alert(1)</script>` for?\n\nScripts are for actors.\n",
    "story.md": "# Acme\n\nAcme, a mill of the north, was founded in 1802 by Ada Moor.\n",
}
ASKED = {
    "How is the brig painted?",
    "When do the herons of the pond fish?",
    "Was kostet die Überfahrt?",
    "¿Cómo se hace el té?",
}


@pytest.fixture
def told(make_corpus: MakeCorpus, tmp_path: Path) -> Iterator[Library]:
    yield Library(make_corpus(TOLD), tmp_path / "index", "toy")


def test_only_what_the_documents_ask_is_offered(told: Library) -> None:
    """Headings that ask and entries of FAQs; no sentence is made into a question."""
    told.rebuild()
    assert {question for question, _ in asked_in(told.generation())} == ASKED


def test_examples_are_answered_by_the_document_that_asks(told: Library) -> None:
    """Without an index there are none; with one, at most so many, the same each time."""
    assert told.examples() == ()
    told.rebuild()
    every = told.examples(9)
    assert set(every) <= ASKED
    assert len(every) > 2
    assert told.examples(2) == every[:2]
    asking = dict(asked_in(told.generation()))
    for question in every:
        answer = told.ask(question)
        assert answer.found
        assert answer.hits[0].hit.passage.source.address == asking[question]


def test_what_its_document_does_not_answer_is_not_offered(
    make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    """Where another document comes first the question leads astray."""
    question = "When does the ferry sail?"
    texts = {"a.md": f"{question} The ferry does sail at nine.\n", "b.md": "Rain. " * 90}
    corpus = make_corpus({"a.md": texts["a.md"], "b.md": f"# {question}\n\n{texts['b.md']}\n"})
    library = Library(corpus, tmp_path / "index", "toy")
    library.rebuild()
    assert library.ask(question).hits[0].hit.passage.source.address == "a.md"
    assert set(asked_in(library.generation())) == {(question, "b.md")}
    assert library.examples() == ()


def test_a_rebuild_looks_anew(told: Library) -> None:
    """What is kept belongs to a generation."""
    told.rebuild()
    assert "Who keeps the light?" not in told.examples(9)
    added = "# Who keeps the light?\n\nThe keeper keeps the light.\n"
    (told.settings.corpus / "light.md").write_text(added)
    told.rebuild()
    assert "Who keeps the light?" in told.examples(9)


def test_documents_take_turns() -> None:
    """One of each document comes before the second of any, in whatever order they are found."""
    found = [(f"Question {n}?", "ab"[n > 3]) for n in range(6)]
    turns = in_turn(found)
    assert turns == in_turn(reversed(found))
    assert {address for _, address in turns[:2]} == {"a", "b"}
    assert sorted(turns) == sorted(found)


@given(text=st.text(max_size=150) | st.text("¿aé问? .1)", max_size=90))
def test_whatever_stands_in_a_heading(text: str) -> None:
    """An example is a short question on one line, without any sign of markup."""
    for question, _ in _whole([text, f"{text}?"], "a.md"):
        assert 8 <= len(question) <= 90
        assert question.endswith(("?", "？"))
        assert len(question.splitlines()) == 1
        assert not set(question) & set('<>{}$`\\"[]()=#')
