"""Fusion is the arithmetic written here; near-identical passages are one hit; one order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwenqa.ranking import BESIDE, MOST_JOINED, dense_weight, fold, fuse, join, ordered
from qwenqa.search import candidates, search
from qwenqa.types import (
    Group,
    Hit,
    Passage,
    Ranking,
    ReaderIdentity,
    Source,
    Span,
    Spread,
    Trace,
    Vectors,
)

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
    fused = fuse({1: 0.8, 2: 0.4, 3: -0.2}, {2: 10.0, 4: 5.0})
    assert fused == pytest.approx(
        {2: 0.5 * 0.4 / 0.8 + 0.5 * 10 / 10, 1: 0.5, 4: 0.5 * 5 / 10, 3: 0.0}
    )
    assert list(fused) == [2, 1, 4, 3]


@given(dense=_scores, lexical=_counts, weight=st.floats(0, 1))
def test_fusion_for_any_scores(
    dense: dict[int, float], lexical: dict[int, float], weight: float
) -> None:
    """The union of both, each by the formula, between 0 and 1, by score and then id."""
    fused = fuse(dense, lexical, weight)
    assert fused.keys() == dense.keys() | lexical.keys()
    top, most = max(dense.values(), default=0), max(lexical.values(), default=0)
    for id_, score in fused.items():
        share = weight * max(0, dense.get(id_, 0)) / top if top > 0 else 0
        share += (1 - weight) * lexical.get(id_, 0) / most if most > 0 else 0
        assert score == pytest.approx(share)
        assert 0 <= score <= 1 + 1e-9
    assert list(fused) == sorted(fused, key=lambda id_: (-fused[id_], id_))


def test_vectors_weigh_by_how_far_the_nearest_stands_out() -> None:
    """The weight is z / (z + 5): half at five deviations, less where all are alike."""
    assert dense_weight({1: 0.7, 2: 0.3}, Spread(0.2, 0.1)) == pytest.approx(5 / 10)
    assert dense_weight({1: 0.5}, Spread(0.2, 0.1)) == pytest.approx(3 / 8)
    assert dense_weight({1: 0.1}, Spread(0.2, 0.1)) == 0
    assert dense_weight({}, Spread(0.2, 0.1)) == 0


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
    hits = fold(passages, traces)
    assert [hit.passage.id for hit in hits] == [1, 3, 4, 5]
    assert [hit.rank for hit in hits] == [1, 2, 3, 4]
    assert [one.id for one in hits[0].also_in] == [2]
    assert hits[0].score == traces[1].fused


def _beside(first: Passage, second: Passage) -> str | None:
    """Of passages of one line of words: a line end where the second begins one place later."""
    one_source = first.source.address == second.source.address
    return "\n" if one_source and second.start == first.end + 1 else None


def _line(*texts: str) -> list[Passage]:
    """The lines of one document as passages, with ids from one."""
    line, start = [], 0
    for id_, text in enumerate(texts, start=1):
        one = replace(passage(id_, text), source=Source("a.txt", "0" * 64, 1), start=start)
        span = Span(start, start + len(text))
        line.append(replace(one, end=span.end, lines=(id_, id_), sentences=(span,)))
        start = span.end + 1
    return line


def _ranked(passages: Sequence[Passage], **fused: float) -> list[Hit]:
    """The passages of these ids ("p1") as hits, by their fused scores."""
    scores = ordered({int(name[1:]): score for name, score in fused.items()})
    traces = {id_: Trace(None, None, None, None, score) for id_, score in scores.items()}
    return fold([passages[id_ - 1] for id_ in scores], traces)


def test_neighbours_are_one_hit() -> None:
    """The better one ranks, the text is that of the document, both are named in their order."""
    texts = ["The owl hunts.", "It sleeps by day.", "Far away."]
    first, second, _ = line = _line(*texts)
    one, other = join(_ranked(line, p2=0.9, p1=0.8, p3=0.1), _beside, 5)
    document = "\n".join(texts)
    assert one.passage.text == document[one.passage.start : one.passage.end]
    assert (one.passage.start, one.passage.end, one.passage.lines) == (0, second.end, (1, 2))
    assert one.passage.sentences == (*first.sentences, *second.sentences)
    assert (one.parts, one.ranked) == ((first, second), second)
    assert (one.passage.id, one.score, one.rank, other.rank) == (2, 0.9, 1, 2)
    assert other.parts == (other.passage,)
    assert other.joins == ()


def test_only_good_neighbours_are_joined() -> None:
    """What has BESIDE of the score or less stays apart, and so does what is of another source."""
    line = _line("a b", "c d", "e f")
    apart = join(_ranked(line, p1=1.0, p2=BESIDE, p3=0.1), _beside, 5)
    assert [len(hit.parts) for hit in apart] == [1, 1, 1]
    other = replace(line[1], source=Source("b.txt", "0" * 64, 1))
    assert len(join(_ranked([line[0], other], p1=1.0, p2=0.99), _beside, 5)) == 2


def test_a_late_neighbour_closes_a_gap() -> None:
    """Two hits are one when what stands between them is found too, up to the most there may be."""
    line = _line("a b", "c d", "e f", "g h")
    (one, other) = join(_ranked(line, p1=1.0, p3=0.95, p2=0.9, p4=0.85), _beside, 5)
    assert [part.id for part in one.parts] == [1, 2, 3]
    assert len(one.parts) == MOST_JOINED
    assert (one.rank, one.passage.id, other.passage.id, other.rank) == (1, 1, 4, 2)


@given(
    scores=st.lists(st.floats(0.015625, 1, width=32), min_size=8, max_size=8),
    k=st.integers(1, 8),
)
def test_what_is_joined_does_not_depend_on_how_many_are_asked(scores: list[float], k: int) -> None:
    """The first k hits are the beginning of all hits; each passage is in one; by best score."""
    line = _line(*(f"word{n} text" for n in range(8)))
    hits = _ranked(line, **{f"p{n}": score for n, score in enumerate(scores, start=1)})
    whole = join(hits, _beside, 8)
    assert join(hits, _beside, k) == whole[:k]
    assert sorted(part.id for hit in whole for part in hit.parts) == list(range(1, 9))
    assert all(hit.score == max(scores[part.id - 1] for part in hit.parts) for hit in whole)
    assert [hit.score for hit in whole] == sorted((hit.score for hit in whole), reverse=True)


def test_twins_of_what_is_joined_stay_named() -> None:
    """A hit tells of every source that has the words of one of its passages."""
    line = _line("a b", "c d")
    twins = [replace(one, id=one.id + 2, source=Source("b.txt", "0" * 64, 1)) for one in line]
    (one,) = join(_ranked([*line, *twins], p1=1.0, p2=0.95, p3=0.94, p4=0.93), _beside, 5)
    assert [twin.id for twin in one.also_in] == [3, 4]


class _Held:
    """A store of passages with these cosines and BM25 scores, the same ones if not told."""

    def __init__(
        self,
        texts: Sequence[str],
        dense: Mapping[int, float] | None = None,
        lexical: Mapping[int, float] | None = None,
    ) -> None:
        self.held = {n: passage(n, text) for n, text in enumerate(texts, start=1)}
        self.dense = dense if dense is not None else {n: 1 / n for n in self.held}
        self.lexical = lexical if lexical is not None else {n: 1 / n for n in self.held}

    def dense_candidates(
        self, vector: Vectors, depth: int, sources: Collection[str] | None = None
    ) -> Ranking:
        return dict(list(ordered(self.dense).items())[:depth])

    def lexical_candidates(
        self, terms: Sequence[Group], depth: int, sources: Collection[str] | None = None
    ) -> Ranking:
        return dict(list(ordered(self.lexical).items())[:depth])

    def dense_scores(self, vector: Vectors, ids: Sequence[int]) -> Mapping[int, float]:
        return {id_: self.dense[id_] for id_ in ids if id_ in self.dense}

    def lexical_scores(self, terms: Sequence[Group], ids: Sequence[int]) -> Mapping[int, float]:
        return {id_: self.lexical[id_] for id_ in ids if id_ in self.lexical}

    def spread(self, vector: Vectors) -> Spread:
        return Spread(0.0, 0.1)

    def unencoded(self, ids: Collection[int]) -> Collection[int]:
        return ()

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        return [replace(self.held[id_]) for id_ in ids]

    def between(self, first: Passage, second: Passage) -> str | None:
        return None


_ALL = range(1, 31)


@given(
    dense=st.lists(st.floats(-1, 1, width=32), min_size=30, max_size=30),
    lexical=st.lists(st.floats(0.0, 30, width=32), min_size=30, max_size=30),
    depth=st.integers(1, 30),
)
def test_what_one_retriever_finds_has_both_scores(
    dense: list[float], lexical: list[float], depth: int
) -> None:
    """Among the candidates the order is that of a fusion of all scores of all passages."""
    cosines = dict(zip(_ALL, dense, strict=True))
    bm25 = {id_: score for id_, score in zip(_ALL, lexical, strict=True) if score}
    store = _Held(["text"] * 30, cosines, bm25)
    found = candidates(store, np.zeros((1, 2), np.float32), [], depth)
    whole = fuse(cosines, bm25, found.weight)
    assert list(found.traces) == [id_ for id_ in whole if id_ in found.traces]
    assert found.traces.keys() == found.dense.keys() | found.lexical.keys()
    for id_, trace in found.traces.items():
        assert (trace.cosine, trace.bm25) == (cosines[id_], bm25.get(id_))
        assert (trace.dense_rank is None) == (id_ not in found.dense)
        assert (trace.lexical_rank is None) == (id_ not in found.lexical)
        assert trace.fused == whole[id_]


@pytest.mark.parametrize("k", [1, 5, 100, 1000])
def test_twins_do_not_use_up_the_hits(k: int) -> None:
    """As many different hits as there are are given, however many copies stand between them."""
    store = _Held(["same words"] * 90 + [f"other {n}" for n in range(50)])
    _, hits = search(store, np.zeros((1, 2), np.float32), [], k)
    held = min(140, max(100, 2 * k)) - 89
    assert len(hits) == min(k, held)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))


def test_passages_without_a_vector_count_by_their_words() -> None:
    """What is not encoded yet is not pushed down by what is."""
    fused = fuse({1: 0.9}, {1: 2.0, 2: 4.0, 3: 1.0}, unencoded={2, 3})
    assert list(fused.items()) == [(2, 1.0), (1, 0.75), (3, 0.25)]
