"""Nearest passages by vector: an exact FAISS index of half-precision vectors."""

from __future__ import annotations

import faiss
import numpy as np
import numpy.typing as npt

from qwenqa.errors import DamagedError
from qwenqa.types import Ranking, Vectors

KIND = "exact, half precision"
_SPARE = 16

Ids = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]


class DenseIndex:
    """Vectors of passages, searched exhaustively; row i belongs to the i-th of the ids."""

    def __init__(self, ids: Ids, index: faiss.Index) -> None:
        """Join ids, shape (n,), to the n rows of a FAISS index."""
        self._ids = ids
        self._index = index

    @classmethod
    def build(cls, ids: Ids, vectors: Vectors) -> DenseIndex:
        """An index of unit vectors, shape (n, dimension), kept as 16-bit floats."""
        index = faiss.IndexScalarQuantizer(
            vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(ids, index)

    @classmethod
    def from_bytes(cls, ids: Ids, data: bytes) -> DenseIndex:
        """The index that ``to_bytes`` gave; raises DamagedError when the bytes are not one."""
        try:
            index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
        except RuntimeError as error:
            raise DamagedError("The vectors of the index cannot be read.") from error
        if index.ntotal != len(ids):
            raise DamagedError(f"The index has {index.ntotal} vectors for {len(ids)} passages.")
        return cls(ids, index)

    def to_bytes(self) -> bytes:
        """The index in FAISS's own form. FAISS's writer reports success on a full disk."""
        return bytes(faiss.serialize_index(self._index))

    def vectors(self) -> Vectors:
        """All vectors, float32, shape (n, dimension), as they are kept."""
        count, dimension = self._index.ntotal, self._index.d
        if count == 0:
            return np.empty((0, dimension), dtype=np.float32)
        return np.asarray(self._index.reconstruct_n(0, count), dtype=np.float32)

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


def _only(rows: Rows) -> faiss.SearchParameters:
    # FAISS's type hints do not know the argument that its wrapper takes and keeps alive.
    return faiss.SearchParameters(sel=faiss.IDSelectorBatch(rows))  # type: ignore[call-arg]
