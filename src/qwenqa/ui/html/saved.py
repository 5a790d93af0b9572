"""HTML of saved questions and of what became of their answers."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from qwenqa.answers.answer.saved_news import summary, told
from qwenqa.types import SavedChange
from qwenqa.ui.html import words
from qwenqa.ui.html.text import foreign, isolated, joined
from qwenqa.ui.html.words import say

States = Sequence[tuple[str, "SavedChange | None"]]
_NONE = (
    "No question is saved. A saved question is asked again after each rebuild, and what became "
    "of its answer is shown here."
)


def questions(states: States) -> Markup:
    """Each saved question, what the last rebuild said of it, and each citation with news."""
    if not states:
        return joined([Markup("<p>{}</p>").format(say(_NONE))])
    return joined(_question(question, last) for question, last in states)


def _question(question: str, last: SavedChange | None) -> Markup:
    rows = Markup().join(
        Markup("<li><b>{}</b> {}</li>").format(
            say(citation.change if last.before else "cited"), foreign(told(citation))
        )
        for citation in (last.citations if last else ())
        if last and citation.change != "same"
    )
    news = Markup('<ul class="skipped">{}</ul>').format(rows) if rows else ""
    star = (
        Markup('<span class="badge good">★ {}</span> ').format(say("news"))
        if last and _is_news(last)
        else ""
    )
    return Markup('<article class="kept"><h2>{}{}</h2><p>{}</p>{}</article>').format(
        star, isolated(question), foreign(summary(last)), news
    )


def _is_news(last: SavedChange) -> bool:
    return not last.same


def label(states: States) -> str:
    """How many questions are saved, and how many of them have news, as plain text."""
    news = sum(last is not None and _is_news(last) for _, last in states)
    told = f", {news:,} ★" if news else ""
    return f"{words.label('Saved questions')} ({len(states):,}{told})"
