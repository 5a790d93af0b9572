"""From a page's words to its lines in the order people read them: columns, tables, text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qwenqa.readers.pdf.layout.segments import LineSegment, rows_of, runs_of, segments_of, strips_of
from qwenqa.readers.pdf.layout.tables import parts_of, rows_in, table_of
from qwenqa.readers.pdf.page import Edges, Word, joined, middle
from qwenqa.readers.pdf.ruled_tables import ruled_tables
from qwenqa.types.characters import DRAWN

CELL = " | "
_MAX_DEPTH = 12
# Text that leans by so many degrees is read with the text that does not.
_NEARLY = 5
_PLAIN_SIZE, _PLAIN_LEADING = 10.0, 12.0


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the page's text, as read.

    ``words`` are those of ``text`` with the offset where each begins; ``cells`` counts the
    cells of a table row, empty ones too, and is 0 for running text. Lines of one ``region`` stand
    one under the other. ``edges`` and ``base`` are as the line runs: for turned text the page
    is thought turned; ``place`` is on the page itself.
    """

    text: str
    words: tuple[tuple[int, Word], ...]
    edges: Edges
    base: float
    size: float
    bold: bool
    angle: int
    region: int
    cells: int
    place: Edges


def lines(words: Sequence[Word], rules: Sequence[Edges] = ()) -> list[Line]:
    """The page's lines in reading order; text in other directions follows the main one.

    ``rules`` are the thin lines drawn on the page: where they make cells, those are a table's.
    """
    by_angle: dict[int, list[Word]] = {}
    for word in words:
        angle = word.style.angle
        by_angle.setdefault(_direction(angle) if angle else 0, []).append(word)
    in_order: list[Line] = []
    for angle, group in sorted(by_angle.items(), key=lambda each: (-len(each[1]), each[0])):
        in_order += _PageDirection(angle, len(in_order)).lines(group, () if angle else rules)
    return in_order


def plain_lines(text: str) -> list[Line]:
    """Lines of text whose places on the page are not known, one under the other."""
    in_order = []
    for number, content in enumerate(text.splitlines()):
        if clean := " ".join(DRAWN.sub("\ufffd", content).split()):
            base = -_PLAIN_LEADING * number
            edges = Edges(0.0, base, len(clean) * _PLAIN_SIZE / 2, base + _PLAIN_SIZE)
            in_order.append(Line(clean, (), edges, base, _PLAIN_SIZE, False, 0, 1, 0, edges))
    return in_order


def _direction(angle: int) -> int:
    """The right angle that is near, or else the angle itself, to ten degrees."""
    nearest = round(angle / 90) * 90
    return (nearest if abs(angle - nearest) <= _NEARLY else round(angle / 10) * 10) % 360


def _turn(edges: Edges, angle: int, size: float) -> Edges:
    """The rectangle on the page turned so that text of this angle and size runs level."""
    left, bottom, right, top = edges
    if angle % 90:
        return _level(edges, math.radians(angle), size)
    if angle == 90:
        return Edges(bottom, -right, top, -left)
    if angle == 180:
        return Edges(-right, -top, -left, -bottom)
    if angle == 270:
        return Edges(-top, left, -bottom, right)
    return edges


def _level(edges: Edges, angle: float, size: float) -> Edges:
    """The word that fills the rectangle askew, turned level around the page's corner."""
    width, height = edges.right - edges.left, edges.top - edges.bottom
    x, y = middle(edges)
    cos, sin = math.cos(angle), math.sin(angle)
    steep = abs(sin) > abs(cos)
    longer, slope, rest = (height, abs(sin), abs(cos)) if steep else (width, abs(cos), abs(sin))
    half = max(longer - size * rest, size * slope) / slope / 2
    across, up = x * cos + y * sin, y * cos - x * sin
    return Edges(across - half, up - size / 2, across + half, up + size / 2)


class _PageDirection:
    """The lines of one direction on a page, numbered by region."""

    def __init__(self, angle: int, first_region: int) -> None:
        self.angle, self.region = angle, first_region

    def lines(self, words: list[Word], rules: Sequence[Edges]) -> list[Line]:
        self.places = {word.first: word for word in words}
        return list(self._around_tables(self._turned(words), rules))

    def _around_tables(self, words: list[Word], rules: Sequence[Edges]) -> Iterator[Line]:
        """Lines of ruled tables, and of what is above and below them."""
        for table in ruled_tables(rules, words):
            above = [word for word in words if middle(word.edges)[1] >= table.top]
            words = [word for word in words if middle(word.edges)[1] <= table.bottom]
            yield from self._ordered(segments_of(above), 0)
            yield from self._ruled(table.rows)
        yield from self._ordered(segments_of(words), 0)

    def _ruled(self, rows: list[list[list[Word]]]) -> Iterator[Line]:
        """Rows of a ruled table; what stands alone across it is text."""
        self.region += 1
        region = self.region
        table = [[segments_of(cell) for cell in row] for row in rows]
        parts = [part for row in table for cell in row for part in cell]
        turned = sum(part.turned for part in parts) * 2 > len(parts)
        for row in table:
            cells = [cell for cell in (row[::-1] if turned else row) if cell]
            if len(cells) == 1:
                yield from self._text(cells[0])
                continue
            for each in rows_in(cells):
                yield self._line(each, max(len(each), len(row)), region)

    def _turned(self, words: list[Word]) -> list[Word]:
        if self.angle == 0:
            return words
        turned = []
        for word in words:
            edges = _turn(word.edges, self.angle, max(word.style.size, 1.0))
            # The height of the line is only known for level text.
            base = edges.bottom + 0.2 * (edges.top - edges.bottom)
            turned.append(word._replace(edges=edges, base=base))
        return turned

    def _ordered(self, segments: list[LineSegment], depth: int) -> Iterator[Line]:
        """Lines of a part of the page, its columns one after the other."""
        text: list[LineSegment] = []
        for run, columns in runs_of(strips_of(segments)):
            parts = parts_of(run, columns) if len(columns) > 1 and depth < _MAX_DEPTH else []
            rows = table_of(run, columns) if len(columns) > 1 and not parts else []
            if not parts and not rows:
                text += run
                continue
            yield from self._text(text)
            text = []
            for part in parts:
                yield from self._ordered(part, depth + 1)
            yield from self._rows(rows)
        yield from self._text(text)

    def _text(self, segments: list[LineSegment]) -> Iterator[Line]:
        self.region += 1
        for row in rows_of(segments):
            yield self._line([[segment] for segment in row], 0, self.region)

    def _rows(self, rows: list[list[list[LineSegment]]]) -> Iterator[Line]:
        self.region += 1
        for row in rows:
            yield self._line(row, len(row), self.region)

    def _line(self, cells: list[list[LineSegment]], count: int, region: int) -> Line:
        """One line from cells from left to right, joined as cells or as words."""
        joint = CELL if count else " "
        pieces: list[str] = []
        words: list[tuple[int, Word]] = []
        at, before = 0, math.inf
        for number, cell in enumerate(_directed(cells)):
            space = joint if number else ""
            for word in [word for part in cell for word in part.words]:
                # A word cut in two at a line's end in a cell stays cut there.
                if space == " " and word.base < before and pieces[-1].endswith("-"):
                    space = "\n"
                pieces += (space, word.text)
                at += len(space)
                words.append((at, word))
                at += len(word.text)
                before, space = word.base, " "
        parts = [part for cell in cells for part in cell]
        widest = max(parts, key=lambda part: part.right - part.left)
        size, bold = _main_style(words)
        edges = joined([Edges(part.left, part.bottom, part.right, part.top) for part in parts])
        if self.angle:
            words = [(at, self.places[word.first]) for at, word in words]
        place = joined([word.edges for _, word in words]) if self.angle else edges
        return Line(
            "".join(pieces),
            tuple(words),
            edges,
            widest.base,
            size,
            bold,
            self.angle,
            region,
            count,
            place,
        )


def _directed(cells: list[list[LineSegment]]) -> list[list[LineSegment]]:
    """Cells of a row in reading direction: from the right when most of it runs so."""
    parts = [part for cell in cells for part in cell]
    if len(cells) < 2 or sum(part.turned for part in parts) * 2 <= len(parts):
        return cells
    return sorted(cells, key=lambda cell: -max(part.right for part in cell))


def _main_style(words: list[tuple[int, Word]]) -> tuple[float, bool]:
    """The size that most characters of the line have, and whether nearly all are bold."""
    first = words[0][1].style
    if all(word.style is first for _, word in words):
        return first.size, first.bold
    counts: dict[float, int] = {}
    bold = letters = 0
    for _, word in words:
        style, length = word.style, len(word.text)
        counts[style.size] = counts.get(style.size, 0) + length
        letters += length
        bold += length * style.bold
    size = max(counts.items(), key=lambda each: (each[1], each[0]))[0]
    return size, bold > 0.9 * letters
