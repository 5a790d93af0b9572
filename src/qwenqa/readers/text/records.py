r"""JSON and JSON Lines: one block a record or member, told its record and the keys to it.

The canonical text is the file's own with its escapes read (``\u00e9`` is é, ``\n`` a space), so
that words are words; no line is added or lost, so that lines are the file's lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate
from json import JSONDecodeError

from qwenqa.errors import SourceError
from qwenqa.readers.common.blocks import cover
from qwenqa.readers.common.decoding import Decoded
from qwenqa.readers.common.source_text import extraction, parts, written
from qwenqa.readers.text import plain
from qwenqa.readers.text.json_walk import JsonWalk, Leaf
from qwenqa.types import Block, BlockKind, Document, Place

# Deeper nesting is no data that people keep, and would exhaust the decoder's stack.
_DEPTH = 200

_ESCAPED = re.compile(r"\\.", re.DOTALL)
_STRING = re.compile(r'"[^"]*"')
_BRACKET = re.compile(r"[\[\]{}]")
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\[\s\S]"
)
_SHOWN_CONTROLS = dict.fromkeys((*range(0x20), 0x7F), "\ufffd") | dict.fromkeys(b"\t\n\r", " ")

Stretch = tuple[int, int, Leaf]


def read(data: bytes) -> Document:
    """The document of a JSON file; as plain text, with a warning, when it is not valid JSON.

    Raises SourceError when there is no text in it.
    """
    decoded = written(data)
    if _depth(decoded.text) > _DEPTH:
        return _as_plain(
            data, f"It is nested deeper than {_DEPTH} levels and was read as plain text."
        )
    try:
        walk = JsonWalk(decoded.text)
    except JSONDecodeError as error:
        return _as_plain(
            data, f"It is not valid JSON (line {error.lineno}) and was read as plain text."
        )
    if not walk.leaves:
        raise SourceError("holds no values; put data in it or remove it")
    return _document(decoded, walk)


def _as_plain(data: bytes, warning: str) -> Document:
    document = plain.read(data)
    return replace(document, extraction=replace(document.extraction, warnings=(warning,)))


def _depth(text: str) -> int:
    """How deep brackets are nested, those in strings left out; 0 where it cannot be much."""
    if text.count("[") + text.count("{") <= _DEPTH:
        return 0
    bare = _STRING.sub("", _ESCAPED.sub("", text))
    return max(accumulate(map(_STEP.__getitem__, _BRACKET.findall(bare))), default=0)


def _document(decoded: Decoded, walk: JsonWalk) -> Document:
    """The document made of the leaves, each with its escapes read."""
    pieces: list[str] = []
    stretches: list[Stretch] = []
    at = length = 0
    for leaf in walk.leaves:
        piece = decoded.text[at : leaf.end]
        if "\\" in piece and not leaf.raw:
            piece = _ESCAPE.sub(lambda match: _shown(match[0]), piece)
        pieces.append(piece)
        stretches.append((length, length + len(piece), leaf))
        at, length = leaf.end, length + len(piece)
    text = "".join(pieces)
    blocks = cover(text, _blocks(text, stretches))
    report = replace(extraction(decoded, _warnings(decoded, walk)), replaced=text.count("\ufffd"))
    return Document(text, blocks, _places(text, stretches), walk.title, extraction=report)


def _blocks(text: str, stretches: list[Stretch]) -> Iterator[Block]:
    for start, end, leaf in stretches:
        kind: BlockKind = "paragraph" if leaf.prose else "row"
        yield from parts(text, start, end, kind, leaf.where.context)


def _places(text: str, stretches: list[Stretch]) -> tuple[Place, ...]:
    """One place a record, which counts from one as the label does."""
    places: list[Place] = []
    for start, end, leaf in stretches:
        number, label = leaf.where.record, leaf.where.label
        first = start + len(text[start:end]) - len(text[start:end].lstrip())
        last = first + len(text[first:end].rstrip())
        if places and number == places[-1].number:
            places[-1] = replace(places[-1], end=last)
        elif number:
            places.append(Place(first, last, "part", number, label))
    return tuple(places)


def _warnings(decoded: Decoded, walk: JsonWalk) -> Iterator[str]:
    for at in walk.damaged:
        line = decoded.text.count("\n", 0, at) + 1
        yield f"Line {line} is not valid JSON and was read as it is."


@lru_cache(maxsize=100_000)
def _shown(escape: str) -> str:
    """What an escape stands for, as people see it: line ends in a string are spaces."""
    if len(escape) == 2:
        return " " if escape[1] in "nrtbf" else escape[1]
    units = bytes.fromhex(escape.replace("\\u", ""))
    return units.decode("utf-16-be", "replace").translate(_SHOWN_CONTROLS)
