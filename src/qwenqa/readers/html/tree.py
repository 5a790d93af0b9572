"""Bytes of a page to a tree that is safe to walk, or to plain text where no such tree exists."""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree
from lxml.html import HTMLParser

from qwenqa.errors import SourceError
from qwenqa.readers.common.archive import parse_xml
from qwenqa.readers.common.decoding import Decoded, decode

Element = etree._Element

MAX_CHARACTERS = 50_000_000
_MAX_ATTRIBUTE_CHARACTERS = 1_000
_DECLARED_WITHIN_BYTES = 4096
_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE
)
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Only encodings of text that pages are written in; browsers read some names as wider ones.
_USUAL = re.compile(r"(?:windows-|cp)\d{3,4}|iso-8859-\d\d?|koi8-[ru]|euc-jp|iso-2022-jp|gb18030")
_WIDER = {
    **dict.fromkeys(("ascii", "us-ascii", "latin1", "latin-1", "iso-8859-1"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949"),
    **dict.fromkeys(("big5", "big5-hkscs"), "big5hkscs"),
    **dict.fromkeys(("tis-620", "windows-874", "iso-8859-11"), "cp874"),
    "iso-8859-9": "cp1254",
}
# Elements closed where they open, as only XHTML may: an HTML parser would leave them open.
_XHTML = re.compile(r"""\A\s*(?:<\?xml\b|<!DOCTYPE html PUBLIC|<html\b[^>]{0,500}xmlns\s*=)""")
_SELF_CLOSED = re.compile(
    r"<(?:script|style|title|textarea|iframe|div|span|a|p|i|b|em|strong|td|th|li|ul|table)"
    r"\b(?:\s[^<>]*)?/>"
)
_UNSEEN = re.compile(
    r"<(script|style|template|noscript)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_BREAK = re.compile(
    r"</?(?:p|div|h[1-6]|li|tr|td|th|table|ul|ol|section|article|pre|blockquote|dd|dt|br)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>")


class Tree(NamedTuple):
    """A parsed page; ``deep`` says that it nests deeper than any page made by people."""

    root: Element
    deep: bool


def decoded(data: bytes) -> Decoded:
    """Text of a page's bytes; raises SourceError when they are none.

    UTF-8 is believed first, because saved pages keep declarations that are no longer true;
    then what the page declares, then the guess made for any text.
    """
    if not data.strip(b"\x00 \r\n\t\f"):
        raise SourceError("is empty; put text in it or remove it")
    if len(data) > MAX_CHARACTERS:
        raise SourceError(f"is longer than {MAX_CHARACTERS / 1e6:.0f} MB; split the page")
    declared = _DECLARED.search(data[:_DECLARED_WITHIN_BYTES])
    if declared is None or data.startswith(_BOMS) or _is_utf8(data):
        return decode(data)
    return as_declared(data, declared.group(1).decode("ascii", "replace")) or decode(data)


def _is_utf8(data: bytes) -> bool:
    try:
        return not data.decode("utf-8").isascii()
    except UnicodeDecodeError:
        return False


def as_declared(data: bytes, label: str) -> Decoded | None:
    """Text by a declared encoding, or None when that is unknown or does not fit."""
    label = label.strip().lower()
    encoding = _WIDER.get(label) or (label if _USUAL.fullmatch(label) else "")
    if not encoding:
        return None
    try:
        text = data.decode(encoding, "replace").replace("\x00", "\ufffd")
    except LookupError:
        return None
    replaced = text.count("\ufffd")
    return Decoded(text, encoding, False, replaced) if replaced * 100 <= len(text) else None


def tree_of(text: str) -> Tree | None:
    """The tree of a page's text, or None when it has no element or nests without end.

    Nothing is fetched and no entity but HTML's own is defined.
    """
    data = text.encode("utf-8", "replace")
    if _XHTML.match(text) and _SELF_CLOSED.search(text):
        try:
            return Tree(_trimmed(parse_xml(data, "the page")), False)
        except SourceError:
            pass  # most pages that say they are XHTML are not well-formed
    deep = False
    for huge in (False, True):
        parser = HTMLParser(
            encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=huge
        )
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
        fatal = [each.message for each in parser.error_log if each.level_name == "FATAL"]
        if root is not None and not fatal:
            return Tree(_trimmed(root), deep)
        # A single long text or attribute is no depth.
        deep = any("depth" in message for message in fatal)
    return None


def _trimmed(root: Element) -> Element:
    """The tree without attributes that are too long to mean anything to a reader."""
    for element in root.iter():
        for name, value in element.items():
            if len(value) > _MAX_ATTRIBUTE_CHARACTERS:
                del element.attrib[name]
    return root


def texts_of(page: str) -> Iterator[str]:
    """The paragraphs of a page that no parser takes: what is left without its tags."""
    for part in re.split(r"\n{2,}", _BREAK.sub("\n\n", _UNSEEN.sub(" ", page))):
        text = " ".join(html.unescape(_TAG.sub("", part)).split())
        if text:
            yield text
