"""What every reader of text keeps, whatever the bytes."""

from __future__ import annotations

import re
from collections.abc import Callable

from qwenqa.errors import SourceError
from qwenqa.types import Document

UNUSABLE = re.compile("[\x00\ud800-\udfff]")

HOSTILE: tuple[bytes, ...] = (
    b"",
    b" \r\n\t",
    b"\x00" * 10,
    b"\xff\xfe",
    b"\xff\xfeh\x00i\x00",
    "ohne Marke, \u00e4".encode("utf-16-le"),
    "caf\u00e9 d\u00e9j\u00e0 vu, na\u00efve fa\u00e7ade".encode("cp1252"),
    b"valid and \xff\xfe\x80 not",
    b"nul\x00in the middle of a line of text",
    "next\u0085line\u2028separator\u2029paragraph".encode(),
    "\u202egnol eht yb\u202c \u2066bidi\u2069".encode(),
    b"one\rtwo\r\rthree\r\n\r\nfour\n\n\n",
    b'"unclosed, quote\nnext,line\n' * 3,
    b"<v Bob>x</v> & &#xD800; &#0; \\u0000 \\ud800",
    b"00:01.000 --> 00:02.000\n&#xD800;&#0;<v a",
    b'{"title": "\\ud800\\u0000", "\\udfff": [' + b'"\\ud800 long",' * 200 + b"1]}",
    b"[" * 3_000,
    b"{" * 3_000 + b"}" * 3_000,
    b"\\section{" * 500,
    b"\\begin{verbatim}\n" * 500,
    b"\\title{\n{{{\\" * 300,
    b"|===\n" * 501,
    b"====\n" * 501,
    b"----\n" * 501,
    b"Title\n===\n\n====  ====\na     b\n" * 100,
    b"+--+\n| a\n" * 300,
    b".. code::\n\n   x\n" * 200,
    b"class A:\n" + b"    def f(self):\n" * 500,
    b"\r" * 500 + b"def f():\r" * 300,
    b" " * 200_000 + b"x",
    b"x" * 300_000,
    b"f(" * 100_000,
    b"<" * 100_000,
    b"-->\n" * 3_000,
    b"!!" * 100_000,
)


def keeps_the_laws(document: Document) -> None:
    """Blocks cover the text in order, and neither it nor what it is told is unusable."""
    text = document.text
    at = 0
    for block in document.blocks:
        assert at <= block.start < block.end <= len(text)
        assert not text[at : block.start].strip(), "text between blocks"
        body = text[block.start : block.end]
        assert body == body.strip(), "white space at a block's ends"
        assert not UNUSABLE.search(block.context)
        at = block.end
    assert not text[at:].strip(), "text after the last block"
    for place in document.places:
        assert 0 <= place.start < place.end <= len(text)
        assert place.number >= 1
    said = (document.title, document.author, document.date, document.language)
    assert not UNUSABLE.search("".join((text, *said)))


def keeps_the_laws_on_hostile_bytes(read: Callable[[bytes], Document]) -> None:
    """Hostile bytes give a document that keeps the laws, twice the same, or a SourceError."""
    for data in HOSTILE:
        try:
            document = read(data)
        except SourceError as error:
            assert str(error).split()[0] in ("holds", "is", "has")
            continue
        keeps_the_laws(document)
        assert document == read(data)


def shown(document: Document) -> list[tuple[str, str]]:
    """Kind and text of each block."""
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]
