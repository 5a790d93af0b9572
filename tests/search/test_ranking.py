"""Fusion is the arithmetic written here; near-identical passages are one hit; one order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qwenqa.ranking import (
    BESIDE,
    MOST_JOINED,
    Cluster,
    dense_weight,
    fold,
    fuse,
    join,
    likeness,
    ordered,
    shown,
    words,
)
from qwenqa.search import candidates, judged, search
from qwenqa.types import (
    Group,
    Outline,
    Passage,
    Ranking,
    ReaderIdentity,
    Scores,
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
    clusters = list(
        fold(Outline(n, n, 0, likeness(text), False) for n, text in enumerate(texts, 1))
    )
    assert [cluster.id for cluster in clusters] == [1, 3, 4, 5]
    assert [cluster.rank for cluster in clusters] == [1, 2, 3, 4]
    assert clusters[0].twins == (2,)
    # The one that comes first is the best, whatever its id.
    (only,) = fold(Outline(n, n, 0, likeness("owl"), False) for n in (3, 1, 2))
    assert (only.id, only.twins) == (3, (1, 2))


@given(one=st.text("aA.\n 5ß🙂", max_size=5), other=st.text("aA.\n 5ß🙂", max_size=5))
def test_likeness_is_that_of_the_words(one: str, other: str) -> None:
    """Two texts have the same likeness when they have the same words, and else another."""
    assert (likeness(one) == likeness(other)) == (words(one) == words(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ｑｗｅｎ３", "qwen3"), ("Cafe\u0301", "café"), ("㎏ ②", "kg 2")],
)
def test_one_word_in_two_forms_of_unicode_is_one_word(one: str, other: str) -> None:
    """Wide letters, signs of several letters, and accents of their own make no other passage."""
    assert one.casefold() != other.casefold()
    assert words(one) == words(other)
    assert likeness(one) == likeness(other)


def _line(count: int, document: int = 1, first: int = 1) -> list[Outline]:
    """The passages of one document, side by side, all different, with ids from ``first``."""
    return [Outline(first + n, document, n, first + n, n > 0) for n in range(count)]


def _clusters(
    outlines: Sequence[Outline], **fused: float
) -> tuple[list[Cluster], dict[int, Trace]]:
    """The passages of these ids ("p1"), folded, by their fused scores, and their traces."""
    scores = ordered({int(name[1:]): score for name, score in fused.items()})
    by_id = {outline.id: outline for outline in outlines}
    traces = {id_: Trace(None, None, None, None, score) for id_, score in scores.items()}
    return list(fold(by_id[id_] for id_ in scores)), traces


def _parts(clusters: Iterable[Cluster]) -> list[list[int]]:
    return [[part.id for part in cluster.parts] for cluster in clusters]


def test_neighbours_are_one_hit() -> None:
    """The better one ranks, the text is that of the document, both are named in their order."""
    texts = ["The owl hunts.", "It sleeps by day.", "Far away."]
    document = "\n".join(texts)
    first, second, third = passages = _lines_of(*texts)
    clusters, traces = _clusters(_line(3), p2=0.9, p1=0.8, p3=0.1)
    held = {one.id: one for one in passages}
    one, other = (
        shown(cluster, held, traces[cluster.id], lambda *_: "\n")
        for cluster in join(clusters, traces, 5)
    )
    assert one.passage.text == document[one.passage.start : one.passage.end]
    assert (one.passage.start, one.passage.end, one.passage.lines) == (0, second.end, (1, 2))
    assert one.passage.sentences == (*first.sentences, *second.sentences)
    assert (one.parts, one.ranked) == ((first, second), second)
    assert (one.passage.id, one.score, one.rank, other.rank) == (2, 0.9, 1, 2)
    assert (other.parts, other.passage) == ((other.passage,), third)
    assert other.joins == ()


def _lines_of(*texts: str) -> list[Passage]:
    """The lines of one document as passages, with ids from one."""
    line, start = [], 0
    for id_, text in enumerate(texts, start=1):
        one = replace(passage(id_, text), source=Source("a.txt", "0" * 64, 1), start=start)
        span = Span(start, start + len(text))
        line.append(replace(one, end=span.end, lines=(id_, id_), sentences=(span,)))
        start = span.end + 1
    return line


def test_only_good_neighbours_are_joined() -> None:
    """What has BESIDE of the score or less stays apart, and so do words between and sources."""
    line = _line(3)
    assert _parts(join(*_clusters(line, p1=1.0, p2=BESIDE, p3=0.1), 5)) == [[1], [2], [3]]
    for other in (line[1]._replace(document=2), line[1]._replace(beside=False), line[2]):
        clusters, traces = _clusters([line[0], other], p1=1.0, **{f"p{other.id}": 0.99})
        assert len(join(clusters, traces, 5)) == 2


def test_a_late_neighbour_closes_a_gap() -> None:
    """Two hits are one when what stands between them is found too, up to the most there may be."""
    (one, other) = join(*_clusters(_line(4), p1=1.0, p3=0.95, p2=0.9, p4=0.85), 5)
    assert _parts([one, other]) == [[1, 2, 3], [4]]
    assert len(one.parts) == MOST_JOINED
    assert (one.rank, one.id, other.rank) == (1, 1, 2)


@given(
    scores=st.lists(st.floats(0.015625, 1, width=32), min_size=8, max_size=8),
    k=st.integers(1, 8),
)
def test_what_is_joined_does_not_depend_on_how_many_are_asked(scores: list[float], k: int) -> None:
    """The first k hits are the beginning of all hits; each passage is in one; by best score."""
    clusters, traces = _clusters(_line(8), **{f"p{n}": one for n, one in enumerate(scores, 1)})
    whole = join(clusters, traces, 8)
    assert join(clusters, traces, k) == whole[:k]
    assert sorted(id_ for one in whole for id_ in one.ids) == list(range(1, 9))
    best = [traces[one.id].fused for one in whole]
    assert best == [max(scores[id_ - 1] for id_ in one.ids) for one in whole]
    assert best == sorted(best, reverse=True)


@example(
    [1.0, 0.95, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0, 0.0], [1, 5, 2, 3, 4, 6, 7, 8, 9], [*range(9)], 1
)
@given(
    scores=st.lists(st.floats(0, 1, width=32), min_size=9, max_size=9),
    order=st.permutations(range(1, 10)),
    likeness=st.lists(st.integers(1, 7), min_size=9, max_size=9),
    k=st.integers(1, 9),
)
def test_a_reranked_order_is_joined_alike(
    scores: list[float], order: list[int], likeness: list[int], k: int
) -> None:
    """The first k of all hits, also where fused scores do not fall and passages have twins."""
    line = [one._replace(likeness=of) for one, of in zip(_line(9), likeness, strict=True)]
    traces = {id_: Trace(None, None, None, None, scores[id_ - 1]) for id_ in order}
    clusters = list(fold(line[id_ - 1] for id_ in order))
    assert join(clusters, traces, k) == join(clusters, traces, 9)[:k]


_standing = st.tuples(st.integers(0, 2), st.integers(0, 5))


@given(
    places=st.lists(_standing, unique=True, max_size=12),
    beside=st.frozensets(_standing),
    scores=st.lists(st.sampled_from([1.0, 0.9, 0.85, 0.7, 0.5]), min_size=12, max_size=12),
)
def test_joining_is_that_of_every_pair(
    places: list[tuple[int, int]], beside: frozenset[tuple[int, int]], scores: list[float]
) -> None:
    """Looking at both sides of a cluster gives what trying it with each other one gives."""
    outlines = [Outline(n, *at, n, at in beside) for n, at in enumerate(places, start=1)]
    clusters, traces = _clusters(
        outlines, **{f"p{outline.id}": scores[outline.id - 1] for outline in outlines}
    )
    apart: dict[int, Cluster] = {}
    for cluster in clusters:
        whole = cluster
        for rank in sorted(apart):
            if one := _together(apart[rank], whole, traces):
                del apart[rank]
                whole = one
        apart[whole.rank] = whole
    expected = _parts(apart[rank] for rank in sorted(apart))
    assert _parts(join(clusters, traces, len(clusters))) == expected


def _together(one: Cluster, other: Cluster, traces: Mapping[int, Trace]) -> Cluster | None:
    """Two clusters as one if one ends where the other begins and nothing forbids it."""
    first, second = sorted((one, other), key=lambda it: it.parts[0][1:3])
    best, worse = sorted((one, other), key=lambda it: it.rank)
    last, next_ = first.parts[-1], second.parts[0]
    if (
        (last.document, last.number + 1) != (next_.document, next_.number)
        or not next_.beside
        or len(one.parts) + len(other.parts) > MOST_JOINED
        or traces[worse.id].fused <= BESIDE * traces[best.id].fused
    ):
        return None
    return best._replace(parts=first.parts + second.parts, twins=best.twins + worse.twins)


def test_twins_of_what_is_joined_stay_named() -> None:
    """A hit tells of every source that has the words of one of its passages."""
    line = _line(2)
    twins = [one._replace(id=one.id + 2, document=2) for one in line]
    clusters, traces = _clusters([*line, *twins], p1=1.0, p2=0.95, p3=0.94, p4=0.93)
    (one,) = join(clusters, traces, 5)
    assert one.twins == (3, 4)


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

    def __len__(self) -> int:
        return len(self.held)

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

    def outlines(self, ids: Sequence[int]) -> list[Outline]:
        return [Outline(id_, id_, 0, likeness(self.held[id_].text), False) for id_ in ids]

    def between(self, first: int, second: int) -> str:
        raise AssertionError("no two of these stand side by side")


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
    found = candidates(store, lambda: np.zeros((1, 2), np.float32), [], depth)
    whole = fuse(cosines, bm25, found.weight)
    assert list(found.traces) == [id_ for id_ in whole if id_ in found.traces]
    assert found.traces.keys() == found.dense.keys() | found.lexical.keys()
    for id_, trace in found.traces.items():
        assert (trace.cosine, trace.bm25) == (cosines[id_], bm25.get(id_))
        assert (trace.dense_rank is None) == (id_ not in found.dense)
        assert (trace.lexical_rank is None) == (id_ not in found.lexical)
        assert trace.fused == whole[id_]


def test_searching_in_two_threads_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in one; and what fails in either is raised."""
    store = _Held(["text"] * 9, lexical={4: 2.0, 7: 1.0})
    alone = candidates(store, lambda: np.zeros((1, 2), np.float32), [], 3)
    monkeypatch.setattr("qwenqa.search._MANY", len(store))
    assert candidates(store, lambda: np.zeros((1, 2), np.float32), [], 3) == alone
    with pytest.raises(KeyError):
        candidates(store, lambda: {}["no vector"], [], 3)
    monkeypatch.setattr(_Held, "lexical_candidates", lambda *_: next(iter(())))
    with pytest.raises(StopIteration):
        candidates(store, lambda: np.zeros((1, 2), np.float32), [], 3)


@pytest.mark.parametrize("k", [1, 5, 100, 1000])
def test_twins_do_not_use_up_the_hits(k: int) -> None:
    """As many different hits as there are are given, however many copies stand between them."""
    store = _Held(["same words"] * 90 + [f"other {n}" for n in range(50)])
    _, hits = search(store, lambda: np.zeros((1, 2), np.float32), [], k)
    held = min(140, max(100, 2 * k)) - 89
    assert len(hits) == min(k, held)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))


@pytest.mark.parametrize(("k", "expected"), [(1, 3), (2, 4), (3, 6)])
def test_twice_as_many_are_judged_as_hits_are_wanted(
    monkeypatch: pytest.MonkeyPatch, k: int, expected: int
) -> None:
    """And never fewer than the constant, since some are joined or folded; the rest follows."""
    monkeypatch.setattr("qwenqa.search.RERANKED", 3)
    store = _Held([f"Text {n}." for n in range(1, 10)])
    traces = {n: Trace(None, None, None, None, 1 / n) for n in store.held}
    read: list[str] = []

    def judge(texts: Sequence[str]) -> Scores:
        read.extend(texts)
        return np.arange(len(texts), dtype=np.float32)

    found = judged(store, traces, judge, k)  # type: ignore[arg-type]
    assert read == [f"Text {n}." for n in range(1, expected + 1)]
    assert list(found) == [*range(expected, 0, -1), *range(expected + 1, 10)]


def test_passages_without_a_vector_count_by_their_words() -> None:
    """What is not encoded yet is not pushed down by what is."""
    fused = fuse({1: 0.9}, {1: 2.0, 2: 4.0, 3: 1.0}, unencoded={2, 3})
    assert list(fused.items()) == [(2, 1.0), (1, 0.75), (3, 0.25)]
