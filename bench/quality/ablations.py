"""What each choice is worth: the same candidates, ranked and shown in other ways.

Called by ``bench/quality/quality.py``. Of the ways to rank, nDCG@10 over the judged queries of each
collection; of the ways to show, how often the first hit is of a relevant document, and the share
of the relevant documents that five hits show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt
from spreading import Spreading, alone, beside, bm25, whole

from qwenqa.evaluation.collection import Collection, Run
from qwenqa.evaluation.metrics import per_query
from qwenqa.evaluation.runs import documents
from qwenqa.index.generation import Generation
from qwenqa.lexical.bm25 import K1, B
from qwenqa.ranking import Cluster, dense_weight, fold, fuse, join, ranks
from qwenqa.search import Candidates
from qwenqa.types import Group, Outline, Ranking, Trace

Fused = Callable[[Generation, "Asked"], Mapping[int, float]]


class Asked:
    """One query's vector, words and candidates, with both scores of each."""

    def __init__(self, vector: np.ndarray, words: Sequence[Group], found: Candidates) -> None:
        self.vector, self.words, self.found = vector, words, found
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


def centred(_: Generation, asked: Asked) -> Mapping[int, float]:
    """Cosines counted from their mean over the index, in the place of from 0."""
    mean = asked.found.spread.mean
    cosines = {id_: cosine - mean for id_, cosine in asked.cosines.items()}
    return fuse(cosines, asked.bm25, asked.found.weight)


def second(share: float) -> Fused:
    """A document's best passage has a share of the score of its second best besides."""

    def fused(generation: Generation, asked: Asked) -> Mapping[int, float]:
        scores = {id_: trace.fused for id_, trace in asked.found.traces.items()}
        documents = generation.table["document"][_places(generation, list(scores))]
        of: dict[int, list[int]] = {}
        for id_, document in zip(scores, documents.tolist(), strict=True):
            of.setdefault(document, []).append(id_)
        more = {ids[0]: share * scores[ids[1]] for ids in of.values() if len(ids) > 1}
        return {id_: score + more.get(id_, 0.0) for id_, score in scores.items()}

    return fused


def worded(
    spreading: Callable[[Generation], Spreading] = lambda _: alone,
    k1: float = K1,
    b: float = B,
    share: float = 1.0,
) -> Fused:
    """BM25 otherwise, as a share of the words' score, the passages' own making the rest."""

    def fused(generation: Generation, asked: Asked) -> Mapping[int, float]:
        ids = list(asked.found.traces)
        scores = bm25(generation, asked.words, spreading(generation), k1, b)
        other = dict(zip(ids, scores[_places(generation, ids)].tolist(), strict=True))
        return fuse(asked.cosines, fuse(other, asked.bm25, share), asked.found.weight)

    return fused


def _places(generation: Generation, ids: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.searchsorted(generation.table["id"], np.array(ids, np.uint64))


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
    "cosines counted from their mean": centred,
    "a tenth of the document's second passage": second(0.1),
    "BM25 with k1 0.9": worded(k1=0.9),
    "BM25 with b 0.4": worded(b=0.4),
    "a quarter of the words beside a passage": worded(lambda of: beside(of, 0.25)),
    "half of BM25 that of the whole document": worded(whole, share=0.5),
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


SEEN, SHOWN = 60, 5
"""Candidates that may be shown or joined, and hits."""

Way = Callable[[Sequence[Outline], Mapping[int, Trace]], list[Cluster]]
"""What the hits show that are made of ordered passages."""


def apart(outlines: Sequence[Outline]) -> list[Cluster]:
    """Each passage as a hit of its own."""
    return [Cluster(one.id, rank, (one,)) for rank, one in enumerate(outlines, start=1)]


AS_SHOWN: dict[str, Way] = {
    "as it is": lambda those, traces: join(fold(those), traces, SHOWN),
    "neighbours stay apart": lambda those, _: list(islice(fold(those), SHOWN)),
    "copies stay apart": lambda those, traces: join(apart(those), traces, SHOWN),
}


def shown(
    collection: Collection,
    generation: Generation,
    asked: Mapping[str, Asked],
    document_of: Mapping[int, str],
) -> dict[str, tuple[float, float]]:
    """Of each way to show: hit@1, and the share of the relevant documents in five hits.

    A hit is of the documents of its passages, near-identical ones too.
    """
    values: dict[str, list[tuple[float, float]]] = {name: [] for name in AS_SHOWN}
    for query, one in asked.items():
        traces = one.found.traces
        outlines = generation.outlines(list(traces)[:SEEN])
        relevant = {key for key, relevance in collection.qrels[query].items() if relevance > 0}
        for name, way in AS_SHOWN.items():
            hits = way(outlines, traces)
            held = [relevant & {document_of[id_] for id_ in hit.ids} for hit in hits]
            values[name].append((bool(held[0]), len(set().union(*held)) / len(relevant)))
    return {name: tuple(np.mean(those, axis=0).tolist()) for name, those in values.items()}
