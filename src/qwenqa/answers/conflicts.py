"""Where good passages of an answer differ about the same thing, in numbers, dates or negation."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence

from qwenqa.answers.citing import cite
from qwenqa.answers.differing import Difference, Said, differences
from qwenqa.answers.marking import Analyse
from qwenqa.answers.rendering import DENIAL
from qwenqa.answers.statements import Sentence, sentences
from qwenqa.types import CitedHit, Conflict, Passage, Span, Statement


def conflicts(
    hits: Sequence[CitedHit],
    weights: Mapping[str, float],
    analysis: Callable[[Passage], Analyse],
    date_of: Callable[[str], str] = lambda _: "",
) -> tuple[Conflict, ...]:
    """What verified hits from different sources say differently of the same thing.

    One source is not compared with itself: there, like sentences are about the next case.
    ``weights`` are of the question's terms, ``analysis`` says how a passage's text becomes terms;
    ``date_of`` gives the date of the source at an address, empty for none. The result does not
    depend on the order of the hits.
    """
    good = sorted((one for one in hits if one.verification.good), key=lambda one: one.hit.rank)
    told = [sentences(one, weights, analysis(one.hit.passage)) for one in good]
    pairs = _pairs(list(_reaching(told)))
    found = [difference for pair in pairs for difference in differences(*pair)]
    return tuple(_conflict(those, date_of) for those in _groups(found))


def _reaching(told: Sequence[Sequence[Sentence]]) -> Iterator[list[Sentence]]:
    """Of each hit the sentences that could share enough of the question with some other."""
    asked: dict[str, float] = {}
    for one in itertools.chain.from_iterable(told):
        for key, weight in one.asked.items():
            asked[key] = max(weight, asked.get(key, 0.0))
    # Only where the question has words of a family must all words of a sentence be looked at.
    families = any(key[0] in "=~" for key in asked)
    for hit in told:
        keys = [asked.keys() & (it.keys if families else it.held) for it in hit]
        held = [[asked[key] for key in one] for one in keys]
        yield [it for it, one in zip(hit, held, strict=True) if it.above.enough(one)]


def _pairs(told: Sequence[Sequence[Sentence]]) -> Iterator[tuple[Sentence, Sentence]]:
    """Sentences of two hits from different sources, of which one answers; in the hits' order."""
    hits = [[(one, _answers(one)) for one in hit] for hit in told if hit]
    for some, others in itertools.combinations(hits, 2):
        if some[0][0].address != others[0][0].address:
            for (one, tells), (other, answers) in itertools.product(some, others):
                if tells or answers:
                    yield one, other


def _answers(sentence: Sentence) -> bool:
    """Whether a sentence is marked or, in a hit without marks, holds a word of the question."""
    marks = sentence.above.cited.marks
    if not marks:
        return bool(sentence.asked)
    start, end = sentence.span
    return any(mark.start < end and start < mark.end for mark in marks)


def _groups(found: Sequence[Difference]) -> list[list[Difference]]:
    """Differences that meet in a statement, joined; in the order of their first statements."""
    groups: list[list[Difference]] = []
    for one in found:
        met = [group for group in groups if any(_meet(one, other) for other in group)]
        groups = [group for group in groups if not any(group is other for other in met)]
        groups.append([difference for group in met for difference in group] + [one])
    return sorted(groups, key=lambda group: (min(one.one.order for one in group), group[0][:2]))


def _meet(a: Difference, b: Difference) -> bool:
    ends = {a.one.order, a.other.order} & {b.one.order, b.other.order}
    return (a.kind, a.of) == (b.kind, b.of) and bool(ends)


def _conflict(group: Sequence[Difference], date_of: Callable[[str], str]) -> Conflict:
    said = {it.order: it for one in group for it in (one.one, one.other)}
    those = [said[order] for order in sorted(said)]
    told = tuple(_statement(one, date_of) for one in those)
    return Conflict(group[0].kind, _about(those), told)


def _about(those: Sequence[Said]) -> tuple[str, ...]:
    """The weighty words of the first sentence that all others have, its value's left out."""
    first = those[0]
    shared = frozenset.intersection(*(one.sentence.keys for one in those))
    told = (
        first.sentence.text[word.start : word.end]
        for word in first.sentence.words
        if word.weighty and word.key in shared
        if first.value in DENIAL or not first.start <= word.start < first.end
    )
    return tuple(dict.fromkeys(told))


def _statement(said: Said, date_of: Callable[[str], str]) -> Statement:
    cited, span = said.sentence.above.cited, said.sentence.span
    return Statement(
        rank=cited.hit.rank,
        citation=cite(cited.hit.passage, span),
        span=Span(span.start + said.start, span.start + said.end),
        value=said.value,
        date=date_of(cited.hit.passage.source.address),
    )
