"""HTML of one saved question's history: what changed with each rebuild, old beside new."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from qwenqa.answers.answer.saved_news import summary, where
from qwenqa.types import Citation, CitationChange, SavedChange, SavedMoment
from qwenqa.ui.html.text import foreign, isolated, joined
from qwenqa.ui.html.words import say

_ALIKE = 0.5
"""From this share of equal words on, a lost and a new passage of one source are one, edited."""
_CHARACTERS = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_CHARACTERS}]|[^\W{_CHARACTERS}]+|\s+|.", re.DOTALL)

Pair = tuple["CitationChange | None", "CitationChange | None"]
"""What was before and what is now; one of both may be missing."""


def timeline(question: str, moments: Sequence[SavedMoment]) -> Markup:
    """All that is known of a question, the newest first."""
    head = Markup('<h2 class="section">{}</h2>').format(
        say("What became of it: {}", isolated(question))
    )
    if not moments:
        text = say("It will be asked when the index is next built and something has changed.")
        return joined([head, Markup("<p>{}</p>").format(text)])
    rows = Markup().join(Markup("<li>{}</li>").format(_moment(moment)) for moment in moments)
    return joined([head, Markup('<ol class="timeline">{}</ol>').format(rows)])


def _moment(moment: SavedMoment) -> Markup:
    date = foreign(moment.created[:16].replace("T", " "))
    head = say("Generation {}, {}", f"{moment.generation:,}", date)
    changes = Markup().join(map(_change, _pairs(moment.change))) if moment.change.before else ""
    return Markup("<h3>{}</h3><p>{}</p>{}{}").format(
        head, foreign(summary(moment.change)), changes, _cited(moment.change)
    )


def _pairs(change: SavedChange) -> list[Pair]:
    """What is not the same: a lost passage with the new one that it was edited to."""
    fresh = [citation for citation in change.citations if citation.change == "newly cited"]
    pairs: list[Pair] = []
    for citation in change.citations:
        if citation.change == "moved":
            pairs.append((citation, citation))
        elif citation.change == "lost":
            edited = next((new for new in fresh if _edited(citation.citation, new.citation)), None)
            fresh = [new for new in fresh if new is not edited]
            pairs.append((citation, edited))
    return [*pairs, *((None, one) for one in fresh)]


def _edited(old: Citation, new: Citation) -> bool:
    if old.address != new.address:
        return False
    words = (_WORD.findall(old.quote), _WORD.findall(new.quote))
    return difflib.SequenceMatcher(None, *words, autojunk=False).ratio() >= _ALIKE


def _change(pair: Pair) -> Markup:
    before, now = pair
    text = _name(before, now)
    reasons = dict.fromkeys(one.reason for one in pair if one and one.reason)
    old = (before.before or before.citation) if before else None
    new = now.citation if now else None
    sides = _sides(old, new)
    return Markup(
        '<div class="change"><p><b>{}</b> {}</p><div class="sides">{}</div></div>'
    ).format(say(text), foreign(" ".join(reasons)), sides)


def _name(before: CitationChange | None, now: CitationChange | None) -> str:
    """What happened, in one word."""
    if before and now and before is not now:
        return "edited"
    return before.change if before else "newly cited"


def _sides(old: Citation | None, new: Citation | None) -> Markup:
    """The text before and now beside each other, with the words that only one of them has."""
    texts = _marked(old.quote, new.quote) if old and new else None
    sides = []
    for number, (name, one) in enumerate((("Before", old), ("Now", new))):
        if one:
            text = texts[number] if texts else foreign(one.quote)
            sides.append(_side(say(name), one, text))
    return Markup().join(sides)


def _side(name: Markup, citation: Citation, text: Markup) -> Markup:
    return Markup(
        '<div class="side"><p class="place">{}: {}</p><p class="said"><bdi>{}</bdi></p></div>'
    ).format(name, isolated(where(citation)), text)


def _marked(old: str, new: str) -> tuple[Markup, Markup]:
    """Both texts, each with what the other does not have in <del> or <ins>."""
    a, b = _WORD.findall(old), _WORD.findall(new)
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    spans = matcher.get_matching_blocks()
    in_a = {n for span in spans for n in range(span.a, span.a + span.size)}
    in_b = {n for span in spans for n in range(span.b, span.b + span.size)}
    return _wrapped(a, in_a, "del"), _wrapped(b, in_b, "ins")


def _wrapped(words: Sequence[str], both: set[int], name: str) -> Markup:
    parts = []
    for same, run in groupby(enumerate(words), key=lambda one: one[0] in both):
        text = foreign("".join(word for _, word in run))
        parts.append(text if same else Markup("<{}>{}</{}>").format(name, text, name))
    return Markup().join(parts)


def _cited(change: SavedChange) -> Markup:
    """All that the answer cited then, in full."""
    if not change.cited:
        return Markup()
    rows = Markup().join(Markup("<li>{}</li>").format(_quoted(one)) for one in change.cited)
    text = say("All passages cited then ({})", f"{len(change.cited):,}")
    return Markup('<details><summary>{}</summary><ol class="cited-then">{}</ol></details>').format(
        text, rows
    )


def _quoted(citation: Citation) -> Markup:
    where_ = Markup('<p class="place">{}</p>').format(isolated(where(citation)))
    return Markup("{}<p><bdi>{}</bdi></p>").format(where_, foreign(citation.quote))
