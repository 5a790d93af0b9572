"""Which passages of a segment hold which terms, and how often: written once, then only read.

Rows number the passages of one segment from zero. Nothing here depends on other segments, so
that a segment is shared by many generations; rarity and mean length are those of whatever is
searched together (``search``).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qwenqa.errors import DamagedError
from qwenqa.lexical.analysis import analyse
from qwenqa.lexical.languages import ENGLISH

Rows = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.uint32]
_SEPARATOR = b"\n"


class Terms(Sequence[bytes]):
    """Sorted terms in UTF-8, one a line, looked up without being taken apart."""

    def __init__(self, data: bytes) -> None:
        """Note where each line of ``data`` ends."""
        self.data = data
        self._ends = np.flatnonzero(np.frombuffer(data, np.uint8) == _SEPARATOR[0])

    def __len__(self) -> int:
        """How many terms there are."""
        return len(self._ends)

    def __getitem__(self, number: int) -> bytes:  # type: ignore[override]
        """The term of a number."""
        start = int(self._ends[number - 1]) + 1 if number else 0
        return self.data[start : int(self._ends[number])]

    def find(self, term: str) -> int:
        """The number of a term, or -1."""
        encoded = term.encode()
        number = bisect_left(self, encoded)
        return number if number < len(self) and self[number] == encoded else -1


@dataclass(frozen=True, slots=True)
class Postings:
    """The rows that hold each term, ascending, and how often each does.

    Those of term number ``t`` are ``rows[starts[t]:starts[t + 1]]`` and as many ``counts``;
    ``lengths`` is the number of words of each row, shape (number of rows,).
    """

    terms: Terms
    starts: npt.NDArray[np.uint64]
    rows: Rows
    counts: Counts
    lengths: npt.NDArray[np.uint32]

    def __post_init__(self) -> None:
        """Raise DamagedError for parts that do not belong together."""
        together = len(self.starts) == len(self.terms) + 1 and len(self.rows) == len(self.counts)
        if not together or int(self.starts[-1]) != len(self.rows):
            raise DamagedError("The words of the index do not belong together.")

    def of(self, term: str) -> tuple[Rows, Counts]:
        """The rows that hold a term and how often each does; both empty for an unknown one."""
        number = self.terms.find(term)
        if number < 0:
            return self.rows[:0], self.counts[:0]
        here = slice(int(self.starts[number]), int(self.starts[number + 1]))
        return self.rows[here], self.counts[here]


class PostingsDraft:
    """Postings while passages are added one by one, or taken over from other segments."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._terms, self._rows, self._counts = array("I"), array("I"), array("I")
        self._lengths = array("I")

    def add(self, text: str, language: str = ENGLISH) -> None:
        """Add the next row: the terms of a text in a language.

        Its length is the number of places where terms begin: a joined word counts once.
        """
        row, terms = len(self._lengths), analyse(text, language)
        frequencies = Counter([term for term, _, _ in terms])
        self._lengths.append(len({start for _, start, _ in terms}))
        self._terms.extend([self._number(term.encode()) for term in frequencies])
        self._rows.extend([row] * len(frequencies))
        self._counts.extend(frequencies.values())

    def take(self, postings: Postings, chosen: npt.NDArray[np.int64]) -> None:
        """Add the rows of these numbers, in their order, as they are."""
        first, times = len(self._lengths), np.bincount(chosen, minlength=len(postings.lengths))
        taken = np.argsort(chosen, kind="stable")  # new rows, in the order of the old ones
        begins = np.cumsum(times) - times
        copies = times[postings.rows]
        entries = np.repeat(np.arange(len(copies)), copies)  # a row taken twice has its terms twice
        again = np.arange(len(entries)) - np.repeat(np.cumsum(copies) - copies, copies)
        rows = first + taken[begins[postings.rows[entries]] + again]
        numbers = np.array([self._number(term) for term in postings.terms], np.int64)
        terms = np.repeat(numbers, np.asarray(np.diff(postings.starts.astype(np.int64)), np.int64))
        self._terms.extend(terms[entries].tolist())
        self._rows.extend(rows.tolist())
        self._counts.extend(postings.counts[entries].tolist())
        self._lengths.extend(postings.lengths[chosen].tolist())

    def finish(self) -> Postings:
        """The postings of all rows added."""
        names = [term for term, _ in sorted(self._numbers.items())]
        place = np.empty(len(names), np.int64)
        place[[self._numbers[term] for term in names]] = np.arange(len(names))
        terms = place[np.frombuffer(self._terms, np.uintc)]
        rows = np.frombuffer(self._rows, np.uintc).astype(np.uint32)
        order = np.lexsort((rows, terms))
        frequencies = np.bincount(terms, minlength=len(names))
        used = np.flatnonzero(frequencies)  # rows that were left out take their own terms with them
        return Postings(
            Terms(b"".join(names[number] + _SEPARATOR for number in used)),
            np.concatenate([[0], np.cumsum(frequencies[used])]).astype(np.uint64),
            rows[order],
            np.frombuffer(self._counts, np.uintc).astype(np.uint32)[order],
            np.frombuffer(self._lengths, np.uintc).astype(np.uint32),
        )

    def _number(self, term: bytes) -> int:
        return self._numbers.setdefault(term, len(self._numbers))
