"""HTML of saved questions and of what became of their answers."""

from __future__ import annotations

from collections.abc import Sequence

from qwenqa.answers.news import summary, told
from qwenqa.types import SavedChange
from qwenqa.ui.html import words
from qwenqa.ui.html.text import foreign, isolated, joined
from qwenqa.ui.html.words import say

States = Sequence[tuple[str, "SavedChange | None"]]
_NONE = (
    "No question is saved. A saved question is asked again after each rebuild, and what became "
    "of its answer is shown here."
)


def questions(states: States) -> str:
    """Each saved question, what the last rebuild said of it, and each citation with news."""
    if not states:
        return joined([f"<p>{say(_NONE)}</p>"])
    return joined(_question(question, last) for question, last in states)


def _question(question: str, last: SavedChange | None) -> str:
    rows = "".join(
        f"<li><b>{say(one.change if last.before else 'cited')}</b> {foreign(told(one))}</li>"
        for one in (last.citations if last else ())
        if last and one.change != "same"
    )
    news = f'<ul class="skipped">{rows}</ul>' if rows else ""
    star = f'<span class="badge good">★ {say("news")}</span> ' if last and _is_news(last) else ""
    return (
        f'<article class="kept"><h2>{star}{isolated(question)}</h2>'
        f"<p>{foreign(summary(last))}</p>{news}</article>"
    )


def _is_news(last: SavedChange) -> bool:
    return not last.same


def label(states: States) -> str:
    """How many questions are saved, and how many of them have news, as plain text."""
    news = sum(last is not None and _is_news(last) for _, last in states)
    told = f", {news:,} ★" if news else ""
    return f"{words.label('Saved questions')} ({len(states):,}{told})"
