"""What a clause denies: its words without the "not", to be compared with clauses that assert."""

from __future__ import annotations

import re

from qwenqa.answers.marking import Analyse
from qwenqa.answers.words import words_of

_NOT = re.compile(
    r"\b(?:no longer|nicht mehr|ya no|cannot|can['’]t|won['’]t|never|nie|niemals|kein(?:e[mnrs]?)?"
    r"|nunca|jamás|no(?!\.)|nicht(?! (?:nur|immer|alle)\b)"
    r"|not(?! (?:only|just|necessarily|always|until|all|every|more|less)\b))\b"
    r"|n['’]t\b|不再|没有|並不|并不|不(?![同仅过但断少久得错])|未(?!来)|没(?!收)|无法",
    re.IGNORECASE,
)
_STANDS_FOR = {"cannot": "can", "can't": "can", "can’t": "can", "won't": "will", "won’t": "will"}


def denies(text: str) -> bool:
    """Whether there is a "not" in it."""
    return bool(_NOT.search(text))


def denied(clause: str, analyse: Analyse) -> frozenset[str]:
    """The keys of what a clause with one "not" denies; none for any other clause."""
    if len(_NOT.findall(clause)) != 1:
        return frozenset()
    asserted = _NOT.sub(_asserted, clause)
    words = words_of(asserted, analyse(asserted))
    return frozenset(word.key for word in words if word.weighty)


def _asserted(found: re.Match[str]) -> str:
    # Chinese words stand without spaces: what remains must join again.
    return _STANDS_FOR.get(found.group().casefold(), "")
