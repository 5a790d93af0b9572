"""Cheap looks at a PDF's bytes before a library unpacks them: some files are traps.

What gets past these still meets the limits of the process that reads it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Generator, Iterable, Iterator

from qwenqa.errors import SourceError

MAX_UNPACKED_BYTES = 256 * 2**20
MAX_FORM_DEPTH = 12
# Deflate makes nothing smaller than this part of it.
_BEST_RATIO = 1032
_STREAM = re.compile(rb"stream\r?\n(?=\x78)")
_ANY_STREAM = re.compile(rb"stream\r?\n")
_TWICE = re.compile(rb"/(?:FlateDecode|Fl)\s*/(?:FlateDecode|Fl)\b")
_THRICE = re.compile(rb"(?:/(?:FlateDecode|Fl)\s*){3}")
_STEP = 2**16
_REFERENCE = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+R\b")
_OBJECT = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+obj\b")
# A form's dictionary is near the word that makes it one.
_NEAR = 4096


def check(data: bytes) -> None:
    """Refuse files that unpack to far too much, or whose drawings nest without end."""
    if _TWICE.search(data) and _THRICE.search(data):
        raise SourceError(
            "has data packed three times, which can unpack to any size; print it to a new PDF"
        )
    twice = _Budget()
    small = all(twice.holds(data, *each, layers=2) for each in _twice_packed(data))
    if not small or not all(_Budget().holds(data, *each) for each in _large_streams(data)):
        raise SourceError(
            f"has a part that unpacks to more than {MAX_UNPACKED_BYTES // 2**20} MiB;"
            " print it to a new PDF"
        )
    if _form_depth(_forms(data)) > MAX_FORM_DEPTH:
        raise SourceError(
            f"has drawings nested more than {MAX_FORM_DEPTH} deep; print it to a new PDF"
        )


def _large_streams(data: bytes) -> Iterator[tuple[int, int]]:
    """Start and size of the packed streams that are large enough to unpack to too much."""
    for found in _STREAM.finditer(data):
        end = data.find(b"endstream", found.end())
        size = (len(data) if end < 0 else end) - found.end()
        if size * _BEST_RATIO > MAX_UNPACKED_BYTES:
            yield found.end(), size


def _twice_packed(data: bytes) -> Iterator[tuple[int, int]]:
    """Start and size of the streams that are packed twice, whatever their size."""
    begin = 0
    for filters in _TWICE.finditer(data):
        if filters.end() < begin:
            continue
        found = _ANY_STREAM.search(data, filters.end())
        if found is None:
            return
        begin = found.end()
        end = data.find(b"endstream", begin)
        yield begin, (len(data) if end < 0 else end) - begin


class _Budget:
    """How many more bytes may be unpacked; nothing of them is kept."""

    def __init__(self) -> None:
        self.left = MAX_UNPACKED_BYTES

    def holds(self, data: bytes, start: int, size: int, layers: int = 1) -> bool:
        """Whether a stream, and what is packed in it, unpacks to no more than is left."""
        pieces = (
            data[at : min(at + _STEP, start + size)] for at in range(start, start + size, _STEP)
        )
        for _ in range(layers):
            pieces = self._unpacked(pieces)
        for _ in pieces:
            pass
        return self.left >= 0

    def _unpacked(self, pieces: Iterable[bytes]) -> Generator[bytes, None, None]:
        unpacker = zlib.decompressobj()
        for piece in pieces:
            pending = piece
            while pending and not unpacker.eof and self.left >= 0:
                try:
                    part = unpacker.decompress(pending, _STEP * 16)
                except zlib.error:
                    return
                self.left -= len(part)
                yield part
                pending = unpacker.unconsumed_tail
            if unpacker.eof or self.left < 0:
                return


def _forms(data: bytes) -> dict[int, set[int]]:
    """The numbers of the drawings that others may use, each with those it names itself."""
    forms: dict[int, set[int]] = {}
    at = data.find(b"/Form")
    while at >= 0:
        head = data[max(0, at - _NEAR) : at]
        numbers = list(_OBJECT.finditer(head))
        if numbers:
            end = data.find(b"stream", at, at + _NEAR)
            own = head[numbers[-1].end() :] + data[at : end if end >= 0 else at + _NEAR]
            forms[int(numbers[-1].group(1))] = {int(n) for n in _REFERENCE.findall(own)}
        at = data.find(b"/Form", at + 5)
    return forms


def _form_depth(forms: dict[int, set[int]]) -> int:
    """How deep forms stand in forms; circles are left to the libraries, which see them."""
    level = {number: uses & forms.keys() for number, uses in forms.items()}
    depth = 0
    while level and depth <= MAX_FORM_DEPTH:
        # Take away what uses nothing that is left: one layer of the nest.
        inner = {number for number, uses in level.items() if not uses}
        if not inner:
            break
        level = {number: uses - inner for number, uses in level.items() if number not in inner}
        depth += 1
    return depth
