"""Vector search agrees with a brute-force one in NumPy, ties and edges included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from unittest import mock

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qwenqa.dense import index as dense
from qwenqa.dense.index import Codes, DenseIndex, Rows
from qwenqa.dense.quantised import QuantisedIndex, error, quantise, turn, width
from qwenqa.types import Vectors

DIMENSION = 8


def brute_force(ids: list[int], vectors: Vectors, query: Vectors, depth: int) -> dict[int, float]:
    """Scores of all, by score descending and then id, cut at the depth."""
    scores = vectors.astype(np.float16).astype(np.float64) @ query.astype(np.float64)
    best = sorted(zip(ids, scores, strict=True), key=lambda pair: (-pair[1], pair[0]))
    return {id_: float(score) for id_, score in best[:depth]}


def built(
    ids: list[int], vectors: Vectors, read: Callable[[Rows], Codes] | None = None
) -> DenseIndex:
    """The index of these vectors as they are kept, by ascending id."""
    order = np.argsort(np.asarray(ids, np.uint64))
    codes = vectors[order].astype(np.float16)
    ordered = np.asarray(ids, np.uint64)[order]
    return DenseIndex(ordered, read or codes.__getitem__, lambda: quantise(codes))


def quantised(ids: list[int], vectors: Vectors) -> DenseIndex:
    """The index that is made of many vectors."""
    with mock.patch.object(dense, "HELD", -1):
        return built(ids, vectors)


@pytest.fixture(autouse=True)
def few() -> Iterator[None]:
    """A search is deep enough when it has found some, so that few vectors take every path."""
    with mock.patch.object(dense, "_FEW", 4), mock.patch.object(dense, "_FETCHED", 4):
        yield


KINDS = {"held": built, "quantised": quantised}


def unit(vectors: Vectors) -> Vectors:
    """The vectors at unit length."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def even(count: int, seed: int = 1) -> Vectors:
    """Directions without any preference, which is the worst case for a search."""
    return unit(np.random.default_rng(seed).standard_normal((count, 384)))


def clustered(count: int, seed: int = 1) -> Vectors:
    """Groups of directions that are near each other, as documents' are."""
    dice = np.random.default_rng(seed)
    middles = dice.standard_normal((count // 50, 384))
    return unit(middles[dice.integers(0, len(middles), count)] + dice.standard_normal((count, 384)))


# Eighths are exact in half precision and in any order of adding, so that ties are real ties.
_eighths = st.lists(st.integers(-4, 4).map(lambda n: n / 8), min_size=DIMENSION, max_size=DIMENSION)


@pytest.mark.parametrize("kind", KINDS)
@given(
    rows=st.lists(_eighths, max_size=60),
    query=_eighths,
    depth=st.integers(1, 70),
    copies=st.integers(1, 4),
    data=st.data(),
)
@example(rows=[], query=[0.125] * DIMENSION, depth=5, copies=1, data=None)
@example(rows=[[0.125] * DIMENSION] * 50, query=[0.125] * DIMENSION, depth=3, copies=2, data=None)
def test_search_is_brute_force(
    kind: str,
    rows: list[list[float]],
    query: list[float],
    depth: int,
    copies: int,
    data: st.DataObject | None,
) -> None:
    """The same ids with the same scores in the same order: ties, k > n and n = 0 included."""
    vectors = np.asarray(rows * copies, dtype=np.float32).reshape(-1, DIMENSION)
    ids = list(range(1, 1 + len(vectors)))
    if data:
        ids = data.draw(st.permutations(ids))
    wanted = np.asarray([query], dtype=np.float32)
    found = KINDS[kind](ids, vectors).search(wanted, depth)
    assert list(found.items()) == list(brute_force(ids, vectors, wanted[0], depth).items())


@pytest.mark.parametrize("kind", KINDS)
def test_real_cosines_agree_within_half_precision(kind: str) -> None:
    """On random unit vectors of a model's size the order is right and scores are close."""
    vectors = even(500, 7)
    ids = [int(one) for one in np.random.default_rng(7).permutation(500) + 1]
    index = KINDS[kind](ids, vectors)
    for row in range(20):
        found = index.search(vectors[row : row + 1], 10)
        expected = brute_force(ids, vectors, vectors[row], 10)
        assert list(found) == list(expected)
        assert list(found.values()) == pytest.approx(list(expected.values()), abs=1e-5)
        assert next(iter(found)) == ids[row]


@pytest.mark.parametrize("vectors", [even(20_000), clustered(20_000)], ids=["even", "clustered"])
@pytest.mark.parametrize("share", [1, 2, 10, 300])
def test_nearly_all_of_the_nearest_are_found(vectors: Vectors, share: int) -> None:
    """Of the hundred nearest of many vectors, or of a part of them: 999 of 1,000."""
    ids = list(range(1, len(vectors) + 1))
    index = quantised(ids, vectors)
    rows = None if share == 1 else np.arange(0, len(vectors), share)
    part = slice(None, None, share)
    found, kept = [], vectors[part].astype(np.float16).astype(np.float32)
    for query in unit(vectors[:20] + 0.5 * even(20, 2)):
        nearest = {1 + share * int(row) for row in np.argsort(-(kept @ query))[:100]}
        hits = index.search(query[None], 100, rows)
        assert len(hits) == len(nearest)
        found.append(len(hits.keys() & nearest) / len(nearest))
    assert np.mean(found) >= 0.999


def test_scores_are_exact_however_a_vector_was_found() -> None:
    """To the last bit those of the search that compares all."""
    vectors = clustered(5_000)
    ids = list(range(1, 5_001))
    near, all_ = quantised(ids, vectors), built(ids, vectors)
    for query in vectors[:10]:
        whole = all_.search(query[None], 5_000)
        assert all(whole[id_] == score for id_, score in near.search(query[None], 50).items())


def test_few_of_many_vectors_are_read() -> None:
    """A question reads some thousand vectors, whatever their number, and opening a sample."""
    vectors, read = clustered(30_000).astype(np.float16), []

    def reading(rows: Rows) -> Codes:
        read.append(len(rows))
        return np.asarray(vectors[rows])

    with mock.patch.object(dense, "HELD", -1):
        index = built(list(range(1, 30_001)), vectors, reading)
    for query in vectors[:10].astype(np.float32):
        index.search(query[None], 100)
    assert sum(read) <= 4_096 + 10 * (1_000 + 4_000)


def test_a_question_without_a_vector_is_as_far_from_all() -> None:
    """It reads nothing, and gives the lowest ids."""
    index = quantised(list(range(1, 301)), even(300))
    none = np.zeros((1, 384), np.float32)
    assert index.search(none, 3) == {1: 0.0, 2: 0.0, 3: 0.0}
    assert index.search(none, 2, np.array([9, 7, 8])) == {8: 0.0, 9: 0.0}


@pytest.mark.parametrize("kind", KINDS)
@given(rows=st.lists(_eighths, max_size=40), query=_eighths, data=st.data())
def test_scores_of_some_are_those_of_the_search(
    kind: str, rows: list[list[float]], query: list[float], data: st.DataObject
) -> None:
    """Whichever are asked for: the cosines of those that have a vector, and nothing else."""
    vectors = np.asarray(rows, dtype=np.float32).reshape(-1, DIMENSION)
    ids = data.draw(st.permutations(range(2**62, 2**62 + len(rows))))
    index, wanted = KINDS[kind](ids, vectors), np.asarray([query], dtype=np.float32)
    asked = data.draw(st.lists(st.sampled_from([*ids, 7]), unique=True)) if ids else [7]
    whole = brute_force(ids, vectors, wanted[0], len(ids))
    assert index.scores(wanted, asked) == {id_: whole[id_] for id_ in asked if id_ in whole}


def test_a_spread_is_that_of_all_cosines_and_of_what_is_usual() -> None:
    """Mean and deviation over the vectors and 32 usual ones, whatever order the vectors are in."""
    random = np.random.default_rng(3)
    vectors = random.normal(size=(200, DIMENSION)).astype(np.float16).astype(np.float32)
    ids, query = list(range(1, 201)), vectors[:1]
    cosines = vectors.astype(np.float64) @ query[0]
    mean = (cosines.sum() + 32 * 0.1) / 232
    deviation = (((cosines - mean) ** 2).sum() / 232 + 32 * 0.1**2 / 232) ** 0.5
    found = built(ids, vectors).spread(query)
    assert found == pytest.approx((mean, deviation), rel=1e-5)
    assert built(ids[::-1], vectors[::-1]).spread(query) == found
    assert quantised(ids, vectors).spread(query) == found
    assert built([], vectors[:0]).spread(query) == pytest.approx((0.1, 0.1))


def test_ids_may_use_63_bits() -> None:
    """Passage ids are larger than a 32-bit or a floating-point number holds."""
    ids = [2**63 - 1, 2**53 + 1]
    found = built(ids, np.eye(2, DIMENSION, dtype=np.float32)).search(
        np.eye(1, DIMENSION, 1, dtype=np.float32), 2
    )
    assert list(found) == [2**53 + 1, 2**63 - 1]


@pytest.mark.parametrize("dimension", [1, 2, 3, 4, 50, 255, 384])
def test_turning_keeps_every_cosine(dimension: int) -> None:
    """It is a rotation, in any number of dimensions, of zeros added behind."""
    vectors = unit(np.random.default_rng(dimension).standard_normal((9, dimension)))
    turned = turn(vectors)
    assert turned.shape == (9, 2 * width(dimension))
    assert np.allclose(turned @ turned.T, vectors @ vectors.T, atol=1e-5)


@pytest.mark.parametrize("lopsided", [False, True], ids=["even", "a few components count"])
def test_rounding_errs_as_much_as_is_said(lopsided: bool) -> None:
    """The cosine with a quantised vector is that of the vector, but for an error of known size."""
    vectors = even(4_000)
    if lopsided:
        vectors = unit(vectors * np.where(np.arange(384) < 24, 20, 1))
    index = QuantisedIndex(quantise(vectors), 384)
    inexact, rows = index.search(vectors[:1], 4_000)
    differences = (vectors[rows] @ vectors[0] - inexact)[1:]
    assert len(rows) == 4_000
    assert abs(differences.mean()) < 0.2 * error(384)
    assert differences.std() == pytest.approx(error(384), rel=0.2)


def test_a_vector_is_rounded_alone() -> None:
    """Whatever vectors stand beside it, its quantised form is the same."""
    vectors = clustered(5_000)
    whole = quantise(vectors)
    assert all(
        (quantise(vectors[row : row + 1]) == whole[row]).all() for row in range(0, 5_000, 99)
    )
