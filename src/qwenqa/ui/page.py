"""The page: its views, and what joins them."""

from __future__ import annotations

import threading

import gradio as gr

from qwenqa.service.library import Library
from qwenqa.ui import endpoints
from qwenqa.ui.html.words import label, say
from qwenqa.ui.pictures import Pictures
from qwenqa.ui.views.ask import Asking, AskView
from qwenqa.ui.views.documents import Building, DocumentsView
from qwenqa.ui.views.parts import AT_ONCE, html
from qwenqa.ui.views.saved import SavedView, Saving
from qwenqa.ui.views.source import Opening, SourceView
from qwenqa.ui.views.why import Reasons, WhyView

WAITING = 200
"""Requests that may wait; more are told that the server is busy."""
_TELLING = "Ask your documents. Every answer is quoted, cited and checked against the file."


def page(
    library: Library,
    warmed: threading.Event,
    pictures: Pictures,
    *,
    allow_upload: bool = False,  # noqa: ARG001 - the page has no place to drop files yet
) -> gr.Blocks:
    """The page of a library; ``warmed`` is set once its model is loaded."""
    blocks = gr.Blocks(title="qwenqa", analytics_enabled=False)
    with blocks:
        # First: an event's function takes its name for its endpoint, unless it is taken.
        endpoints.offer(library)
        _Page().wire(blocks, library, warmed, pictures)
        blocks.queue(max_size=WAITING, default_concurrency_limit=AT_ONCE)
    return blocks


class _Page:
    """The views, from top to bottom."""

    def __init__(self) -> None:
        html(f'<div class="qq brand"><h1>qwenqa</h1><p>{say(_TELLING)}</p></div>')
        self.notice = html(visible=False)
        with gr.Tabs(elem_id="views"):
            with gr.Tab(label("Ask"), id="ask", elem_id="ask"):
                self._desk()
            self.documents = DocumentsView()
            self.saved = SavedView()

    def _desk(self) -> None:
        """Where questions are asked: the answer, and the source beside it."""
        self.ask = AskView()
        with gr.Row(elem_id="desk"):
            with gr.Column(scale=6, min_width=300, elem_id="answer"):
                self.ask.show()
                self.why = WhyView()
            self.source = SourceView()

    def wire(
        self, blocks: gr.Blocks, library: Library, warmed: threading.Event, pictures: Pictures
    ) -> None:
        """Join each view with its events, and the views with each other."""
        answer = self.ask.answer
        self.ask.wire(blocks, Asking(library, warmed))
        self.source.wire(answer, Opening(library, pictures))
        self.why.wire(answer, Reasons(library))
        told = [self.notice, self.ask.example_row, self.ask.kind]
        built = self.documents.wire(blocks, told, Building(library))
        self.saved.wire(blocks, answer, built, Saving(library))
