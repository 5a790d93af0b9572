"""The view of the documents: what is indexed, and rebuilding the index while it serves."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr
from markupsafe import Markup

from qwenqa.errors import BuildCancelledError, QwenqaError
from qwenqa.service.library import Library
from qwenqa.service.upkeep.status import Status
from qwenqa.types import BuildReport, Progress
from qwenqa.ui.gradio_private import Dependency
from qwenqa.ui.html import documents, sources
from qwenqa.ui.html.progress import progress
from qwenqa.ui.html.sources import Order
from qwenqa.ui.html.text import message, sentence
from qwenqa.ui.html.words import label, say
from qwenqa.ui.path_hiding import discreet, folder
from qwenqa.ui.roles import for_editors, for_readers
from qwenqa.ui.views.adding import Adding, AddingView
from qwenqa.ui.views.parts import LONG, QUIET, Updates, html, newest, plain

CANCELLED = "Cancelled. The index still serves; the next rebuild goes on from what was finished."

News = Progress | BuildReport | Exception
"""What a running build tells: how far it is, what it did, or why it failed."""


class Building:
    """The events of the index, on one library."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._cancels: set[threading.Event] = set()
        self._status: Status | None = None

    @for_readers
    def status(self) -> Updates:
        """What is indexed. Updates: status, notice, the tab's label, kinds, how many of each."""
        try:
            status = told_of(self.library.status())
        except Exception as error:  # noqa: BLE001 - a person reads it, never a traceback
            return (sentence(plain(error), "error"), *(gr.skip(),) * 4)
        self._status = status
        notice = documents.notice(status)
        return (
            documents.status(status),
            gr.update(value=notice, visible=bool(notice)),
            gr.update(label=documents.label(status)),
            gr.update(choices=documents.kinds(status)),
            documents.holds(status),
        )

    @for_readers
    def listed(self, wanted: str, order: Order) -> Markup:
        """The table of documents that hold the wanted words, in an order."""
        return sources.table(self._status, wanted or "", order) if self._status else Markup()

    @for_readers
    def sorted(self, column: str, wanted: str, order: Order) -> Updates:
        """The head of a column was pressed. Updates: table, order."""
        order = order.pressed(column)
        return self.listed(wanted, order), order

    @for_readers
    def last_report(self) -> Markup:
        """What the build of the serving generation changed, empty where no report is to be had."""
        try:
            return documents.report(self.library.report(), last=True)
        except QwenqaError:
            return Markup()

    @for_editors
    def rebuilt(self) -> Iterator[Updates]:
        """The index is to follow the documents. Updates: report, buttons to rebuild and cancel."""
        news: queue.Queue[News] = queue.Queue()
        began = time.monotonic()
        cancelled = threading.Event()  # of this rebuild alone: the next one begins uncancelled
        self._cancels.add(cancelled)
        threading.Thread(target=self._build, args=(news.put, cancelled), daemon=True).start()
        yield message(say("Looking at the documents.")), *_buttons(building=True)
        now: News | None = None
        while now is None or isinstance(now, Progress):
            if now:
                yield progress(now, time.monotonic() - began), gr.update(), gr.update()
            now = newest(news, now)
        yield _outcome(now), *_buttons(building=False)

    @for_editors
    def cancel(self) -> None:
        """What is being built now is to end; it does so at its next step."""
        for event in tuple(self._cancels):
            event.set()

    def _build(self, tell: Callable[[News], None], cancelled: threading.Event) -> None:
        def step(now: Progress) -> None:
            if cancelled.is_set():
                raise BuildCancelledError(CANCELLED)
            tell(now)

        try:
            tell(self.library.rebuild(progress=step))
        except Exception as error:  # noqa: BLE001 - a person reads it, never a traceback
            tell(error)
        finally:
            self._cancels.discard(cancelled)


class DocumentsView:
    """The parts that show the index and rebuild it."""

    def __init__(self, *, allow_upload: bool) -> None:
        with gr.Tab(label("Documents"), id="documents", elem_id="documents") as self.tab:
            self.adding = AddingView() if allow_upload else None
            with gr.Row(elem_id="building"):
                self.rebuild = gr.Button(label("Rebuild"), elem_id="rebuild")
                self.cancel = gr.Button(label("Cancel"), visible="hidden", elem_id="cancel")
            self.report = html(elem_id="report")
            self.status = html(elem_id="status")
            self.wanted = gr.Textbox(
                label=label("Find documents"),
                placeholder=label("path, title, kind or state"),
                max_lines=1,
                elem_id="find-documents",
            )
            self.table = html(elem_id="listed")
            # The heads of the table's columns press these.
            self.heads = {
                name: gr.Button(name, visible="hidden", elem_id=f"press-sort-{name}")
                for name in sources.COLUMNS
            }
            # Inside its tab: what stands among the tabs shifts them.
            self.order: gr.State = gr.State(Order())

    def wire(self, blocks: gr.Blocks, told: list[Any], building: Building) -> Dependency:
        """Join the parts with their events; ``told`` are the other views' parts of the status.

        Gives the event that a rebuild is over.
        """
        notice, *others = told
        index = [self.status, notice, self.tab, *others]
        listing = [self.wanted, self.order]
        opened = blocks.load(building.status, None, index, **QUIET)
        opened.then(building.listed, listing, self.table, **QUIET)
        blocks.load(building.last_report, None, self.report, **QUIET)
        built = self.rebuild.click(
            building.rebuilt,
            None,
            [self.report, self.rebuild, self.cancel],
            concurrency_limit=1,
            **LONG,
        )
        self.cancel.click(building.cancel, None, None, **QUIET)

        def follow(event: Dependency) -> None:
            followed = event.then(building.status, None, index, **QUIET)
            followed.then(building.listed, listing, self.table, **QUIET)

        follow(built)
        if self.adding:
            self.adding.wire(Adding(building.library), follow)
        self.wanted.change(
            building.listed, listing, self.table, trigger_mode="always_last", **QUIET
        )
        for name, head in self.heads.items():
            ordered = [self.table, self.order]
            head.click(partial(building.sorted, name), listing, ordered, **QUIET)
        return built


def told_of(status: Status) -> Status:
    """The status as it is told to who asks: others than who sits here get no folder."""
    return replace(
        status,
        corpus=folder(status.corpus),
        index=folder(status.index),
        model=folder(status.model),
        damage=discreet(status.damage),
    )


def _buttons(*, building: bool) -> tuple[Any, Any]:
    """Updates of the buttons to rebuild and to cancel."""
    return gr.update(interactive=not building), gr.update(visible=building or "hidden")


def _outcome(news: BuildReport | Exception) -> Markup:
    if isinstance(news, BuildCancelledError):
        return message(say(CANCELLED))
    if isinstance(news, Exception):
        return sentence(plain(news), "error")
    return documents.report(news)
