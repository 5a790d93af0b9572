"""What pdfium sees on a PDF page: words with their boxes, in the order of the page's content."""

from __future__ import annotations

import contextlib
import ctypes
import math
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from qwenqa.errors import SourceError
from qwenqa.readers.pdf.pdfium_calls import (
    Marks,
    Numbers,
    boxes_of,
    placed,
    side_by_side,
    sizes_of,
    units_of,
)
from qwenqa.readers.pdf.pypdf_fallback import LOCKED

# pdfium is not thread-safe: everything that calls it holds this.
PDFIUM = threading.RLock()
MAX_PAGE_CHARACTERS = 500_000
# A page is a few hundred lines of a few dozen styles; names of fonts are short.
_NAME_BYTES = 128
_BOLD_NAME = re.compile(rb"bold|black|heavy|semibold|-medi$|demi|(?:^|[-+])cmbx", re.IGNORECASE)
_BOLD_WEIGHT = 600
# So many signs without names make it worth a second look at the fonts.
_NAMELESS, _NAMELESS_SHARE = 20, 0.1
_HYPHEN = "\x02"
_CONTROL = re.compile("\r\n|[\x00-\x1f\x7f\ufffe]")
_LINE_END = re.compile("\n")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORD = re.compile(rf"[^\s\x00-\x1f]+{_HYPHEN}?")
# pdfium turns the two letters of one lam-alef sign round.
_ALEF_LAM = re.compile("[\u0622\u0623\u0625\u0627]\u0644")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")

Repair = Callable[[str, int], str]
"""From a font's name and a character code without meaning to what it shows, or nothing."""


class Edges(NamedTuple):
    """A rectangle in PDF points; the origin is the page's lower left corner."""

    left: float
    bottom: float
    right: float
    top: float


class TextStyle(NamedTuple):
    """How a word is set: size in points, whether bold, and the direction it runs in degrees."""

    size: float
    bold: bool
    angle: int


class Word(NamedTuple):
    """Characters ``[first, last]`` of the page that stand together, and where.

    ``text`` has one character for each of them that is no half of a surrogate pair. ``base``
    is the height of the line it stands on.
    """

    text: str
    first: int
    last: int
    edges: Edges
    base: float
    style: TextStyle


# Records made without their constructors, which take longer than all else about a word.
_EDGES = partial(tuple.__new__, Edges)
_MADE = partial(tuple.__new__, Word)


@contextlib.contextmanager
def opened(data: bytes) -> Iterator[pypdfium2.PdfDocument | None]:
    """The file open in pdfium, or None when pdfium cannot open it; needs a held ``PDFIUM``."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise SourceError(LOCKED) from error
        document = None
    try:
        yield document
    finally:
        if document is not None:
            document.close()


class Eye:
    """Reads one page's characters through pdfium, with as few calls as it takes.

    A call costs a microsecond, a page has thousands of characters: the boxes of a word's
    first and last character, and the style where it can have changed, are enough.
    """

    def __init__(self, textpage: pypdfium2.PdfTextPage, repair: Repair) -> None:
        """Get all characters of the page at once."""
        self.raw = textpage.raw
        count = pdfium.FPDFText_CountChars(self.raw)
        self.truncated = count > MAX_PAGE_CHARACTERS
        self.unreadable = 0
        self._rectangle = pdfium.FS_RECTF()
        self._matrix = pdfium.FS_MATRIX()
        self._bolds: dict[int, bool] = {}
        self._numbers = [ctypes.c_double() for _ in range(4)]
        self.units = self._readable(units_of(self.raw, min(count, MAX_PAGE_CHARACTERS)), repair)

    def _readable(self, units: str, repair: Repair) -> str:
        """Line-end hyphens and controls that are really glyphs made readable, one for one."""
        changed = list(units)
        nameless = 0
        for match in _CONTROL.finditer(units):
            at = match.start()
            if match.group() == "\r\n":
                continue
            if pdfium.FPDFText_IsHyphen(self.raw, at) == 1:
                changed[at] = _HYPHEN
            elif pdfium.FPDFText_HasUnicodeMapError(self.raw, at) == 1:
                nameless += 1
                changed[at] = "\ufffd"
            elif not units[at].isspace():
                changed[at] = "\ufffd"
        if nameless > max(_NAMELESS, _NAMELESS_SHARE * len(units)):
            self._repair(changed, repair)
        self.unreadable = changed.count("\ufffd")
        return "".join(changed)

    def _repair(self, units: list[str], repair: Repair) -> None:
        """Look up what pdfium cannot name: it gives the bare codes of such fonts, even for 32."""
        for at, unit in enumerate(units):
            if pdfium.FPDFText_HasUnicodeMapError(self.raw, at) == 1:
                code = pdfium.FPDFText_GetUnicode(self.raw, at)
                units[at] = repair(self._font(at), code) or (unit if unit > " " else "\ufffd")
            elif unit == " " and pdfium.FPDFText_IsGenerated(self.raw, at) == 0:
                units[at] = repair(self._font(at), ord(unit)) or unit

    def words(self) -> list[Word]:
        """The page's words, in content order."""
        matches = list(_WORD.finditer(self.units))
        if not matches:
            return []
        spans = [match.span() for match in matches]
        edges, far = boxes_of(self.raw, spans)
        styles, drops = self._styles(spans, edges[:, 1])
        texts = [
            text if text.isascii() and text[-1] != _HYPHEN else self.text(first, end - 1)
            for (first, end), text in zip(spans, map(re.Match.group, matches), strict=True)
        ]
        firsts, ends = zip(*spans, strict=True)
        lasts = [end - 1 for end in ends]
        placed = map(_EDGES, edges.tolist())
        bases = (edges[:, 1] + drops).tolist()
        words = list(map(_MADE, zip(texts, firsts, lasts, placed, bases, styles, strict=True)))
        sizes, angles = [style.size for style in styles], [style.angle for style in styles]
        together = side_by_side(far, sizes, angles, spans)
        return words if together.all() else list(self._apart(words, together))

    def _styles(
        self, spans: list[tuple[int, int]], bottoms: Numbers
    ) -> tuple[list[TextStyle], Numbers]:
        """Each word's style and how far its line is above its bottom, looked up where it changes.

        That is where the size does, on a new line, and where no space parts words.
        """
        sizes = sizes_of(self.raw, spans)
        places = np.array(spans)
        line_ends = np.array([each.start() for each in _LINE_END.finditer(self.units)])
        lines = np.searchsorted(line_ends, places[:, 0])
        new = np.ones(len(spans), bool)
        new[1:] = (sizes[1:] != sizes[:-1]) | (lines[1:] != lines[:-1])
        new[1:] |= places[1:, 0] == places[:-1, 1]
        at = np.flatnonzero(new)
        firsts = places[at, 0].tolist()
        drops = np.array([self._base(first) for first in firsts]) - bottoms[at]
        looked = [self._style(first) for first in firsts]
        which = np.cumsum(new) - 1
        return [looked[number] for number in which.tolist()], drops[which]

    def _apart(self, words: list[Word], side_by_side: Marks) -> Iterator[Word]:
        """The words; those whose characters do not stand side by side, character by character."""
        for word, together in zip(words, side_by_side.tolist(), strict=True):
            if together:
                yield word
            else:
                yield from self._one_by_one(word.first, word.last)

    def _one_by_one(self, first: int, last: int) -> Iterator[Word]:
        """The characters of a word that do not stand side by side."""
        for at in range(first, last + 1):
            yield Word(self.text(at, at), at, at, self.box(at), self._base(at), self._style(at))

    def text(self, first: int, last: int) -> str:
        """The characters from first to last as Python text."""
        units = self.units[first : last + 1]
        if units.isascii():
            return units.replace(_HYPHEN, "-") if units[-1] == _HYPHEN else units
        units = units.replace(_HYPHEN, "-")
        if _SURROGATE.search(units):
            return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return self._turned(units, first) if RIGHT_TO_LEFT.search(units) else units

    def _turned(self, units: str, first: int) -> str:
        for match in _ALEF_LAM.finditer(units):
            alef = first + match.start()
            if self.box(alef) == self.box(alef + 1):
                a, b = match.span()
                units = units[:a] + units[a:b][::-1] + units[b:]
        return units

    def box(self, at: int) -> Edges:
        """The box of a character, as high as its font."""
        box = self._rectangle
        pdfium.FPDFText_GetLooseCharBox(self.raw, at, box)
        return Edges(*map(placed, (box.left, box.bottom, box.right, box.top)))

    def ink(self, at: int) -> Edges:
        """The box of a character's own shape."""
        left, right, bottom, top = self._numbers
        pdfium.FPDFText_GetCharBox(self.raw, at, left, right, bottom, top)
        return Edges(*(placed(edge.value) for edge in (left, bottom, right, top)))

    def _base(self, at: int) -> float:
        """The height of the line that a character stands on, across its direction."""
        x, y = self._numbers[:2]
        pdfium.FPDFText_GetCharOrigin(self.raw, at, x, y)
        return placed(y.value)

    def _style(self, at: int) -> TextStyle:
        matrix = self._matrix
        pdfium.FPDFText_GetMatrix(self.raw, at, matrix)
        scale = math.hypot(matrix.c, matrix.d)
        size = placed(pdfium.FPDFText_GetFontSize(self.raw, at) * scale)
        angle = round(math.degrees(math.atan2(placed(matrix.b), placed(matrix.a)))) % 360
        return TextStyle(round(size, 1), self._bold(at), angle)

    def _bold(self, at: int) -> bool:
        """Whether a character's font is bold, looked up once for each font of the page."""
        drawn = pdfium.FPDFText_GetTextObject(self.raw, at)
        font = ctypes.cast(pdfium.FPDFTextObj_GetFont(drawn), ctypes.c_void_p).value if drawn else 0
        if not font or font not in self._bolds:
            name = self._font(at).encode("latin-1", "replace")
            heavy = pdfium.FPDFText_GetFontWeight(self.raw, at) >= _BOLD_WEIGHT
            self._bolds[font or 0] = heavy or _BOLD_NAME.search(name) is not None
        return self._bolds[font or 0]

    def _font(self, at: int) -> str:
        buffer = ctypes.create_string_buffer(_NAME_BYTES)
        pdfium.FPDFText_GetFontInfo(self.raw, at, buffer, _NAME_BYTES, None)
        return buffer.value.decode("latin-1")


def joined(several: Sequence[Edges]) -> Edges:
    """The smallest rectangle around several."""
    lefts, bottoms, rights, tops = zip(*several, strict=True)
    return Edges(min(lefts), min(bottoms), max(rights), max(tops))


def middle(edges: Edges) -> tuple[float, float]:
    """How far across and up the middle of a rectangle is."""
    return (edges.left + edges.right) / 2, (edges.bottom + edges.top) / 2
