"""From the lines of all pages to the document's text: paragraphs, headings, items, rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import median

from qwenqa.readers.pdf.layout.furniture import PageLines, furniture
from qwenqa.readers.pdf.layout.line_groups import LineGroup, name_columns
from qwenqa.readers.pdf.layout.lines import Line
from qwenqa.readers.pdf.layout.segments import MARKER
from qwenqa.readers.pdf.page import RIGHT_TO_LEFT
from qwenqa.types import Block, Place

_SENTENCE_END = re.compile(r"""[.!?:;…。！？：；]["'”’»」』)\]]*\d*$""")
# Distances in units of the font size.
_LOOSE, _INDENT, _LEEWAY, _LEADING = 0.3, 0.8, 2.0, 1.35
_OTHER_SIZE, _LARGER = 0.12, 1.12
_HEADING_CHARACTERS, _HEADING_LINES, _BOLD_HEADING_CHARACTERS = 200, 4, 120
_MAX_LEVEL = 6
# So many headings in a row head nothing.
_LABELS = 3
_WIDE_SIGNS = "\u2e80"


@dataclass(slots=True)
class Written:
    """The text as it is put together, with its map."""

    text: str = ""
    blocks: list[Block] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)


def write(sheets: Sequence[PageLines]) -> Written:
    """The pages' text: the body in reading order, then page by page what runs through them."""
    size = _body_size(line for sheet in sheets for line in sheet.lines)
    running = furniture(sheets, size)
    parts = _joined(
        part
        for sheet in sheets
        for part in _page_parts(
            sheet.number,
            [
                line
                for number, line in enumerate(sheet.lines)
                if (sheet.number, number) not in running
            ],
        )
    )
    _name_kinds(parts, size)
    for sheet in sheets:
        rest = [
            (sheet.number, line)
            for number, line in enumerate(sheet.lines)
            if (sheet.number, number) in running
        ]
        parts += [LineGroup([each], "furniture") for each in rest]
    return _written(parts, {sheet.number: sheet.label for sheet in sheets})


def _body_size(lines: Iterable[Line]) -> float:
    """The size most characters have."""
    counts: Counter[float] = Counter()
    for line in lines:
        counts[line.size] += len(line.text)
    return max(counts, key=lambda size: (counts[size], -size), default=0.0)


def _page_parts(page: int, lines: list[Line]) -> Iterator[LineGroup]:
    """Paragraphs, items and rows of one page."""
    shapes = _shapes(lines)
    part: list[Line] = []
    for line in lines:
        if part and _begins(part, line, *shapes[line.region]):
            yield LineGroup([(page, each) for each in part])
            part = []
        part.append(line)
    if part:
        yield LineGroup([(page, each) for each in part])


def _shapes(lines: list[Line]) -> dict[int, tuple[float, float]]:
    """For each region the usual distance from line to line in font sizes, and its right side."""
    regions: dict[int, list[Line]] = {}
    for line in lines:
        regions.setdefault(line.region, []).append(line)
    shapes = {}
    for region, within in regions.items():
        steps = [
            (above.base - below.base) / below.size
            for above, below in pairwise(within)
            if 0 < above.base - below.base < 3 * below.size
        ]
        usual = median(steps) if len(steps) > 3 else _LEADING
        shapes[region] = usual, max(line.edges.right for line in within)
    return shapes


def _begins(part: list[Line], line: Line, leading: float, right: float) -> bool:
    """Whether a line begins something new after the lines of a part."""
    above = part[-1]
    size = max(line.size, above.size, 1.0)
    step = above.base - line.base
    if line.region != above.region or line.cells > 1 or above.cells > 1:
        return True
    if not -0.5 * size < step <= (leading + _LOOSE) * size:
        return True
    if abs(line.size - above.size) > _OTHER_SIZE * size or starts_item(line.text):
        return True
    ended = _SENTENCE_END.search(above.text) is not None
    opens = not line.text[0].islower()
    fits = not RIGHT_TO_LEFT.search(line.text) and (
        above.edges.right + _first_width(line) + _LEEWAY * size < right
    )
    if line.bold != above.bold and opens and (ended or fits or line.bold):
        return True
    if fits and opens and (ended or not above.text[-1].isalpha() or line.text >= _WIDE_SIGNS):
        return True
    return _shifted(part, line, size, ended)


def _first_width(line: Line) -> float:
    if not line.words:
        return 0.0
    edges = line.words[0][1].edges
    return min(edges.right - edges.left, line.edges.right - line.edges.left)


def _shifted(part: list[Line], line: Line, size: float, ended: bool) -> bool:
    """Whether the line's left side tells a new paragraph: indented, or back out again."""
    first, above = part[0], part[-1]
    item_text = len(part) == 1 and starts_item(first.text)
    if ended and not item_text and line.edges.left > above.edges.left + _INDENT * size:
        return True
    hanging = len(part) > 1 and above.edges.left > first.edges.left + _INDENT * size
    return (
        hanging and abs(line.edges.left - first.edges.left) < _INDENT * size and not _centred(part)
    )


def _centred(part: list[Line]) -> bool:
    middles = [(line.edges.left + line.edges.right) / 2 for line in part]
    return max(middles) - min(middles) < 3.0


def starts_item(text: str) -> bool:
    """Whether a line begins with a bullet or number and goes on after it."""
    marker, _, rest = text.partition(" ")
    return bool(rest) and MARKER.match(marker) is not None and marker[-1] != "\ufffd"


def _joined(parts: Iterable[LineGroup]) -> list[LineGroup]:
    """Parts, with paragraphs made whole that go on in the next column or on the next page."""
    joined: list[LineGroup] = []
    for part in parts:
        if joined and _goes_on(joined[-1], part):
            joined[-1].lines += part.lines
        else:
            joined.append(part)
    return joined


def _goes_on(part: LineGroup, following: LineGroup) -> bool:
    (page, last), (next_page, first) = part.lines[-1], following.lines[0]
    if last.cells > 1 or first.cells > 1 or starts_item(first.text):
        return False
    elsewhere = page != next_page or last.region != first.region
    if not elsewhere or abs(last.size - first.size) > _OTHER_SIZE * last.size:
        return False
    if last.bold != first.bold or last.angle != first.angle or _SENTENCE_END.search(last.text):
        return False
    wide = last.text[-1] > _WIDE_SIGNS and first.text[0] > _WIDE_SIGNS and not last.bold
    return first.text[0].islower() or wide


def _name_kinds(parts: list[LineGroup], size: float) -> None:
    """Say what each part is."""
    bold = sum(len(line.text) for part in parts for _, line in part.lines if line.bold)
    letters = sum(len(line.text) for part in parts for _, line in part.lines)
    for part in parts:
        first = part.lines[0][1]
        if first.cells > 1:
            part.kind = "row"
        elif _is_heading(part, size, bold * 2 < letters):
            part.kind = "heading"
        elif starts_item(first.text):
            part.kind = "item"
    _doubt_headings(parts)
    headings = [part for part in parts if part.kind == "heading"]
    ranks = sorted(set(map(_style_of, headings)), reverse=True)
    for part in headings:
        part.level = min(ranks.index(_style_of(part)) + 1, _MAX_LEVEL)
    name_columns(parts)


def _doubt_headings(parts: list[LineGroup]) -> None:
    """Take headings that head nothing as text.

    On a title page only what is set largest is a heading. Elsewhere several of one style, one
    after the other, are labels, and only the last may be a heading; a title may have parts.
    """
    with_text = {page for part in parts if part.kind != "heading" for page, _ in part.lines}
    title = max((_style_of(part) for part in parts if part.kind == "heading"), default=None)
    for (kind, page), group in groupby(parts, key=lambda part: (part.kind, part.lines[0][0])):
        headings = list(group) if kind == "heading" else []
        if page in with_text:
            runs = (list(run) for _, run in groupby(headings, key=_style_of))
            labels = [
                part
                for run in runs
                for part in run[:-1]
                if len(run) >= _LABELS and _style_of(part) != title
            ]
        else:
            largest = max(map(_style_of, headings), default=None)
            labels = [part for part in headings if _style_of(part) != largest]
        for part in labels:
            part.kind = "item" if starts_item(part.lines[0][1].text) else "paragraph"


def _style_of(part: LineGroup) -> tuple[float, bool]:
    line = part.lines[0][1]
    return round(line.size * 2) / 2, line.bold


def _is_heading(part: LineGroup, size: float, bold_tells: bool) -> bool:
    """Whether a part is set larger than the text, or stands alone in bold type."""
    lines = [line for _, line in part.lines]
    text = " ".join(line.text for line in lines)
    if len(text) > _HEADING_CHARACTERS or len(lines) > _HEADING_LINES:
        return False
    if sum(map(str.isalpha, text)) < 3 or lines[0].angle:
        return False
    if min(line.size for line in lines) > _LARGER * size:
        return True
    alone = all(line.bold for line in lines) and len(text) <= _BOLD_HEADING_CHARACTERS
    ended = text.endswith((".", ",", ";")) and not text[:1].isdigit()
    return alone and bold_tells and not ended and lines[0].size > 0.95 * size


def _written(parts: list[LineGroup], labels: dict[int, str]) -> Written:
    written = Written()
    pieces: list[str] = []
    at, page, page_start, page_end = 0, 0, 0, 0
    before: LineGroup | None = None
    for part in parts:
        joint = _joint(before, part)
        pieces.append(joint)
        at += len(joint)
        start = at
        for number, (line_page, line) in enumerate(part.lines):
            if number:
                pieces.append("\n")
                at += 1
            turned = before is not None and (before.kind == "furniture") != (
                part.kind == "furniture"
            )
            if line_page != page or (turned and number == 0):
                if page:
                    written.places.append(Place(page_start, page_end, "page", page, labels[page]))
                page, page_start = line_page, at
            pieces.append(line.text)
            at += len(line.text)
            page_end = at
        written.blocks.append(Block(start, at, part.kind, part.level, part.context))
        before = part
    if page:
        written.places.append(Place(page_start, page_end, "page", page, labels[page]))
    written.text = "".join(pieces)
    return written


def _joint(before: LineGroup | None, part: LineGroup) -> str:
    if before is None:
        return ""
    close = before.kind == part.kind and part.kind in ("row", "item", "furniture")
    return "\n" if close else "\n\n"
