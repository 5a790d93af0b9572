"""What repeats at the same place of many pages: running headers, footers, page numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from qwenqa.readers.pdf.layout.lines import Line
from qwenqa.readers.pdf.page import Edges

# The outer part of a page where running lines stand, as a share of its height.
_MARGIN = 0.12
# The most that a page with little text on it leaves free above or below.
_WIDE_MARGIN = 0.25
_SAME_PLACE = 8.0
_FEW_PAGES = 5
_LARGE = 1.25
_NUMBER = re.compile(r"\d{1,6}")
_ROMAN = re.compile(r"[ivxlc]{1,7}$|[IVXLC]{1,7}$")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


class PageLines(NamedTuple):
    """A page's lines in reading order; ``number`` counts from one."""

    number: int
    label: str
    lines: tuple[Line, ...]
    bounds: Edges


class _Candidate(NamedTuple):
    """A line in a page's margin: where it is, and how far from the nearer edge (top: above 0)."""

    page: int
    line: int
    away: float
    size: float


def in_margin(line: Line, bounds: Edges) -> bool:
    """Whether a line stands where running lines stand; turned ones may run down a side."""
    middle = (line.place.bottom + line.place.top) / 2
    reach = _MARGIN * (bounds.top - bounds.bottom)
    return line.angle != 0 or not bounds.bottom + reach < middle < bounds.top - reach


def furniture(sheets: Sequence[PageLines], body_size: float) -> set[tuple[int, int]]:
    """The lines that run through the document, as numbers of page and of line on it."""
    groups: dict[str, list[_Candidate]] = {}
    candidates: list[_Candidate] = []
    for sheet in sheets:
        for number, line in enumerate(sheet.lines):
            if in_margin(line, sheet.bounds):
                away = _away(line, sheet.bounds)
                candidate = _Candidate(sheet.number, number, away, line.size)
                candidates.append(candidate)
                for key in _keys(line.text, sheet.number):
                    groups.setdefault(key, []).append(candidate)
    running: set[tuple[int, int]] = set()
    for group in groups.values():
        running.update((each.page, each.line) for each in _repeated(group, len(sheets), body_size))
    running |= _in_slots(candidates, running, len(sheets))
    return running | _counted(sheets, running, body_size)


def _counted(
    sheets: Sequence[PageLines], running: set[tuple[int, int]], body_size: float
) -> set[tuple[int, int]]:
    """First or last lines of pages with wide margins, such as a court's, that count the pages.

    What is known to run through the document, such as a stamp, may stand further out.
    """
    groups: dict[tuple[bool, str], list[_Candidate]] = {}
    for sheet in sheets:
        for number, away in _outermost(sheet, running):
            line = sheet.lines[number]
            candidate = _Candidate(sheet.number, number, away, line.size)
            small = line.size <= _LARGE * body_size and abs(away) < _WIDE_MARGIN * _height(sheet)
            for key in list(_keys(line.text, sheet.number))[1:] if small else []:
                groups.setdefault((away > 0, key), []).append(candidate)
    needed = max(3, len(sheets) // 3)
    numbered: set[tuple[int, int]] = set()
    for group in groups.values():
        there = _repeated(group, len(sheets), body_size)
        if len({each.page for each in there}) >= needed:
            numbered.update((each.page, each.line) for each in there)
    return numbered


def _outermost(sheet: PageLines, running: set[tuple[int, int]]) -> Iterator[tuple[int, float]]:
    """A page's highest and lowest level line that are not known to run, and how far they are in."""
    level = [
        number
        for number, line in enumerate(sheet.lines)
        if line.angle == 0 and (sheet.number, number) not in running
    ]
    if len(level) > 1:
        for end in (max, min):
            number = end(level, key=lambda each: sheet.lines[each].place.bottom)
            yield number, _away(sheet.lines[number], sheet.bounds)


def _height(sheet: PageLines) -> float:
    return sheet.bounds.top - sheet.bounds.bottom


def _away(line: Line, bounds: Edges) -> float:
    middle = (line.place.bottom + line.place.top) / 2
    below, above = middle - bounds.bottom, bounds.top - middle
    return above if above < below else -below


def _keys(text: str, page: int) -> Iterator[str]:
    """The line itself, and the line with a number that grows with the page's left out."""
    yield text
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        yield f"{text[:start]}\x00{int(match.group()) - page}\x00{text[end:]}"
    if _ROMAN.match(text):
        yield f"\x00{_roman(text.lower()) - page}"


def _roman(text: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in text]
    return sum(
        -value if value < following else value
        for value, following in zip(values, [*values[1:], 0], strict=True)
    )


def _repeated(group: list[_Candidate], pages: int, body_size: float) -> list[_Candidate]:
    """Those of a group of alike lines that stand at its usual place, if enough pages have it."""
    usual = median(sorted(each.away for each in group))
    there = [each for each in group if abs(each.away - usual) <= _SAME_PLACE]
    needed = 2 if pages <= _FEW_PAGES else 3
    if there and there[0].size > _LARGE * body_size:
        # A title that several slides share heads their text.
        needed = max(needed, (pages + 1) // 2)
    return there if len({each.page for each in there}) >= needed else []


def _in_slots(
    candidates: list[_Candidate], running: set[tuple[int, int]], pages: int
) -> set[tuple[int, int]]:
    """Lines of other wording, such as a short chapter's title, where most pages have furniture."""
    slots = Counter(
        (round(each.away), round(each.size, 1))
        for each in candidates
        if (each.page, each.line) in running
    )
    usual = {slot for slot, count in slots.items() if count * 2 > pages and count > 2}
    return {
        (each.page, each.line)
        for each in candidates
        if any((round(each.away) + by, round(each.size, 1)) in usual for by in (-1, 0, 1))
    }
