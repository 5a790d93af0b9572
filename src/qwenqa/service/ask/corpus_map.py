"""The map of an index: its vectors in the plane, by principal component analysis."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from qwenqa.index.generation import Generation
from qwenqa.types import CorpusMap, MapPoint, Passage, Position, Vectors

SAMPLE = 2_000
"""Passages shown at most, beside the hits."""
_OPENING = 80
_NO_SHARE = 1e-18

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plane:
    """The plane in which some vectors differ most.

    ``mean`` has shape (d,); ``axes``, shape (2, d), are orthonormal, or zero where the vectors
    differ in fewer than two dimensions; ``shares`` are those of the variance along each.
    """

    mean: Doubles
    axes: Doubles
    shares: tuple[float, float]

    def positions(self, vectors: npt.ArrayLike) -> list[Position]:
        """Where vectors, shape (n, d), lie when they are dropped on the plane."""
        dropped = (np.asarray(vectors, np.float64) - self.mean) @ self.axes.T
        return [Position(float(x), float(y)) for x, y in dropped]


def plane(vectors: npt.ArrayLike) -> Plane:
    """The plane through the mean of vectors, shape (n, d), that holds most of their variance.

    The first two principal components; of the two directions of an axis, that with the largest
    component above zero.
    """
    from sklearn.decomposition import PCA  # takes a second, which only the map needs

    of = np.asarray(vectors, np.float64)
    rank = min(2, len(of) - 1, of.shape[1])
    axes, shares = np.zeros((2, of.shape[1])), np.zeros(2)
    if rank and np.ptp(of, axis=0).any():
        fitted = PCA(rank, svd_solver="full").fit(of)
        shares[:rank] = fitted.explained_variance_ratio_
        axes[:rank] = np.where(shares[:rank, None] > _NO_SHARE, fitted.components_, 0.0)
    return Plane(of.mean(axis=0), _turned(axes), (float(shares[0]), float(shares[1])))


def _turned(axes: Doubles) -> Doubles:
    """Axes with their largest component above zero."""
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1, keepdims=True), axis=1)
    return np.asarray(np.where(largest < 0, -axes, axes))


class Maps:
    """The map of one library's index, made once for each generation."""

    def __init__(self) -> None:
        self._making = threading.Lock()
        self._made: tuple[tuple[int, str], Plane, CorpusMap] | None = None

    def of(
        self, generation: Generation, ranks: Mapping[int, int], question: Vectors | None
    ) -> CorpusMap:
        """The map with the hits, by passage id, and the question's vector, shape (1, d)."""
        flat, bare = self._bare(generation)
        shown = {point.passage for point in bare.points}
        more = _points(generation, flat, [rank for rank in ranks if rank not in shown])
        lit = [replace(point, rank=ranks.get(point.passage, 0)) for point in (*bare.points, *more)]
        at = flat.positions(question)[0] if question is not None else None
        return replace(bare, points=tuple(lit), question=at)

    def _bare(self, generation: Generation) -> tuple[Plane, CorpusMap]:
        """Without hits and question, from memory where the generation is the same."""
        key = (generation.number, generation.header.created)
        with self._making:
            if self._made is None or self._made[0] != key:
                self._made = (key, *_mapped(generation))
            return self._made[1:]


def _mapped(generation: Generation) -> tuple[Plane, CorpusMap]:
    # Ids are digests, so that the lowest are a random sample, and the same in every history.
    ids = generation.encoded_ids[:SAMPLE]
    dimension = generation.header.recipe.encoder.dimension
    vectors = generation.codes(slice(SAMPLE)) if len(ids) else np.zeros((1, dimension))
    flat = plane(vectors)
    names = [document.source.address for document in generation.documents]
    counts = dict(zip(names, generation.passages_by_document(), strict=True))
    return flat, CorpusMap(
        generation=generation.number,
        dimension=dimension,
        passages=generation.encoded,
        shares=flat.shares,
        points=_points(generation, flat, ids.tolist()),
        sources=tuple(sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))),
    )


def _points(generation: Generation, flat: Plane, ids: Sequence[int]) -> tuple[MapPoint, ...]:
    """Those of the ids that have a vector, as points."""
    rows = np.flatnonzero(np.isin(generation.encoded_ids, np.asarray(ids, np.uint64)))
    if not len(rows):
        return ()
    # Source by source: each text is read once, however many of its passages are shown.
    places = flat.positions(generation.codes(rows))
    at = dict(zip(generation.encoded_ids[rows].tolist(), places, strict=True))
    return tuple(_point(passage, at[passage.id]) for passage in generation.passages(list(at)))


def _point(passage: Passage, at: Position) -> MapPoint:
    opening = " ".join(passage.text[: 2 * _OPENING].split())
    title = passage.headings[-1] if passage.headings else passage.title
    short = opening if len(opening) <= _OPENING else f"{opening[:_OPENING].rstrip()}…"
    return MapPoint(passage.id, passage.source.address, title, short, at)
