"""The view of quality: the answers measured on the documents themselves, when somebody asks."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr
from markupsafe import Markup

from qwenqa.errors import BuildCancelledError
from qwenqa.evaluation.records import EvaluationReport
from qwenqa.service.library import Library
from qwenqa.types import Progress
from qwenqa.ui.html import quality
from qwenqa.ui.html.progress import progress
from qwenqa.ui.html.text import message
from qwenqa.ui.html.words import label, say
from qwenqa.ui.roles import for_editors, for_readers
from qwenqa.ui.views import parts
from qwenqa.ui.views.parts import LONG, QUIET, Updates, newest, or_sentence, plain

CANCELLED = "Cancelled. Nothing was kept of it."

News = Progress | EvaluationReport | Exception
"""What a running measurement tells: how far it is, what it found, or why it failed."""


class Measuring:
    """The events of measuring, on one library; the last report is kept while the server runs."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._cancelled = threading.Event()
        self._last: EvaluationReport | None = None

    @for_readers
    def shown(self) -> Markup:
        """The view was opened: the last report, if there is one."""
        last = self._last
        if last is None:
            return quality.nothing()
        return or_sentence(lambda: quality.report(last, self._library.serving()))

    @for_editors
    def measured(self) -> Iterator[Updates]:
        """The answers are to be measured. Updates: state, report, buttons."""
        self._cancelled.clear()
        news: queue.Queue[News] = queue.Queue()
        began = time.monotonic()
        threading.Thread(target=self._measure, args=(news.put,), daemon=True).start()
        yield message(say("Making questions from the documents.")), gr.skip(), *_buttons(busy=True)
        now: News | None = None
        while now is None or isinstance(now, Progress):
            if now:
                passed = time.monotonic() - began
                yield progress(now, passed), gr.skip(), gr.skip(), gr.skip()
            now = newest(news, now)
        yield self._outcome(now), self.shown(), *_buttons(busy=False)

    @for_editors
    def cancel(self) -> None:
        """Measuring is to end; it does so at the next question."""
        self._cancelled.set()

    def _measure(self, tell: Callable[[News], None]) -> None:
        # Not before somebody measures: it loads scikit-learn and more.
        from qwenqa.evaluation.unlabelled import evaluate_index

        def step(now: Progress) -> None:
            if self._cancelled.is_set():
                raise BuildCancelledError(CANCELLED)
            tell(now)

        try:
            tell(evaluate_index(self._library, progress=step))
        except Exception as error:  # noqa: BLE001 - a person reads it, never a traceback
            tell(error)

    def _outcome(self, news: EvaluationReport | Exception) -> Markup:
        if isinstance(news, EvaluationReport):
            self._last = news
            return Markup()
        if isinstance(news, BuildCancelledError):
            return message(say(CANCELLED))
        return quality.failed(plain(news))


class QualityView:
    """The parts that measure and show what was found."""

    def __init__(self) -> None:
        with gr.Tab(label("Quality"), id="quality", elem_id="quality") as self.tab:
            with gr.Row(elem_id="measuring"):
                self.measure = gr.Button(label("Measure on my documents"), elem_id="measure")
                self.cancel = gr.Button(label("Cancel"), visible="hidden", elem_id="stop-measuring")
            self.state = parts.html(elem_id="measured-state")
            self.report = parts.html(elem_id="measured")

    def wire(self, measuring: Measuring) -> None:
        """Join the parts with their events."""
        self.tab.select(measuring.shown, None, self.report, **QUIET)
        outputs = [self.state, self.report, self.measure, self.cancel]
        self.measure.click(measuring.measured, None, outputs, concurrency_limit=1, **LONG)
        self.cancel.click(measuring.cancel, None, None, **QUIET)


def _buttons(*, busy: bool) -> tuple[Any, Any]:
    """Updates of the buttons to measure and to cancel."""
    return gr.update(interactive=not busy), gr.update(visible=busy or "hidden")
