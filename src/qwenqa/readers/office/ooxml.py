"""What Word, PowerPoint and Excel files share: parts, relationships, properties."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, TypeVar
from urllib.parse import unquote

from qwenqa.errors import SourceError
from qwenqa.readers.common.archive import Archive, Element, open_archive
from qwenqa.readers.common.draft import Properties, counted
from qwenqa.readers.detection import OLE
from qwenqa.types.iso_dates import iso_date

Other = TypeVar("Other", int, None)

_NAMES = {".docx": "Word", ".pptx": "PowerPoint", ".xlsx": "Excel"}
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_RELATIONSHIP_NAMESPACES = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)


class Relationship(NamedTuple):
    """A link from one part to another: the last word of its type, and the part's name."""

    kind: str
    part: str


class Package:
    """An office file: its archive, and which part leads to which."""

    def __init__(self, archive: Archive) -> None:
        """Use ``open_package``."""
        self.archive = archive
        self._relationships: dict[str, dict[str, Relationship]] = {}

    def relationships(self, part: str = "") -> dict[str, Relationship]:
        """A part's relationships by their id; those of the package itself for no part."""
        if part not in self._relationships:
            folder, name = posixpath.split(part)
            listed = posixpath.join(folder, "_rels", f"{name}.rels")
            entries = self.archive.xml(listed) if listed in self.archive else ()
            self._relationships[part] = dict(_relationships(entries, folder))
        return self._relationships[part]

    def related(self, part: str, kind: str) -> list[str]:
        """Names of the parts that this part leads to by relationships of a kind, as listed."""
        return [
            link.part
            for link in self.relationships(part).values()
            if link.kind == kind and link.part in self.archive
        ]

    def main_part(self, usual: str) -> str:
        """The part that the package says is the document, or the usual one."""
        named = self.related("", "officeDocument")
        if not named and usual not in self.archive:
            raise SourceError(
                f"holds no {usual}, so it is not what its suffix says; give it the suffix of"
                " its real format, or save it again"
            )
        return named[0] if named else usual

    def properties(self) -> Properties:
        """Title, author, date and language as the file states them."""
        parts = self.related("", "core-properties") or ["docProps/core.xml"]
        stated: dict[str, str] = {}
        if parts[0] in self.archive:
            for element in self.archive.xml(parts[0]):
                stated.setdefault(local(element), (element.text or "").strip())
        date = iso_date(stated.get("modified", "")) or iso_date(stated.get("created", ""))
        title, author = stated.get("title", ""), stated.get("creator", "")
        return Properties(title, author, date, stated.get("language", ""))

    def unread(self) -> tuple[str, ...]:
        """Warnings for pictures, films and embedded files: how many there are."""
        folders = [name.rpartition("/")[0].rpartition("/")[2] for name in self.archive.names]
        media, embedded = folders.count("media"), folders.count("embeddings")
        return (
            *counted(media, "picture or recording", "pictures or recordings", "not read"),
            *counted(embedded, "embedded file", "embedded files", "not read"),
        )


def _relationships(listed: Element | tuple[()], folder: str) -> Iterator[tuple[str, Relationship]]:
    for element in listed:
        if element.get("TargetMode") == "External" or local(element) != "Relationship":
            continue
        target = unquote(element.get("Target", "")).replace("\\", "/")
        joined = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
        kind = element.get("Type", "").rpartition("/")[2]
        yield element.get("Id", ""), Relationship(kind, posixpath.normpath(joined))


def open_package(data: bytes, suffix: str) -> Package:
    """The office file in these bytes; raises SourceError, also for files with a password."""
    if data.startswith(OLE):
        if _ENCRYPTED in data:
            raise SourceError("is protected by a password; save a copy without one")
        raise SourceError(
            f"is in the office format of before 2007 although its suffix is {suffix}; save it"
            f" as {suffix}"
        )
    return Package(open_archive(data, f"{_NAMES[suffix]} file"))


def local(element: Element) -> str:
    """An element's name without its namespace, which differs between editions of the format."""
    return _local(str(element.tag))


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    return tag[tag.rfind("}") + 1 :]


def attribute(element: Element | None, name: str) -> str:
    """An attribute by its name without namespace; empty when absent."""
    for key, value in () if element is None else element.items():
        if key[key.rfind("}") + 1 :] == name:
            return value
    return ""


def child(element: Element | None, *path: str) -> Element | None:
    """The first child of that name, then its first child of the next name; None when absent."""
    for name in path:
        if element is None:
            return None
        element = next(element.iterchildren(f"{{*}}{name}"), None)
    return element


def whole(text: str, otherwise: Other) -> int | Other:
    """The whole number that a text of a few digits is; anything else gives ``otherwise``."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def relationship_id(element: Element, name: str = "id") -> str:
    """The id of the relationship that an element refers to; empty when none."""
    named = (element.get(f"{{{space}}}{name}") for space in _RELATIONSHIP_NAMESPACES)
    return next(filter(None, named), "")
