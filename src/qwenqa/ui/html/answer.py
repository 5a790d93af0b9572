"""HTML of an answer: what is said first, then its passages as cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from qwenqa.answers.answer.answer import Answer
from qwenqa.answers.answer.permalinks import permalink
from qwenqa.answers.answer.rendering import nothing_asked, percent, sureness, times_right
from qwenqa.answers.citations.claims import cite
from qwenqa.answers.questions.follow_up import FollowUp
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


def answer(answered: Answer, circumstances: Circumstances | None = None) -> Markup:
    """The whole answer: what is said first, then its passages."""
    circumstances = circumstances or Circumstances()
    notes = (circumstances.since, *answered.notes)
    head = [
        Markup('<h2 class="asked" id="asked">{}</h2>').format(foreign(answered.question)),
        _followed(circumstances),
    ]
    head += [
        Markup('<p class="message note">{}</p>').format(foreign(note)) for note in notes if note
    ]
    if answered.found and answered.best:
        head.append(_lead(answered, answered.best))
    elif not nothing_asked(answered):
        head.append(_not_found(answered))
    near = not answered.found
    cards = Markup().join(
        card(hit, near=near, date=circumstances.dates.get(hit.citation.address, ""))
        for hit in answered.hits
    )
    tools = _tools(answered) if answered.hits else ""
    body = Markup().join((*head, tools, _passages_title(answered), cards))
    return Markup('<div class="qq answer">{}</div>').format(body)


def _followed(circumstances: Circumstances) -> Markup:
    """How a follow-up was understood, each added word with a button that takes it away."""
    asked = circumstances.follow_up
    if asked is None or not asked.added:
        return Markup()
    words = Markup(" ").join(
        Markup('<button class="drop" id="drop-{}">{} ×</button>').format(number, isolated(word))
        for number, word in enumerate(asked.added[:DROPPABLE], start=1)
    )
    return Markup('<p class="message follow">{} {}</p>').format(
        say("Understood after “{}”, with:", foreign(asked.source)), words
    )


def _passages_title(answer: Answer) -> Markup:
    if not answer.hits:
        return Markup()
    text = say("Passages") if answer.found else say("The nearest passages, which may not answer:")
    return Markup('<h2 class="section">{}</h2>').format(text)


def _tools(answer: Answer) -> Markup:
    """What can be done with the whole answer."""
    buttons = (
        ("copy-link", say("Copy link")),
        ("save-bundle", say("Save answer as file")),
        ("keep-asking", say("Save question")),
    )
    shown = Markup().join(
        Markup('<button class="tool" id="{}">{}</button>').format(name, label)
        for name, label in buttons
    )
    link = Markup('<span class="gone" id="cite-link">{}</span>').format(foreign(permalink(answer)))
    return Markup('<div class="tools">{}{}</div>').format(shown, link)


def _not_found(answer: Answer) -> Markup:
    text = (
        ""
        if answer.hits
        else Markup("<p>{}</p>").format(say("There is no passage that comes near it."))
    )
    verdict = say("Not found in the indexed documents.")
    return Markup('<div class="lead none"><p class="verdict">{}</p>{}</div>').format(verdict, text)


def _lead(answer: Answer, best: CitedHit) -> Markup:
    """The best sentence, the words asked for marked, and its citation, or that it is gone."""
    if not best.verification.good:
        return Markup(
            '<div class="lead failed"><p class="verdict">{}</p><p>{} {}</p></div>'
        ).format(say(_FAILED), foreign(best.verification.detail), say(_REBUILD))
    passage = best.hit.passage
    citation = cite(passage, best.marks[0] if best.marks else None)
    asked_for = (answer.asked_for,) if answer.asked_for else ()
    quote = marked(citation.quote, citation.start, asked_for, best.matched)
    return Markup(
        '<div class="lead"><blockquote class="best"><bdi>{}</bdi></blockquote>'
        '<p class="from">{} {}</p>{}</div>'
    ).format(quote, where(citation), badge(best), _confidence(answer))


def _confidence(answer: Answer) -> Markup:
    """In words and figures; what they rest on is told on demand."""
    value = answer.confidence
    word = next(word for least, word in CONFIDENCE if value >= least)
    text = say("Confidence: {}, {}, {}", say(word), percent(answer), say(times_right(answer)))
    return Markup('<details class="confidence"><summary>{}</summary><p>{}</p></details>').format(
        text, foreign(sureness(answer))
    )
