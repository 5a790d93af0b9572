"""Several rankings into one, in one order: score descending, then passage id."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import accumulate, chain, pairwise
from math import inf
from typing import NamedTuple

from qwenqa.types import Hit, Outline, Passage, Ranking, Spread, Trace

EVEN = 5.0
"""Deviations by which the best cosine stands out where vectors weigh as much as words."""

BESIDE = 0.8
"""Share of a hit's fused score that the hit beside it needs to be joined to it."""

MOST_JOINED = 3
"""Passages of one hit at most."""

Between = Callable[[int, int], str]
"""The white space from a passage to the one beside it, by their ids."""

_WORD = re.compile(r"\w+")


class Cluster(NamedTuple):
    """What one hit shows: neighbouring passages in their order, and their twins by id.

    It has the ``id`` of the best of its passages, and its ``rank``, from one.
    """

    id: int
    rank: int
    parts: tuple[Outline, ...]
    twins: tuple[int, ...] = ()

    @property
    def ids(self) -> Iterator[int]:
        """Of all its passages, the twins too."""
        return chain((part.id for part in self.parts), self.twins)

    @property
    def sides(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Document and number of the passage before it and of the one after it."""
        first, last = self.parts[0], self.parts[-1]
        return (first.document, first.number - 1), (last.document, last.number + 1)


def ordered(scores: Mapping[int, float]) -> dict[int, float]:
    """The scores by descending score, then ascending id."""
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def dense_weight(dense: Ranking, spread: Spread) -> float:
    """How much the vectors count in the fusion, from 0 to 1, the words counting the rest.

    ``z / (z + 5)``, where z says how many deviations the best cosine stands above the mean of
    all. A model that does not know a language finds all its passages alike, so that none stands
    out (``docs/measurements/quality.md``).
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
    fused = part(dense, weight)
    for id_, counts in part(lexical, 1 - weight).items():
        fused[id_] = fused.get(id_, 0.0) + counts
    for id_ in unencoded if weight < 1 else ():
        fused[id_] /= 1 - weight
    return ordered(fused)


def part(scores: Mapping[int, float], share: float) -> dict[int, float]:
    """What scores of one kind, which counts this share, give to the fused ones."""
    highest = max(scores.values(), default=0.0)
    if highest <= 0:
        return dict.fromkeys(scores, 0.0)
    return {id_: share * score / highest if score > 0 else 0.0 for id_, score in scores.items()}


def rerank(traces: Mapping[int, Trace], scores: Mapping[int, float]) -> dict[int, Trace]:
    """The traces with a reranker's scores, by these; those without one after them, as they were."""
    first = {id_: replace(traces[id_], reranked=scores[id_]) for id_ in ordered(scores)}
    return {**first, **{id_: trace for id_, trace in traces.items() if id_ not in first}}


def ranks(scores: Ranking) -> dict[int, int]:
    """The rank of each id, from one."""
    return {id_: rank for rank, id_ in enumerate(ordered(scores), start=1)}


def fold(outlines: Iterable[Outline]) -> Iterator[Cluster]:
    """Clusters in the passages' order, near-identical passages under the best one.

    Near-identical means the same words in the same order: case, punctuation and white space
    may differ. A passage that differs in one word may be the one that answers, so it stays.
    """
    best: dict[int, Outline] = {}
    twins: dict[int, list[int]] = {}
    for outline in outlines:
        if best.setdefault(outline.likeness, outline) is not outline:
            twins.setdefault(outline.likeness, []).append(outline.id)
    for rank, outline in enumerate(best.values(), start=1):
        yield Cluster(outline.id, rank, (outline,), tuple(twins.get(outline.likeness, ())))


def join(clusters: Iterable[Cluster], traces: Mapping[int, Trace], k: int) -> list[Cluster]:
    """The first ``k`` clusters, those that stand side by side in one document as one.

    A cluster takes in the one beside it that has more than ``BESIDE`` of its fused score, until it
    has ``MOST_JOINED`` passages (``docs/measurements/quality.md``). What it joins does not depend
    on ``k``: clusters are looked at until none that comes could be joined to one of the first
    ``k``.
    """
    apart: dict[int, Cluster] = {}
    rank_at: dict[tuple[int, int], int] = {}
    # A reranker's order is not that of the fused scores.
    coming = list(accumulate(reversed([trace.fused for trace in traces.values()]), max))
    for cluster in clusters:
        if coming[-cluster.rank] <= BESIDE * _least(apart, traces, k):
            break
        whole = cluster
        for rank in sorted([rank_at[at] for at in whole.sides if at in rank_at]):
            if both := _joined(apart[rank], whole, traces):
                del apart[rank]
                whole = both
        apart[whole.rank] = whole
        for one in whole.parts:
            rank_at[one.document, one.number] = whole.rank
    best = [apart[rank] for rank in sorted(apart)[:k]]
    return [one._replace(rank=rank) for rank, one in enumerate(best, start=1)]


def _least(apart: Mapping[int, Cluster], traces: Mapping[int, Trace], k: int) -> float:
    """The lowest fused score of the first ``k`` clusters; lower than any where there are fewer."""
    best = sorted(apart)[:k]
    return min(traces[apart[rank].id].fused for rank in best) if len(best) == k else -inf


def _joined(one: Cluster, other: Cluster, traces: Mapping[int, Trace]) -> Cluster | None:
    """Two clusters side by side as one, under the better; None where they stay apart."""
    best, worse = sorted((one, other), key=lambda cluster: cluster.rank)
    first, second = sorted((one, other), key=lambda cluster: cluster.parts[0].number)
    few = len(best.parts) + len(worse.parts) <= MOST_JOINED
    near = traces[worse.id].fused > BESIDE * traces[best.id].fused
    if not (few and near and second.parts[0].beside):
        return None
    return best._replace(parts=first.parts + second.parts, twins=best.twins + worse.twins)


def shown(cluster: Cluster, passages: Mapping[int, Passage], trace: Trace, between: Between) -> Hit:
    """A cluster as a hit, of its passages by id; its parts are one span of their document."""
    parts = tuple(passages[one.id] for one in cluster.parts)
    whole = parts[0]
    for before, part in pairwise(parts):
        whole = _spanning(whole, between(before.id, part.id), part, passages[cluster.id])
    return Hit(
        passage=whole,
        rank=cluster.rank,
        score=trace.fused,
        trace=trace,
        also_in=tuple(passages[id_] for id_ in cluster.twins),
        joins=parts if len(parts) > 1 else (),
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


def likeness(text: str) -> int:
    """A number of 64 bits by which near-identical passages are known: of their words' SHA-256."""
    spoken = "\0".join(words(text)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(spoken).digest()[:8], "big")


def words(text: str) -> tuple[str, ...]:
    """By what two passages are near-identical: their words, or the text where it has none."""
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold())) or (text,)
