"""What a PDF page shows: its words, each once however often the file draws it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from qwenqa.readers.pdf.page import Edges, Eye, Repair, Word, middle
from qwenqa.readers.pdf.pdfium_calls import Marks, Numbers, placed
from qwenqa.readers.pdf.ruled_tables import rules_of

# In points: words that share a line; in units of the font size: words that overlap, and
# characters that stand at the same place.
_SAME_LINE, _OVERLAP, _SAME_PLACE = 4.0, 0.3, 0.15
_Spot = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Sight:
    """The words of a page, the thin lines ruled on it, its bounds, and what it lacks.

    ``unreadable`` counts characters that its fonts leave without meaning, ``objects`` what is
    drawn on it: letters, lines, pictures.
    """

    words: tuple[Word, ...]
    rules: tuple[Edges, ...]
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
        rules = rules_of(page)
        return Sight(
            words,
            rules,
            Edges(*map(placed, page.get_cropbox())),
            eye.unreadable,
            eye.truncated,
            objects,
        )
    finally:
        textpage.close()


def words_of(eye: Eye) -> list[Word]:
    """The page's words in content order, without those whose letters another word has there too.

    Shadows, bold type made of two strokes and text under a picture of itself are drawn twice;
    pdfium leaves out some letters of one of the two.
    """
    words = [_stammerless(eye, word) if _stammers(word.text) else word for word in eye.words()]
    seen: set[_Spot] = set()
    twice: set[int] = set()
    for word in sorted(_crowded(words), key=lambda word: (word.first - word.last, word.first)):
        spots = list(_spots(eye, word))
        if all(any(spot in seen for spot in near) for near in spots):
            twice.add(word.first)
        else:
            seen.update(near[0] for near in spots)
    return [word for word in words if word.first not in twice]


def _stammers(text: str) -> bool:
    """Whether each of a word's letters comes twice."""
    return len(text) > 3 and text[::2] == text[1::2]


def _stammerless(eye: Eye, word: Word) -> Word:
    """The word with every letter once, if the two of each stand at the same place."""
    spots = list(_spots(eye, word))
    twice = all(second[0] in first for first, second in zip(spots[::2], spots[1::2], strict=True))
    return word._replace(text=word.text[::2]) if twice else word


def _crowded(words: Sequence[Word]) -> list[Word]:
    """The words of lines on which any overlap: there are few, and looking closely is slow."""
    if not words:
        return []
    edges = np.array([word.edges for word in words])
    lefts, rights = edges[:, 0], edges[:, 2]
    allowed = _OVERLAP * np.array([max(word.style.size, 1.0) for word in words])
    bases = np.array([word.base for word in words]) / _SAME_LINE
    # Two heights that differ by less than half a line share it in one of two divisions.
    crowded = np.zeros(len(words), bool)
    for by in (0.0, 0.5):
        crowded |= _on_crowded_lines(np.floor(bases + by), lefts, rights, allowed)
    return [words[at] for at in np.flatnonzero(crowded).tolist()]


def _on_crowded_lines(lines: Numbers, lefts: Numbers, rights: Numbers, allowed: Numbers) -> Marks:
    """Which words share their line with one that begins before another ends, further left."""
    order = np.lexsort((lefts, lines))
    _, line = np.unique(lines[order], return_inverse=True)
    # Lines are set one to the right of the other, so that one scan takes them all.
    shift = line * (rights.max() - lefts.min() + 1.0)
    reached = np.maximum.accumulate(rights[order] + shift)[:-1]
    over = lefts[order][1:] + shift[1:] < reached - allowed[order][1:]
    marks: Marks = np.isin(lines, lines[order][1:][over])
    return marks


def _spots(eye: Eye, word: Word) -> Iterator[tuple[_Spot, ...]]:
    """For each character where its middle is, on a grid, first; and the spots next to that."""
    # A power of two, so that words of nearly the same size share their grid.
    step = 2.0 ** round(math.log2(_SAME_PLACE * max(word.style.size, 1.0)))
    for at in range(word.first, word.last + 1):
        across, up = (math.floor(place / step) for place in middle(eye.ink(at)))
        yield tuple((eye.units[at], across + x, up + y) for x in (0, -1, 1) for y in (0, -1, 1))
