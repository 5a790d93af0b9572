"""Source code and settings files: the canonical text is the file's own.

Blocks are definitions (functions, classes, sections) with what stands above them, found by
indentation and blank lines. A block's context is the line of what encloses it ("class Index:");
the parts of a long definition are told its own first line too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from heapq import merge
from typing import NamedTuple

from qwenqa.readers.common.blocks import cover
from qwenqa.readers.common.source_text import extraction, parts, stanzas, written
from qwenqa.types import Block, Document

# What holds definitions of its own: their blocks are told its line.
_HOLDERS = (
    "class|interface|struct|enum|trait|impl|module|namespace|object|protocol|extension|"
    "record|union|mod|service|contract"
)
_FUNCTIONS = (
    "def|func|fun|fn|function|sub|proc|procedure|macro|defn|defmodule|defp|constructor|message|type"
)
_MODIFIERS = (
    "export|default|public|private|protected|internal|static|final|abstract|async|sealed|"
    r"open|override|virtual|inline|const|constexpr|unsafe|extern|pub|pub\(crate\)|data|"
    "case|companion|local|partial|readonly|typedef|declare|inner|suspend"
)
_STATEMENTS = (
    "if|for|while|switch|catch|return|else|do|try|with|elif|elsif|when|using|lock|unless|foreach"
)


_DEFINITION = re.compile(
    rf"""^(?P<indent>[ \t]*)(?:
        (?:(?:{_MODIFIERS})[ \t]+){{0,6}}
        (?:(?P<holder>{_HOLDERS})|{_FUNCTIONS})\b[ \t*(]+[\w$"'<:(]
      | (?i:create|alter)[ \t]+\w
      | (?:export[ \t]+)?(?:const|let|var)[ \t]+[\w$]+[^=\r\n]{{0,80}}=[ \t]*
        (?:async[ \t]*)?(?:function\b|\([^\r\n]{{0,300}}=>)
      | (?!(?:{_STATEMENTS})\b)[A-Za-z_~$][^;={{}}()\r\n"'#]{{0,200}}
        \([^;{{}}\r\n]{{0,300}}(?:\{{[ \t]*$|\)[ \t\w]{{0,40}}\r?\n[ \t]*\{{)
    )""",
    re.MULTILINE | re.VERBOSE,
)
_SECTION = re.compile(
    r"""^(?P<indent>)(?:(?P<holder>\[)[^\]\r\n]{1,200}\]|["'\w][^:#\r\n]{0,200}:[ \t]*\r?$)""",
    re.MULTILINE,
)
# Lines that belong to the definition below them: comments, decorators, attributes.
_ABOVE = re.compile(r"[ \t]*(?:#|//|/\*|\*|--|;;|@|\[\w|template\b)")
_CLOSER = re.compile(r"[ \t]*(?:[})\]]|end\b)")
_LONG_CHARACTERS = 1_500
_TOLD_CHARACTERS = 160
_DEEPEST = 200


class _Start(NamedTuple):
    """Where a definition or, with no ``line``, a stanza begins, and how deep it stands."""

    at: int
    indent: int
    line: str = ""
    holder: bool = False


def read(data: bytes) -> Document:
    """The document of a source code file; raises SourceError when there is no text in it."""
    return _document(data, _DEFINITION)


def read_settings(data: bytes) -> Document:
    """The document of a settings file; raises SourceError when there is no text in it."""
    return _document(data, _SECTION)


def _document(data: bytes, definition: re.Pattern[str]) -> Document:
    decoded = written(data)
    text = decoded.text
    blocks = cover(text, _blocks(text, definition))
    return Document(text, blocks, extraction=extraction(decoded))


def _blocks(text: str, definition: re.Pattern[str]) -> Iterator[Block]:
    """One block from each start to the next, told the lines of what encloses it."""
    at, enclosing, own = 0, "", ""
    open_ones: list[_Start] = []
    for start in merge(_definitions(text, definition), _stanza_starts(text)):
        before = len(open_ones)
        while open_ones and open_ones[-1].indent >= start.indent:
            open_ones.pop()
        if not _begins(text, at, start, open_ones, closed=len(open_ones) < before):
            continue
        yield from _block(text, at, start.at, enclosing, own)
        at, own = start.at, start.line
        # A holder's own head is told its line as its members are, so that they stand together.
        holders = [*open_ones, start] if start.holder else open_ones
        enclosing = "\n".join(holder.line for holder in holders)
        if start.line:
            open_ones.append(start)
    yield from _block(text, at, len(text), enclosing, own)


def _begins(text: str, at: int, start: _Start, open_ones: list[_Start], closed: bool) -> bool:
    """Whether a new block begins: not inside a function, nor at a bracket that closes one."""
    if start.at < at or not all(outer.holder for outer in open_ones):
        return False
    return bool(start.line) or not (closed and _CLOSER.match(text, start.at))


def _block(text: str, start: int, end: int, enclosing: str, own: str) -> Iterator[Block]:
    if end - start <= _LONG_CHARACTERS:
        yield from parts(text, start, end, "code", enclosing)
        return
    context = enclosing if enclosing.endswith(own) else "\n".join(filter(None, (enclosing, own)))
    for stanza in stanzas(text, start, end):
        yield from parts(text, *stanza, "code", context)


def _definitions(text: str, definition: re.Pattern[str]) -> Iterator[_Start]:
    last = 0
    for match in definition.finditer(text):
        at = _with_lines_above(text, match.start(), last)
        end = text.find("\n", match.end("indent"))
        line = text[match.end("indent") : end if end >= 0 else len(text)]
        indent = -1 if match["holder"] == "[" else _depth(match["indent"])
        yield _Start(at, indent, line[:_TOLD_CHARACTERS].strip(), match["holder"] is not None)
        last = match.end()


def _with_lines_above(text: str, start: int, last: int) -> int:
    """Where the comments and decorators that stand directly above a line begin."""
    while start > last:
        above = max(last, text.rfind("\n", last, start - 1) + 1)
        if not _ABOVE.match(text, above, start):
            break
        start = above
    return start


def _stanza_starts(text: str) -> Iterator[_Start]:
    for start, _ in stanzas(text, 0, len(text)):
        before = text[max(0, start - _DEEPEST) : start]
        indent = before[len(before.rstrip(" \t")) :]
        yield _Start(start - len(indent), _depth(indent))


def _depth(indent: str) -> int:
    return len(indent.expandtabs(4))
