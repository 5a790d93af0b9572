"""HTML of one saved question's history: what changed with each rebuild, old beside new."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from itertools import groupby

from qwenqa.answers.news import summary, where
from qwenqa.types import Citation, CitationChange, SavedChange, SavedMoment
from qwenqa.ui.html.text import foreign, isolated, joined
from qwenqa.ui.html.words import say

_ALIKE = 0.5
"""From this share of equal words on, a lost and a new passage of one source are one, edited."""
_CHARACTERS = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_CHARACTERS}]|[^\W{_CHARACTERS}]+|\s+|.", re.DOTALL)

Pair = tuple["CitationChange | None", "CitationChange | None"]
"""What was before and what is now; one of both may be missing."""


def timeline(question: str, moments: Sequence[SavedMoment]) -> str:
    """All that is known of a question, the newest first."""
    head = f'<h2 class="section">{say("What became of it: {}", isolated(question))}</h2>'
    if not moments:
        told = say("It will be asked when the index is next built and something has changed.")
        return joined([head, f"<p>{told}</p>"])
    rows = "".join(f"<li>{_moment(one)}</li>" for one in moments)
    return joined([head, f'<ol class="timeline">{rows}</ol>'])


def _moment(one: SavedMoment) -> str:
    date = foreign(one.created[:16].replace("T", " "))
    head = say("Generation {}, {}", f"{one.generation:,}", date)
    changes = "".join(map(_change, _pairs(one.change))) if one.change.before else ""
    return f"<h3>{head}</h3><p>{foreign(summary(one.change))}</p>{changes}{_cited(one.change)}"


def _pairs(change: SavedChange) -> list[Pair]:
    """What is not the same: a lost passage with the new one that it was edited to."""
    fresh = [one for one in change.citations if one.change == "newly cited"]
    pairs: list[Pair] = []
    for one in change.citations:
        if one.change == "moved":
            pairs.append((one, one))
        elif one.change == "lost":
            edited = next((new for new in fresh if _edited(one.citation, new.citation)), None)
            fresh = [new for new in fresh if new is not edited]
            pairs.append((one, edited))
    return [*pairs, *((None, one) for one in fresh)]


def _edited(old: Citation, new: Citation) -> bool:
    if old.address != new.address:
        return False
    words = (_WORD.findall(old.quote), _WORD.findall(new.quote))
    return difflib.SequenceMatcher(None, *words, autojunk=False).ratio() >= _ALIKE


def _change(pair: Pair) -> str:
    before, now = pair
    told = _name(before, now)
    reasons = dict.fromkeys(one.reason for one in pair if one and one.reason)
    old = (before.before or before.citation) if before else None
    new = now.citation if now else None
    sides = _sides(old, new)
    return (
        f'<div class="change"><p><b>{say(told)}</b> {foreign(" ".join(reasons))}</p>'
        f'<div class="sides">{sides}</div></div>'
    )


def _name(before: CitationChange | None, now: CitationChange | None) -> str:
    """What happened, in one word."""
    if before and now and before is not now:
        return "edited"
    return before.change if before else "newly cited"


def _sides(old: Citation | None, new: Citation | None) -> str:
    """The text before and now beside each other, with the words that only one of them has."""
    texts = _marked(old.quote, new.quote) if old and new else None
    sides = []
    for number, (name, one) in enumerate((("Before", old), ("Now", new))):
        if one:
            text = texts[number] if texts else foreign(one.quote)
            sides.append(_side(say(name), one, text))
    return "".join(sides)


def _side(name: str, citation: Citation, text: str) -> str:
    return (
        f'<div class="side"><p class="place">{name}: {isolated(where(citation))}</p>'
        f'<p class="said"><bdi>{text}</bdi></p></div>'
    )


def _marked(old: str, new: str) -> tuple[str, str]:
    """Both texts, each with what the other does not have in <del> or <ins>."""
    a, b = _WORD.findall(old), _WORD.findall(new)
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    spans = matcher.get_matching_blocks()
    in_a = {n for one in spans for n in range(one.a, one.a + one.size)}
    in_b = {n for one in spans for n in range(one.b, one.b + one.size)}
    return _wrapped(a, in_a, "del"), _wrapped(b, in_b, "ins")


def _wrapped(words: Sequence[str], both: set[int], name: str) -> str:
    parts = []
    for same, run in groupby(enumerate(words), key=lambda one: one[0] in both):
        text = foreign("".join(word for _, word in run))
        parts.append(text if same else f"<{name}>{text}</{name}>")
    return "".join(parts)


def _cited(change: SavedChange) -> str:
    """All that the answer cited then, in full."""
    if not change.cited:
        return ""
    rows = "".join(f"<li>{_quoted(one)}</li>" for one in change.cited)
    told = say("All passages cited then ({})", f"{len(change.cited):,}")
    return f'<details><summary>{told}</summary><ol class="cited-then">{rows}</ol></details>'


def _quoted(citation: Citation) -> str:
    where_ = f'<p class="place">{isolated(where(citation))}</p>'
    return f"{where_}<p><bdi>{foreign(citation.quote)}</bdi></p>"
