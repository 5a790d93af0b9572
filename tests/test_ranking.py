"""Fusion is the arithmetic written here; near-identical passages are one hit; one order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwenqa.ranking import fold, fuse, ordered
from qwenqa.search import search
from qwenqa.types import Passage, Ranking, ReaderIdentity, Source, Trace, Vectors

_scores = st.dictionaries(st.integers(1, 30), st.floats(-1, 1, width=32), max_size=20)
_counts = st.dictionaries(st.integers(1, 30), st.floats(0.015625, 30, width=32), max_size=20)


def passage(id_: int, text: str) -> Passage:
    """A passage of which only id and text matter."""
    return Passage(
        id=id_,
        source=Source(f"{id_}.txt", "0" * 64, len(text)),
        reader=ReaderIdentity("plain", 1),
        start=0,
        end=len(text),
        text=text,
        title="",
        headings=(),
        lines=(1, 1),
        places=(),
        sentences=(),
        digest="",
        cut=False,
    )


def test_fusion_is_half_and_half_of_shares_of_the_best() -> None:
    """By hand: 0.5 * cosine / 0.8 + 0.5 * bm25 / 10, absent and negative ones counting 0."""
    traces = fuse({1: 0.8, 2: 0.4, 3: -0.2}, {2: 10.0, 4: 5.0})
    assert {id_: one.fused for id_, one in traces.items()} == pytest.approx(
        {2: 0.5 * 0.4 / 0.8 + 0.5 * 10 / 10, 1: 0.5, 4: 0.5 * 5 / 10, 3: 0.0}
    )
    assert list(traces) == [2, 1, 4, 3]
    assert traces[2] == Trace(0.4, 2, 10.0, 1, traces[2].fused)
    assert traces[4] == Trace(None, None, 5.0, 2, traces[4].fused)


@given(dense=_scores, lexical=_counts, weight=st.floats(0, 1))
def test_fusion_for_any_scores(
    dense: dict[int, float], lexical: dict[int, float], weight: float
) -> None:
    """The union of both, each by the formula, between 0 and 1, by score and then id."""
    traces = fuse(ordered(dense), ordered(lexical), weight)
    assert traces.keys() == dense.keys() | lexical.keys()
    top, most = max(dense.values(), default=0), max(lexical.values(), default=0)
    for id_, trace in traces.items():
        share = weight * max(0, dense.get(id_, 0)) / top if top > 0 else 0
        share += (1 - weight) * lexical.get(id_, 0) / most if most > 0 else 0
        assert trace.fused == pytest.approx(share)
        assert 0 <= trace.fused <= 1 + 1e-9
        assert (trace.cosine, trace.bm25) == (dense.get(id_), lexical.get(id_))
    assert list(traces) == sorted(traces, key=lambda id_: (-traces[id_].fused, id_))


@given(scores=_scores, seed=st.randoms())
def test_one_order_whatever_came_first(scores: dict[int, float], seed: object) -> None:
    """Score descending, then id, however the scores were collected."""
    shuffled = dict(reversed(scores.items()))
    assert list(ordered(scores).items()) == list(ordered(shuffled).items())


def test_near_identical_passages_are_one_hit() -> None:
    """Case, punctuation and white space make no difference; one other word does."""
    texts = ["The owl hunts.", "the  owl\nHunts!", "The owl hunted.", "…", "🙂"]
    passages = [passage(n, text) for n, text in enumerate(texts, start=1)]
    traces = {n: Trace(None, None, None, None, 1 - n / 10) for n in range(1, 6)}
    hits = fold(passages, traces, 10)
    assert [hit.passage.id for hit in hits] == [1, 3, 4, 5]
    assert [hit.rank for hit in hits] == [1, 2, 3, 4]
    assert [one.id for one in hits[0].also_in] == [2]
    assert hits[0].score == traces[1].fused
    assert len(fold(passages, traces, 2)) == 2


class _Held:
    """A store of passages with the same scores in both rankings."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.held = {n: passage(n, text) for n, text in enumerate(texts, start=1)}
        self.scores = {n: 1 / n for n in self.held}

    def dense_candidates(
        self, vector: Vectors, depth: int, sources: Collection[str] | None = None
    ) -> Ranking:
        return dict(list(self.scores.items())[:depth])

    def lexical_candidates(
        self, terms: Sequence[str], depth: int, sources: Collection[str] | None = None
    ) -> Ranking:
        return dict(list(self.scores.items())[:depth])

    def unencoded(self, ids: Collection[int]) -> Collection[int]:
        return ()

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        return [replace(self.held[id_]) for id_ in ids]


@pytest.mark.parametrize("k", [1, 5, 100, 1000])
def test_twins_do_not_use_up_the_hits(k: int) -> None:
    """As many different hits as there are are given, however many copies stand between them."""
    store = _Held(["same words"] * 90 + [f"other {n}" for n in range(50)])
    hits = search(store, np.zeros((1, 2), np.float32), [], k)
    held = min(140, max(100, 2 * k)) - 89
    assert len(hits) == min(k, held)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))


def test_passages_without_a_vector_count_by_their_words() -> None:
    """What is not encoded yet is not pushed down by what is."""
    traces = fuse({1: 0.9}, {1: 2.0, 2: 4.0, 3: 1.0}, unencoded={2, 3})
    assert [(id_, trace.fused) for id_, trace in traces.items()] == [(2, 1.0), (1, 0.75), (3, 0.25)]
