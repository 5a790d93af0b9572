"""The view that maps the passages by meaning; it is made when somebody looks at it."""

from __future__ import annotations

import gradio as gr
from markupsafe import Markup

from qwenqa.answers.answer.answer import Answer
from qwenqa.service.library import Library
from qwenqa.ui.html import map as html
from qwenqa.ui.html.words import label
from qwenqa.ui.roles import for_readers
from qwenqa.ui.views import parts
from qwenqa.ui.views.parts import QUIET, or_sentence


class Mapping:
    """The event of the map, on one library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    @for_readers
    def shown(self, answer: Answer | None) -> Markup:
        """The map was opened, with the hits of the answer that is shown, if any."""
        return or_sentence(lambda: html.corpus_map(self._library.map(answer)))


class MapView:
    """The part that shows the map."""

    def __init__(self) -> None:
        with gr.Tab(label("Map"), id="map", elem_id="map") as self.tab:
            self.map = parts.html(elem_id="mapped")

    def wire(self, answer: gr.State, mapping: Mapping) -> None:
        """Join the parts with their events."""
        self.tab.select(mapping.shown, answer, self.map, **QUIET)
