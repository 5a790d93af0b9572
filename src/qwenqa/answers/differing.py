"""In what two sentences differ, if they speak of the same thing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from qwenqa.answers.quantities import Quantity
from qwenqa.answers.statements import Fact, Sentence
from qwenqa.types import ConflictKind, Span

_DENIED_WORDS = 3


@dataclass(frozen=True, slots=True)
class Said:
    """A value in a sentence, at ``[start, end)`` of it, and in one notation."""

    sentence: Sentence
    start: int
    end: int
    value: str

    @property
    def order(self) -> tuple[int, int, int]:
        """By hit, then by place."""
        return self.sentence.above.cited.hit.rank, self.sentence.span.start, self.start


class Difference(NamedTuple):
    """Two sentences' values of one thing that cannot both hold; ``of`` is its unit or event."""

    kind: ConflictKind
    of: str
    one: Said
    other: Said


def differences(one: Sentence, other: Sentence) -> Iterator[Difference]:
    """What two sentences say differently of the same thing."""
    if not _same_question(one, other):
        return
    found = [
        *(_numbers(one, other) if one.quantities and other.quantities else ()),
        *(_dates(one, other) if one.dates and other.dates else ()),
        *(_denials(one, other) if one.denies != other.denies else ()),
    ]
    if found and _comparable(one, other):
        yield from found


def _comparable(one: Sentence, other: Sentence) -> bool:
    asking = one.asks or other.asks or one.narrowing != other.narrowing
    return not asking and _same_subject(one, other)


def _same_question(one: Sentence, other: Sentence) -> bool:
    """Whether both hold enough of the question, and neither a rare word of it alone."""
    asked = {**one.asked, **other.asked}
    shared = [weight for key, weight in asked.items() if key in one.keys and key in other.keys]
    if not one.above.enough(shared):
        return False
    apart, rare = one.keys ^ other.keys, one.above.rare
    return all(weight < rare for key, weight in asked.items() if key in apart and key[0] != "=")


def _same_subject(one: Sentence, other: Sentence) -> bool:
    """Whether the names of each stand in the other, or neither has any and the titles agree."""
    if not (one.names <= other.keys and other.names <= one.keys):
        return False
    mine, its = one.above.title, other.above.title
    return bool(one.names & other.names) or not (mine and its) or mine <= its or its <= mine


def _numbers(one: Sentence, other: Sentence) -> Iterator[Difference]:
    differing = [(a, b) for a, b in _paired(one, other) if not a.agrees(b)]
    # Two differences at once are two cases, not one thing told in two ways.
    if len(differing) == 1 and not _dated_apart(one, other):
        ((a, b),) = differing
        if _same_thing(one, a, other, b):
            yield Difference("number", a.unit, _said(one, a), _said(other, b))


def _paired(one: Sentence, other: Sentence) -> list[tuple[Quantity, Quantity]]:
    """Quantities that answer each other: by place where all else is the same, else by unit."""
    some, others = one.measures, other.measures
    if one.quantities and other.quantities and one.frame == other.frame:
        return list(zip(one.quantities, other.quantities, strict=True))
    return [(some[unit], others[unit]) for unit in some if unit in others]


def _dated_apart(one: Sentence, other: Sentence) -> bool:
    """Whether a date stands in one of them alone."""
    return any(
        not any(date.agrees(its) for its in there.dates)
        for here, there in ((one, other), (other, one))
        for date in here.dates
    )


def _dates(one: Sentence, other: Sentence) -> Iterator[Difference]:
    if one.dates and one.telling and one.frame == other.frame:
        yield from _dates_by_place(one, other)
        return
    some, others = one.events, other.events
    for event in (event for event in some if event in others):
        a, b = some[event], others[event]
        if not a.agrees(b) and _same_thing(one, a, other, b):
            yield Difference("date", event, _said(one, a), _said(other, b))


def _dates_by_place(one: Sentence, other: Sentence) -> Iterator[Difference]:
    """The one date that differs between two long sentences that are the same in all else."""
    pairs = zip(one.dates, other.dates, strict=True)
    differing = [(a, b) for a, b in pairs if not a.agrees(b)]
    pointing = one.points_outside(Span(0, len(one.text)))
    same = all(a.agrees(b) for a, b in _paired(one, other))
    if len(differing) == 1 and same and not pointing:
        ((a, b),) = differing
        yield Difference("date", "", _said(one, a), _said(other, b))


def _same_thing(one: Sentence, a: Fact, other: Sentence, b: Fact) -> bool:
    """Whether the clauses of both values have the same words, as far as words count."""
    mine, its = one.clause(a.start, a.end), other.clause(b.start, b.end)
    if one.points_outside(mine) or other.points_outside(its):
        return False
    if isinstance(a, Quantity) and {one.tense(mine), other.tense(its)} == {"present", "past"}:
        return False
    near, far = one.near(a), other.near(b)
    subject = any(key[0] != "=" for key in near & far) or (one.names and one.names == other.names)
    return bool(subject) and _holds(other, near, b, one) and _holds(one, far, a, other)


def _holds(sentence: Sentence, words: frozenset[str], fact: Fact, of: Sentence) -> bool:
    """Whether a sentence has the words of another; an attribute asked for may be left out."""
    missing = words - sentence.keys
    attributes = any(key[0] == "=" for key in sentence.near(fact))
    return not missing or (
        not attributes and all(key[0] == "=" and key in of.asked for key in missing)
    )


def _said(sentence: Sentence, fact: Fact) -> Said:
    return Said(sentence, fact.start, fact.end, fact.value)


def _denials(one: Sentence, other: Sentence) -> Iterator[Difference]:
    """A clause of the one sentence that denies just what a clause of the other says."""
    no, yes = (one, other) if one.denies else (other, one)
    denied = [one for one in no.denied if len(one[1]) >= _DENIED_WORDS and one[1] <= yes.keys]
    for (clause, keys), (its, same) in itertools.product(denied, yes.parts if denied else ()):
        if keys != same:
            continue
        if not (no.points_outside(clause) or yes.points_outside(its)):
            both = _clause(no, clause, "denied"), _clause(yes, its, "asserted")
            yield Difference("negation", "", *sorted(both, key=lambda said: said.order))


def _clause(sentence: Sentence, clause: Span, value: str) -> Said:
    text = sentence.text[clause.start : clause.end]
    start = clause.start + len(text) - len(text.lstrip())
    return Said(sentence, start, start + len(text.strip().rstrip(".。!")), value)
