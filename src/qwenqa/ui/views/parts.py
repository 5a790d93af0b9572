"""What the views share: places for HTML, quiet events, and errors as one plain sentence."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr
from markupsafe import Markup

from qwenqa.errors import QwenqaError
from qwenqa.types import Filter, Progress
from qwenqa.ui.html.text import sentence
from qwenqa.ui.path_hiding import discreet

_LOG = logging.getLogger(__name__)
_TICK_SECONDS = 1.0
"""After so long the time that something takes is told anew."""
N = TypeVar("N")

AT_ONCE = 4
"""Calls of an endpoint answered at the same time; the others wait in the queue."""
LONG: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""Events of the page itself: not listed as endpoints, and their parts stay still.

They wait in Gradio's queue and may tell several times how far they are."""
QUIET: dict[str, Any] = {**LONG, "queue": False}
"""Those that are answered at once, each by its own request.

The queue answers over a stream that Gradio's client closes with its last event; what joins the
queue in that moment is never answered."""

Updates = tuple[Any, ...]
"""New values for the parts that an event writes to, in their order."""


def html(value: Markup | None = None, **options: Any) -> gr.Markdown:
    """A place for HTML made by us: no LaTeX, and sanitised once more by the browser."""
    return gr.Markdown(value or "", latex_delimiters=[], sanitize_html=True, **options)


def plain(error: Exception) -> str:
    """One sentence for a person, whatever was raised."""
    if isinstance(error, QwenqaError):
        return discreet(str(error))
    _LOG.debug("unexpected", exc_info=error)
    return (
        f"Something unexpected went wrong ({type(error).__name__}). Nothing was lost: try again, "
        "and restart the server if it happens again."
    )


def or_sentence(make: Callable[[], Markup]) -> Markup:
    """HTML, or the sentence that says why there is none."""
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - a person reads it, never a traceback
        return sentence(plain(error), "error")


def filter_of(*fields: str | None) -> Filter | None:
    """The filter that the fields make, in a Filter's order, or None when all are empty."""
    within = Filter(*((field or "").strip() for field in fields))
    return None if within == Filter() else within


def newest(news: queue.Queue[N], last: N | None) -> N | None:
    """The last of the news that wait, the last one again where a second brings none."""
    try:
        latest = news.get(timeout=_TICK_SECONDS)
    except queue.Empty:
        return last
    # What is no progress is the end: nothing comes after it.
    while isinstance(latest, Progress) and not news.empty():
        latest = news.get()
    return latest
