"""Links that open an answer again and tell when it is another than it was.

``cite`` in a link is of fixed form: 16 hexadecimal digits of the SHA-256 over all that was cited,
and 4 of each passage's, by which is told what has changed. The first decide; the others only help
to say.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from qwenqa.types import AnswerRecord, CitedHit, Filter

LINKED_HITS = 20
"""Passages that a link tells apart at most; of more, only whether anything has changed."""

_WHOLE, _PART = 16, 4
_CITE = re.compile(rf"([0-9a-f]{{{_WHOLE}}})-([01])((?:\.[0-9a-f]{{{_PART}}}){{0,{LINKED_HITS}}})")
_FIELDS = tuple(field.name for field in fields(Filter))
_MAX_HITS = 100

CHANGED = "The answer has changed since the link was made"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link asks for; ``k`` is 0 where it does not say how many passages."""

    question: str
    within: Filter | None
    k: int
    cite: str


def permalink(answer: AnswerRecord) -> str:
    """A link to this answer, from its question mark on: ``?q=…&cite=…``.

    The filter's fields and the number of passages asked for are in it where they are known.
    """
    asked = {"q": answer.question}
    if answer.within:
        asked |= {name: value for name in _FIELDS if (value := getattr(answer.within, name))}
    if answer.asked_with:
        asked["k"] = str(answer.asked_with.k)
    return "?" + urlencode({**asked, "cite": cited(answer)})


def read(query: Mapping[str, str]) -> Link:
    """What the parameters of a link ask for; what is not usable counts as not said."""
    within = Filter(**{name: query.get(name, "") for name in _FIELDS})
    k = query.get("k", "")
    hits = int(k) if re.fullmatch("[0-9]{1,3}", k) else 0
    return Link(
        question=query.get("q", ""),
        within=within if within != Filter() else None,
        k=hits if hits <= _MAX_HITS else 0,
        cite=query.get("cite", ""),
    )


def cited(answer: AnswerRecord) -> str:
    """What a link holds of an answer's citations: equal for equal ones, whatever was rebuilt."""
    parts = "".join(f".{part}" for part in _parts(answer.hits))
    return f"{_whole(answer)}-{int(answer.found)}{parts}"


def since(answer: AnswerRecord, cite: str) -> str:
    """One sentence that says how the answer differs from that of a link, empty if it does not.

    ``cite`` is what the link holds; empty is a link that was made without.
    """
    link = _CITE.fullmatch(cite)
    if not link:
        return "The link does not tell whether the answer has changed since." if cite else ""
    if link[1] == _whole(answer):
        return ""
    if (link[2] == "1") != answer.found:
        outcome = "something answers now" if answer.found else "nothing seems to answer any more"
        return f"{CHANGED}: {outcome}."
    return _what_changed(link[3].split(".")[1:], _parts(answer.hits), len(answer))


def _what_changed(before: Sequence[str], now: Sequence[str], hits: int) -> str:
    new, gone = Counter(now) - Counter(before), Counter(before) - Counter(now)
    if new:
        return f"{CHANGED}: {_of(new.total(), hits)} new."
    if gone:
        return f"{CHANGED}: {_of(gone.total(), len(before))} no longer among its passages."
    if list(before) != list(now):
        return f"{CHANGED}: its passages stand in another order."
    return (
        "A cited file has changed since the link was made; the passages say the same as they did."
    )


def _of(count: int, total: int) -> str:
    return f"{count} of {total} passages {'is' if count == 1 else 'are'}"


def _whole(answer: AnswerRecord) -> str:
    claims = [
        (
            citation.address,
            citation.source_sha256,
            citation.start,
            citation.end,
            citation.quote_sha256,
        )
        for citation in (cited.citation for cited in answer.hits)
    ]
    return _digest([answer.found, claims])[:_WHOLE]


def _parts(hits: Sequence[CitedHit]) -> list[str]:
    """What tells each passage: its file and its words, wherever in the file they stand."""
    return [
        _digest([hit.citation.address, hit.citation.quote_sha256])[:_PART]
        for hit in hits[:LINKED_HITS]
    ]


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
