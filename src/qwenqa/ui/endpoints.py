"""What programs can call: the page's endpoints, typed, listed at ``/?view=api``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr
import msgspec
from gradio.events import api

from qwenqa.service.library import DEFAULT_HITS, Library
from qwenqa.ui.views.parts import AT_ONCE, filter_of, plain


def offer(library: Library) -> None:
    """Offer the endpoints; before any event, whose function would take its name for its own."""
    api(ask_endpoint(library), api_name="ask", concurrency_limit=AT_ONCE)
    api(status_endpoint(library), api_name="status")


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
        within = filter_of(path, kind, since, until, language)
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
