"""BM25 over the postings of several segments, as if they were one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt

from qwenqa.lexical.postings import Counts, Postings, Rows
from qwenqa.types import Group, Ranking

K1, B = 1.2, 0.75

_ROUNDING = 1e-9
"""More than what adding a score's shares in another order changes of it."""

Ids = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]


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
        # The rows of all segments are counted on, so that what a term adds is added in order.
        self._place = np.concatenate([np.empty(0, np.int64), *(places for _, places in parts)])
        self._row = np.zeros(len(ids), np.int64)
        alive = np.flatnonzero(self._place >= 0)
        self._row[self._place[alive]] = alive
        lengths = np.concatenate([np.empty(0), *(postings.lengths for postings, _ in parts)])
        self.lengths: Shares = lengths[self._row]
        """How many words each passage has, by place."""
        mean = self.lengths.mean() if len(ids) else 0.0
        self._norms = K1 * (1 - B + B * lengths / (mean or 1.0))
        self._words = _Words([postings for postings, _ in parts], self._place)
        # Not a method of this object: a cycle would keep a replaced index in memory.
        self._frequency = lru_cache(maxsize=4096)(partial(_frequency, self._words))

    def __len__(self) -> int:
        """How many passages it holds."""
        return len(self._ids)

    def frequency(self, group: Group) -> int:
        """In how many passages a term of a group stands."""
        return self._frequency(group)

    def rarity(self, group: Group) -> float:
        """``ln(1 + (N - n + 0.5) / (n + 0.5))``, BM25's inverse frequency of a group of terms."""
        frequency = self.frequency(group)
        return math.log(1 + (len(self) - frequency + 0.5) / (frequency + 0.5))

    def weights(self, groups: Sequence[Group]) -> dict[str, float]:
        """The rarity of each group by its name, which is the first of its terms."""
        return {group[0]: self.rarity(group) for group in groups}

    def holding(self, group: Group) -> tuple[Places, Counts]:
        """Places of the passages that hold a term of a group, and how often each holds one."""
        rows, counts = self._words.holding(group)
        return self._place[rows], counts

    def search(
        self, groups: Sequence[Group], depth: int, within: npt.NDArray[np.bool_] | None = None
    ) -> Ranking:
        """BM25 scores by id of the ``depth`` best passages, in order; ties by lowest id.

        ``within`` says of each passage, by place, whether it may be returned; rarity is always
        that of the whole index.

        Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
        Foundations and Trends in Information Retrieval 3(4), 2009.
        """
        places = np.sort(self._candidates(groups, depth, within))
        scores = self._scores(groups, places)
        best = np.lexsort((places, -scores))[:depth]
        return dict(zip(self._ids[places[best]].tolist(), scores[best].tolist(), strict=True))

    def scores(self, groups: Sequence[Group], ids: Sequence[int]) -> Mapping[int, float]:
        """BM25 scores of the passages of these ids, those that hold a term, as ``search``'s."""
        ordered = sorted(ids)
        scores = self._scores(groups, self._places(ordered)).tolist()
        return {id_: score for id_, score in zip(ordered, scores, strict=True) if score}

    def shares(self, groups: Sequence[Group], ids: Sequence[int]) -> list[dict[str, float]]:
        """What each group gives to the score of each passage of ``ids``, by its name, in order.

        Groups that a passage lacks are left out; added in this order, the shares are the score that
        ``search`` gives, to the last bit.
        """
        shares = self._shares_of(groups, self._places(ids))
        columns = [(group[0], share.tolist()) for group, share in zip(groups, shares, strict=True)]
        return [
            {name: column[at] for name, column in columns if column[at]} for at in range(len(ids))
        ]

    def _candidates(
        self, groups: Sequence[Group], depth: int, within: npt.NDArray[np.bool_] | None
    ) -> Places:
        """Places of passages among which are the ``depth`` best.

        The rarest groups are added first. A passage that holds none of them cannot come among the
        best when all others together give less than the last of the best has: then their
        postings are not looked at (MaxScore; Turtle and Flood, "Query evaluation: strategies and
        optimizations", Information Processing & Management 31(6), 1995).
        """
        scores = np.zeros(len(self._place))
        places = np.empty(0, np.int64)
        groups = sorted(groups, key=self.frequency)
        # What is counted over what is counted and a norm is less than one.
        most = [self.rarity(group) * (K1 + 1) for group in groups]
        for number, group in enumerate(groups):
            rest = sum(most[number:])
            usual = len(places) >= depth and self.frequency(group) > len(places)
            if usual and rest < _least(scores[places], depth) * (1 - _ROUNDING):
                break
            rows, counts = self._words.holding(group)
            if within is not None:
                inside = within[self._place[rows]]
                rows, counts = rows[inside], counts[inside]
            places = np.concatenate([places, rows[scores[rows] == 0]])
            scores[rows] += self._contribution(group, rows, counts)
        else:
            rest = 0.0
        if len(places) > depth:
            least = _least(scores[places], depth)
            places = places[scores[places] + rest >= least * (1 - _ROUNDING)]
        return self._place[places]

    def _scores(self, groups: Sequence[Group], places: Places) -> Shares:
        """The scores of passages, their shares added in the order of the groups."""
        scores = np.zeros(len(places))
        for shares in self._shares_of(groups, places):
            scores += shares
        return scores

    def _shares_of(self, groups: Sequence[Group], places: Places) -> Iterator[Shares]:
        """What each group adds to the scores of passages, by their places."""
        rows = self._row[places]
        parts = self._words.parts(rows)
        for group in groups:
            counts = np.zeros(len(rows), np.uint32)
            for term in group:
                for number, at, numbers in parts:
                    counts[at] += self._words.counts(number, term, numbers)
            yield self._contribution(group, rows, counts)

    def _contribution(self, group: Group, rows: Places, counts: Counts) -> Shares:
        """What a group adds to the scores of rows that hold it so often."""
        shares: Shares = self.rarity(group) * (K1 + 1) * counts / (counts + self._norms[rows])
        return shares

    def _places(self, ids: Sequence[int]) -> Places:
        return np.searchsorted(self._ids, np.asarray(ids, np.uint64))


class _Words:
    """The postings of several segments, whose rows are counted on."""

    def __init__(self, postings: Sequence[Postings], place: Places) -> None:
        """Join them; ``place`` is -1 of rows that are not looked at."""
        self._place = place
        sizes = [len(posting.lengths) for posting in postings]
        self._first = np.cumsum([0, *sizes])
        ends = zip(self._first, self._first[1:], strict=False)
        self._some_dead = [bool((place[first:last] < 0).any()) for first, last in ends]
        self._of = lru_cache(maxsize=4096)(partial(_of, postings))

    def holding(self, group: Group) -> tuple[Places, Counts]:
        """The living rows that hold a term of a group, and how often each does."""
        postings = [entry for term in group for entry in self._living(term)]
        rows = np.concatenate([np.empty(0, np.int64), *(rows for rows, _ in postings)])
        counts = np.concatenate([np.empty(0, np.uint32), *(counts for _, counts in postings)])
        if len(group) < 2:
            return rows, counts
        rows, same = np.unique(rows, return_inverse=True)
        return rows, np.bincount(same, counts, len(rows)).astype(np.uint32)

    def frequency(self, term: str) -> int:
        """In how many living rows a term stands."""
        return sum(
            int(np.count_nonzero(self._place[rows + self._first[number]] >= 0))
            if some_dead
            else len(rows)
            for number, some_dead in enumerate(self._some_dead)
            for rows in [self._of(number, term)[0]]
        )

    def parts(self, rows: Places) -> list[tuple[int, Places, Rows]]:
        """Rows by segment: its number, which of the rows are its, and their numbers in it."""
        numbers = np.searchsorted(self._first, rows, "right") - 1
        parts = []
        for number in np.flatnonzero(np.bincount(numbers)).tolist():
            at = np.flatnonzero(numbers == number)
            # As wide as postings are, or each of these would be copied to be compared.
            parts.append((number, at, (rows[at] - self._first[number]).astype(np.uint32)))
        return parts

    def counts(self, number: int, term: str, rows: Rows) -> Counts:
        """How often rows of a segment hold a term."""
        holding, counts = self._of(number, term)
        if not len(holding):
            return np.zeros(len(rows), np.uint32)
        at = np.minimum(np.searchsorted(holding, rows), len(holding) - 1)
        return np.where(holding[at] == rows, counts[at], np.uint32(0))

    def _living(self, term: str) -> Iterator[tuple[Places, Counts]]:
        for number, some_dead in enumerate(self._some_dead):
            rows, counts = self._of(number, term)
            here = rows + self._first[number]
            if some_dead:
                alive = self._place[here] >= 0
                here, counts = here[alive], counts[alive]
            yield here, counts


def _of(postings: Sequence[Postings], number: int, term: str) -> tuple[Rows, Counts]:
    return postings[number].of(term)


def _frequency(words: _Words, group: Group) -> int:
    return len(words.holding(group)[0]) if len(group) > 1 else words.frequency(group[0])


def _least(scores: Shares, depth: int) -> float:
    """The last of the ``depth`` best."""
    return float(np.partition(scores, -depth)[-depth])
