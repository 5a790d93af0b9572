"""What a PDF page shows: its words, each once however often the file draws it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from qwenqa.readers.pdf_calls import Numbers
from qwenqa.readers.pdf_page import Edges, Eye, Repair, Word

# In points: words that share a line; in units of the font size: words that overlap, and
# characters that stand at the same place.
_SAME_LINE, _OVERLAP, _SAME_PLACE = 4.0, 0.3, 0.15
_Spot = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Sight:
    """The words of a page, its bounds, and how many characters its fonts leave without meaning.

    ``objects`` counts what is drawn on it: letters, lines, pictures.
    """

    words: tuple[Word, ...]
    bounds: Edges
    unreadable: int
    truncated: bool
    objects: int


def see(page: pypdfium2.PdfPage, repair: Repair) -> Sight:
    """The words of a page; call it while holding ``PDFIUM``."""
    textpage = page.get_textpage()
    try:
        eye = Eye(textpage, repair)
        words = tuple(words_of(eye))
        objects = pdfium.FPDFPage_CountObjects(page)
        return Sight(words, Edges(*page.get_cropbox()), eye.unreadable, eye.truncated, objects)
    finally:
        textpage.close()


def words_of(eye: Eye) -> list[Word]:
    """The page's words in content order, without those whose letters another word has there too.

    Shadows, bold type made of two strokes and text under a picture of itself are drawn twice;
    pdfium leaves out some letters of one of the two.
    """
    words = eye.words()
    if not _overlap(words):
        return words
    seen: set[_Spot] = set()
    twice: set[int] = set()
    for word in sorted(words, key=lambda one: (one.first - one.last, one.first)):
        spots = list(_spots(eye, word))
        if all(any(spot in seen for spot in near) for near in spots):
            twice.add(word.first)
        else:
            seen.update(near[0] for near in spots)
    return [word for word in words if word.first not in twice]


def _overlap(words: Sequence[Word]) -> bool:
    """Whether any words lie over one another: few pages have such, and looking closely is slow."""
    if not words:
        return False
    edges = np.array([word.edges for word in words])
    lefts, rights = edges[:, 0], edges[:, 2]
    allowed = _OVERLAP * np.array([max(word.style.size, 1.0) for word in words])
    bases = np.array([word.base for word in words]) / _SAME_LINE
    # Two heights that differ by less than half a line share it in one of two divisions.
    return any(_overlap_on(np.floor(bases + by), lefts, rights, allowed) for by in (0.0, 0.5))


def _overlap_on(lines: Numbers, lefts: Numbers, rights: Numbers, allowed: Numbers) -> bool:
    """Whether a word begins before one ends that begins further left on the same line."""
    order = np.lexsort((lefts, lines))
    # Lines are set one to the right of the other, so that one scan takes them all.
    _, line = np.unique(lines[order], return_inverse=True)
    shift = line * (rights.max() - lefts.min() + 1.0)
    reached = np.maximum.accumulate(rights[order] + shift)[:-1]
    return bool((lefts[order][1:] + shift[1:] < reached - allowed[order][1:]).any())


def _spots(eye: Eye, word: Word) -> Iterator[tuple[_Spot, ...]]:
    """For each character where its middle is, on a grid, first; and the spots next to that."""
    # A power of two, so that words of nearly the same size share their grid.
    step = 2.0 ** round(math.log2(_SAME_PLACE * max(word.style.size, 1.0)))
    for at in range(word.first, word.last + 1):
        left, bottom, right, top = eye.ink(at)
        across, up = math.floor((left + right) / 2 / step), math.floor((bottom + top) / 2 / step)
        yield tuple((eye.units[at], across + x, up + y) for x in (0, -1, 1) for y in (0, -1, 1))
