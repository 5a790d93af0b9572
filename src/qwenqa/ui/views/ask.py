"""The view that asks: the question box, which documents, examples, and the cited answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import gradio as gr
from markupsafe import Markup

from qwenqa.answers.answer import permalinks
from qwenqa.answers.answer.answer import Answer
from qwenqa.answers.answer.permalinks import Link
from qwenqa.answers.questions.follow_up import FollowUp
from qwenqa.errors import QwenqaError
from qwenqa.service.library import DEFAULT_HITS, Library
from qwenqa.types import Filter
from qwenqa.ui.gradio_private import Dependency
from qwenqa.ui.html.answer import DROPPABLE, Circumstances
from qwenqa.ui.html.answer import answer as answer_html
from qwenqa.ui.html.text import file_link, message, sentence
from qwenqa.ui.html.words import label, say
from qwenqa.ui.one_time_files import OneTimeFiles
from qwenqa.ui.question_queue import Desk
from qwenqa.ui.roles import for_readers
from qwenqa.ui.views.parts import QUIET, Updates, filter_of, html, or_sentence, plain

LOADING = "Loading the model. The first answer takes some seconds longer than the next ones."
_EXAMPLES = 3
_LOOK_SECONDS = 0.05
_REMEMBERED = 5
"""Answers of a conversation that a follow-up question may lean on."""

Before = list[tuple[str, str]]
"""A conversation: questions and the best sentences of their answers, in order."""


class Asking:
    """The events of asking, on one library; ``warmed`` is set once its model is loaded.

    Updates of each that asks: cards, answer, how the question was understood, conversation.
    """

    def __init__(self, library: Library, warmed: threading.Event, files: OneTimeFiles) -> None:
        self._library = library
        self._warmed = warmed
        self._files = files

    @for_readers
    def loading(self) -> Markup:
        """A page was opened: what is to be known while the model is loaded."""
        return Markup() if self._warmed.is_set() else message(say(LOADING))

    @for_readers
    def loaded(self, request: gr.Request) -> Updates:
        """A page was opened: answer the question of its address (``/?q=…``), if any.

        Updates: question and filters, then those of asking.
        """
        link = permalinks.read({name: str(value) for name, value in request.query_params.items()})
        if not link.question:
            # Without any update Gradio would empty the box under the typing fingers.
            return (gr.skip(),) * (1 + len(_filter_fields(None)) + 4)
        answered = self._answered(FollowUp(link.question), [], link.within, link)
        return (link.question, *_filter_fields(link.within), *answered)

    @for_readers
    def asked(self, question: str, before: Before, *fields: str | None) -> Updates:
        """A question was asked, perhaps as a follow-up; ``fields`` are those of a Filter."""
        try:
            understood = self._library.follow_up(question, before)
        except QwenqaError:
            understood = FollowUp(question)  # asking tells what is wrong
        return self._answered(understood, before, filter_of(*fields))

    def dropped(
        self, number: int, understood: FollowUp | None, before: Before, *fields: str | None
    ) -> Updates:
        """The n-th of the added words is to be taken away, and the rest asked."""
        if understood is None or not 1 <= number <= len(understood.added):
            return (gr.skip(),) * 4
        less = understood.without(understood.added[number - 1])
        return self._answered(less, before[:-1], filter_of(*fields))

    @for_readers
    async def examples(self) -> Updates:
        """Questions that the documents answer, once the model is loaded.

        Updates: what was said of loading, the row of examples, the buttons in it.
        """
        # Not in a thread: there are few, and every page that is opened meanwhile waits here.
        while not self._warmed.is_set():
            await asyncio.sleep(_LOOK_SECONDS)
        return await asyncio.to_thread(self._examples)

    def _examples(self) -> Updates:
        try:
            examples = self._library.examples(_EXAMPLES)
        except Exception:  # noqa: BLE001 - a page without examples is a page
            examples = ()
        buttons = [
            gr.update(value=examples[n] if n < len(examples) else "", visible=n < len(examples))
            for n in range(_EXAMPLES)
        ]
        return "", gr.update(visible=bool(examples)), *buttons

    @for_readers
    def bundle(self, answer: Answer | None) -> Markup:
        """The answer is to be saved as a file: a link to it."""
        if answer is None:
            return Markup()
        return or_sentence(
            lambda: file_link(self._files.keep(self._library.bundle(answer).encode()))
        )

    def _answered(
        self, asked: FollowUp, before: Before, within: Filter | None, link: Link | None = None
    ) -> Updates:
        k = (link and link.k) or DEFAULT_HITS
        try:
            answer = self._library.ask(asked.asked, min(k, DEFAULT_HITS), within)
            circumstances = self._circumstances(answer, asked, link)
        except Exception as error:  # noqa: BLE001 - a person reads it, never a traceback
            return sentence(plain(error), "error"), None, None, before
        told_of = (answer.question, answer.sentence if answer.found else "")
        conversation = [*before, told_of][-_REMEMBERED:]
        return answer_html(answer, circumstances), answer, asked, conversation

    def _circumstances(self, answer: Answer, asked: FollowUp, link: Link | None) -> Circumstances:
        date_of = self._library.generation().date_of
        addresses = {hit.citation.address for hit in answer.hits}
        return Circumstances(
            dates={address: date for address in sorted(addresses) if (date := date_of(address))},
            follow_up=asked,
            since=permalinks.since(answer, link.cite) if link else "",
        )


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
            self.examples = [gr.Button("", size="sm") for _ in range(_EXAMPLES)]
        self.holds = html(elem_id="holds")
        recents = Markup('<div class="qq recents" id="recents"><h2>{}</h2></div>')
        html(recents.format(say("Asked before")))
        self.answer: gr.State = gr.State(None)
        self.understood: gr.State = gr.State(None)
        self.conversation: gr.State = gr.State([])

    def _filters(self) -> list[gr.Textbox | gr.Dropdown]:
        """One part for each field of a Filter, in its order."""
        self.kind = gr.Dropdown(
            [("–", "")], value="", label=label("Kind"), allow_custom_value=True, min_width=110
        )
        return [
            _line("Path", "reports/*.pdf", 150),
            self.kind,
            _line("Since", "2020 or 2020-06", 110),
            _line("Until", "2024-12-31", 110),
            _line("Language", "en", 90),
        ]

    def show(self) -> None:
        """Place the answer here, and what the buttons in its HTML press."""
        self.loading = html(elem_id="loading")
        self.cards = html(elem_id="cards")
        self.droppers = [
            gr.Button(f"Drop {number}", visible="hidden", elem_id=f"press-drop-{number}")
            for number in range(1, DROPPABLE + 1)
        ]
        self.keep = gr.Button("Keep", visible="hidden", elem_id="press-keep")
        self.save_bundle = gr.Button("Save", visible="hidden", elem_id="press-bundle")
        self.bundle = html(elem_id="bundle")

    def offer_examples(self, moment: Callable[..., Dependency], asking: Asking) -> None:
        """Offer questions of the index as it is then; ``moment`` is an event's listener."""
        outputs = [self.loading, self.example_row, *self.examples]
        moment(asking.examples, None, outputs, **QUIET)

    def wire(self, blocks: gr.Blocks, asking: Asking, desk: Desk) -> None:
        """Join the parts with their events."""
        answered = [self.cards, self.answer, self.understood, self.conversation]
        asked: list[Any] = [self.question, *self.filters]
        inputs = [self.question, self.conversation, *self.filters]
        blocks.load(desk.turns(asking.loaded), None, [*asked, *answered], **QUIET)
        opened = blocks.load(asking.loading, None, self.loading, **QUIET)
        self.offer_examples(opened.then, asking)
        self.question.submit(desk.turns(asking.asked), inputs, answered, **QUIET)
        for example in self.examples:
            chosen = example.click(_same, example, self.question, **QUIET)
            chosen.then(desk.turns(asking.asked), inputs, answered, **QUIET)
        again = [self.understood, self.conversation, *self.filters]
        for number, dropper in enumerate(self.droppers, start=1):
            dropper.click(desk.turns(_drops(asking, number)), again, answered, **QUIET)
        self.save_bundle.click(asking.bundle, self.answer, self.bundle, **QUIET)

    def after(self, filled: Dependency, asking: Asking, desk: Desk) -> None:
        """Ask afresh what an event of another view has put into the question box."""
        answered = [self.cards, self.answer, self.understood, self.conversation]
        inputs: list[Any] = [self.question, *self.filters]
        filled.then(desk.turns(_afresh(asking)), inputs, answered, **QUIET)


def _line(name: str, example: str, width: int) -> gr.Textbox:
    return gr.Textbox(label=label(name), placeholder=example, max_lines=1, min_width=width)


@for_readers
def _same(question: str) -> str:
    return question


def _filter_fields(within: Filter | None) -> tuple[str, ...]:
    """The values of a filter's fields, in their order."""
    return tuple(getattr(within, field.name) if within else "" for field in fields(Filter))


def _drops(asking: Asking, number: int) -> Callable[..., Updates]:
    @for_readers
    def drops(understood: FollowUp | None, before: Before, *values: str | None) -> Updates:
        return asking.dropped(number, understood, before, *values)

    return drops


def _afresh(asking: Asking) -> Callable[..., Updates]:
    @for_readers
    def afresh(question: str, *values: str | None) -> Updates:
        return asking.asked(question, [], *values)

    return afresh
