"""HTML of how far something is that takes time."""

from __future__ import annotations

from markupsafe import Markup

from qwenqa.types import Progress
from qwenqa.ui.html.text import foreign, isolated, joined
from qwenqa.ui.html.words import say

STAGES = {
    "reading": "Reading documents",
    "splitting": "Splitting into passages",
    "encoding": "Encoding passages",
    "indexing": "Indexing words",
    "publishing": "Publishing",
    "asking": "Asking questions",
}


def progress(now: Progress, seconds: float = 0.0) -> Markup:
    """How far it is after so many seconds, as words and a bar."""
    share = min(100, 100 * now.done // now.total) if now.total else 0
    bar = Markup('<progress max="100" value="{}">{} %</progress>').format(share, share)
    last = (
        Markup('<p class="place">{}</p>').format(say("Last read: {}", isolated(now.last)))
        if now.last
        else ""
    )
    told = Markup("{}: {}").format(say(STAGES[now.stage]), foreign(now.told))
    return joined(
        [
            Markup('<div class="build"><p>{}</p>{}{}{}</div>').format(
                told, bar, last, _elapsed(seconds)
            )
        ]
    )


def _elapsed(seconds: float) -> Markup:
    minutes, left = divmod(int(seconds), 60)
    told = say("Time so far: {}", f"{minutes}:{left:02}")
    return Markup('<p class="place">{}. {}</p>').format(
        told, say("The index as it was answers meanwhile.")
    )
