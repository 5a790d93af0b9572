"""Cheap looks at a PDF's bytes before a library unpacks them: some files are traps.

What gets past these still meets the limits of the process that reads it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Generator, Iterable, Iterator

from qwenqa.errors import SourceError

MAX_UNPACKED_BYTES = 256 * 2**20
# Deflate makes nothing smaller than this part of it.
_BEST_RATIO = 1032
_STREAM = re.compile(rb"stream\r?\n(?=\x78)")
_ANY_STREAM = re.compile(rb"stream\r?\n")
_TWICE = re.compile(rb"/(?:FlateDecode|Fl)\s*/(?:FlateDecode|Fl)\b")
_THRICE = re.compile(rb"(?:/(?:FlateDecode|Fl)\s*){3}")
_STEP = 2**16
# A picture is not unpacked to read a page; its dictionary is near its bytes.
_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
_NEAR = 4096


def check(data: bytes) -> None:
    """Refuse files of which what is read unpacks to far too much."""
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


def _large_streams(data: bytes) -> Iterator[tuple[int, int]]:
    """Start and size of the packed streams that are large enough to unpack to too much."""
    for match in _STREAM.finditer(data):
        end = data.find(b"endstream", match.end())
        size = (len(data) if end < 0 else end) - match.end()
        if size * _BEST_RATIO > MAX_UNPACKED_BYTES and not _is_picture(data, match.start()):
            yield match.end(), size


def _is_picture(data: bytes, stream: int) -> bool:
    """Whether the stream that begins there is a picture, by its dictionary."""
    return _PICTURE.search(data[max(0, stream - _NEAR) : stream].rpartition(b"obj")[2]) is not None


def _twice_packed(data: bytes) -> Iterator[tuple[int, int]]:
    """Start and size of the streams that are packed twice, whatever their size."""
    begin = 0
    for filters in _TWICE.finditer(data):
        if filters.end() < begin:
            continue
        match = _ANY_STREAM.search(data, filters.end())
        if match is None:
            return
        begin = match.end()
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
