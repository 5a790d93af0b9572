"""The page: its parts, and which event each of them starts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import gradio as gr
from gradio.events import Dependency, api

from qwenqa.answers.answer import Answer
from qwenqa.service.library import DEFAULT_HITS, Library
from qwenqa.ui.events import Events, Updates, ask_endpoint, status_endpoint
from qwenqa.ui.pictures import Pictures
from qwenqa.ui.saving import Saving
from qwenqa.ui.source import Opened
from qwenqa.ui.why import Reasons

AT_ONCE = 4
"""Questions answered at the same time; the others wait in the queue."""
WAITING = 200
"""Requests that may wait; more are told that the server is busy."""
EXAMPLES = (
    "Who led the Qwen-Coder series?",
    "When did Junyang Lin resign?",
    "How large are the Qwen 3.5 models?",
)
_TITLE = (
    '<div class="qq brand"><h1>qwenqa</h1>'
    "<p>Ask your documents. Every answer is quoted, cited and checked against the file.</p></div>"
)
_WHY_NOT = (
    '<div class="qq"><h3 class="section">Why not?</h3><p class="place">A sentence that you '
    "expected to see, as it stands in its document. Only white space, case and the form of Unicode "
    "may differ.</p></div>"
)
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def page(library: Library, warmed: threading.Event, pictures: Pictures) -> gr.Blocks:
    """The page of a library; ``warmed`` is set once its model is loaded."""
    blocks = gr.Blocks(title="qwenqa", analytics_enabled=False)
    with blocks:
        api(ask_endpoint(library), api_name="ask", concurrency_limit=AT_ONCE)
        api(status_endpoint(library), api_name="status")
        # After the endpoints: an event's function takes its name for it, unless it is taken.
        _Parts().wire(blocks, Events(library, warmed, pictures))
        blocks.queue(max_size=WAITING, default_concurrency_limit=AT_ONCE)
    return blocks


def _html(value: str = "", **options: Any) -> gr.Markdown:
    """A place for HTML made by us: no LaTeX, and sanitised once more by the browser."""
    return gr.Markdown(value, latex_delimiters=[], sanitize_html=True, **options)


class _Parts:
    """The parts of the page, from top to bottom."""

    def __init__(self) -> None:
        _html(_TITLE)
        self.notice = _html(visible=False)
        self.question = gr.Textbox(
            label="Question",
            show_label=False,
            placeholder="Ask a question",
            submit_btn="Ask",
            max_lines=1,
            autofocus=True,
            elem_id="question",
        )
        with gr.Accordion("Which documents", open=False, elem_id="which"), gr.Row():
            self.filters = self._filter_parts()
        with gr.Row(elem_id="examples", visible=False) as self.example_row:
            self.examples = [gr.Button(one, size="sm") for one in EXAMPLES]
        with gr.Row(elem_id="desk"):
            with gr.Column(scale=6, min_width=300, elem_id="answer"):
                self.cards = _html()
                with gr.Accordion("Why", open=False, visible=False, elem_id="why") as self.reasons:
                    self._reason_parts()
            with gr.Column(scale=5, min_width=300, visible=False, elem_id="source") as self.source:
                self._source_parts()
        with gr.Accordion("Saved questions", open=False, elem_id="saved") as self.saved:
            self._saved_parts()
        with gr.Accordion("Documents and index", open=False, elem_id="index") as self.index:
            self.rebuild = gr.Button("Rebuild", elem_id="rebuild")
            self.cancel = gr.Button("Cancel", size="sm", visible=False, elem_id="cancel")
            self.report = _html(elem_id="report")
            self.status = _html(elem_id="status")
        # The buttons inside the cards press these.
        self.openers = [
            gr.Button(f"Open {rank}", visible="hidden", elem_id=f"press-open-{rank}")
            for rank in range(1, DEFAULT_HITS + 1)
        ]
        self.answer: gr.State = gr.State(None)
        self.opened: gr.State = gr.State(None)

    def _filter_parts(self) -> list[gr.Textbox | gr.Dropdown]:
        """One part for each field of a Filter, in its order."""
        pattern = gr.Textbox(label="Path", placeholder="reports/*.pdf", max_lines=1, min_width=150)
        self.kind = gr.Dropdown(
            [("any", "")], value="", label="Kind", allow_custom_value=True, min_width=110
        )
        return [
            pattern,
            self.kind,
            gr.Textbox(label="Since", placeholder="2020 or 2020-06", max_lines=1, min_width=110),
            gr.Textbox(label="Until", placeholder="2024-12-31", max_lines=1, min_width=110),
            gr.Textbox(label="Language", placeholder="en", max_lines=1, min_width=90),
        ]

    def _saved_parts(self) -> None:
        self.save = gr.Button("Save the question just asked", elem_id="save")
        self.saving = _html(elem_id="saving")
        self.questions = _html(elem_id="questions")
        with gr.Row():
            self.chosen = gr.Dropdown([], value=None, label="Remove a saved question", scale=3)
            self.remove = gr.Button("Remove", scale=1, min_width=110, elem_id="remove")

    def _reason_parts(self) -> None:
        self.why = _html(elem_id="because")
        _html(_WHY_NOT)
        with gr.Row(elem_id="expecting"):
            self.expected = gr.Textbox(
                label="The sentence you expected", lines=2, max_lines=4, scale=3, min_width=200
            )
            self.look = gr.Button("Look for it", scale=1, min_width=110, elem_id="look")
        self.why_not = _html(elem_id="why-not")

    def _source_parts(self) -> None:
        self.close = gr.Button("Close", size="sm", elem_id="close")
        with gr.Row(elem_id="turning", visible=False) as self.turning:
            self.previous = gr.Button("Previous page", size="sm", elem_id="previous")
            self.following = gr.Button("Next page", size="sm", elem_id="following")
            self.other = gr.Button("Show text", size="sm", elem_id="other")
        self.earlier = gr.Button("Show earlier lines", size="sm", visible=False, elem_id="earlier")
        self.sheet = _html(elem_id="sheet")
        self.later = gr.Button("Show later lines", size="sm", visible=False, elem_id="later")

    def wire(self, blocks: gr.Blocks, events: Events) -> None:
        """Join the parts with their events; none of these is listed as an endpoint."""
        answered = [self.cards, self.answer, self.source]
        index = [self.status, self.notice, self.index, self.example_row, self.kind]
        asking = [self.question, *self.filters]
        blocks.load(events.loaded, None, [self.question, *answered], **_QUIET)
        blocks.load(events.status, None, index, **_QUIET)
        self.question.submit(events.asked, asking, answered, **_QUIET)
        for example in self.examples:
            chosen = example.click(_same, example, self.question, queue=False, **_QUIET)
            chosen.then(events.asked, asking, answered, **_QUIET)
        self._wire_source(events)
        blocks.load(events.last_report, None, self.report, **_QUIET)
        built = self.rebuild.click(
            events.rebuilt,
            None,
            [self.report, self.rebuild, self.cancel],
            concurrency_limit=1,
            **_QUIET,
        )
        self.cancel.click(events.cancel, None, None, queue=False, **_QUIET)
        built.then(events.status, None, index, **_QUIET)
        self._wire_saved(blocks, built, Saving(events.library))
        self._wire_reasons(Reasons(events.library))

    def _wire_reasons(self, reasons: Reasons) -> None:
        panel = [self.reasons, self.why, self.expected, self.why_not]
        self.answer.change(reasons.renewed, self.answer, panel, **_QUIET)
        self.reasons.expand(reasons.why, self.answer, self.why, **_QUIET)
        looked = [self.answer, self.expected]
        self.look.click(reasons.why_not, looked, self.why_not, **_QUIET)

    def _wire_saved(self, blocks: gr.Blocks, built: Dependency, saving: Saving) -> None:
        shown = [self.saving, self.questions, self.saved, self.chosen]
        blocks.load(saving.shown, None, shown, **_QUIET)
        built.then(saving.shown, None, shown, **_QUIET)
        self.save.click(saving.saved, self.answer, shown, **_QUIET)
        self.remove.click(saving.removed, self.chosen, shown, **_QUIET)

    def _wire_source(self, events: Events) -> None:
        turning = [self.turning, self.previous, self.following, self.other]
        place = [self.source, self.sheet, self.earlier, self.later, *turning, self.opened]
        for rank, opener in enumerate(self.openers, start=1):
            opener.click(_opens(events, rank), self.answer, place, **_QUIET)
        for button, grow in (
            (self.earlier, Opened.earlier),
            (self.later, Opened.later),
            (self.previous, lambda one: one.turned(-1)),
            (self.following, lambda one: one.turned(1)),
            (self.other, Opened.other),
        ):
            button.click(_grows(events, grow), self.opened, place, **_QUIET)
        self.close.click(_closed, None, self.source, queue=False, **_QUIET)


def _same(question: str) -> str:
    return question


def _closed() -> dict[str, Any]:
    return gr.update(visible=False)


def _opens(events: Events, rank: int) -> Callable[[Answer | None], Updates]:
    def opens(answer: Answer | None) -> Updates:
        return events.opened(answer, rank)

    return opens


def _grows(events: Events, grow: Callable[[Opened], Opened]) -> Callable[[Opened | None], Updates]:
    def grows(before: Opened | None) -> Updates:
        return events.more(before, grow)

    return grows
