"""Bytes to text: decoded once, strictly, and reported."""

from __future__ import annotations

import codecs
from typing import NamedTuple

from qwenqa.errors import SourceError
from qwenqa.types.characters import BINARY, UNREADABLE

_BOMS = (
    # UTF-32 first: its little-endian mark begins with UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GUESS_BYTES = 200_000
_MAX_CONTROL_SHARE, _FEW_CONTROLS = 0.02, 2
_MAX_DAMAGE_SHARE = 0.01


class Decoded(NamedTuple):
    """Text of a file, and how it was got: see Extraction for the meaning of the fields."""

    text: str
    encoding: str
    guessed: bool
    replaced: int


def decode(data: bytes) -> Decoded:
    """Text of a file's bytes; line ends stay, NUL and lone surrogates become U+FFFD.

    Tried in this order: a byte order mark, UTF-8, UTF-16 without a mark (every other byte is
    mostly zero), slightly damaged UTF-8, and a named guess. Raises SourceError when the bytes
    look like no text at all.
    """
    text, encoding, guessed = _decode(data)
    sample = text[:_GUESS_BYTES]
    if len(BINARY.findall(sample)) > max(_FEW_CONTROLS, _MAX_CONTROL_SHARE * len(sample)):
        raise SourceError(
            "holds binary data, not text; give the file the suffix of its real format"
        )
    usable = UNREADABLE.sub("\ufffd", text)
    return Decoded(usable, encoding, guessed, usable.count("\ufffd"))


def _decode(data: bytes) -> tuple[str, str, bool]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), encoding, False
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _guess(data)
    utf16 = _utf16_without_mark(data) if "\x00" in text[:_GUESS_BYTES] else ""
    return (data.decode(utf16, "replace"), utf16, True) if utf16 else (text, "utf-8", False)


def _guess(data: bytes) -> tuple[str, str, bool]:
    if encoding := _utf16_without_mark(data):
        return data.decode(encoding, "replace"), encoding, True
    damaged = data.decode("utf-8", "replace")
    non_ascii = sum(character > "\x7f" for character in damaged)
    if damaged.count("\ufffd") <= _MAX_DAMAGE_SHARE * non_ascii:
        return damaged, "utf-8", True
    from charset_normalizer import from_bytes  # seldom needed, and its tables take time to load

    best = from_bytes(data[:_GUESS_BYTES]).best()
    encoding = best.encoding if best else "cp1252"
    return data.decode(encoding, "replace"), encoding, True


def _utf16_without_mark(data: bytes) -> str:
    """The UTF-16 variant whose high bytes are mostly zero, or an empty string."""
    sample = data[: _GUESS_BYTES & ~1]
    half = len(sample) // 2
    if half == 0 or len(data) % 2:
        return ""
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if max(even, odd) < 0.4 or min(even, odd) > 0.1:
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"
