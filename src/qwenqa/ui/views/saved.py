"""The view of saved questions: what a rebuild made of their answers, and their whole history."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr
from markupsafe import Markup

from qwenqa.answers.answer.answer import Answer
from qwenqa.service.library import Library
from qwenqa.ui.gradio_private import Dependency
from qwenqa.ui.html import saved as html
from qwenqa.ui.html.text import isolated, message, sentence
from qwenqa.ui.html.timeline import timeline
from qwenqa.ui.html.words import label, say
from qwenqa.ui.roles import for_editors, for_readers
from qwenqa.ui.views import parts
from qwenqa.ui.views.ask import AskView
from qwenqa.ui.views.parts import QUIET, Updates, or_sentence, plain


class Saving:
    """The events of saved questions, on one library.

    Updates of each but the last two: message, questions, the tab's label, the questions that
    can be chosen.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    @for_readers
    def shown(self) -> Updates:
        """The saved questions as they are now."""
        return self._after(Markup)

    @for_editors
    def saved(self, answer: Answer | None) -> Updates:
        """The question just asked is to be saved."""
        if answer is None:
            return self._after(lambda: say("Ask a question first; then it can be saved."))
        question = answer.question

        def save() -> Markup:
            self._library.saved.add(question)
            return say("Saved: {}", isolated(question))

        return self._after(save)

    @for_editors
    def removed(self, question: str | None) -> Updates:
        """A saved question is to be forgotten."""
        if not question:
            return self._after(lambda: say("Choose a question first."))
        return self._after(
            lambda: say("Removed: {}", isolated(self._library.saved.remove(question)))
        )

    @for_readers
    def told(self, question: str | None) -> Updates:
        """A saved question was chosen, or none. Updates: its history, its two buttons."""
        if not question:
            return "", gr.update(visible=False), gr.update(visible=False)
        history = or_sentence(lambda: timeline(question, self._library.timeline(question)))
        return history, gr.update(visible=True), gr.update(visible=True)

    @for_readers
    def again(self, question: str | None) -> Updates:
        """The chosen question is to be asked again. Updates: the question box, the views."""
        if not question:
            return gr.skip(), gr.skip()
        return question, gr.update(selected="ask")

    def _after(self, act: Callable[[], Markup]) -> Updates:
        try:
            outcome = act()
            states = self._library.saved_states()
        except Exception as error:  # noqa: BLE001 - a person reads it, never a traceback
            return (sentence(plain(error), "error"), *(gr.skip(),) * 3)
        return (
            message(outcome) if outcome else "",
            html.questions(states),
            gr.update(label=html.label(states)),
            gr.update(choices=[state for state, _ in states], value=None),
        )


class SavedView:
    """The parts that list, save and remove questions, and show the history of one."""

    def __init__(self) -> None:
        with gr.Tab(label("Saved questions"), id="saved", elem_id="saved") as self.tab:
            self.save = gr.Button(label("Save the question just asked"), elem_id="save")
            self.message = parts.html(elem_id="saving")
            self.questions = parts.html(elem_id="questions")
            self.chosen = gr.Dropdown(
                [], value=None, label=label("History of a saved question"), elem_id="chosen"
            )
            with gr.Row(elem_id="of-chosen"):
                self.again = gr.Button(label("Ask it again"), visible=False, elem_id="again")
                self.remove = gr.Button(label("Remove it"), visible=False, elem_id="remove")
            self.history = parts.html(elem_id="history")

    def wire(self, blocks: gr.Blocks, ask: AskView, built: Dependency, saving: Saving) -> None:
        """Join the parts with their events; ``built`` is the event that a rebuild is over."""
        shown = [self.message, self.questions, self.tab, self.chosen]
        history = [self.history, self.again, self.remove]
        blocks.load(saving.shown, None, shown, **QUIET)
        built.then(saving.shown, None, shown, **QUIET)
        for button in (self.save, ask.keep):
            button.click(saving.saved, ask.answer, shown, **QUIET)
        self.remove.click(saving.removed, self.chosen, shown, **QUIET)
        self.chosen.change(saving.told, self.chosen, history, **QUIET)

    def asks(self, question: gr.Textbox, views: gr.Tabs, saving: Saving) -> Dependency:
        """The event that a saved question stands in the question box again, to be asked."""
        return self.again.click(saving.again, self.chosen, [question, views], **QUIET)
