"""What happens when the page is used; every error ends as one plain sentence on the page."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import gradio as gr
import msgspec

from qwenqa.answers.answer import Answer
from qwenqa.errors import BuildCancelledError, QwenqaError
from qwenqa.service.library import DEFAULT_HITS, Library
from qwenqa.types import BuildReport, CitedHit, Filter, Progress
from qwenqa.ui import cards, sources
from qwenqa.ui.pictures import Pictures
from qwenqa.ui.source import Opened, Sheet, opened, page_sheet, sheet

_LOG = logging.getLogger(__name__)

LOADING = "Loading the model. The first answer takes some seconds longer than the next ones."
CANCELLED = "Cancelled. The index still serves; the next rebuild goes on from what was finished."
_ARTICLE = "qwen-team-departures.txt"
"""The article that ships, for which the page has examples."""

News = Progress | BuildReport | Exception
"""What a running build tells: how far it is, what it did, or why it failed."""

Updates = tuple[Any, ...]
"""New values for the parts that an event writes to, in their order."""


def plain(error: Exception) -> str:
    """One sentence for a person, whatever was raised."""
    if isinstance(error, QwenqaError):
        return str(error)
    _LOG.debug("unexpected", exc_info=error)
    return (
        f"Something unexpected went wrong ({type(error).__name__}). Nothing was lost: try again, "
        "and restart the server if it happens again."
    )


class Events:
    """The page's events, on one library; ``warmed`` is set once its model is loaded.

    ``pictures`` takes the page images that are made here.
    """

    def __init__(self, library: Library, warmed: threading.Event, pictures: Pictures) -> None:
        self.library = library
        self.warmed = warmed
        self.pictures = pictures
        self.cancelled = threading.Event()

    def loaded(self, request: gr.Request) -> Iterator[Updates]:
        """A page was opened: answer the question of its address (``/?q=…``), if any.

        Updates: question, cards, answer, source panel.
        """
        question = str(request.query_params.get("q") or "")
        if not question:
            # Without any update Gradio would empty the box under the typing fingers.
            yield (gr.skip(),) * 4
            return
        for updates in self.asked(question):
            yield (question, *updates)

    def asked(self, question: str, *fields: str | None) -> Iterator[Updates]:
        """A question was asked. Updates: cards, answer, source panel (closed).

        ``fields`` are those of a Filter, in its order.
        """
        closed = gr.update(visible=False)
        if not self.warmed.is_set():
            yield cards.sentence(LOADING), None, closed
        try:
            answer = self.library.ask(question, DEFAULT_HITS, _filter(*fields))
        except Exception as error:  # noqa: BLE001 - a person reads it, never a traceback
            yield cards.sentence(plain(error), "error"), None, closed
        else:
            yield cards.answer(answer), answer, closed

    def opened(self, answer: Answer | None, rank: int) -> Updates:
        """A hit is to be shown in its source. Updates: those of ``_sheet``."""
        if answer is None or not 1 <= rank <= len(answer.hits):
            return _no_sheet("Ask again: this answer is no longer here.")
        cited = answer.hits[rank - 1]
        return self._sheet(lambda: self._opened(cited))

    def more(self, before: Opened | None, grow: Callable[[Opened], Opened]) -> Updates:
        """More or another part of an opened document is to be shown. Updates: as ``_sheet``."""
        if before is None:
            return _no_sheet("Open the source again.")
        return self._sheet(lambda: grow(before))

    def _sheet(self, find: Callable[[], Opened]) -> Updates:
        """The opened document anew.

        Updates: source panel, its HTML, the buttons for earlier and later lines, the row that
        turns pages, its buttons for the previous page, the next page and text or page, opened.
        """
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
        view = self.library.view(cited.citation.address)
        one = opened(cited, view)
        if not view.pages or not one.quote.pages or not cited.verification.good:
            return one
        try:
            boxes = self.library.boxes(one.quote)
        except QwenqaError:
            return one
        page = boxes[0].page if boxes else one.quote.pages[0]
        return replace(one, page=page, cited_page=page, pages=view.pages)

    def _shown(self, one: Opened) -> tuple[Opened, Sheet]:
        """The page as it looks, or the text, also where the page cannot be drawn."""
        view = self.library.view(one.cited.citation.address)
        if not one.page:
            return one, sheet(one, view)
        try:
            png = self.library.page_image(one.quote, one.page)
        except QwenqaError as error:
            text = replace(one, page=0)
            return text, sheet(text, view, f"The page cannot be shown. {error}")
        return one, page_sheet(one, view, self.pictures.keep(png))

    def status(self) -> Updates:
        """What is indexed. Updates: status, notice, the panel's label, examples, kinds."""
        try:
            status = self.library.status()
        except Exception as error:  # noqa: BLE001 - a person reads it, never a traceback
            return (cards.sentence(plain(error), "error"), *(gr.skip(),) * 4)
        notice = sources.notice(status)
        own = any(one.source.address == _ARTICLE for one in status.sources)
        return (
            sources.status(status),
            gr.update(value=notice, visible=bool(notice)),
            gr.update(label=sources.label(status)),
            gr.update(visible=own),
            gr.update(choices=sources.kinds(status)),
        )

    def last_report(self) -> str:
        """What the build of the serving generation changed, empty where no report is to be had."""
        try:
            return sources.report(self.library.report(), last=True)
        except QwenqaError:
            return ""

    def rebuilt(self) -> Iterator[Updates]:
        """The index is to follow the documents. Updates: report, buttons to rebuild and cancel."""
        self.cancelled.clear()
        news: queue.Queue[News] = queue.Queue()
        threading.Thread(target=self._build, args=(news.put,), daemon=True).start()
        yield cards.sentence("Looking at the documents."), *_buttons(building=True)
        now = _newest(news)
        while isinstance(now, Progress):
            yield sources.progress(now), gr.update(), gr.update()
            now = _newest(news)
        yield _outcome(now), *_buttons(building=False)

    def cancel(self) -> None:
        """The rebuild is to end; it does so at its next step."""
        self.cancelled.set()

    def _build(self, tell: Callable[[News], None]) -> None:
        def step(now: Progress) -> None:
            if self.cancelled.is_set():
                raise BuildCancelledError(CANCELLED)
            tell(now)

        try:
            tell(self.library.rebuild(progress=step))
        except Exception as error:  # noqa: BLE001 - a person reads it, never a traceback
            tell(error)


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
        return cards.sentence(plain(news), "error")
    return sources.report(news)


def _no_sheet(why: str) -> Updates:
    hidden = gr.update(visible=False)
    return (
        gr.update(visible=True),
        cards.sentence(why, "error"),
        *(hidden,) * 3,
        *(gr.skip(),) * 3,
        None,
    )


def _filter(*fields: str | None) -> Filter | None:
    """The filter that the fields make, or None when all are empty."""
    within = Filter(*((one or "").strip() for one in fields))
    return None if within == Filter() else within


def ask_endpoint(library: Library) -> Callable[..., dict[str, Any]]:
    """The endpoint ``ask``: the answer as ``Answer.json`` has it."""

    def ask(  # noqa: PLR0913, PLR0917 - the names are the endpoint's
        question: str,
        k: int = DEFAULT_HITS,
        path: str = "",
        kind: str = "",
        since: str = "",
        until: str = "",
        language: str = "",
    ) -> dict[str, Any]:
        """Ask the documents: at most k passages, cited and verified, as JSON.

        What is not empty of path pattern, kind, dates and language says which documents.
        """
        within = _filter(path, kind, since, until, language)
        return _told(lambda: library.ask(question, int(k), within))

    return ask


def status_endpoint(library: Library) -> Callable[[], dict[str, Any]]:
    """The endpoint ``status``: what is indexed, and whether it is up to date."""

    def status() -> dict[str, Any]:
        """What is indexed, and whether the documents have changed since."""
        return _told(library.status)

    return status


def _told(make: Callable[[], Any]) -> dict[str, Any]:
    """What was made as JSON's own types; a client gets an error as one sentence."""
    try:
        told: dict[str, Any] = msgspec.to_builtins(make())
    except Exception as error:
        raise gr.Error(plain(error), print_exception=False) from error
    return told
