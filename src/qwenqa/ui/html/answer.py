"""HTML of an answer: what is said first, then its passages as cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qwenqa.answers.answer import Answer
from qwenqa.answers.citing import cite
from qwenqa.answers.following import FollowUp
from qwenqa.answers.permalinks import permalink
from qwenqa.answers.rendering import (
    nothing_asked,
    percent,
    sureness,
    times_right,
)
from qwenqa.types import CitedHit
from qwenqa.ui.html.cards import badge, card, where
from qwenqa.ui.html.text import foreign, isolated, marked
from qwenqa.ui.html.words import say

CONFIDENCE = ((0.75, "high"), (0.4, "medium"), (0.0, "low"))
DROPPABLE = 6
"""Words added to a follow-up question that can be taken away again, at most."""
_FAILED = "The best passage can no longer be verified."
_REBUILD = "Rebuild the index, then ask again."


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is told with an answer besides itself.

    ``dates`` are those of the cited sources by address, where they say one; ``follow_up`` is how
    the question was understood, None where it stood alone; ``since`` says how the answer differs
    from that of the link by which it was asked.
    """

    dates: Mapping[str, str] = field(default_factory=dict)
    follow_up: FollowUp | None = None
    since: str = ""


def answer(given: Answer, told: Circumstances | None = None) -> str:
    """The whole answer: what is said first, then its passages."""
    told = told or Circumstances()
    notes = (told.since, *given.notes)
    head = [f'<h2 class="asked" id="asked">{foreign(given.question)}</h2>', _followed(told)]
    head += [f'<p class="message note">{foreign(note)}</p>' for note in notes if note]
    if given.found and given.best:
        head.append(_lead(given, given.best))
    elif not nothing_asked(given):
        head.append(_not_found(given))
    near = not given.found
    cards = "".join(
        card(one, near=near, date=told.dates.get(one.citation.address, "")) for one in given.hits
    )
    tools = _tools(given) if given.hits else ""
    body = f"{''.join(head)}{tools}{_passages_title(given)}{cards}"
    return f'<div class="qq answer">{body}</div>'


def _followed(told: Circumstances) -> str:
    """How a follow-up was understood, each added word with a button that takes it away."""
    asked = told.follow_up
    if asked is None or not asked.added:
        return ""
    words = " ".join(
        f'<button class="drop" id="drop-{number}">{isolated(word)} ×</button>'
        for number, word in enumerate(asked.added[:DROPPABLE], start=1)
    )
    return (
        f'<p class="message follow">{say("Understood after “{}”, with:", foreign(asked.source))} '
        f"{words}</p>"
    )


def _passages_title(given: Answer) -> str:
    if not given.hits:
        return ""
    text = say("Passages") if given.found else say("The nearest passages, which may not answer:")
    return f'<h2 class="section">{text}</h2>'


def _tools(given: Answer) -> str:
    """What can be done with the whole answer."""
    buttons = (
        ("copy-link", say("Copy link")),
        ("save-bundle", say("Save answer as file")),
        ("keep-asking", say("Save question")),
    )
    shown = "".join(f'<button class="tool" id="{name}">{told}</button>' for name, told in buttons)
    link = f'<span class="gone" id="cite-link">{foreign(permalink(given))}</span>'
    return f'<div class="tools">{shown}{link}</div>'


def _not_found(given: Answer) -> str:
    told = "" if given.hits else f"<p>{say('There is no passage that comes near it.')}</p>"
    verdict = say("Not found in the indexed documents.")
    return f'<div class="lead none"><p class="verdict">{verdict}</p>{told}</div>'


def _lead(given: Answer, best: CitedHit) -> str:
    """The best sentence, the words asked for marked, and its citation, or that it is gone."""
    if not best.verification.good:
        return (
            f'<div class="lead failed"><p class="verdict">{say(_FAILED)}</p>'
            f"<p>{foreign(best.verification.detail)} {say(_REBUILD)}</p></div>"
        )
    passage = best.hit.passage
    citation = cite(passage, best.marks[0] if best.marks else None)
    asked_for = (given.asked_for,) if given.asked_for else ()
    quote = marked(citation.quote, citation.start, asked_for, best.matched)
    return (
        f'<div class="lead"><blockquote class="best"><bdi>{quote}</bdi></blockquote>'
        f'<p class="from">{where(citation)} {badge(best)}</p>{_confidence(given)}</div>'
    )


def _confidence(given: Answer) -> str:
    """In words and figures; what they rest on is told on demand."""
    value = given.confidence
    word = next(word for least, word in CONFIDENCE if value >= least)
    told = say("Confidence: {}, {}, {}", say(word), percent(given), say(times_right(given)))
    return (
        f'<details class="confidence"><summary>{told}</summary>'
        f"<p>{foreign(sureness(given))}</p></details>"
    )
