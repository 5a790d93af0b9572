"""Saved questions on the page, without a browser."""

from __future__ import annotations

import pytest
from pages import read

from qwenqa import Library
from qwenqa.index.saved import SAVED
from qwenqa.ui.html import words
from qwenqa.ui.views.documents import Building
from qwenqa.ui.views.saved import Saving

QUESTION = "Where does the heron wait?"
HOSTILE = "<img src=x onerror=alert(1)> heron ${2} [a](b)"


@pytest.fixture
def saving(library: Library) -> Saving:
    return Saving(library)


def test_the_question_just_asked_is_saved_and_removed(library: Library, saving: Saving) -> None:
    """Saving shows the question, names how many there are, and offers it for removal."""
    message, html, label, chosen = saving.saved(library.ask(QUESTION))
    assert "Saved: Where" in read(message)
    assert "Where does the heron wait" in html
    assert "It will be asked" in html
    assert label["label"] == words.label("Saved questions") + " (1)"
    assert chosen["choices"] == [QUESTION]
    assert list(library.saved) == [QUESTION]
    message, html, *_ = saving.removed(QUESTION)
    assert "Removed: Where" in read(message)
    assert "No question is saved" in html
    assert list(library.saved) == []


def test_nothing_asked_and_nothing_chosen_is_told(library: Library, saving: Saving) -> None:
    """Without an answer there is nothing to save, without a choice nothing to remove."""
    assert "Ask a question first" in saving.saved(None)[0]
    assert "Choose a question first" in saving.removed(None)[0]
    assert "error" in saving.removed("Never saved?")[0]
    assert list(library.saved) == []


def test_news_stand_with_their_reasons_after_a_rebuild(library: Library, saving: Saving) -> None:
    """What is lost, moved or newly cited is listed; what is the same is not."""
    library.saved.add(QUESTION)
    (library.settings.corpus / "deep/tea.txt").unlink()
    (library.settings.corpus / "heron.txt").write_text("The heron waits.\n")
    library.rebuild()
    _, html, label, _ = saving.shown()
    assert "lost deep/tea.txt, line 1: deep/tea.txt was removed." in read(html)
    assert "newly cited heron.txt" in read(html)
    assert "same" not in read(html).split()
    assert label["label"] == words.label("Saved questions") + " (1, 1 ★)"


def test_the_last_report_is_there_when_the_page_opens(library: Library) -> None:
    """What the build of the serving generation changed, and how many questions it asked."""
    library.saved.add(QUESTION)
    (library.settings.corpus / "new.txt").write_text("Something new.\n")
    library.rebuild()
    events = Building(library)
    html = events.last_report()
    assert "Last rebuilt" in html
    assert "new.txt" in html
    assert "Saved questions asked again: 1; with news: 1." in read(html)
    (library.settings.index / "CURRENT").unlink()
    for path in library.settings.index.glob("gen-*/header.json"):
        path.unlink()
    assert events.last_report() == ""


def test_questions_and_names_are_shown_literally(library: Library, saving: Saving) -> None:
    """Markup in a question or in a file's name stays text."""
    library.saved.add(HOSTILE)
    (library.settings.corpus / "<img src=x onerror=alert(2)>.txt").write_text("A heron.\n")
    library.rebuild()
    _, html, *_ = saving.shown()
    assert html.count("onerror") == 3
    assert "<img" not in html
    assert "${" not in html
    assert "](" not in html


def test_damaged_questions_are_told_in_a_sentence(library: Library, saving: Saving) -> None:
    """The page says what is wrong, and the build's report does too."""
    library.saved.add(QUESTION)
    (library.settings.index / SAVED).write_bytes(b"x")
    assert "damaged" in saving.shown()[0]
    (library.settings.corpus / "new.txt").write_text("Something new.\n")
    library.rebuild()
    assert "damaged" in Building(library).last_report()


def test_the_history_has_the_old_text_beside_the_new(library: Library, saving: Saving) -> None:
    """Each rebuild's news, the newest first; an edited passage with the words that differ."""
    birds = library.settings.corpus / "birds.md"
    library.saved.add(QUESTION)
    for water in ("muddy", "cold"):
        birds.write_text(f"# Herons\n\nA heron waits in {water} water for fish.\n")
        library.rebuild()
    html, *buttons = saving.told(QUESTION)
    assert all(button["visible"] for button in buttons)
    newest, first = library.timeline(QUESTION)
    assert newest.generation > first.generation
    assert html.index(f"Generation </span>{newest.generation}") < html.index(
        f"Generation </span>{first.generation}"
    )
    assert "<del>muddy</del> water for fish" in html
    assert "<ins>cold</ins> water for fish" in html
    assert saving.told(None)[0] == ""
    library.saved.add(HOSTILE)
    assert "<img" not in saving.told(HOSTILE)[0]
    assert saving.again(QUESTION)[0] == QUESTION
