"""Nearest passages by vector: the exact cosines of half-precision vectors, in one order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import faiss
import numpy as np
import numpy.typing as npt

from qwenqa.dense.quantised import Quantised, QuantisedIndex, alone, view
from qwenqa.types import Ranking, Scores, Spread, Vectors

HELD = 50_000
"""Up to so many vectors are all compared exactly; more are found by quantised ones first."""

_SPARE = 16
_FEW = 1_000  # of which each is compared
_FETCHED = 1_024  # at least, by quantised vectors
_SURE = 4.0  # errors of rounding by which what was not looked at lies below what is returned
_PIECE = 16_384
_SAMPLE = 4_096
_USUAL = (0.1, 0.1)  # mean and deviation of the default model's cosines between unrelated texts
_USUAL_COUNTS = 32

Ids: TypeAlias = npt.NDArray[np.uint64]
Rows: TypeAlias = npt.NDArray[np.int64]
Codes: TypeAlias = npt.NDArray[np.float16]
"""float16, shape (n, dimension): unit vectors as they are kept."""

Scored: TypeAlias = tuple[Scores, Rows]
"""Exact cosines and the rows they are of, in no order."""


class DenseIndex:
    """Vectors of passages; row i belongs to the i-th of the ids, which ascend.

    Every returned score is exact. Up to ``HELD`` vectors are held in memory and all compared. Of
    more only quantised ones are held: they are all looked at, and the best are read and compared
    exactly, until none that was not read could come before.
    """

    def __init__(
        self, ids: Ids, read: Callable[[Rows], Codes], quantised: Callable[[], Quantised]
    ) -> None:
        """``read`` gives the vectors of some rows, ``quantised`` those of all."""
        self._ids, self._read = ids, read
        self._near: QuantisedIndex | None = None
        self._in_memory: _Exact | None = None
        # Ids are digests, so that the lowest are a random sample, and the same in every history.
        lowest = read(np.arange(min(len(ids), _SAMPLE)))
        self._sample = lowest.astype(np.float32)
        if len(ids) > HELD:
            self._near = QuantisedIndex(quantised(), lowest.shape[1])
        else:
            codes = read(np.arange(len(ids)))
            self._in_memory, self._read = _Exact(codes), codes.__getitem__

    def __len__(self) -> int:
        """How many passages have a vector."""
        return len(self._ids)

    @property
    def kind(self) -> str:
        """How vectors are searched, for people."""
        if self._near is None:
            return "exact, half precision"
        return "four bits a component, the nearest again in half precision"

    def search(self, vector: Vectors, depth: int, rows: Rows | None = None) -> Ranking:
        """Cosines by id of the ``depth`` nearest, in order, for one query of shape (1, d).

        ``rows`` are the row numbers to look at, all when None. Among equal scores the lowest ids
        are returned, whatever order FAISS finds them in.
        """
        vector = np.ascontiguousarray(vector, np.float32)
        if self._in_memory:
            scores, nearest = self._in_memory.nearest(vector, depth, rows)
        else:
            scores, nearest = self._near_or_all(vector, depth, rows)
        order = np.lexsort((nearest, -scores))[:depth]
        return dict(zip(self._ids[nearest[order]].tolist(), scores[order].tolist(), strict=True))

    def scores(self, vector: Vectors, ids: Sequence[int]) -> Mapping[int, float]:
        """Cosines of the vectors of these ids, those that there are, for one query."""
        asked = np.asarray(ids, np.uint64)
        rows = np.searchsorted(self._ids, asked)
        present = rows < len(self._ids)
        present[present] = self._ids[rows[present]] == asked[present]
        # Row by row: a product of matrices rounds differently with the number of rows.
        cosines = (self._read(rows[present]).astype(np.float32) * vector[0]).sum(axis=1)
        return dict(zip(asked[present].tolist(), cosines.tolist(), strict=True))

    def spread(self, vector: Vectors) -> Spread:
        """Mean and deviation of one query's cosines, over the 4,096 vectors of lowest ids.

        What is usual counts as 32 vectors, since few tell little.
        """
        # A product of matrices would wake NumPy's threads, which takes longer than the product.
        cosines = np.einsum("ij,j->i", self._sample, vector[0])
        mean, deviation = _USUAL
        count = len(cosines) + _USUAL_COUNTS
        mean = (float(cosines.sum()) + _USUAL_COUNTS * mean) / count
        squares = float(((cosines - mean) ** 2).sum()) + _USUAL_COUNTS * deviation**2
        return Spread(mean, (squares / count) ** 0.5)

    def _near_or_all(self, vector: Vectors, depth: int, rows: Rows | None) -> Scored:
        """The nearest by quantised vectors: deeper until none can be missing, or all."""
        within = None if rows is None else _flags(rows, len(self))
        among = len(self) if rows is None else len(rows)
        if not vector.any():  # a question without a vector is equally far from all
            best = np.arange(len(self))[:depth] if rows is None else np.sort(rows)[:depth]
            return np.zeros(len(best), np.float32), best
        fetch = max(_FETCHED, 4 * depth) * len(self) // max(among, 1)
        while among > _FEW and fetch < len(self):
            if nearest := self._nearest(vector, depth, fetch, within):
                return nearest
            fetch *= 4
        return self._all(vector, depth, np.arange(len(self)) if rows is None else rows)

    def _nearest(
        self, vector: Vectors, depth: int, fetch: int, within: npt.NDArray[np.bool_] | None
    ) -> Scored | None:
        """The nearest among the ``fetch`` that are so by quantised vectors, best first.

        They are read until the next one's exact cosine could come before the last that is wanted
        once in 30,000 times; None where all were read until then.
        """
        assert self._near
        inexact, nearest = self._near.search(vector, fetch)
        if within is not None:
            inexact, nearest = inexact[within[nearest]], nearest[within[nearest]]
        margin = _SURE * self._near.error * float(np.linalg.norm(vector))
        scores, step = np.empty(0, np.float32), 2 * depth
        while len(scores) < len(nearest):
            if len(scores) >= depth and inexact[len(scores)] <= _least(scores, depth) - margin:
                return scores, nearest[: len(scores)]
            rows = nearest[len(scores) : len(scores) + step]
            scores = np.append(scores, _Exact(self._read(rows)).cosines(vector))
        return None

    def _all(self, vector: Vectors, depth: int, rows: Rows) -> Scored:
        """The nearest of these rows when each is compared, piece by piece."""
        scores, nearest = np.empty(0, np.float32), np.empty(0, np.int64)
        for at in range(0, len(rows), _PIECE):
            piece = rows[at : at + _PIECE]
            best, places = _Exact(self._read(piece)).nearest(vector, depth)
            scores, nearest = np.append(scores, best), np.append(nearest, piece[places])
        return scores, nearest


class _Exact:
    """Half-precision vectors that FAISS compares where they are."""

    def __init__(self, codes: Codes) -> None:
        self._codes = np.ascontiguousarray(codes)
        self._index = faiss.IndexScalarQuantizer(
            codes.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        # FAISS's half-precision codes are IEEE's, so that vectors go in as they are kept.
        view(self._index, self._codes)

    def nearest(self, vector: Vectors, depth: int, rows: Rows | None = None) -> Scored:
        """The ``depth`` nearest of these rows, or of all, and all that equal the last of them."""
        count = len(self._codes) if rows is None else len(rows)
        chosen = None if rows is None else _only(rows)
        fetch = min(depth + _SPARE, count)
        while fetch:
            alone()
            scores, nearest = self._index.search(vector, fetch, params=chosen)
            tied_at_end = fetch > depth and scores[0, depth - 1] == scores[0, -1]
            if fetch == count or not tied_at_end:
                return scores[0], nearest[0]
            fetch = min(2 * fetch, count)
        return np.empty(0, np.float32), np.empty(0, np.int64)

    def cosines(self, vector: Vectors) -> Scores:
        """The score of each, in their order."""
        cosines = np.empty(len(self._codes), np.float32)
        if len(cosines):
            alone()
            scores, rows = self._index.search(vector, len(cosines))
            cosines[rows[0]] = scores[0]
        return cosines


def _least(scores: Scores, depth: int) -> float:
    """The lowest of the ``depth`` highest."""
    return float(np.partition(scores, -depth)[-depth])


def _flags(rows: Rows, count: int) -> npt.NDArray[np.bool_]:
    flags = np.zeros(count, np.bool_)
    flags[rows] = True
    return flags


def _only(rows: Rows) -> faiss.SearchParameters:
    # FAISS's type hints do not know the argument that its wrapper takes and keeps alive.
    return faiss.SearchParameters(sel=faiss.IDSelectorBatch(rows))  # type: ignore[call-arg]
