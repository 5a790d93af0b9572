"""What readers share whose canonical text is the file's own, so that lines are the file's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from qwenqa.errors import SourceError
from qwenqa.readers.common.blocks import block
from qwenqa.readers.common.decoding import Decoded, decode
from qwenqa.types import Block, BlockKind, Extraction

_PART_CHARACTERS = 10_000
_PART_END = re.compile(r"\s")
_BLANK_LINES = re.compile(r"(?:\r\n|\n|\r)[^\S\r\n]*(?:\r\n|\n|\r)\s*")

Span = tuple[int, int]


def written(data: bytes) -> Decoded:
    """The text of a file's bytes; raises SourceError when there is none in it."""
    decoded = decode(data)
    if not decoded.text or decoded.text.isspace():
        raise SourceError("holds no text; put text in it or remove it")
    return decoded


def extraction(decoded: Decoded, warnings: Iterable[str] = ()) -> Extraction:
    """The report of a file that was decoded and left as it is."""
    return Extraction(decoded.encoding, decoded.guessed, decoded.replaced, warnings=tuple(warnings))


def stanzas(text: str, start: int, end: int) -> Iterator[Span]:
    """Spans between blank lines."""
    at = start
    for gap in _BLANK_LINES.finditer(text, start, end):
        if gap.start() > at:
            yield at, gap.start()
        at = gap.end()
    if at < end:
        yield at, end


def parts(text: str, start: int, end: int, kind: BlockKind, context: str = "") -> Iterator[Block]:
    """A block, or several of bounded length where the span is too long to be handled at once."""
    while end - start > _PART_CHARACTERS:
        boundary = _PART_END.search(text, start + _PART_CHARACTERS // 2, start + _PART_CHARACTERS)
        cut = boundary.end() if boundary else start + _PART_CHARACTERS
        if part := block(text, start, cut, kind, context=context):
            yield part
        start = cut
    if part := block(text, start, end, kind, context=context):
        yield part
