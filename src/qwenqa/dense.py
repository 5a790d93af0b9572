"""Nearest passages by vector: an exact FAISS index of half-precision vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import faiss
import numpy as np
import numpy.typing as npt

from qwenqa.types import Ranking, Spread, Vectors

KIND = "exact, half precision"
_SPARE = 16
_SAMPLE = 4_096
_USUAL = (0.1, 0.1)  # mean and deviation of the default model's cosines between unrelated texts
_USUAL_COUNTS = 32

Ids = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]
Codes = npt.NDArray[np.float16]
"""float16, shape (n, dimension): unit vectors as they are kept."""


class DenseIndex:
    """Vectors of passages, searched exhaustively; row i belongs to the i-th of the ids."""

    def __init__(self, ids: Ids, codes: Codes) -> None:
        """Join ids, shape (n,), to as many vectors."""
        self._ids = ids
        self._index = faiss.IndexScalarQuantizer(
            codes.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        # FAISS's half-precision codes are IEEE's, so vectors go in as they are kept.
        faiss.copy_array_to_vector(codes.reshape(-1).view(np.uint8), self._index.codes)
        self._index.ntotal = len(codes)
        self._by_id = np.argsort(ids, kind="stable")
        self._ordered = ids[self._by_id]
        # Ids are digests, so that the lowest are a random sample, and the same in every history.
        self._sample = self._vectors(self._by_id[:_SAMPLE])

    def __len__(self) -> int:
        """How many passages have a vector."""
        return len(self._ids)

    def search(self, vector: Vectors, depth: int, rows: Rows | None = None) -> Ranking:
        """Cosines by id of the ``depth`` nearest, in order, for one query of shape (1, d).

        ``rows`` are the row numbers to look at, all when None. Among equal scores the lowest ids
        are returned, whatever order FAISS finds them in.
        """
        count = len(self._ids) if rows is None else len(rows)
        chosen = None if rows is None else _only(rows)
        fetch = min(depth + _SPARE, count)
        while fetch > 0:
            scores, rows = self._index.search(np.ascontiguousarray(vector), fetch, params=chosen)
            tied_at_end = fetch > depth and scores[0, depth - 1] == scores[0, -1]
            if fetch == count or not tied_at_end:
                found = sorted(
                    (-float(score), int(self._ids[row]))
                    for score, row in zip(scores[0], rows[0], strict=True)
                )
                return {id_: -score for score, id_ in found[:depth]}
            fetch = min(2 * fetch, count)
        return {}

    def scores(self, vector: Vectors, ids: Sequence[int]) -> Mapping[int, float]:
        """Cosines of the vectors of these ids, those that there are, for one query."""
        wanted = np.asarray(ids, np.uint64)
        places = np.searchsorted(self._ordered, wanted)
        held = places < len(self._ordered)
        held[held] = self._ordered[places[held]] == wanted[held]
        # Row by row: a product of matrices rounds differently with the number of rows.
        cosines = (self._vectors(self._by_id[places[held]]) * vector[0]).sum(axis=1)
        return dict(zip(wanted[held].tolist(), cosines.tolist(), strict=True))

    def spread(self, vector: Vectors) -> Spread:
        """Mean and deviation of one query's cosines, over the 4,096 vectors of lowest ids.

        What is usual counts as 32 vectors, since few tell little.
        """
        cosines, (mean, deviation) = self._sample @ vector[0], _USUAL
        count = len(cosines) + _USUAL_COUNTS
        mean = (float(cosines.sum()) + _USUAL_COUNTS * mean) / count
        squares = float(((cosines - mean) ** 2).sum()) + _USUAL_COUNTS * deviation**2
        return Spread(mean, (squares / count) ** 0.5)

    def _vectors(self, rows: Rows) -> Vectors:
        if not len(rows):
            return np.empty((0, self._index.d), np.float32)
        return np.asarray(self._index.reconstruct_batch(rows), np.float32)


def _only(rows: Rows) -> faiss.SearchParameters:
    # FAISS's type hints do not know the argument that its wrapper takes and keeps alive.
    return faiss.SearchParameters(sel=faiss.IDSelectorBatch(rows))  # type: ignore[call-arg]
