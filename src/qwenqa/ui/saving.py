"""Saved questions on the page: their HTML, and what happens when one is saved or removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import gradio as gr

from qwenqa.answers.answer import Answer
from qwenqa.answers.news import summary, told
from qwenqa.service.library import Library
from qwenqa.types import SavedChange
from qwenqa.ui import cards
from qwenqa.ui.cards import foreign, isolated, joined
from qwenqa.ui.events import Updates, plain

States = Sequence[tuple[str, "SavedChange | None"]]
_NONE = (
    "No question is saved. A saved question is asked again after each rebuild, and what became "
    "of its answer is shown here."
)


class Saving:
    """The events of saved questions, on one library.

    Updates of each: message, questions, the panel's label, the questions that can be removed.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def shown(self) -> Updates:
        """The saved questions as they are now."""
        return self._after(lambda: "")

    def saved(self, answer: Answer | None) -> Updates:
        """The question just asked is to be saved."""
        if answer is None:
            return self._after(lambda: "Ask a question first; then it can be saved.")
        question = answer.question

        def save() -> str:
            self._library.saved.add(question)
            return f"Saved: {question}"

        return self._after(save)

    def removed(self, question: str | None) -> Updates:
        """A saved question is to be forgotten."""
        if not question:
            return self._after(lambda: "Choose the question to remove.")
        return self._after(lambda: f"Removed: {self._library.saved.remove(question)}")

    def _after(self, act: Callable[[], str]) -> Updates:
        try:
            message = act()
            states = self._library.saved_states()
        except Exception as error:  # noqa: BLE001 - a person reads it, never a traceback
            return (cards.sentence(plain(error), "error"), *(gr.skip(),) * 3)
        return (
            cards.sentence(message) if message else "",
            questions(states),
            gr.update(label=_label(states)),
            gr.update(choices=[one for one, _ in states], value=None),
        )


def questions(states: States) -> str:
    """Each saved question, what the last rebuild said of it, and each citation with news."""
    if not states:
        return joined([f"<p>{_NONE}</p>"])
    return joined(_question(question, last) for question, last in states)


def _question(question: str, last: SavedChange | None) -> str:
    rows = "".join(
        f"<li><b>{one.change if last.before else 'cited'}</b> {foreign(told(one))}</li>"
        for one in (last.citations if last else ())
        if last and one.change != "same"
    )
    news = f'<ul class="skipped">{rows}</ul>' if rows else ""
    return f'<h3 class="section">{isolated(question)}</h3><p>{foreign(summary(last))}</p>{news}'


def _label(states: States) -> str:
    news = sum(last is not None and not last.same for _, last in states)
    return f"Saved questions: {len(states):,}" + (f", {news:,} with news" if news else "")
