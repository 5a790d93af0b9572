"""The view of the documents: what is indexed, and rebuilding the index while it serves."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr
from gradio.events import Dependency

from qwenqa.errors import BuildCancelledError, QwenqaError
from qwenqa.service.library import Library
from qwenqa.types import BuildReport, Progress
from qwenqa.ui.html import documents
from qwenqa.ui.html.text import sentence
from qwenqa.ui.html.words import label
from qwenqa.ui.views.parts import QUIET, Updates, html, plain

CANCELLED = "Cancelled. The index still serves; the next rebuild goes on from what was finished."

News = Progress | BuildReport | Exception
"""What a running build tells: how far it is, what it did, or why it failed."""


class Building:
    """The events of the index, on one library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._cancelled = threading.Event()

    def status(self) -> Updates:
        """What is indexed. Updates: status, notice, the tab's label, kinds."""
        try:
            status = self._library.status()
        except Exception as error:  # noqa: BLE001 - a person reads it, never a traceback
            return (sentence(plain(error), "error"), *(gr.skip(),) * 3)
        notice = documents.notice(status)
        return (
            documents.status(status),
            gr.update(value=notice, visible=bool(notice)),
            gr.update(label=documents.label(status)),
            gr.update(choices=documents.kinds(status)),
        )

    def last_report(self) -> str:
        """What the build of the serving generation changed, empty where no report is to be had."""
        try:
            return documents.report(self._library.report(), last=True)
        except QwenqaError:
            return ""

    def rebuilt(self) -> Iterator[Updates]:
        """The index is to follow the documents. Updates: report, buttons to rebuild and cancel."""
        self._cancelled.clear()
        news: queue.Queue[News] = queue.Queue()
        threading.Thread(target=self._build, args=(news.put,), daemon=True).start()
        yield sentence("Looking at the documents."), *_buttons(building=True)
        now = _newest(news)
        while isinstance(now, Progress):
            yield documents.progress(now), gr.update(), gr.update()
            now = _newest(news)
        yield _outcome(now), *_buttons(building=False)

    def cancel(self) -> None:
        """The rebuild is to end; it does so at its next step."""
        self._cancelled.set()

    def _build(self, tell: Callable[[News], None]) -> None:
        def step(now: Progress) -> None:
            if self._cancelled.is_set():
                raise BuildCancelledError(CANCELLED)
            tell(now)

        try:
            tell(self._library.rebuild(progress=step))
        except Exception as error:  # noqa: BLE001 - a person reads it, never a traceback
            tell(error)


class DocumentsView:
    """The parts that show the index and rebuild it."""

    def __init__(self) -> None:
        with gr.Tab(label("Documents"), id="documents", elem_id="documents") as self.tab:
            self.rebuild = gr.Button("Rebuild", elem_id="rebuild")
            self.cancel = gr.Button("Cancel", size="sm", visible=False, elem_id="cancel")
            self.report = html(elem_id="report")
            self.status = html(elem_id="status")

    def wire(self, blocks: gr.Blocks, told: list[Any], building: Building) -> Dependency:
        """Join the parts with their events; ``told`` are the other views' parts of the status.

        Gives the event that a rebuild is over.
        """
        notice, *others = told
        index = [self.status, notice, self.tab, *others]
        blocks.load(building.status, None, index, **QUIET)
        blocks.load(building.last_report, None, self.report, **QUIET)
        built = self.rebuild.click(
            building.rebuilt,
            None,
            [self.report, self.rebuild, self.cancel],
            concurrency_limit=1,
            **QUIET,
        )
        self.cancel.click(building.cancel, None, None, queue=False, **QUIET)
        built.then(building.status, None, index, **QUIET)
        return built


def _buttons(*, building: bool) -> tuple[Any, Any]:
    """Updates of the buttons to rebuild and to cancel."""
    return gr.update(interactive=not building), gr.update(visible=building)


def _newest(news: queue.Queue[News]) -> News:
    """The next news, or the last one where several wait; the page need not see each step."""
    one = news.get()
    while isinstance(one, Progress) and not news.empty():
        one = news.get()
    return one


def _outcome(news: BuildReport | Exception) -> str:
    if isinstance(news, Exception):
        return sentence(plain(news), "error")
    return documents.report(news)
