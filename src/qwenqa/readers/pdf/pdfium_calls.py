"""What pdfium tells of many characters of a page at once, asked as fast as it can be."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

Numbers = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]
Spans = Sequence[tuple[int, int]]
"""Half-open stretches of a page's characters, one a word."""

# No letter is wider, in units of the font size.
_WIDEST = 1.8
# In points: no page reaches there, and what does comes from a matrix that is not finite.
_FAR = 1e7
_BOX_BYTES = ctypes.sizeof(pdfium.FS_RECTF)


def _plain(function: Any, result: type, *arguments: type) -> Callable[..., Any]:
    """A function of pdfium that takes addresses as numbers: half the time of a call."""
    address = ctypes.cast(function, ctypes.c_void_p).value
    return ctypes.PYFUNCTYPE(result, *arguments)(address or 0)


_PAGE_AND_PLACE = ctypes.c_void_p, ctypes.c_int
_loose_box = _plain(
    pdfium.FPDFText_GetLooseCharBox, ctypes.c_int, *_PAGE_AND_PLACE, ctypes.c_void_p
)
_font_size = _plain(pdfium.FPDFText_GetFontSize, ctypes.c_double, *_PAGE_AND_PLACE)
_unicode = _plain(pdfium.FPDFText_GetUnicode, ctypes.c_uint, *_PAGE_AND_PLACE)


def finite(numbers: Numbers) -> Numbers:
    """The numbers, those that no place on a page can have as zero."""
    return np.where(np.abs(numbers) < _FAR, numbers, 0.0)


def placed(number: float) -> float:
    """The number, or zero where no place on a page can have it."""
    return number if abs(number) < _FAR else 0.0


def units_of(textpage: Any, count: int) -> str:
    """UTF-16 units, one for each of the first ``count`` characters; pairs are left apart."""
    if count <= 0:
        return ""
    buffer = np.zeros(count + 1, np.uint16)
    pointer = buffer.ctypes.data_as(ctypes.POINTER(ctypes.c_ushort))
    units = buffer[:count]
    if pdfium.FPDFText_GetText(textpage, 0, count, pointer) - 1 != count:
        # Codes 0 are left out above: ask for each character.
        handle = _address(textpage)
        units[:] = [_unicode(handle, at) & 0xFFFF for at in range(count)]
    return str(units.astype("<u4").tobytes(), "utf-32-le", "surrogatepass")


def boxes_of(textpage: Any, words: Spans) -> tuple[Numbers, Numbers]:
    """For each word its edges, and how far across and up its last character is from its first.

    The boxes are as high as the font; pdfium writes them one behind the other.
    """
    boxes = np.zeros((len(words), 2, 4), np.float32)
    handle, to = _address(textpage), boxes.ctypes.data
    for first, end in words:
        _loose_box(handle, first, to)
        _loose_box(handle, end - 1, to + _BOX_BYTES)
        to += 2 * _BOX_BYTES
    # pdfium's order: left, top, right, bottom.
    exact = finite(boxes.astype(np.float64))
    low, high = exact.min(1), exact.max(1)
    edges = np.stack((low[:, 0], low[:, 3], high[:, 2], high[:, 1]), 1)
    return edges, np.abs(exact[:, 1] - exact[:, 0])[:, (0, 3)]


def sizes_of(textpage: Any, words: Spans) -> Numbers:
    """The font size of each word's first character, before the page's own scaling."""
    handle = _address(textpage)
    return finite(np.array([_font_size(handle, first) for first, _ in words]))


def side_by_side(
    far: Numbers, sizes: Sequence[float], angles: Sequence[int], words: Spans
) -> Marks:
    """Whether words' first and last characters are near enough for those between them."""
    places = np.array(words)
    size, angle = np.maximum(np.array(sizes), 1.0), np.array(angles)
    (across, up), length = far.T, places[:, 1] - places[:, 0]
    reach = _WIDEST * size * (length + 1)
    level = (angle % 180 == 0) & (across < reach) & (up < size)
    upright = (angle % 180 == 90) & (up < reach) & (across < size)
    together: Marks = level | upright | (angle % 90 != 0) | (length == 1)
    return together


def _address(textpage: Any) -> int:
    return ctypes.cast(textpage, ctypes.c_void_p).value or 0
