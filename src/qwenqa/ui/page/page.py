"""The page: its views, and what joins them."""

from __future__ import annotations

import threading

import gradio as gr
from markupsafe import Markup

from qwenqa.service.library import Library
from qwenqa.service.upkeep.users import EDITOR, READER
from qwenqa.ui.api import endpoints
from qwenqa.ui.html.text import isolated
from qwenqa.ui.html.words import label, say
from qwenqa.ui.one_time_files import OneTimeFiles
from qwenqa.ui.question_queue import Desk
from qwenqa.ui.roles import Visitor, for_readers
from qwenqa.ui.views.ask import Asking, AskView
from qwenqa.ui.views.documents import Building, DocumentsView
from qwenqa.ui.views.map import Mapping, MapView
from qwenqa.ui.views.parts import AT_ONCE, QUIET, html
from qwenqa.ui.views.quality import Measuring, QualityView
from qwenqa.ui.views.saved import SavedView, Saving
from qwenqa.ui.views.source import SourceView
from qwenqa.ui.views.source_state import Opening
from qwenqa.ui.views.why import Reasons, WhyView

WAITING = 200
"""Calls that may wait in the queue; more are told that the server is busy."""
_KEYS = "Keys: / to ask, j and k to move, Enter to open the source, c to copy the citation."
_TELLING = "Ask your documents. Every answer is quoted, cited and checked against the file."


def page(  # noqa: PLR0913 - what the server hands in
    library: Library,
    warmed: threading.Event,
    pictures: OneTimeFiles,
    bundles: OneTimeFiles,
    *,
    desk: Desk,
    allow_upload: bool = False,
    logs_out: bool = False,
) -> gr.Blocks:
    """The page of a library; ``warmed`` is set once its model is loaded.

    ``pictures`` and ``bundles`` take the page images and the saved answers that are made here; at
    the ``desk`` questions wait for their turn; ``allow_upload`` offers a place to drop files,
    ``logs_out`` a way out for who has logged in.
    """
    blocks = gr.Blocks(title="qwenqa", analytics_enabled=False)
    with blocks:
        # First: an event's function takes its name for its endpoint, unless it is taken.
        endpoints.offer(library, desk)
        _Views(allow_upload=allow_upload, logs_out=logs_out).wire(
            blocks, Asking(library, warmed, bundles), library, pictures, desk
        )
        blocks.queue(max_size=WAITING, default_concurrency_limit=AT_ONCE)
    return blocks


_EDITING = "Logged in as {}, an editor."
_READING = (
    "Logged in as {}, a reader. To rebuild, measure, save questions and add documents is for "
    "editors."
)


def _words() -> Markup:
    """What page.js and trouble.js have to say."""
    said = (
        ("copied", "Copied"),
        ("selected", "Selected: press Ctrl+C"),
        ("saved", "Saved"),
        ("failed", "Something unexpected went wrong. Nothing was lost: try again."),
    )
    text = Markup().join(
        Markup('<span id="word-{}">{}</span>').format(name, say(english)) for name, english in said
    )
    return Markup('<div class="qq gone">{}</div>').format(text)


def _unknown() -> Markup:
    """Before it is known who has logged in: as for a reader."""
    return Markup('<div class="qq who {}"></div>').format(READER)


@for_readers
def _who(request: gr.Request) -> Markup:
    """Who has logged in, and as what; page.css shows to readers no control of editors."""
    visitor: Visitor = request.user
    name = isolated(visitor.name)
    text = say(_EDITING, name) if visitor.role == EDITOR else say(_READING, name)
    return Markup('<div class="qq who {}"><p>{}</p></div>').format(visitor.role, text)


class _Views:
    """The views, from top to bottom."""

    def __init__(self, *, allow_upload: bool, logs_out: bool) -> None:
        leave = Markup('<p class="out"><button>{}</button></p>').format(say("Log out"))
        brand = Markup('<div class="qq brand"><h1>qwenqa</h1><p>{}</p>{}</div>')
        html(brand.format(say(_TELLING), leave if logs_out else ""))
        self.who = html(_unknown(), visible=logs_out)
        self.logs_out = logs_out
        html(_words())
        self.notice = html(visible=False)
        with gr.Tabs(elem_id="views") as self.views:
            with gr.Tab(label("Ask"), id="ask", elem_id="ask"):
                self._desk()
            self.documents = DocumentsView(allow_upload=allow_upload)
            self.saved = SavedView()
            self.map = MapView()
            self.quality = QualityView()

    def _desk(self) -> None:
        """Where questions are asked: the answer, and the source beside it."""
        self.ask = AskView()
        with gr.Row(elem_id="desk"):
            with gr.Column(scale=6, min_width=300, elem_id="answer"):
                self.ask.show()
                self.why = WhyView()
            self.source = SourceView()
        html(Markup('<div class="qq keys"><p>{}</p></div>').format(say(_KEYS)))

    def wire(
        self,
        blocks: gr.Blocks,
        asking: Asking,
        library: Library,
        pictures: OneTimeFiles,
        desk: Desk,
    ) -> None:
        """Join each view with its events, and the views with each other."""
        answer = self.ask.answer
        if self.logs_out:
            blocks.load(_who, None, self.who, **QUIET)
        self.ask.wire(blocks, asking, desk)
        self.source.wire(answer, Opening(library, pictures))
        self.why.wire(answer, Reasons(library))
        outputs = [self.notice, self.ask.kind, self.ask.holds]
        built = self.documents.wire(blocks, outputs, Building(library))
        self.ask.offer_examples(built.then, asking)
        saving = Saving(library)
        self.saved.wire(blocks, self.ask, built, saving)
        self.ask.after(self.saved.asks(self.ask.question, self.views, saving), asking, desk)
        self.map.wire(answer, Mapping(library))
        self.quality.wire(Measuring(library))
