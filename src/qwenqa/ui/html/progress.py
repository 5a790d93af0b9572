"""HTML of how far something is that takes time."""

from __future__ import annotations

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


def progress(now: Progress, seconds: float = 0.0) -> str:
    """How far it is after so many seconds, as words and a bar."""
    share = min(100, 100 * now.done // now.total) if now.total else 0
    bar = f'<progress max="100" value="{share}">{share} %</progress>'
    last = f'<p class="place">{say("Last read: {}", isolated(now.last))}</p>' if now.last else ""
    told = f"{say(STAGES[now.stage])}: {foreign(now.told)}"
    return joined([f'<div class="build"><p>{told}</p>{bar}{last}{_elapsed(seconds)}</div>'])


def _elapsed(seconds: float) -> str:
    minutes, left = divmod(int(seconds), 60)
    told = say("Time so far: {}", f"{minutes}:{left:02}")
    return f'<p class="place">{told}. {say("The index as it was answers meanwhile.")}</p>'
