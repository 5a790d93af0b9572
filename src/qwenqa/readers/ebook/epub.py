"""E-books: chapters in reading order, with the titles that the table of contents gives them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree

from qwenqa.errors import SourceError
from qwenqa.readers.common.archive import Archive, open_archive
from qwenqa.readers.common.draft import DocumentDraft, Properties
from qwenqa.readers.html.metadata import iso_of
from qwenqa.readers.html.structure import Stretch, stretches_of, write
from qwenqa.readers.html.tree import decoded, texts_of, tree_of
from qwenqa.types import Document, Extraction

Element = etree._Element

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
# Fonts are often scrambled, which protects the font and not the text.
_FONT_SCRAMBLING = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGES = ("application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/xml")
_LABEL_CHARACTERS = 200
_NO_BOOK = "is no e-book that can be read ({}); export it again as EPUB"


class _ManifestItem(NamedTuple):
    """An entry of the book's manifest: its name in the archive and what it is."""

    name: str
    media: str
    properties: str


class _Entry(NamedTuple):
    """A line of the table of contents: where it leads, its words, and how deep it stands."""

    target: str
    label: str
    depth: int


class _Package(NamedTuple):
    """What the book's package file says: its properties, its pages in order, its contents."""

    properties: Properties
    spine: list[_ManifestItem]
    contents: list[_ManifestItem]


def read(data: bytes) -> Document:
    """The document of an e-book; raises SourceError when it is protected or holds no text."""
    archive = open_archive(data, "EPUB book")
    _check_protection(archive)
    package = _package(archive)
    labels = _labels(archive, package.contents)
    draft, warnings = DocumentDraft(), []
    for item in package.spine:
        try:
            stretches = _stretches(archive, item)
        except SourceError as problem:
            warnings.append(f"The chapter {item.name} was not read: it {problem}.")
            continue
        label = labels[item.name] if item.name in labels else _first_heading(stretches)
        with draft.place("chapter", label):
            write(stretches, draft)
    return draft.document(package.properties, Extraction(warnings=tuple(warnings)))


def _check_protection(archive: Archive) -> None:
    if _ENCRYPTION not in archive:
        return
    for method in archive.xml(_ENCRYPTION).iter("{*}EncryptionMethod"):
        if method.get("Algorithm") not in _FONT_SCRAMBLING:
            raise SourceError(
                "is protected against copying (DRM) and cannot be read; get a copy without"
            )


def _package(archive: Archive) -> _Package:
    name = _package_name(archive)
    root = archive.xml(name)
    items = {
        item.get("id") or "": _ManifestItem(
            _resolved(name, item.get("href") or ""),
            item.get("media-type") or "",
            item.get("properties") or "",
        )
        for item in root.iterfind("{*}manifest/{*}item")
    }
    order = [each.get("idref") or "" for each in root.iterfind("{*}spine/{*}itemref")]
    # A page that stands in the order twice is read once.
    spine = [items[each] for each in dict.fromkeys(order) if each in items]
    if not spine:
        raise SourceError(_NO_BOOK.format("it names no chapters"))
    return _Package(_properties(root), spine, _contents(list(items.values())))


def _package_name(archive: Archive) -> str:
    if _CONTAINER in archive:
        for rootfile in archive.xml(_CONTAINER).iter("{*}rootfile"):
            if (name := unquote(rootfile.get("full-path") or "")) in archive:
                return name
    packages = [name for name in archive.names if name.lower().endswith(".opf")]
    if not packages:
        raise SourceError(_NO_BOOK.format("it has no package file"))
    return packages[0]


def _resolved(base: str, href: str) -> str:
    """A reference as a name in the archive, without its fragment."""
    target = unquote(href.partition("#")[0])
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), target)) if target else base


def _properties(root: Element) -> Properties:
    def said(name: str) -> list[str]:
        elements = root.iterfind(f"{{*}}metadata//{{http://purl.org/dc/elements/1.1/}}{name}")
        return [text for each in elements if (text := _line(each))]

    dates = [iso_of(date) or date for date in said("date")]
    return Properties(
        title=next(iter(said("title")), ""),
        author=", ".join(said("creator")),
        date=next((date for date in dates if date[:4].isdigit() and len(date) != 5), ""),
        language=next(iter(said("language")), ""),
    )


def _contents(items: list[_ManifestItem]) -> list[_ManifestItem]:
    """The tables of contents, the newer kind first."""
    new = [item for item in items if "nav" in item.properties.split()]
    return new + [item for item in items if item.media == "application/x-dtbncx+xml"]


def _labels(archive: Archive, contents: list[_ManifestItem]) -> dict[str, str]:
    """Titles by chapter, from the first table of contents that can be read."""
    for item in contents:
        try:
            root = archive.xml(item.name)
        except SourceError:
            continue  # titles then come from the chapters' own headings
        if labels := _titles(item.name, list(_entries(root))):
            return labels
    return {}


def _titles(base: str, entries: list[_Entry]) -> dict[str, str]:
    """Titles by chapter: the uppermost entry that leads to it, when there is only one such."""
    uppermost: dict[str, list[_Entry]] = {}
    for entry in entries:
        highest = uppermost.setdefault(_resolved(base, entry.target), [entry])
        if entry.depth < highest[0].depth:
            highest[:] = [entry]
        elif entry.depth == highest[0].depth and entry is not highest[0]:
            highest.append(entry)
    return {
        name: highest[0].label[:_LABEL_CHARACTERS] if len(highest) == 1 else ""
        for name, highest in uppermost.items()
    }


def _entries(root: Element) -> Iterator[_Entry]:
    for point in root.iter("{*}navPoint"):
        content, label = point.find("{*}content"), point.find("{*}navLabel")
        if content is not None and label is not None:
            yield _Entry(content.get("src") or "", _line(label), _depth(point))
    for nav in root.iter("{*}nav"):
        # A book may also list its pages or landmarks, whose names are no titles.
        if nav.get("{http://www.idpf.org/2007/ops}type") in ("toc", None):
            for link in nav.iter("{*}a"):
                yield _Entry(link.get("href") or "", _line(link), _depth(link))


def _depth(element: Element) -> int:
    return sum(1 for _ in element.iterancestors())


def _stretches(archive: Archive, item: _ManifestItem) -> list[Stretch]:
    """What stands in a chapter; its notes belong to it, and only its navigation is aside."""
    if item.media not in _PAGES:
        raise SourceError(f"is of the kind {item.media or 'unknown'}, which is not text")
    text = decoded(archive.read(item.name)).text
    tree = tree_of(text)
    if tree is None:
        return [Stretch(paragraph, "paragraph") for paragraph in texts_of(text)]
    return [
        replace(each, aside=any(frame.name == "nav" for frame in each.frame))
        for each in stretches_of(tree.root)
    ]


def _first_heading(stretches: list[Stretch]) -> str:
    headings = (each.text for each in stretches if each.kind == "heading")
    return " ".join(next(headings, "").split())[:_LABEL_CHARACTERS]


def _line(element: Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())
