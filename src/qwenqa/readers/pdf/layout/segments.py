"""Words that stand side by side, and how they stand on the page: rows, strips, columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from qwenqa.readers.pdf.page import RIGHT_TO_LEFT, Word

MARKER = re.compile(
    r"(?:[-*•‣◦▪▫■□●○◆◇►▶➢➤✓✔❖–—·∙\uf000-\uf0ff\ufffd]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)])$"
)
_NUMBERING = re.compile(r"(?:\d{1,3}|[A-Z])(?:\.\d{1,3})*\.?$")
# Distances in units of the font size.
WORD_GAP, SAME_LINE = 0.7, 0.45
_MARKER_GAP, _GUTTER, _OVERLAP = 4.0, 0.5, 0.6
_PRELUDE, _FURTHER = 4, 2


class LineSegment:
    """Words side by side, with no gap that could part columns."""

    __slots__ = ("base", "bottom", "left", "order", "right", "size", "top", "turned", "words")

    def __init__(self, word: Word, order: int) -> None:
        self.words, self.order = [word], order
        self.left, self.bottom, self.right, self.top = word.edges
        self.base, self.size = word.base, max(word.style.size, 1.0)
        self.turned = word.text > "\u0590" and RIGHT_TO_LEFT.search(word.text) is not None

    def takes(self, word: Word) -> bool:
        """Whether the word goes on with this line."""
        size = self.size if self.size >= word.style.size else word.style.size
        if abs(word.base - self.base) > SAME_LINE * size:
            return False
        gap = word.edges.left - self.right
        if self.turned or (word.text > "\u0590" and RIGHT_TO_LEFT.search(word.text)):
            gap = max(gap, self.left - word.edges.right)
        if gap >= WORD_GAP * size:
            alone = len(self.words) == 1 and _is_marker(self.words[0].text)
            return alone and gap < _MARKER_GAP * size
        return gap > -_OVERLAP * size

    def add(self, word: Word) -> None:
        """Add a word at the end."""
        self.words.append(word)
        left, bottom, right, top = word.edges
        # Comparing takes a third of the time of min and max, for every word.
        if left < self.left:  # noqa: PLR1730
            self.left = left
        if bottom < self.bottom:  # noqa: PLR1730
            self.bottom = bottom
        if right > self.right:  # noqa: PLR1730
            self.right = right
        if top > self.top:  # noqa: PLR1730
            self.top = top
        if word.text > "\u0590" and RIGHT_TO_LEFT.search(word.text):
            self.turned = True
        if word.style.size > self.size:
            self.base, self.size = word.base, word.style.size

    @property
    def length(self) -> int:
        """How many characters the words have, with spaces; signs as wide as two count so."""
        return sum(len(word.text) + 1 for word in self.words) * (
            1 + (self.words[0].text > "\u2e80")
        )


def _is_marker(text: str) -> bool:
    return MARKER.match(text) is not None or _NUMBERING.match(text) is not None


def segments_of(words: Iterable[Word]) -> list[LineSegment]:
    """The words, in content order, joined where they go on with a line."""
    segments: list[LineSegment] = []
    for order, word in enumerate(words):
        if segments and segments[-1].takes(word):
            segments[-1].add(word)
        else:
            segments.append(LineSegment(word, order))
    return segments


def rows_of(segments: list[LineSegment]) -> list[list[LineSegment]]:
    """Segments that stand on the same line, downward, each row from left to right."""
    rows: list[list[LineSegment]] = []
    base = size = 0.0
    for segment in sorted(
        segments, key=lambda segment: (-segment.base, segment.left, segment.order)
    ):
        if rows and base - segment.base <= SAME_LINE * max(size, segment.size):
            rows[-1].append(segment)
            size = max(size, segment.size)
        else:
            rows.append([segment])
            base, size = segment.base, segment.size
    return [sorted(row, key=lambda segment: (segment.left, segment.order)) for row in rows]


def _span(segment: LineSegment) -> tuple[float, float]:
    """The height a line takes: near a font's size, so that close lines do not overlap."""
    return segment.base - 0.15 * segment.size, segment.base + 0.75 * segment.size


def strips_of(segments: list[LineSegment]) -> list[list[LineSegment]]:
    """Segments grouped into strips across the page with nothing between them, downward."""
    strips: list[list[LineSegment]] = []
    floor = 0.0
    for segment in sorted(
        segments, key=lambda segment: (-_span(segment)[1], segment.left, segment.order)
    ):
        bottom, top = _span(segment)
        if strips and top > floor:
            strips[-1].append(segment)
            floor = min(floor, bottom)
        else:
            strips.append([segment])
            floor = bottom
    return strips


Intervals = list[tuple[float, float]]
Run = tuple[list[LineSegment], list[list[LineSegment]]]


def runs_of(strips: list[list[LineSegment]]) -> Iterator[Run]:
    """Strips that share a gutter, each with the columns it makes; and those without one."""
    covers = [_cover(strip) for strip in strips]
    at = 0
    while at < len(strips):
        end = _run_end(covers, at)
        # Some lines above columns, such as the authors', have a gap by chance near the gutter.
        for later in range(at + 1, min(end, at + _PRELUDE) + 1):
            if later < len(strips) and _run_end(covers, later) > end + _FURTHER:
                end = later
                break
        wide = end > at + 1 or len(covers[at]) > 1
        end = _without_tail(strips, at, end) if wide else end
        run = [segment for strip in strips[at:end] for segment in strip]
        columns = _columns(run, _merged(_cover(run))) if wide else [run]
        yield run, columns
        at = end


def _run_end(covers: list[Intervals], at: int) -> int:
    """Where the strips end that share a gutter with the one at ``at``."""
    cover, end = covers[at], at + 1
    while len(cover) > 1 and end < len(covers):
        cover = _merged([*cover, *covers[end]])
        if len(cover) < 2:
            break
        end += 1
    return end


def _without_tail(strips: list[list[LineSegment]], at: int, end: int) -> int:
    """Where a run ends when lines far below its last real row are left out."""
    last = max((number for number in range(at, end) if len(_cover(strips[number])) > 1), default=at)
    while last + 1 < end:
        above = min(segment.base for segment in strips[last])
        below = max(segment.base + segment.size for segment in strips[last + 1])
        if above - below > 0.9 * strips[last + 1][0].size:
            break
        last += 1
    return last + 1


def _cover(strip: list[LineSegment]) -> Intervals:
    """What a strip covers from left to right; gaps too narrow for a gutter are covered too."""
    return _merged([(segment.left, segment.right + _GUTTER * segment.size) for segment in strip])


def _merged(intervals: Intervals) -> Intervals:
    if len(intervals) < 2:
        return intervals
    merged: Intervals = []
    (start, end), *others = sorted(intervals)
    for left, right in others:
        if left > end:
            merged.append((start, end))
            start, end = left, right
        elif right > end:
            end = right
    return [*merged, (start, end)]


def _columns(segments: list[LineSegment], cover: Intervals) -> list[list[LineSegment]]:
    columns: list[list[LineSegment]] = [[] for _ in cover]
    for segment in segments:
        at = next(
            number for number, (left, right) in enumerate(cover)
            if left <= segment.left <= right
        )  # fmt: skip
        columns[at].append(segment)
    if sum(segment.turned for segment in segments) * 2 > len(segments):
        columns.reverse()
    return columns
