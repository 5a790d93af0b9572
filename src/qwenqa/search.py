"""A query and an index to ordered hits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from qwenqa.ranking import dense_weight, fold, fuse, join, part, ranks, rerank, shown
from qwenqa.types import Group, Hit, Ranking, Scores, Spread, Store, Trace, Vectors

DEPTH = 100
"""Candidates asked of each retriever at least; more when more hits are wanted."""

RERANKED = 30
"""Candidates that a reranker reads, the best by fused score; more when more hits are wanted."""

_MANY = 500_000
"""From so many passages on, words are looked up while the query is encoded and its neighbours are
found. Of fewer, waiting for the interpreter takes longer than a second processor saves."""

Encode = Callable[[], Vectors]
"""Gives the query's vector, of shape (1, dimension)."""

Judge = Callable[[Sequence[str]], Scores]
"""How well each text answers the question that is asked."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Both retrievers' rankings of passages for one query, and the traces in fused order.

    All are by passage id. ``spread`` is that of all cosines with the query,
    ``weight``, from 0 to 1, how much the vectors counted.
    """

    dense: Ranking
    lexical: Ranking
    spread: Spread
    weight: float
    traces: dict[int, Trace]


def candidates(
    store: Store,
    encode: Encode,
    terms: Sequence[Group],
    depth: int = DEPTH,
    sources: Collection[str] | None = None,
) -> Candidates:
    """The ``depth`` best passages of either retriever for a query, ranked by fused scores.

    ``sources`` are the addresses to look in, None is all. Raises what ``encode`` raises.
    """
    by_words = partial(store.lexical_candidates, terms, depth, sources)
    with _beside(by_words) if len(store) >= _MANY else nullcontext(by_words) as lexical_hits:
        vector = encode()
        dense = store.dense_candidates(vector, depth, sources)
        lexical = lexical_hits()
    spread = store.spread(vector)
    weight = dense_weight(dense, spread)
    traces = _traces(store, vector, terms, dense, lexical, weight)
    return Candidates(dense, lexical, spread, weight, traces)


@contextmanager
def _beside(work: Callable[[], Ranking]) -> Iterator[Callable[[], Ranking]]:
    """Do the work in another thread; gives what waits for it."""
    with ThreadPoolExecutor(1) as other:
        yield other.submit(work).result


def _traces(
    store: Store,
    vector: Vectors,
    terms: Sequence[Group],
    dense: Ranking,
    lexical: Ranking,
    weight: float,
) -> dict[int, Trace]:
    """Traces of the union, in fused order.

    What only one retriever found has the other's score too: a passage that is not among the
    nearest has a cosine all the same, and where it counts as 0 the order is worse.
    """
    cosines = {**dense, **store.dense_scores(vector, [one for one in lexical if one not in dense])}
    scores = {
        **lexical,
        **store.lexical_scores(terms, [one for one in dense if one not in lexical]),
    }
    fused = fuse(cosines, scores, weight, store.unencoded(lexical))
    by_vectors = part(cosines, weight)
    nearest, best = ranks(dense), ranks(lexical)
    return {
        id_: Trace(
            cosines.get(id_),
            nearest.get(id_),
            scores.get(id_),
            best.get(id_),
            score,
            dense_part=by_vectors.get(id_, 0.0),
        )
        for id_, score in fused.items()
    }


def search(
    store: Store,
    encode: Encode,
    terms: Sequence[Group],
    k: int,
    sources: Collection[str] | None = None,
    judge: Judge | None = None,
) -> tuple[Candidates, list[Hit]]:
    """The candidates for a query and its terms, and the ``k`` best hits.

    Candidates are the best of either retriever, ranked by their fused scores; near-identical
    passages are one hit, and so are neighbours. ``sources`` are the addresses to look in; None is
    all. A ``judge`` reads the best candidates and orders them.
    """
    retrieved = candidates(store, encode, terms, max(DEPTH, 2 * k), sources)
    if judge:
        retrieved = replace(retrieved, traces=judged(store, retrieved.traces, judge, k))
    return retrieved, hits(store, retrieved.traces, k)


def hits(store: Store, traces: Mapping[int, Trace], k: int) -> list[Hit]:
    """The first ``k`` hits of ordered traces; no text is read but theirs."""
    best = join(fold(store.outlines(list(traces))), traces, k)
    ids = list(chain.from_iterable(cluster.ids for cluster in best))
    passages = dict(zip(ids, store.passages(ids), strict=True))
    return [shown(cluster, passages, traces[cluster.id], store.between) for cluster in best]


def judged(store: Store, traces: dict[int, Trace], judge: Judge, k: int) -> dict[int, Trace]:
    """The traces with the best in the order of a judge, who reads headings too, for ``k`` hits."""
    best = list(traces)[: max(RERANKED, 2 * k)]
    texts = ["\n".join([*passage.headings, passage.text]) for passage in store.passages(best)]
    return rerank(traces, dict(zip(best, map(float, judge(texts)), strict=True)))
