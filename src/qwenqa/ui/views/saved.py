"""The view of saved questions: what a rebuild made of their answers."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr
from gradio.events import Dependency

from qwenqa.answers.answer import Answer
from qwenqa.service.library import Library
from qwenqa.ui.html import saved as html
from qwenqa.ui.html.text import sentence
from qwenqa.ui.html.words import label
from qwenqa.ui.views import parts
from qwenqa.ui.views.parts import QUIET, Updates, plain


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
            return (sentence(plain(error), "error"), *(gr.skip(),) * 3)
        return (
            sentence(message) if message else "",
            html.questions(states),
            gr.update(label=html.label(states)),
            gr.update(choices=[one for one, _ in states], value=None),
        )


class SavedView:
    """The parts that list, save and remove questions."""

    def __init__(self) -> None:
        with gr.Tab(label("Saved questions"), id="saved", elem_id="saved") as self.tab:
            self.save = gr.Button("Save the question just asked", elem_id="save")
            self.message = parts.html(elem_id="saving")
            self.questions = parts.html(elem_id="questions")
            with gr.Row():
                self.chosen = gr.Dropdown([], value=None, label="Remove a saved question", scale=3)
                self.remove = gr.Button("Remove", scale=1, min_width=110, elem_id="remove")

    def wire(self, blocks: gr.Blocks, answer: gr.State, built: Dependency, saving: Saving) -> None:
        """Join the parts with their events; ``built`` is the event that a rebuild is over."""
        shown = [self.message, self.questions, self.tab, self.chosen]
        blocks.load(saving.shown, None, shown, **QUIET)
        built.then(saving.shown, None, shown, **QUIET)
        self.save.click(saving.saved, answer, shown, **QUIET)
        self.remove.click(saving.removed, self.chosen, shown, **QUIET)
