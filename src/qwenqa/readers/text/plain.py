"""Plain text: paragraphs, lists, and the short title-like lines that head sections."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qwenqa.errors import SourceError
from qwenqa.readers.common.blocks import block, cover, lines_of
from qwenqa.readers.common.decoding import decode
from qwenqa.types import Block, Document, Extraction

_BLANK_LINE = re.compile(r"(?:\r\n|\n|\r(?!\n))[^\S\r\n]*(?:\r\n|\n|\r)\s*")
_ITEM = re.compile(r"\s*(?:[-*+•‣◦–—]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S")
_NUMBERED = re.compile(
    r"(?:\d+(?:\.\d+)*\.?|[IVXLC]+\.|第[一二三四五六七八九十百\d]+[章节節])\s+\S"
)
_SENTENCE_END = re.compile(r"""[.!?;:,…。！？；：，]["'”’»」』)\]]*$""")
_SMALL_WORDS = frozenset(
    "a an and as at but by for from in into is nor of on or over per the to via vs with".split()
)
_INK = re.compile(r"\S")
_HEADING_CHARACTERS, _HEADING_WORDS = 90, 14
# Lines longer than this were not wrapped by hand: each is a paragraph of its own.
_WRAPPED_CHARACTERS = 120

Line = tuple[int, int]


def read(data: bytes) -> Document:
    """The document of a plain text file; raises SourceError when there is no text in it."""
    text, encoding, guessed, replaced = decode(data)
    if not text.strip():
        raise SourceError("holds no text; put text in it or remove it")
    blocks = cover(text, _blocks(text))
    return Document(text, blocks, extraction=Extraction(encoding, guessed, replaced))


def _blocks(text: str) -> Iterator[Block]:
    at = 0
    for gap in [*(match.span() for match in _BLANK_LINE.finditer(text)), (len(text),) * 2]:
        yield from _stanza(text, list(lines_of(text, at, gap[0])))
        at = gap[1]


def _stanza(text: str, lines: list[Line]) -> Iterator[Block]:
    """Blocks of the lines between two blank lines."""
    unwrapped = any(end - start > _WRAPPED_CHARACTERS for start, end in lines)
    group: list[Line] = []
    for number, line in enumerate(lines):
        heading = _is_heading(text, lines, number)
        item = _ITEM.match(text, *line) is not None
        if group and (heading or item or (unwrapped and not _continues_item(text, group, line))):
            yield from _grouped(text, group)
            group = []
        if heading and (headline := block(text, *line, "heading", _level(text[slice(*line)]))):
            yield headline
        else:
            group.append(line)
    yield from _grouped(text, group)


def _grouped(text: str, group: list[Line]) -> Iterator[Block]:
    if not group:
        return
    kind = "item" if _ITEM.match(text, *group[0]) else "paragraph"
    whole = block(text, group[0][0], group[-1][1], "item" if kind == "item" else "paragraph")
    if whole:
        yield whole


def _continues_item(text: str, group: list[Line], line: Line) -> bool:
    return _ITEM.match(text, *group[0]) is not None and text[line[0]].isspace()


def _is_heading(text: str, lines: list[Line], number: int) -> bool:
    """Whether a line is a short title between paragraphs, and not a wrapped line's rest."""
    start, end = lines[number]
    after_text = number > 0 and not _SENTENCE_END.search(text[slice(*lines[number - 1])].rstrip())
    alone = len(lines) == 1
    followed = number + 1 < len(lines) or (alone and _INK.search(text, end) is not None)
    if after_text and not _ITEM.match(text, *lines[number - 1]):
        return False
    return _title_like(text[start:end]) and followed


def _title_like(line: str) -> bool:
    stripped = line.strip()
    words = stripped.split()
    if len(stripped) > _HEADING_CHARACTERS or len(words) > _HEADING_WORDS:
        return False
    if _SENTENCE_END.search(stripped) or not any(map(str.isalpha, stripped)):
        return False
    if _NUMBERED.match(stripped):
        return True
    return not _ITEM.match(line) and _capitalised(words)


def _capitalised(words: list[str]) -> bool:
    """Title case or capitals: every word of weight begins with no lower-case letter."""
    weighty = [word for word in words if word.lower() not in _SMALL_WORDS]
    return not words[0][0].islower() and all(
        not next(filter(str.isalnum, word), "X").islower() for word in weighty
    )


def _level(line: str) -> int:
    """Depth by the heading's own number ("2.1" is 2), else 1."""
    numbered = re.match(r"\s*(\d+(?:\.\d+)*)", line)
    return numbered.group(1).count(".") + 1 if numbered and _NUMBERED.match(line.strip()) else 1
