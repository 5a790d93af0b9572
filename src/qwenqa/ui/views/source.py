"""The view of a source: the document beside the answer, opened at the cited place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr
from markupsafe import Markup

from qwenqa.answers.answer.answer import Answer
from qwenqa.service.library import DEFAULT_HITS
from qwenqa.ui.html.document.source import count
from qwenqa.ui.html.document.state import OpenedDocument
from qwenqa.ui.html.text import joined
from qwenqa.ui.html.words import label, say
from qwenqa.ui.roles import for_readers
from qwenqa.ui.views.parts import QUIET, Updates, html
from qwenqa.ui.views.source_state import Change, Opening, Shown

_KEYS = "Keys: n and p for the next and the previous hit, Escape to close."


class SourceView:
    """The panel of an opened source."""

    def __init__(self) -> None:
        with gr.Column(scale=5, min_width=300, visible=False, elem_id="source") as self.panel:
            with gr.Row(elem_id="source-bar"):
                self.prior = _button("Previous hit", "prior-hit")
                self.next = _button("Next hit", "next-hit")
                self.close = _button("Close", "close")
            self._finding()
            self._turning()
            self.as_text = _button("Show as text", "as-text", visible=False)
            self.earlier = _button("Show earlier lines", "earlier", visible=False)
            self.sheet = html(elem_id="sheet")
            self.later = _button("Show later lines", "later", visible=False)
            html(joined([Markup('<p class="keys" id="source-keys">{}</p>').format(say(_KEYS))]))
            self.ahead = html(elem_id="ahead")
        # The buttons inside the cards and the strip of hits press these.
        self.openers = [
            gr.Button(f"Open {rank}", visible="hidden", elem_id=f"press-open-{rank}")
            for rank in range(1, DEFAULT_HITS + 1)
        ]
        # The keys Home and End press these.
        self.first = gr.Button("First page", visible="hidden", elem_id="press-first")
        self.last = gr.Button("Last page", visible="hidden", elem_id="press-last")
        self.opened: gr.State = gr.State(None)

    def _finding(self) -> None:
        with gr.Row(elem_id="finding"):
            self.wanted = gr.Textbox(
                label=label("Find in this document"),
                placeholder=label("Find in this document"),
                show_label=False,
                container=False,
                max_lines=1,
                min_width=120,
                elem_id="wanted",
            )
            self.count = html(elem_id="found")
            self.prior_find = _button("Previous find", "prior-find", visible=False)
            self.next_find = _button("Next find", "next-find", visible=False)

    def _turning(self) -> None:
        with gr.Row(elem_id="turning", visible=False) as self.turning:
            self.previous = _button("Previous page", "previous")
            self.number = gr.Number(
                label=label("Page"), precision=0, container=False, min_width=60, elem_id="number"
            )
            self.following = _button("Next page", "following")
            self.other = _button("Show text", "other")

    def wire(self, answer: gr.State, opening: Opening) -> None:
        """Join the parts with their events; page.js closes the panel at another answer."""
        # By default a press is lost while another is being answered.
        each: dict[str, Any] = {"trigger_mode": "multiple"}
        for rank, opener in enumerate(self.openers, start=1):
            self._on(opener.click, _opens(opening, rank), answer, opening, anew=True, **each)
        for button, by in ((self.prior, -1), (self.next, 1)):
            self._on(button.click, _goes(opening, by), self.opened, opening, anew=True, **each)
        for button, change in self._changes():
            self._on(button.click, _changes(opening, change), self.opened, opening, **each)
        self._on(self.number.submit, _to_page(opening), [self.opened, self.number], opening)
        looked: dict[str, Any] = {"trigger_mode": "always_last"}
        typed = [self.opened, self.wanted]
        self._on(self.wanted.input, _looks(opening), typed, opening, **looked)
        self._on(self.wanted.submit, _looks(opening, by=1), typed, opening)
        self.close.click(_closed, None, self.panel, **QUIET)

    def _changes(self) -> tuple[tuple[gr.Button, Change], ...]:
        return (
            (self.earlier, OpenedDocument.earlier),
            (self.later, OpenedDocument.later),
            (self.previous, lambda document, _: document.turned(-1)),
            (self.following, lambda document, _: document.turned(1)),
            (self.first, lambda document, _: document.at_page(1)),
            (self.last, lambda document, _: document.at_page(document.pages)),
            (self.other, OpenedDocument.other),
            (self.as_text, lambda document, _: document.otherwise()),
            (self.prior_find, lambda document, view: document.gone(-1, view)),
            (self.next_find, lambda document, view: document.gone(1, view)),
        )

    def _on(
        self,
        event: Any,
        what: Callable[..., Shown | None],
        inputs: Any,
        opening: Opening,
        *,
        anew: bool = False,
        **options: Any,
    ) -> None:
        """Show what an event gives; then draw the pages beside it. ``anew`` empties the box."""

        @for_readers
        def shows(*inputs: Any) -> Updates:
            shown = what(*inputs)
            if shown is None:
                return (gr.skip(),) * len(parts)
            return (*_updates(shown), "" if anew else gr.skip())

        parts = [
            *(self.panel, self.sheet, self.count, self.earlier, self.later, self.as_text),
            *(self.prior, self.next, self.prior_find, self.next_find),
            *(self.turning, self.previous, self.number, self.following, self.other),
            *(self.opened, self.wanted),
        ]
        shown = event(shows, inputs, parts, **options, **QUIET)
        shown.then(opening.ahead, self.opened, self.ahead, **QUIET)


def _updates(shown: Shown) -> Updates:
    """New values for the parts that any of the events writes to, in their order."""
    sheet, now = shown.sheet, shown.opened
    several = bool(now and len(now.hits) > 1)
    has_finds = bool(now and now.finds.spans)
    paged = bool(now and now.pages)
    page, pages = (now.page, now.pages) if now else (0, 0)
    plain = bool(now and now.plain)
    return (
        gr.update(visible=True),
        sheet.html,
        count(now) if now else "",
        gr.update(visible=sheet.before),
        gr.update(visible=sheet.after),
        gr.update(visible=sheet.tabled, value=label("Show as table" if plain else "Show as text")),
        *(gr.update(interactive=several),) * 2,
        *(gr.update(visible=has_finds),) * 2,
        gr.update(visible=paged),
        gr.update(visible=page > 0, interactive=page > 1),
        gr.update(visible=page > 0, value=page),
        gr.update(visible=page > 0, interactive=page < pages),
        gr.update(value=label("Show text" if page else "Show page")),
        now,
    )


def _button(text: str, name: str, **options: Any) -> gr.Button:
    return gr.Button(label(text), size="sm", min_width=0, elem_id=name, **options)


@for_readers
def _closed() -> dict[str, Any]:
    return gr.update(visible=False)


def _opens(opening: Opening, rank: int) -> Callable[[Answer | None], Shown]:
    return lambda answer: opening.opened(answer, rank)


def _goes(opening: Opening, by: int) -> Callable[[OpenedDocument | None], Shown]:
    return lambda before: opening.hit(before, by)


def _changes(opening: Opening, change: Change) -> Callable[[OpenedDocument | None], Shown]:
    return lambda before: opening.changed(before, change)


def _to_page(opening: Opening) -> Callable[[OpenedDocument | None, float | None], Shown]:
    def goes(before: OpenedDocument | None, number: float | None) -> Shown:
        return opening.changed(
            before, lambda document, _: document.at_page(int(number or document.page))
        )

    return goes


def _looks(opening: Opening, by: int = 0) -> Callable[[OpenedDocument | None, str], Shown | None]:
    """Look for what was typed; for the same again go on, or by none leave all as it is."""

    def looks(before: OpenedDocument | None, wanted: str) -> Shown | None:
        same = before is not None and before.finds.wanted == wanted
        if same and not by:
            # Enter is told as typing too, at the same time.
            return None
        return opening.changed(
            before,
            lambda document, view: (
                document.gone(by, view) if same else document.looked_for(wanted, view)
            ),
        )

    return looks
