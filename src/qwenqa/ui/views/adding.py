"""The part that adds dropped files to the corpus, where the server allows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gradio as gr
from markupsafe import Markup

from qwenqa.service.library import Library
from qwenqa.ui.gradio_private import Dependency
from qwenqa.ui.html.text import foreign, isolated, joined
from qwenqa.ui.html.words import label, say
from qwenqa.ui.roles import for_editors
from qwenqa.ui.views.parts import LONG, Updates, html, plain


class Adding:
    """The event of dropped files, on one library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    @for_editors
    def added(self, files: list[str] | None) -> Updates:
        """Files were dropped: each goes into the corpus. Updates: what became of each, place."""
        if not files:
            return gr.skip(), gr.skip()
        rows = Markup().join(Markup("<li>{}</li>").format(self._add(Path(file))) for file in files)
        return joined([Markup('<ul class="skipped">{}</ul>').format(rows)]), None

    def _add(self, path: Path) -> Markup:
        """What became of one file, as HTML."""
        try:
            added = self._library.add(path.name, path)
        except Exception as error:  # noqa: BLE001 - a person reads it, never a traceback
            failed = isolated(path.name, "address")
            return Markup("{}: {}").format(failed, foreign(plain(error)))
        address = isolated(added.address, "address")
        return say("Added: {}", address) if added.new else say("There already: {}", address)


class AddingView:
    """A place to drop files."""

    def __init__(self) -> None:
        self.files = gr.File(
            label=label("Drop files here to add them to the documents"),
            file_count="multiple",
            height=130,
            elem_id="drop",
        )
        self.outcome = html(elem_id="dropped")

    def wire(self, adding: Adding, then: Callable[[Dependency], None]) -> None:
        """Join the parts with their event; ``then`` is told when files were added."""
        outputs = [self.outcome, self.files]
        then(self.files.upload(adding.added, self.files, outputs, concurrency_limit=1, **LONG))
