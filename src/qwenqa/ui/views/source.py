"""The view of a source: the document beside the answer, opened at the cited place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gradio as gr

from qwenqa.answers.answer import Answer
from qwenqa.errors import QwenqaError
from qwenqa.service.library import DEFAULT_HITS, Library
from qwenqa.types import CitedHit
from qwenqa.ui.html.source import Opened, Sheet, opened, page_sheet, sheet
from qwenqa.ui.html.text import sentence
from qwenqa.ui.pictures import Pictures
from qwenqa.ui.views.parts import QUIET, Updates, html, plain


class Opening:
    """The events of an opened source; ``pictures`` takes the page images that are made here.

    Updates of each: panel, its HTML, the buttons for earlier and later lines, the row that
    turns pages, its buttons for the previous page, the next page and text or page, opened.
    """

    def __init__(self, library: Library, pictures: Pictures) -> None:
        self._library = library
        self._pictures = pictures

    def opened(self, answer: Answer | None, rank: int) -> Updates:
        """A hit is to be shown in its source."""
        if answer is None or not 1 <= rank <= len(answer.hits):
            return _no_sheet("Ask again: this answer is no longer here.")
        cited = answer.hits[rank - 1]
        return self._sheet(lambda: self._opened(cited))

    def more(self, before: Opened | None, grow: Callable[[Opened], Opened]) -> Updates:
        """More or another part of an opened document is to be shown."""
        if before is None:
            return _no_sheet("Open the source again.")
        return self._sheet(lambda: grow(before))

    def _sheet(self, find: Callable[[], Opened]) -> Updates:
        try:
            now, shown = self._shown(find())
        except Exception as error:  # noqa: BLE001 - a person reads it, never a traceback
            return _no_sheet(plain(error))
        return (
            gr.update(visible=True),
            shown.html,
            gr.update(visible=shown.before),
            gr.update(visible=shown.after),
            gr.update(visible=bool(now.pages)),
            gr.update(visible=bool(now.page), interactive=now.page > 1),
            gr.update(visible=bool(now.page), interactive=now.page < now.pages),
            gr.update(value="Show text" if now.page else "Show page"),
            now,
        )

    def _opened(self, cited: CitedHit) -> Opened:
        """The document at the quote: its page where there are pages that can be shown."""
        view = self._library.view(cited.citation.address)
        one = opened(cited, view)
        if not view.pages or not one.quote.pages or not cited.verification.good:
            return one
        try:
            boxes = self._library.boxes(one.quote)
        except QwenqaError:
            return one
        page = boxes[0].page if boxes else one.quote.pages[0]
        return replace(one, page=page, cited_page=page, pages=view.pages)

    def _shown(self, one: Opened) -> tuple[Opened, Sheet]:
        """The page as it looks, or the text, also where the page cannot be drawn."""
        view = self._library.view(one.cited.citation.address)
        if not one.page:
            return one, sheet(one, view)
        try:
            png = self._library.page_image(one.quote, one.page)
        except QwenqaError as error:
            text = replace(one, page=0)
            return text, sheet(text, view, f"The page cannot be shown. {error}")
        return one, page_sheet(one, view, self._pictures.keep(png))


class SourceView:
    """The panel of an opened source."""

    def __init__(self) -> None:
        with gr.Column(scale=5, min_width=300, visible=False, elem_id="source") as self.panel:
            self.close = gr.Button("Close", size="sm", elem_id="close")
            with gr.Row(elem_id="turning", visible=False) as self.turning:
                self.previous = gr.Button("Previous page", size="sm", elem_id="previous")
                self.following = gr.Button("Next page", size="sm", elem_id="following")
                self.other = gr.Button("Show text", size="sm", elem_id="other")
            self.earlier = _more_button("Show earlier lines", "earlier")
            self.sheet = html(elem_id="sheet")
            self.later = _more_button("Show later lines", "later")
        # The buttons inside the cards press these.
        self.openers = [
            gr.Button(f"Open {rank}", visible="hidden", elem_id=f"press-open-{rank}")
            for rank in range(1, DEFAULT_HITS + 1)
        ]
        self.opened: gr.State = gr.State(None)

    def wire(self, answer: gr.State, opening: Opening) -> None:
        """Join the parts with their events; another answer closes the panel."""
        turning = [self.turning, self.previous, self.following, self.other]
        place = [self.panel, self.sheet, self.earlier, self.later, *turning, self.opened]
        for rank, opener in enumerate(self.openers, start=1):
            opener.click(_opens(opening, rank), answer, place, **QUIET)
        for button, grow in (
            (self.earlier, Opened.earlier),
            (self.later, Opened.later),
            (self.previous, lambda one: one.turned(-1)),
            (self.following, lambda one: one.turned(1)),
            (self.other, Opened.other),
        ):
            button.click(_grows(opening, grow), self.opened, place, **QUIET)
        self.close.click(_closed, None, self.panel, queue=False, **QUIET)
        answer.change(_closed, None, self.panel, queue=False, **QUIET)


def _more_button(label: str, name: str) -> gr.Button:
    return gr.Button(label, size="sm", visible=False, elem_id=name)


def _closed() -> dict[str, Any]:
    return gr.update(visible=False)


def _no_sheet(why: str) -> Updates:
    hidden = gr.update(visible=False)
    return (
        gr.update(visible=True),
        sentence(why, "error"),
        *(hidden,) * 3,
        *(gr.skip(),) * 3,
        None,
    )


def _opens(opening: Opening, rank: int) -> Callable[[Answer | None], Updates]:
    def opens(answer: Answer | None) -> Updates:
        return opening.opened(answer, rank)

    return opens


def _grows(
    opening: Opening, grow: Callable[[Opened], Opened]
) -> Callable[[Opened | None], Updates]:
    def grows(before: Opened | None) -> Updates:
        return opening.more(before, grow)

    return grows
