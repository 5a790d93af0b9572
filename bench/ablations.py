"""What each choice of the ranking is worth: the same candidates, ranked in other ways.

``rows(FOLDER, CACHE)`` is called by ``bench/quality.py``; every row is nDCG@10 less that of the
setting in use, over the judged queries of each collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from qwenqa.evaluation.collection import Collection, Run
from qwenqa.evaluation.metrics import per_query
from qwenqa.evaluation.runs import documents
from qwenqa.index.generation import Generation
from qwenqa.ranking import dense_weight, fuse, ranks
from qwenqa.search import Candidates
from qwenqa.types import Ranking

Fused = Callable[[Generation, "Asked"], Mapping[int, float]]


class Asked:
    """One query's vector and candidates, with both scores of each."""

    def __init__(self, vector: np.ndarray, found: Candidates) -> None:
        self.vector, self.found = vector, found
        traces = found.traces.items()
        self.cosines = {id_: one.cosine for id_, one in traces if one.cosine is not None}
        self.bm25 = {id_: one.bm25 for id_, one in traces if one.bm25 is not None}


def by_rank(_: Generation, asked: Asked) -> Mapping[int, float]:
    """Reciprocal ranks, k = 60 (Cormack, Clarke and Buettcher, SIGIR 2009)."""
    summed: dict[int, float] = {}
    for ranking in (asked.found.dense, asked.found.lexical):
        for id_, rank in ranks(ranking).items():
            summed[id_] = summed.get(id_, 0.0) + 1 / (60 + rank)
    return summed


def one_sided(_: Generation, asked: Asked) -> Mapping[int, float]:
    """Half and half, what is no candidate of a retriever counting 0 there."""
    return fuse(asked.found.dense, asked.found.lexical)


def even(weight: float) -> Fused:
    """Both scores of every candidate, at a fixed weight of the vectors."""
    return lambda _, asked: fuse(asked.cosines, asked.bm25, weight)


def standing(even_at: float) -> Fused:
    """The weight by how far the nearest stands out, half at so many deviations."""

    def fused(_: Generation, asked: Asked) -> Mapping[int, float]:
        weight = dense_weight(asked.found.dense, asked.found.spread)
        z = 5.0 * weight / (1 - weight)
        return fuse(asked.cosines, asked.bm25, z / (z + even_at))

    return fused


def shallow(depth: int) -> Fused:
    """Fewer candidates of each retriever."""

    def fused(_: Generation, asked: Asked) -> Mapping[int, float]:
        kept = {*list(asked.found.dense)[:depth], *list(asked.found.lexical)[:depth]}
        traces = asked.found.traces
        return {id_: one.fused for id_, one in traces.items() if id_ in kept}

    return fused


def feedback(generation: Generation, asked: Asked) -> Mapping[int, float]:
    """The query's vector moved by 0.3 towards the first three hits (Rocchio 1971)."""
    first = list(asked.found.traces)[:3]
    rows = np.searchsorted(generation.table["id"], np.array(first, np.uint64))
    nearest = generation.codes()[rows].astype(np.float32).mean(axis=0)
    vector = 0.7 * asked.vector[0] + 0.3 * nearest
    vector = (vector / np.linalg.norm(vector))[None]
    cosines = generation.dense_scores(vector, list(asked.found.traces))
    weight = dense_weight(asked.found.dense, asked.found.spread)
    return fuse(cosines, asked.bm25, weight)


ROWS: dict[str, Fused] = {
    "words alone": lambda _, asked: asked.found.lexical,
    "vectors alone": lambda _, asked: asked.found.dense,
    "reciprocal ranks": by_rank,
    "half and half, one-sided candidates count 0": one_sided,
    "half and half, both scores of each": even(0.5),
    "vectors 0.4, both scores": even(0.4),
    "vectors 0.6, both scores": even(0.6),
    "**by how far the nearest stands out, half at 5 (in use)**": standing(5.0),
    "half at 4 deviations": standing(4.0),
    "half at 6 deviations": standing(6.0),
    "30 candidates of each instead of 100": shallow(30),
    "vector moved towards the first three hits": feedback,
}
IN_USE = "**by how far the nearest stands out, half at 5 (in use)**"


def ablated(
    collection: Collection,
    generation: Generation,
    asked: Mapping[str, Asked],
    document_of: Mapping[int, str],
) -> dict[str, float]:
    """nDCG@10 of each row on one collection."""
    scores = {}
    for name, fused in ROWS.items():
        run: Run = {
            query: documents(ordered(fused(generation, one)), document_of)
            for query, one in asked.items()
        }
        scores[name] = float(per_query(collection.qrels, run)["nDCG@10"].mean())
    return scores


def ordered(scores: Mapping[int, float]) -> Ranking:
    """The scores as a ranking."""
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))
