"""Texts and stretches of them."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import NamedTuple


def sha256_text(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def short(text: str) -> str:
    """A text for a repr: on one line, quoted, not longer than 60 characters."""
    line = " ".join(text.split())
    return repr(line if len(line) <= 60 else line[:59] + "…")


_OPENING = 100


def opening(text: str) -> str:
    """How a text begins: one line of at most 100 characters."""
    line = " ".join(text[: 4 * _OPENING].split())
    return line if len(line) <= _OPENING else line[: _OPENING - 1] + "…"


class Span(NamedTuple):
    """A half-open stretch ``[start, end)`` of a text, in code points."""

    start: int
    end: int


class LineMap:
    """Offsets of a text to line numbers, which count from one; ends are LF, CR LF or CR."""

    def __init__(self, text: str) -> None:
        """Note where each line starts."""
        # A copy with one sign for each end is split at once: of a long text this is most of what
        # reading a passage takes.
        pieces = text.replace("\r\n", " \n").replace("\r", "\n").split("\n")
        self.starts = [0, *accumulate(map((1).__add__, map(len, pieces[:-1])))]

    def lines(self, start: int, end: int) -> tuple[int, int]:
        """First and last line of a span, inclusive; an empty span is on one line."""
        return bisect_right(self.starts, start), max(
            bisect_left(self.starts, end), bisect_right(self.starts, start)
        )
