"""Several rankings into one, in one order: score descending, then passage id."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from qwenqa.types import Hit, Passage, Ranking, Spread, Trace

EVEN = 5.0
"""Deviations by which the best cosine stands out where vectors weigh as much as words."""

BESIDE = 0.8
"""Share of a hit's fused score that the hit beside it needs to be joined to it."""

MOST_JOINED = 3
"""Passages of one hit at most."""

Between = Callable[[Passage, Passage], str | None]
"""The white space from a passage to the next one, None where they are not neighbours."""

_WORD = re.compile(r"\w+")


def ordered(scores: Mapping[int, float]) -> dict[int, float]:
    """The scores by descending score, then ascending id."""
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def dense_weight(dense: Ranking, spread: Spread) -> float:
    """How much the vectors count in the fusion, from 0 to 1, the words counting the rest.

    ``z / (z + 5)``, where z says how many deviations the best cosine stands above the mean of
    all. A model that does not know a language finds all its passages alike, so that none stands
    out (``bench/quality.md``).
    """
    best = max(dense.values(), default=0.0)
    standing_out = max((best - spread.mean) / spread.deviation, 0.0)
    return standing_out / (standing_out + EVEN)


def fuse(
    dense: Mapping[int, float],
    lexical: Mapping[int, float],
    weight: float = 0.5,
    unencoded: Collection[int] = (),
) -> dict[int, float]:
    """The convex combination of two scores of the same passages, in order.

    Each score is divided by the highest of its kind and counts as 0 where it is negative or
    absent: ``w * cosine / max(cosine) + (1 - w) * bm25 / max(bm25)`` (Bruch, Gai and Ingber,
    "An Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 42(1), 2023). The results
    lie between 0 and 1.

    Passages that are ``unencoded``, having no vector yet, count by their words alone; else those
    that happen to be encoded would stand before them.
    """
    shares = [(dense, weight), (lexical, 1 - weight)]
    fused: dict[int, float] = {}
    for scores, share in shares:
        highest = max(scores.values(), default=0.0)
        for id_, score in scores.items():
            counts = share * max(score, 0.0) / highest if highest > 0 else 0.0
            fused[id_] = fused.get(id_, 0.0) + counts
    for id_ in unencoded if weight < 1 else ():
        fused[id_] /= 1 - weight
    return ordered(fused)


def rerank(traces: Mapping[int, Trace], scores: Mapping[int, float]) -> dict[int, Trace]:
    """The traces with a reranker's scores, by these; those without one after them, as they were."""
    first = {id_: replace(traces[id_], reranked=scores[id_]) for id_ in ordered(scores)}
    return {**first, **{id_: one for id_, one in traces.items() if id_ not in first}}


def ranks(scores: Ranking) -> dict[int, int]:
    """The rank of each id, from one."""
    return {id_: rank for rank, id_ in enumerate(ordered(scores), start=1)}


def fold(passages: Iterable[Passage], traces: Mapping[int, Trace]) -> list[Hit]:
    """Hits in the passages' order, near-identical passages under the best one.

    Near-identical means the same words in the same order: case, punctuation and white space
    may differ. A passage that differs in one word may be the one that answers, so it stays.
    """
    groups: dict[tuple[str, ...], list[Passage]] = {}
    for passage in passages:
        groups.setdefault(words(passage.text), []).append(passage)
    hits = []
    for rank, (best, *twins) in enumerate(groups.values(), start=1):
        trace = traces[best.id]
        hits.append(Hit(best, rank, trace.fused, trace, tuple(twins)))
    return hits


def join(hits: Iterable[Hit], between: Between, k: int) -> list[Hit]:
    """The first ``k`` hits, those that stand side by side in one document as one.

    A hit takes in the one beside it that has more than ``BESIDE`` of its fused score, until it has
    ``MOST_JOINED`` passages (``bench/quality.md``). What it joins does not depend on ``k``.
    """
    apart: dict[int, Hit] = {}
    for hit in hits:
        whole = hit
        address = hit.passage.source.address
        for rank in sorted(apart):
            if apart[rank].passage.source.address != address:
                continue
            if one := _joined(apart[rank], whole, between):
                del apart[rank]
                whole = one
        apart[whole.rank] = whole
    best = [apart[rank] for rank in sorted(apart)[:k]]
    return [replace(one, rank=rank) for rank, one in enumerate(best, start=1)]


def _joined(one: Hit, other: Hit, between: Between) -> Hit | None:
    """Two hits as one, the better with what stands beside it; None where they stay apart."""
    best, worse = sorted((one, other), key=lambda hit: hit.rank)
    few = len(best.parts) + len(worse.parts) <= MOST_JOINED
    if not few or worse.trace.fused <= BESIDE * best.trace.fused:
        return None
    first, second = sorted((one, other), key=lambda hit: hit.passage.start)
    space = between(first.passage, second.passage)
    if space is None:
        return None
    return replace(
        best,
        passage=_spanning(first.passage, space, second.passage, best.passage),
        also_in=(*best.also_in, *worse.also_in),
        joins=(*first.parts, *second.parts),
    )


def _spanning(first: Passage, space: str, second: Passage, best: Passage) -> Passage:
    """A passage and the next one as one, under the headings of the first."""
    return replace(
        best,
        start=first.start,
        end=second.end,
        text=f"{first.text}{space}{second.text}",
        headings=first.headings,
        lines=(first.lines[0], second.lines[1]),
        places=tuple(dict.fromkeys((*first.places, *second.places))),
        sentences=(*first.sentences, *second.sentences),
        cut=first.cut or second.cut,
    )


def words(text: str) -> tuple[str, ...]:
    """By what two passages are near-identical: their words, or the text where it has none."""
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold())) or (text,)
