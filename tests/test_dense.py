"""Vector search agrees with a brute-force one in NumPy, ties and edges included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qwenqa.dense import DenseIndex
from qwenqa.types import Vectors

DIMENSION = 8


def brute_force(ids: list[int], vectors: Vectors, query: Vectors, depth: int) -> dict[int, float]:
    """Scores of all, by score descending and then id, cut at the depth."""
    scores = vectors.astype(np.float16).astype(np.float64) @ query.astype(np.float64)
    best = sorted(zip(ids, scores, strict=True), key=lambda pair: (-pair[1], pair[0]))
    return {id_: float(score) for id_, score in best[:depth]}


def built(ids: list[int], vectors: Vectors) -> DenseIndex:
    """The index of these vectors as they are kept."""
    return DenseIndex(np.asarray(ids, dtype=np.uint64), vectors.astype(np.float16))


# Eighths are exact in half precision and in any order of adding, so that ties are real ties.
_eighths = st.lists(st.integers(-4, 4).map(lambda n: n / 8), min_size=DIMENSION, max_size=DIMENSION)


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
    rows: list[list[float]], query: list[float], depth: int, copies: int, data: st.DataObject | None
) -> None:
    """The same ids with the same scores in the same order: ties, k > n and n = 0 included."""
    vectors = np.asarray(rows * copies, dtype=np.float32).reshape(-1, DIMENSION)
    ids = list(range(1, 1 + len(vectors)))
    if data:
        ids = data.draw(st.permutations(ids))
    wanted = np.asarray([query], dtype=np.float32)
    found = built(ids, vectors).search(wanted, depth)
    assert list(found.items()) == list(brute_force(ids, vectors, wanted[0], depth).items())


def test_real_cosines_agree_within_half_precision() -> None:
    """On random unit vectors of a model's size the order is right and scores are close."""
    random = np.random.default_rng(7)
    vectors = random.normal(size=(500, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [int(one) for one in random.permutation(500) + 1]
    index = built(ids, vectors)
    for row in range(20):
        found = index.search(vectors[row : row + 1], 10)
        expected = brute_force(ids, vectors, vectors[row], 10)
        assert list(found) == list(expected)
        assert list(found.values()) == pytest.approx(list(expected.values()), abs=1e-5)
        assert next(iter(found)) == ids[row]


@given(rows=st.lists(_eighths, max_size=40), query=_eighths, data=st.data())
def test_scores_of_some_are_those_of_the_search(
    rows: list[list[float]], query: list[float], data: st.DataObject
) -> None:
    """Whichever are asked for: the cosines of those that have a vector, and nothing else."""
    vectors = np.asarray(rows, dtype=np.float32).reshape(-1, DIMENSION)
    ids = data.draw(st.permutations(range(2**62, 2**62 + len(rows))))
    index, wanted = built(ids, vectors), np.asarray([query], dtype=np.float32)
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
    assert built([], vectors[:0]).spread(query) == pytest.approx((0.1, 0.1))


def test_ids_may_use_63_bits() -> None:
    """Passage ids are larger than a 32-bit or a floating-point number holds."""
    ids = [2**63 - 1, 2**53 + 1]
    found = built(ids, np.eye(2, DIMENSION, dtype=np.float32)).search(
        np.eye(1, DIMENSION, 1, dtype=np.float32), 2
    )
    assert list(found) == [2**53 + 1, 2**63 - 1]
