"""Several rankings into one, in one order: score descending, then passage id."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

from qwenqa.types import Hit, Passage, Ranking, Trace

DENSE_WEIGHT = 0.5

_WORD = re.compile(r"\w+")


def ordered(scores: Mapping[int, float]) -> dict[int, float]:
    """The scores by descending score, then ascending id."""
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def fuse(
    dense: Ranking,
    lexical: Ranking,
    dense_weight: float = DENSE_WEIGHT,
    unencoded: Collection[int] = (),
) -> dict[int, Trace]:
    """The union of two rankings, ordered by the convex combination of their scores.

    Each score is divided by the highest of its ranking and counts as 0 where it is negative or
    absent: ``w * cosine / max(cosine) + (1 - w) * bm25 / max(bm25)`` (Bruch, Gai and Ingber,
    "An Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 42(1), 2023). The scores
    lie between 0 and 1.

    Passages that are ``unencoded``, having no vector yet, count by their words alone; else those
    that happen to be encoded would stand before them.
    """
    shares = [(dense, dense_weight), (lexical, 1 - dense_weight)]
    fused: dict[int, float] = {}
    for scores, weight in shares:
        highest = max(scores.values(), default=0.0)
        for id_, score in scores.items():
            share = weight * max(score, 0.0) / highest if highest > 0 else 0.0
            fused[id_] = fused.get(id_, 0.0) + share
    for id_ in unencoded if dense_weight < 1 else ():
        fused[id_] /= 1 - dense_weight
    dense_ranks, lexical_ranks = _ranks(dense), _ranks(lexical)
    return {
        id_: Trace(
            dense.get(id_), dense_ranks.get(id_), lexical.get(id_), lexical_ranks.get(id_), score
        )
        for id_, score in ordered(fused).items()
    }


def _ranks(scores: Ranking) -> dict[int, int]:
    return {id_: rank for rank, id_ in enumerate(ordered(scores), start=1)}


def fold(passages: Iterable[Passage], traces: Mapping[int, Trace], k: int) -> list[Hit]:
    """The first ``k`` hits in the passages' order, near-identical passages under the best one.

    Near-identical means the same words in the same order: case, punctuation and white space
    may differ. A passage that differs in one word may be the one that answers, so it stays.
    """
    groups: dict[tuple[str, ...], list[Passage]] = {}
    for passage in passages:
        groups.setdefault(words(passage.text), []).append(passage)
    hits = []
    for rank, (best, *twins) in enumerate(list(groups.values())[:k], start=1):
        trace = traces[best.id]
        hits.append(Hit(best, rank, trace.fused, trace, tuple(twins)))
    return hits


def words(text: str) -> tuple[str, ...]:
    """By what two passages are near-identical: their words, or the text where it has none."""
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold())) or (text,)
