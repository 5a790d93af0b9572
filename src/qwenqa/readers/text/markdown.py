"""Markdown: the canonical text is the source as written, its structure from markdown-it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from qwenqa.errors import SourceError
from qwenqa.readers.common.blocks import block, cover
from qwenqa.readers.common.decoding import decode
from qwenqa.readers.text.front_matter import front_matter
from qwenqa.types import Block, BlockKind, Document, Extraction, LineMap

_KINDS: dict[str, BlockKind] = {
    "paragraph_open": "paragraph",
    "html_block": "paragraph",
    "fence": "code",
    "code_block": "code",
    "heading_open": "heading",
    "thead_open": "row",
    "tr_open": "row",
}


def read(data: bytes) -> Document:
    """The document of a Markdown file; raises SourceError when there is no text in it."""
    text, encoding, guessed, replaced = decode(data)
    if not text.strip():
        raise SourceError("holds no text; put text in it or remove it")
    matter = front_matter(text)
    tokens = MarkdownIt("commonmark").enable("table").parse(matter.without(text))
    return Document(
        text,
        cover(text, [*matter.blocks(text), *_blocks(text, tokens)]),
        title=matter.title or _title(tokens),
        author=matter.author,
        date=matter.date,
        language=matter.language,
        extraction=Extraction(encoding, guessed, replaced),
    )


def _blocks(text: str, tokens: list[Token]) -> Iterator[Block]:
    # markdown-it counts the same line ends as LineMap; a block's end may be the text's own.
    starts = [*LineMap(text).starts, len(text)]
    items, columns = 0, ""
    for token in tokens:
        items += {"list_item_open": 1, "list_item_close": -1}.get(token.type, 0)
        if token.map is None or (kind := _kind(token, items > 0)) is None:
            continue
        start, end = starts[token.map[0]], starts[min(token.map[1], len(starts) - 1)]
        if token.type == "thead_open":
            columns = text[start:end].split("\n", maxsplit=1)[0].strip()
            continue
        level = int(token.tag[1]) if kind == "heading" else 0
        context = columns if kind == "row" and text[start:end].strip() != columns else ""
        if whole := block(text, start, end, kind, level, context):
            yield whole


def _kind(token: Token, in_item: bool) -> BlockKind | None:
    kind = _KINDS.get(token.type)
    return "item" if kind == "paragraph" and in_item else kind


def _title(tokens: list[Token]) -> str:
    """The first heading of the first level, as plain text."""
    for token, inline in itertools.pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h1":
            return "".join(part.content for part in inline.children or [])
    return ""
