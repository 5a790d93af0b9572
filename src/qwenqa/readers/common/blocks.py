"""What the text readers share: from lines to blocks that cover all of the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from qwenqa.types import Block, BlockKind

_LINE = re.compile(r"[^\r\n]+")


def lines_of(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Spans of the lines that hold more than white space, without their line ends."""
    for match in _LINE.finditer(text, start, len(text) if end is None else end):
        if not match.group().isspace():
            yield match.span()


def block(
    text: str, start: int, end: int, kind: BlockKind, level: int = 0, context: str = ""
) -> Block | None:
    """A block without the white space at its ends, or None when nothing else is there."""
    body = text[start:end]
    start += len(body) - len(body.lstrip())
    end -= len(body) - len(body.rstrip())
    return Block(start, end, kind, level, context) if start < end else None


def cover(text: str, blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks in order, with what stands between them as paragraphs: no text is lost."""
    covering: list[Block] = []
    at = 0
    for each in sorted(blocks, key=lambda each: each.start):
        gap = block(text, at, each.start, "paragraph")
        covering += [gap, each] if gap else [each]
        at = each.end
    rest = block(text, at, len(text), "paragraph")
    return (*covering, rest) if rest else tuple(covering)
