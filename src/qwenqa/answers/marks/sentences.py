"""Which sentences of an answer's passages answer, and which words were asked for.

The measure is the question's own words, weighted by how rare they are in the index
(``bench/quality/marks.py`` says what that finds, and what else was tried).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import accumulate

from qwenqa.types import Hit, Passage, Span

Terms = Sequence[tuple[str, int, int]]
"""The terms of a text, each with its span in it."""

Analyse = Callable[[str], Terms]

_CONTEXT, _NEIGHBOUR = 0.5, 0.25
"""What a term counts that stands not in a sentence, but in its headings or the next sentences."""

_NEAR_BEST = 0.9
"""Share of the best sentence's score that another needs to be marked too."""

MOST_MARKS = 3
"""Sentences marked in one answer at most."""

_LONG, _SHORT = 300, 30
"""Characters of a sentence that is cut at each end of a sentence in it, and of its least part."""

_BETWEEN = re.compile(r"[\s。！？]")

# Ends of sentences that are not told in prose without capitals, in quotes, and in dumps where a
# line end is written as a backslash and an n; the group is what stands between two.
_END = re.compile(r"[.!?…][\"'”’)\]]*(\s+)|[。！？][”’）」』]*()|((?:\\n)+)")


@dataclass(frozen=True, slots=True)
class Marks:
    """The sentences of one hit that answer, best first, and the best one's score, 0 without."""

    spans: tuple[Span, ...] = ()
    score: float = 0.0


def coverage(text: str, weights: Mapping[str, float], analyse: Analyse) -> float:
    """Share, from 0 to 1, of the question's terms that stand in a text, by weight."""
    return share(frozenset(term for term, _, _ in analyse(text)), weights)


def share(terms: Set[str], weights: Mapping[str, float]) -> float:
    """Share, from 0 to 1, of the question's terms that are among those held, by weight."""
    total = sum(weights.values())
    return sum(weights[term] for term in weights if term in terms) / total if total else 0.0


def matched(passage: Passage, weights: Mapping[str, float], analyse: Analyse) -> tuple[Span, ...]:
    """Spans of the passage's words that are terms of the question, overlapping ones joined."""
    spans: list[Span] = []
    for term, start, end in analyse(passage.text):
        here = Span(passage.start + start, passage.start + end)
        if term in weights and spans and here.start < spans[-1].end:
            spans[-1] = Span(spans[-1].start, max(spans[-1].end, here.end))
        elif term in weights:
            spans.append(here)
    return tuple(spans)


def marks(
    hits: Sequence[Hit], weights: Mapping[str, float], analysis: Callable[[Passage], Analyse]
) -> list[Marks]:
    """For each hit the sentences that answer, chosen among those of all hits together.

    The best sentence, and up to ``MOST_MARKS`` in all that come near it; a hit may have none. A
    sentence's score is that of its words (``scored``) times its hit's fused score over the
    highest. Among equal ones the first hit's first is best. Without a single term of the
    question nothing is marked. ``analysis`` says how a passage's text becomes terms.
    """
    highest = max((hit.trace.fused for hit in hits), default=0.0) or 1.0
    shares = [
        (score * hit.trace.fused / highest, number, span)
        for number, hit in enumerate(hits)
        for span, score in scored(hit.passage, weights, analysis(hit.passage))
    ]
    shares.sort(key=lambda entry: (-entry[0], entry[1:]))
    near = [
        entry
        for entry in shares[:MOST_MARKS]
        if entry[0] > 0 and entry[0] >= _NEAR_BEST * shares[0][0]
    ]
    chosen = [[entry for entry in near if entry[1] == number] for number in range(len(hits))]
    return [Marks(tuple(entry[2] for entry in of), of[0][0]) if of else Marks() for of in chosen]


def scored(
    passage: Passage, weights: Mapping[str, float], analyse: Analyse
) -> list[tuple[Span, float]]:
    """The sentences of a passage, and the share of the question's terms that each has, by weight.

    A term that stands only in the title or the headings counts half, only in a neighbouring
    sentence a quarter; but a sentence without any term of the question has nothing.
    """
    spans = list(_sentences(passage))
    own = [{term for term, _, _ in here} for here in within(spans, passage, analyse)]
    above = {term for term, _, _ in analyse("\n".join((passage.title, *passage.headings)))}
    beside = [set().union(*own[max(0, n - 1) : n + 2]) for n in range(len(spans))]
    return [
        (span, _share(weights, here, near, above))
        for span, here, near in zip(spans, own, beside, strict=True)
    ]


def within(spans: Iterable[Span], passage: Passage, analyse: Analyse) -> Iterator[Terms]:
    """The terms that stand in each of a passage's spans, with where they stand in the passage.

    The passage is analysed as a whole, which is asked for anyway; alone only a span is at whose
    edge a word would go on.
    """
    text, terms = passage.text, analyse(passage.text)
    starts = [start for _, start, _ in terms]
    reached = list(accumulate((end for _, _, end in terms), max, initial=0))
    for a, b in spans:
        start, end = a - passage.start, b - passage.start
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        whole = reached[first] <= start and reached[last] <= end
        if whole and _apart(text, start) and _apart(text, end):
            yield terms[first:last]
        else:
            yield [(term, start + at, start + to) for term, at, to in analyse(text[start:end])]


def _apart(text: str, at: int) -> bool:
    """Whether what stands before a place in a text does not bear on what stands after it."""
    around = text[max(0, at - 1) : at + 1]
    return at in (0, len(text)) or bool(_BETWEEN.search(around))


def _share(weights: Mapping[str, float], own: Set[str], beside: Set[str], above: Set[str]) -> float:
    if not own & weights.keys():
        return 0.0
    weighed = (
        weight * (1 if term in own else _CONTEXT * (term in above) + _NEIGHBOUR * (term in beside))
        for term, weight in weights.items()
    )
    return sum(weighed) / sum(weights.values())


def _sentences(passage: Passage) -> Iterator[Span]:
    """The sentences of a passage, long ones cut where sentences seem to end in them."""
    for start, end in passage.sentences:
        at = start
        for stop in _END.finditer(passage.text, start - passage.start, end - passage.start):
            last = passage.start + stop.start(stop.lastindex or 0)
            following = passage.start + stop.end()
            if end - start > _LONG and following - at >= _SHORT and end - following >= _SHORT:
                yield Span(at, last)
                at = following
        yield Span(at, end)
