"""The view that asks: the question box, which documents, examples, and the cited answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import gradio as gr

from qwenqa.service.library import DEFAULT_HITS, Library
from qwenqa.ui.html.answer import answer as answer_html
from qwenqa.ui.html.text import message, sentence
from qwenqa.ui.html.words import label, say
from qwenqa.ui.views.parts import QUIET, Updates, filter_of, html, plain

LOADING = "Loading the model. The first answer takes some seconds longer than the next ones."
EXAMPLES = (
    "Who led the Qwen-Coder series?",
    "When did Junyang Lin resign?",
    "How large are the Qwen 3.5 models?",
)


class Asking:
    """The events of asking, on one library; ``warmed`` is set once its model is loaded."""

    def __init__(self, library: Library, warmed: threading.Event) -> None:
        self._library = library
        self._warmed = warmed

    def loaded(self, request: gr.Request) -> Iterator[Updates]:
        """A page was opened: answer the question of its address (``/?q=…``), if any.

        Updates: question, cards, answer.
        """
        question = str(request.query_params.get("q") or "")
        if not question:
            # Without any update Gradio would empty the box under the typing fingers.
            yield (gr.skip(),) * 3
            return
        for updates in self.asked(question):
            yield (question, *updates)

    def asked(self, question: str, *fields: str | None) -> Iterator[Updates]:
        """A question was asked. Updates: cards, answer.

        ``fields`` are those of a Filter, in its order.
        """
        if not self._warmed.is_set():
            yield message(say(LOADING)), None
        try:
            answer = self._library.ask(question, DEFAULT_HITS, filter_of(*fields))
        except Exception as error:  # noqa: BLE001 - a person reads it, never a traceback
            yield sentence(plain(error), "error"), None
        else:
            yield answer_html(answer), answer


class AskView:
    """The parts that ask and show the answer; ``answer`` holds it for the other views."""

    def __init__(self) -> None:
        self.question = gr.Textbox(
            label=label("Question"),
            show_label=False,
            placeholder=label("Ask a question"),
            submit_btn=label("Ask"),
            max_lines=1,
            autofocus=True,
            elem_id="question",
        )
        with gr.Accordion(label("Which documents"), open=False, elem_id="which"), gr.Row():
            self.filters = self._filters()
        with gr.Row(elem_id="examples", visible=False) as self.example_row:
            self.examples = [gr.Button(one, size="sm") for one in EXAMPLES]
        self.answer: gr.State = gr.State(None)

    def _filters(self) -> list[gr.Textbox | gr.Dropdown]:
        """One part for each field of a Filter, in its order."""
        pattern = gr.Textbox(
            label=label("Path"), placeholder="reports/*.pdf", max_lines=1, min_width=150
        )
        self.kind = gr.Dropdown(
            [("–", "")], value="", label=label("Kind"), allow_custom_value=True, min_width=110
        )
        return [
            pattern,
            self.kind,
            gr.Textbox(
                label=label("Since"), placeholder="2020 or 2020-06", max_lines=1, min_width=110
            ),
            gr.Textbox(label=label("Until"), placeholder="2024-12-31", max_lines=1, min_width=110),
            gr.Textbox(label=label("Language"), placeholder="en", max_lines=1, min_width=90),
        ]

    def show(self) -> None:
        """Place the answer here."""
        self.cards = html(elem_id="cards")

    def wire(self, blocks: gr.Blocks, asking: Asking) -> None:
        """Join the parts with their events."""
        answered = [self.cards, self.answer]
        inputs: list[Any] = [self.question, *self.filters]
        blocks.load(asking.loaded, None, [self.question, *answered], **QUIET)
        self.question.submit(asking.asked, inputs, answered, **QUIET)
        for example in self.examples:
            chosen = example.click(_same, example, self.question, queue=False, **QUIET)
            chosen.then(asking.asked, inputs, answered, **QUIET)


def _same(question: str) -> str:
    return question
