"""What a sentence says of something: its clauses, its names, its values.

Two sentences speak of the same thing when each one's names, and the words of the clause that
holds the value, stand in the other too. This is strict on purpose: a difference that is shown
must be one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from qwenqa.answers.dates import Date, dates
from qwenqa.answers.denial import denied, denies
from qwenqa.answers.marking import Analyse, Terms, within
from qwenqa.answers.quantities import Quantity, quantities
from qwenqa.answers.wording import NARROWING, ONCE, PAST, POSSESSIVES, PRESENT, PRONOUNS
from qwenqa.answers.words import Word, words_of
from qwenqa.types import CitedHit, Span

Fact = Quantity | Date
_CUT = re.compile(
    r"[,;:](?=\s)|[()\[\]—“”«»。，；：、（）|\n]|\s–\s"
    r"|\s(?:and|but|while|whereas|which|who|although|because|und|aber|während|weil|y|pero|mientras"
    r"|porque)(?=\s)",
    re.IGNORECASE,
)
_ACCORDING = re.compile(r"\b(?:according to|laut|según)\s[^,;.()]+", re.IGNORECASE)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_ASKED = 0.3
"""Share of the question's weight that two sentences of one thing have in common."""

_RARE = 0.5
LONG = 6
"""Weighty words of a sentence that is not said of two things in the same words."""

MOST = 60
"""Sentences of one hit that are looked at: a passage of code or of a table may have hundreds."""


@dataclass(frozen=True, eq=False)
class Above:
    """What the sentences of one hit share: the question, and what stands above them."""

    cited: CitedHit
    weights: Mapping[str, float]
    analyse: Analyse

    @cached_property
    def _whole(self) -> float:
        return math.fsum(self.weights.values())

    @cached_property
    def rare(self) -> float:
        """The weight from which on a word of the question is a rare one."""
        return _RARE * max(self.weights.values(), default=0.0)

    def enough(self, held: Iterable[float]) -> bool:
        """Whether words of these weights are enough of the question to be about its subject."""
        # Rounded once, so that more words never come to less.
        return math.fsum(held) >= _ASKED * self._whole

    @cached_property
    def title(self) -> frozenset[str]:
        """Keys of the weighty words of the document's title, numbers and years left out."""
        title = self.cited.hit.passage.title
        words = words_of(title, self.analyse(title))
        return frozenset(one.key for one in words if one.weighty and not one.plain.isdigit())

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """The words of the title and of the headings."""
        passage = self.cited.hit.passage
        text = "\n".join((passage.title, *passage.headings))
        return words_of(text, self.analyse(text))


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence of a hit; offsets of what is in it count from its start."""

    above: Above
    span: Span
    text: str
    terms: Terms
    """Its terms, by where they stand in the passage."""

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """Its words, in order."""
        before = self.span.start - self.above.cited.hit.passage.start
        return words_of(self.text, [(term, a - before, b - before) for term, a, b in self.terms])

    @cached_property
    def dates(self) -> list[Date]:
        """The dates in it."""
        return dates(self.text)

    @cached_property
    def quantities(self) -> list[Quantity]:
        """The quantities in it, dates left out."""
        taken = [(one.start, one.end) for one in self.dates]
        return quantities(self.text, taken, self.above.analyse)

    @cached_property
    def measures(self) -> dict[str, Quantity]:
        """Its quantities by unit, those of which it has only one."""
        units = [one.unit for one in self.quantities]
        return {one.unit: one for one in self.quantities if units.count(one.unit) == 1}

    @cached_property
    def frame(self) -> list[str]:
        """What is left of it without its values: the keys of its words, and the units."""
        words = [word.key for word in _outside(self.words, self._values)]
        return [*words, *(one.unit for one in self.quantities), "=date" * len(self.dates)]

    @property
    def _values(self) -> list[tuple[int, int]]:
        facts: list[Fact] = [*self.quantities, *self.dates]
        return [(one.start, one.end) for one in facts]

    @property
    def _weighty(self) -> list[Word]:
        return [word for word in _outside(self.words, self._values) if word.weighty]

    @property
    def telling(self) -> bool:
        """Whether it says so much, a name among it, that its like is hardly said of another."""
        return bool(self.names) and len(self._weighty) >= LONG

    @cached_property
    def events(self) -> dict[str, Date]:
        """Its dates by what happened on them, where that has one date only."""
        events = [(self.event(date)[0], date) for date in self.dates]
        names = [event for event, _ in events]
        return {event: date for event, date in events if event and names.count(event) == 1}

    @cached_property
    def denies(self) -> bool:
        """Whether there is a "not" in it."""
        return denies(self.text)

    @cached_property
    def denied(self) -> list[tuple[Span, frozenset[str]]]:
        """Its clauses with the keys of what they deny; none for a clause that denies nothing."""
        analyse = self.above.analyse
        return [(one, denied(self.text[slice(*one)], analyse)) for one in self.clauses()]

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of its words and of the headings above it."""
        return frozenset(word.key for word in (*self.words, *self.above.words))

    @cached_property
    def asked(self) -> dict[str, float]:
        """Weights of the question's words that it holds or that stand above it, by key."""
        passage, weights = self.above.cited.hit.passage, self.above.weights
        own = words_of(passage.text, [one for one in self.terms if one[0] in weights])
        words = (*own, *(one for one in self.above.words if one.term in weights))
        return {one.key: weights[one.term] for one in words if one.weighty}

    @cached_property
    def held(self) -> frozenset[str]:
        """The terms of its words and of the headings above it: keys of words without a family."""
        own = [term for term, _, _ in self.terms]
        return frozenset((*own, *(word.term for word in self.above.words)))

    @cached_property
    def names(self) -> frozenset[str]:
        """Keys of what must be in both sentences: names, and numbers that are no quantities."""
        attributed = [match.span() for match in _ACCORDING.finditer(self.text)]
        words = _outside(self.words, [*attributed, *self._values])
        return frozenset(word.key for word in words if _named(word, self.text))

    @cached_property
    def parts(self) -> list[tuple[Span, frozenset[str]]]:
        """Its clauses with the keys of their weighty words."""
        return [
            (clause, frozenset(word.key for word in self.inside(clause) if word.weighty))
            for clause in self.clauses()
        ]

    @cached_property
    def narrowing(self) -> frozenset[str]:
        """Its words that hold it to a time, a part or a case."""
        words = _outside(self.words, self._values)  # "May" is a month there
        return frozenset(word.plain for word in words if word.plain in NARROWING)

    @property
    def address(self) -> str:
        """The address of the source it stands in."""
        return self.above.cited.hit.passage.source.address

    @property
    def asks(self) -> bool:
        """Whether it is a question itself."""
        return self.text.rstrip().endswith(("?", "？"))

    def clause(self, start: int, end: int) -> Span:
        """The clause around a stretch; a Chinese sentence is one, for want of names."""
        if _CJK.search(self.text):
            return Span(0, len(self.text))
        cuts = list(_CUT.finditer(self.text))
        first = max((cut.end() for cut in cuts if cut.end() <= start), default=0)
        last = min((cut.start() for cut in cuts if cut.start() >= end), default=len(self.text))
        return Span(first, last)

    def clauses(self) -> Iterator[Span]:
        """All clauses with a word in them."""
        edges = [0, *(edge for cut in _CUT.finditer(self.text) for edge in cut.span())]
        for start, end in zip(edges[::2], [*edges[1::2], len(self.text)], strict=True):
            if self.text[start:end].strip():
                yield Span(start, end)

    def near(self, fact: Fact) -> frozenset[str]:
        """Keys of the weighty words around a value, other values of the clause among them.

        Of a date what comes before it or before its event: "founded in 1998 by two brothers".
        """
        clause = self.clause(fact.start, fact.end)
        if isinstance(fact, Date):
            clause = Span(clause.start, max(fact.end, self.event(fact)[1]))
        around = [word for word in self.inside(clause) if word.weighty]
        keys = frozenset(word.key for word in _outside(around, [(fact.start, fact.end)]))
        return keys - {fact.unit} if isinstance(fact, Quantity) else keys

    def inside(self, clause: Span) -> list[Word]:
        """The words of a clause."""
        return [word for word in self.words if clause.start <= word.start < clause.end]

    def event(self, date: Date) -> tuple[str, int]:
        """What happened once on a date, by the nearest such word of its clause, and its end.

        Empty without one.
        """
        clause = self.clause(date.start, date.end)
        known = [
            (max(word.start - date.end, date.start - word.end), word)
            for word in self.inside(clause)
            if word.plain in ONCE
        ]
        if not known:
            return "", 0
        _, nearest = min(known)
        return ONCE[nearest.plain], nearest.end

    def tense(self, clause: Span) -> str:
        """Whether a clause tells of what is or of what was; empty where no verb says so."""
        plain = [word.plain for word in self.inside(clause)]
        if any(one in PRESENT for one in plain):
            return "present"
        return "past" if any(one in PAST for one in plain) else ""

    def points_outside(self, clause: Span) -> bool:
        """Whether a clause begins with a word whose meaning stands elsewhere, such as "it"."""
        first = (*self.inside(clause)[:1], *self.words[:1])
        second = self.inside(clause)[1:2]
        return any(word.plain in PRONOUNS for word in first) or any(
            word.plain in PRONOUNS - POSSESSIVES for word in second
        )


def sentences(cited: CitedHit, weights: Mapping[str, float], analyse: Analyse) -> list[Sentence]:
    """The sentences of a hit, in order."""
    passage, above = cited.hit.passage, Above(cited, weights, analyse)
    spans = passage.sentences[:MOST]
    texts = (passage.text[a - passage.start : b - passage.start] for a, b in spans)
    told = zip(spans, texts, within(spans, passage, analyse), strict=True)
    return [Sentence(above, *one) for one in told]


def _outside(words: Iterable[Word], spans: Sequence[tuple[int, int]]) -> list[Word]:
    """The words that stand in none of the spans."""
    return [one for one in words if not any(a <= one.start < b for a, b in spans)]


def _named(word: Word, text: str) -> bool:
    numbered = any(one.isdigit() for one in word.plain)
    return numbered or (text[word.start].isupper() and word.weighty)
