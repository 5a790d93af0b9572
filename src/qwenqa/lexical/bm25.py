"""BM25 over the postings of several segments, as if they were one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from qwenqa.lexical.postings import Postings
from qwenqa.types import Group, Ranking

K1, B = 1.2, 0.75

Ids = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]


class LexicalIndex:
    """BM25 (k1 = 1.2, b = 0.75) over passages that lie in several segments.

    A group of terms counts as one: its frequency is that of all its terms together, its rarity
    that of the passages that hold any.

    A passage is counted exactly when it has a place: frequencies and mean length are those of
    living passages alone, so that scores do not tell how the segments came to be.
    """

    def __init__(self, ids: Ids, parts: Sequence[tuple[Postings, Places]]) -> None:
        """Join segments: ``ids`` ascend; each segment gives the place of its rows in them.

        A place of -1 says that the row is no longer part of the index.
        """
        self._ids = ids
        self._parts = [(postings, places, bool((places < 0).any())) for postings, places in parts]
        lengths = np.zeros(len(ids))
        for postings, places in parts:
            lengths[places[places >= 0]] = postings.lengths[places >= 0]
        mean = lengths.mean() if len(ids) else 0.0
        self._norms = K1 * (1 - B + B * lengths / (mean or 1.0))

    def __len__(self) -> int:
        """How many passages it holds."""
        return len(self._ids)

    def frequency(self, group: Group) -> int:
        """In how many passages a term of a group stands."""
        return len(self._holding(group)[0])

    def search(
        self, groups: Sequence[Group], depth: int, within: npt.NDArray[np.bool_] | None = None
    ) -> Ranking:
        """BM25 scores by id of the ``depth`` best passages, in order; ties by lowest id.

        ``within`` says of each passage, by place, whether it may be returned; rarity is always
        that of the whole index.

        Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
        Foundations and Trends in Information Retrieval 3(4), 2009.
        """
        scores = np.zeros(len(self))
        for group in groups:
            places, shares = self._shares(group)
            scores[places] += shares
        if within is not None:
            scores[~within] = 0.0
        return self._best(scores, depth)

    def scores(self, groups: Sequence[Group], ids: Sequence[int]) -> Mapping[int, float]:
        """BM25 scores of the passages of these ids, those that hold a term, as ``search``'s."""
        ordered = sorted(ids)
        wanted = np.searchsorted(self._ids, np.asarray(ordered, np.uint64))
        scores = np.zeros(len(ordered))
        for group in groups if ordered else ():
            places, shares = self._shares(group)
            at = np.minimum(np.searchsorted(wanted, places), len(wanted) - 1)
            held = wanted[at] == places
            scores[at[held]] += shares[held]
        return {id_: float(score) for id_, score in zip(ordered, scores, strict=True) if score}

    def shares(self, groups: Sequence[Group], ids: Sequence[int]) -> list[dict[str, float]]:
        """What each group gives to the score of each passage of ``ids``, by its name, in order.

        Groups that a passage lacks are left out; added in this order, the shares are the score that
        ``search`` gives, to the last bit.
        """
        wanted = np.searchsorted(self._ids, np.asarray(ids, np.uint64))
        found: list[dict[str, float]] = [{} for _ in ids]
        for group in groups:
            places, shares = self._shares(group)
            here = np.isin(places, wanted)
            given = dict(zip(places[here].tolist(), shares[here].tolist(), strict=True))
            for place, one in zip(wanted.tolist(), found, strict=True):
                if place in given:
                    one[group[0]] = given[place]
        return found

    def _shares(self, group: Group) -> tuple[Places, npt.NDArray[np.float64]]:
        """Places of the passages that hold a group, and what it adds to their scores."""
        places, counts = self._holding(group)
        idf = math.log(1 + (len(self) - len(places) + 0.5) / (len(places) + 0.5))
        return places, idf * (K1 + 1) * counts / (counts + self._norms[places])

    def _best(self, scores: npt.NDArray[np.float64], depth: int) -> Ranking:
        found = np.flatnonzero(scores)
        if len(found) > depth:
            least = np.partition(scores[found], -depth)[-depth]
            found = found[scores[found] >= least]
        found = found[np.lexsort((found, -scores[found]))][:depth]
        return dict(zip(self._ids[found].tolist(), scores[found].tolist(), strict=True))

    def _holding(self, group: Group) -> tuple[Places, npt.NDArray[np.int64]]:
        """Places of the passages that hold a term of a group, and how often each holds one."""
        found = [self._in(*part, term) for part in self._parts for term in group]
        places = np.concatenate([np.empty(0, np.int64), *(one for one, _ in found)])
        counts = np.concatenate([np.empty(0, np.int64), *(held for _, held in found)])
        if len(group) < 2:
            return places, counts
        places, same = np.unique(places, return_inverse=True)
        return places, np.bincount(same, counts, len(places)).astype(np.int64)

    def _in(
        self, postings: Postings, places: Places, some_dead: bool, term: str
    ) -> tuple[Places, npt.NDArray[np.uint32]]:
        rows, counts = postings.of(term)
        here = places[rows]
        if some_dead:
            return here[here >= 0], counts[here >= 0]
        return here, counts
