"""Where a quote stands on the pages of a PDF, and pictures of them.

Nothing is stored: the boxes follow from the file's bytes and the span, so that a citation can
still be shown years later.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from qwenqa.errors import SourceError
from qwenqa.readers.common.library_errors import FAULTS
from qwenqa.readers.pdf.layout.furniture import in_margin
from qwenqa.readers.pdf.layout.lines import CELL, Line, lines
from qwenqa.readers.pdf.nested_drawings import without_endless
from qwenqa.readers.pdf.page import PDFIUM, Edges, Eye, Word, joined, middle, opened
from qwenqa.readers.pdf.pdfium_calls import placed
from qwenqa.readers.pdf.pypdf_fallback import SecondLook
from qwenqa.readers.pdf.ruled_tables import rules_of
from qwenqa.readers.pdf.words import words_of
from qwenqa.types import Box, Document

_MAX_PIXELS = 40_000_000
# Half the height of the thinnest box.
_HAIR = 0.25
_MARK_COLOUR = (255, 221, 51, 110)


class _PlacedLine(NamedTuple):
    """A line of a page and where its text begins in the document."""

    start: int
    line: Line


def boxes(data: bytes, document: Document, start: int, end: int) -> tuple[Box, ...]:
    """One box for each line, and in a table for each cell, of ``document.text[start:end]``.

    ``document`` is what ``read`` made of ``data``. Empty where pdfium does not show the text:
    on pages that only pypdf could read. A box holds the middles of the quote's characters and
    of no other's, unless the page has several at the same place.
    """
    data, _ = without_endless(data)
    numbers = sorted({p.number for p in document.places if p.start < end and p.end > start})
    with PDFIUM, opened(data) as file:
        if file is None:
            return ()
        second = SecondLook(data)
        in_quote = [
            each
            for number in numbers
            for each in _on_page(file, second, document, number, start, end)
        ]
    return tuple(box for _, box in sorted(in_quote, key=lambda each: each[0]))


def _on_page(
    file: pypdfium2.PdfDocument,
    second: SecondLook,
    document: Document,
    number: int,
    start: int,
    end: int,
) -> Iterator[tuple[int, Box]]:
    """The quote's boxes on a page, each with where its line or cell begins in the text."""
    try:
        page = file[number - 1]
    except pypdfium2.PdfiumError:
        return
    textpage = page.get_textpage()
    try:
        eye = Eye(textpage, partial(second.sign, number))
        bounds = Edges(*map(placed, page.get_cropbox()))
        words = words_of(eye)
        placed_lines = _aligned(lines(words, rules_of(page)), bounds, document, number)
        inks = _Inks(eye, words)
        for at, piece in _pieces(placed_lines, start, end):
            for edges in inks.around(piece):
                yield at, Box(number, *edges)
    finally:
        textpage.close()
        page.close()


def page_image(data: bytes, page: int, scale: float, marks: Sequence[Box] = ()) -> bytes:
    """A picture of a page as PNG, ``scale`` pixels to the point, with the marks' boxes tinted.

    Marks on other pages are left out. Raises SourceError when the page cannot be drawn.
    """
    data, _ = without_endless(data)
    with PDFIUM, opened(data) as file:
        if file is None or not 1 <= page <= len(file):
            raise SourceError(f"has no page {page} that can be shown; open it in a PDF viewer")
        try:
            sheet = file[page - 1]
            width, height = sheet.get_size()
            largest = (_MAX_PIXELS / max(width * height, 1.0)) ** 0.5
            for mark in marks:
                if mark.page == page:
                    _tint(sheet, mark)
            picture = sheet.render(scale=min(scale, largest), may_draw_forms=False).to_pil()
        except (pypdfium2.PdfiumError, *FAULTS) as error:
            raise SourceError(
                f"has a page {page} that cannot be shown; open it in a PDF viewer"
            ) from error
        stream = io.BytesIO()
        picture.save(stream, "PNG")
        return stream.getvalue()


def _tint(sheet: pypdfium2.PdfPage, mark: Box) -> None:
    """Draw a mark on the page in memory; the page's own turning then applies to it too."""
    path = pdfium.FPDFPageObj_CreateNewRect(
        mark.left, mark.bottom, mark.right - mark.left, mark.top - mark.bottom
    )
    pdfium.FPDFPageObj_SetFillColor(path, *_MARK_COLOUR)
    pdfium.FPDFPageObj_SetBlendMode(path, b"Multiply")
    pdfium.FPDFPath_SetDrawMode(path, pdfium.FPDF_FILLMODE_WINDING, False)
    pdfium.FPDFPage_InsertObject(sheet, path)


def _aligned(
    page_lines: list[Line], bounds: Edges, document: Document, number: int
) -> list[_PlacedLine]:
    """The page's lines with the offsets where the document has them, or none if it has not.

    The document has the same lines in the same order, but those that run through all pages
    stand at its end. Which those are shows where each line's text comes next.
    """
    running = next((b.start for b in document.blocks if b.kind == "furniture"), len(document.text))
    places = [p for p in document.places if p.kind == "page" and p.number == number]
    body, rest = (
        [at for p in places if (p.start < running) == inner for at in (p.start, p.end)] or [0, 0]
        for inner in (True, False)
    )
    placed_lines: list[_PlacedLine] = []
    for line in page_lines:
        order = (rest, body) if in_margin(line, bounds) else (body, rest)
        for cursor in order:
            start = _next_text(document.text, cursor[0], cursor[1])
            if document.text.startswith(line.text, start) and start + len(line.text) <= cursor[1]:
                placed_lines.append(_PlacedLine(start, line))
                cursor[0] = start + len(line.text)
                break
        else:
            return []
    return placed_lines


def _next_text(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start


def _pieces(
    placed_lines: Iterable[_PlacedLine], start: int, end: int
) -> Iterator[tuple[int, list[range]]]:
    """For each line and cell in the span, the characters of its words as the page counts them.

    With each goes where its line begins in the text.
    """
    for line_start, line in placed_lines:
        if line_start >= end or line_start + len(line.text) <= start:
            continue
        cell, part, before, base = 0, 0, 0, 0.0
        numbered: list[tuple[tuple[int, int], range]] = []
        for at, word in line.words:
            cell += CELL in line.text[before:at]
            part += before > 0 and not line.angle and abs(word.base - base) > 0.7 * word.style.size
            before, base = at + len(word.text), word.base
            if within := _within(word, line_start + at, start, end):
                numbered.append(((cell, part), within))
        for _, group in groupby(numbered, key=lambda each: each[0]):
            yield line_start, [within for _, within in group]


def _within(word: Word, at: int, start: int, end: int) -> range:
    """The characters of a word that are in the span."""
    if at >= end or at + len(word.text) <= start:
        return range(0)
    if len(word.text) != word.last - word.first + 1:
        return range(word.first, word.last + 1)
    return range(
        max(word.first, word.first + start - at), min(word.last + 1, word.first + end - at)
    )


class _Inks:
    """The shapes of all characters of a page that are read."""

    def __init__(self, eye: Eye, words: Sequence[Word]) -> None:
        """Look at every character of the words."""
        self.edges = {at: eye.ink(at) for word in words for at in range(word.first, word.last + 1)}

    def around(self, words: list[range]) -> Iterator[Edges]:
        """One rectangle around the words; smaller ones where it would hold other characters."""
        own = [at for word in words for at in word if at in self.edges]
        if not own:
            return
        if edges := self._around(own):
            yield edges
        elif len(words) > 1:
            for word in words:
                yield from self.around([word])
        elif len(own) > 1:
            for at in own:
                yield from self.around([range(at, at + 1)])
        else:
            # Signs that lie over one another, as in a fraction: only the middle is its own.
            x, y = middle(self.edges[own[0]])
            yield Edges(x - _HAIR, y - _HAIR, x + _HAIR, y + _HAIR)

    def _around(self, own: list[int]) -> Edges | None:
        """A rectangle around the characters, or a strip through their middles, or neither."""
        whole = joined([self.edges[at] for at in own])
        heights = [middle(self.edges[at])[1] for at in own]
        strip = whole._replace(bottom=min(heights) - _HAIR, top=max(heights) + _HAIR)
        return next((each for each in (whole, strip) if not self._holds_others(each, own)), None)

    def _holds_others(self, edges: Edges, own: list[int]) -> bool:
        inside = {at for at, each in self.edges.items() if _middle_inside(each, edges)}
        return not inside.issubset(own)


def _middle_inside(inner: Edges, outer: Edges) -> bool:
    across, up = middle(inner)
    return outer.left <= across <= outer.right and outer.bottom <= up <= outer.top
