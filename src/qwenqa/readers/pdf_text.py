"""From the lines of all pages to the document's text: paragraphs, headings, items, rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from qwenqa.readers.pdf_furniture import Sheet, furniture
from qwenqa.readers.pdf_layout import CELL, Line
from qwenqa.readers.pdf_page import RIGHT_TO_LEFT
from qwenqa.readers.pdf_segments import MARKER
from qwenqa.types import Block, BlockKind, Place

_SENTENCE_END = re.compile(r"""[.!?:;…。！？：；]["'”’»」』)\]]*\d*$""")
# Distances in units of the font size.
_LOOSE, _INDENT, _LEEWAY, _LEADING = 0.3, 0.8, 2.0, 1.35
_OTHER_SIZE, _LARGER = 0.12, 1.12
_HEADING_CHARACTERS, _HEADING_LINES, _BOLD_HEADING_CHARACTERS = 200, 4, 120
_MAX_LEVEL, _HEADER_ROWS = 6, 3
_WIDE_SIGNS = "\u2e80"


@dataclass(slots=True)
class _Part:
    """Lines that belong together, each with its page's number, and what they are."""

    lines: list[tuple[int, Line]]
    kind: BlockKind = "paragraph"
    level: int = 0
    context: str = ""


@dataclass(slots=True)
class Written:
    """The text as it is put together, with its map."""

    text: str = ""
    blocks: list[Block] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)


def write(sheets: Sequence[Sheet]) -> Written:
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
        parts += [_Part([each], "furniture") for each in rest]
    return _written(parts, {sheet.number: sheet.label for sheet in sheets})


def _body_size(lines: Iterable[Line]) -> float:
    """The size most characters have."""
    counts: Counter[float] = Counter()
    for line in lines:
        counts[line.size] += len(line.text)
    return max(counts, key=lambda size: (counts[size], -size), default=0.0)


def _page_parts(page: int, lines: list[Line]) -> Iterator[_Part]:
    """Paragraphs, items and rows of one page."""
    shapes = _shapes(lines)
    part: list[Line] = []
    for line in lines:
        if part and _begins(part, line, *shapes[line.region]):
            yield _Part([(page, each) for each in part])
            part = []
        part.append(line)
    if part:
        yield _Part([(page, each) for each in part])


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


def _joined(parts: Iterable[_Part]) -> list[_Part]:
    """Parts, with paragraphs made whole that go on in the next column or on the next page."""
    joined: list[_Part] = []
    for part in parts:
        if joined and _goes_on(joined[-1], part):
            joined[-1].lines += part.lines
        else:
            joined.append(part)
    return joined


def _goes_on(part: _Part, following: _Part) -> bool:
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


def _name_kinds(parts: list[_Part], size: float) -> None:
    """Say what each part is."""
    bold = sum(len(line.text) for part in parts for _, line in part.lines if line.bold)
    letters = sum(len(line.text) for part in parts for _, line in part.lines)
    styles = set()
    for part in parts:
        first = part.lines[0][1]
        if first.cells > 1:
            part.kind = "row"
        elif _is_heading(part, size, bold * 2 < letters):
            part.kind = "heading"
            styles.add(_style(first))
        elif starts_item(first.text):
            part.kind = "item"
    ranks = sorted(styles, reverse=True)
    for part in parts:
        if part.kind == "heading":
            part.level = min(ranks.index(_style(part.lines[0][1])) + 1, _MAX_LEVEL)
    _name_columns(parts)


def _style(line: Line) -> tuple[float, bool]:
    return round(line.size * 2) / 2, line.bold


def _is_heading(part: _Part, size: float, bold_tells: bool) -> bool:
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


def _name_columns(parts: list[_Part]) -> None:
    """Give the rows of each table its column headings."""
    at = 0
    while at < len(parts):
        end = at
        while end < len(parts) and _same_table(parts[at], parts[end]):
            end += 1
        rows = [part for part in parts[at:end] if part.kind == "row"]
        headings = _header_rows(rows)
        columns = " / ".join(" ".join(row.lines[0][1].text.split()) for row in rows[:headings])
        for row in rows[headings:]:
            row.context = columns
        at = max(end, at + 1)


def _same_table(one: _Part, other: _Part) -> bool:
    (page, first), (other_page, second) = one.lines[0], other.lines[0]
    return one.kind == "row" and page == other_page and first.region == second.region


def _header_rows(rows: list[_Part]) -> int:
    """How many of a table's first rows head its columns."""
    bold = 0
    while bold < len(rows) and rows[bold].lines[0][1].bold:
        bold += 1
    if 0 < bold < len(rows):
        return min(bold, _HEADER_ROWS)
    cells = rows[0].lines[0][1].text.split(CELL) if rows else []
    figures = sum(any(map(str.isdigit, cell)) for cell in cells)
    return 1 if len(rows) > 2 and figures == 0 else 0


def _written(parts: list[_Part], labels: dict[int, str]) -> Written:
    written = Written()
    pieces: list[str] = []
    at, page, page_start, page_end = 0, 0, 0, 0
    before: _Part | None = None
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


def _joint(before: _Part | None, part: _Part) -> str:
    if before is None:
        return ""
    close = before.kind == part.kind and part.kind in ("row", "item", "furniture")
    return "\n" if close else "\n\n"
