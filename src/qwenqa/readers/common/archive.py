"""ZIP archives and XML from strangers: checked before anything in them is read.

Office files and e-books are ZIP archives of XML. ``open_archive`` refuses a hostile directory
before it reads one entry, ``Archive.read`` gives an entry's bytes, ``Archive.xml`` its root
element, and ``parse_xml`` is for XML from elsewhere. All of them raise SourceError alone.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TypedDict

from lxml import etree

from qwenqa.errors import SourceError

Element = etree._Element

MAX_ENTRIES = 10_000
MAX_ENTRY_BYTES = 100_000_000
"""The longest entry that is read; pictures and films in an archive are not read."""
MAX_TREE_BYTES = 64_000_000
"""The longest XML entry held as a tree, which takes some ten times its size in memory."""
MAX_RATIO = 250
"""Uncompressed to compressed; texts and tables that people write stay below 100."""
MAX_READ_BYTES = 400_000_000
"""Of one archive in all, since thousands of entries may share the same compressed bytes."""
_RATIO_FROM_BYTES = 4_000_000
_DIRECTORY_ENTRY = b"PK\x01\x02"
_DIRECTORY_END = b"PK\x05\x06"
_PASSWORD = "is protected by a password; save a copy without one"  # noqa: S105
_DAMAGED = "is a damaged {} ({}); get it again, or save it again with the program that made it"
_UNSAFE = "is a ZIP archive made to do harm ({}); remove it, or save it again"
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError)


class _Options(TypedDict):
    resolve_entities: bool
    load_dtd: bool
    no_network: bool
    huge_tree: bool
    remove_comments: bool
    remove_pis: bool


_SAFELY = _Options(
    resolve_entities=False,
    load_dtd=False,
    no_network=True,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
)


class Archive:
    """A checked ZIP archive in memory: names are unique and stay inside the archive."""

    def __init__(
        self, opened: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], what: str
    ) -> None:
        """Use ``open_archive``: it makes the checks."""
        self._opened = opened
        self._what = what
        self._entries = entries
        self._left = MAX_READ_BYTES

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all entries but folders, in the archive's order, ``/`` between parts."""
        return tuple(self._entries)

    def __contains__(self, name: str) -> bool:
        """Whether an entry has this name."""
        return name in self._entries

    def read(self, name: str) -> bytes:
        """An entry's bytes; raises SourceError when it is absent, damaged or too long."""
        entry = self._entries.get(name)
        if entry is None:
            raise SourceError(_DAMAGED.format(self._what, f"it holds no {_shown(name)}"))
        if entry.flag_bits & 1:
            raise SourceError(_PASSWORD)
        _check_size(entry)
        self._spend(name, entry.file_size)
        try:
            return self._opened.read(entry)
        except (*_BROKEN, NotImplementedError, RuntimeError) as problem:
            fault = f"{_shown(name)}: {problem}"
            raise SourceError(_DAMAGED.format(self._what, fault)) from problem

    def _spend(self, name: str, size: int) -> None:
        if size > MAX_ENTRY_BYTES:
            raise _too_long(name, size, MAX_ENTRY_BYTES)
        self._left -= size
        if self._left < 0:
            raise SourceError(
                f"holds more than the {MAX_READ_BYTES / 1e6:,.0f} MB of text that are read;"
                " split the document"
            )

    def xml(self, name: str) -> Element:
        """The root element of an XML entry; raises SourceError as read and parse_xml do."""
        if name in self and self._entries[name].file_size > MAX_TREE_BYTES:
            raise _too_long(name, self._entries[name].file_size, MAX_TREE_BYTES)
        return parse_xml(self.read(name), name)

    def stream(self, name: str, *tags: str) -> Iterator[Element]:
        """Elements of an XML entry by local name, each complete and forgotten afterwards.

        For parts too long to hold as a tree. Elements inside a yielded one are not yielded
        before it but with it; the tags must not nest. Raises SourceError as ``xml`` does.
        """
        named = [f"{{*}}{tag}" for tag in tags]
        events = etree.iterparse(io.BytesIO(self.read(name)), events=("end",), tag=named, **_SAFELY)
        try:
            for number, (_, element) in enumerate(events):
                if number == 0 and _uses_entities(element):
                    raise _entities_refused(name)
                yield element
                _forget(element)
        except (etree.XMLSyntaxError, ValueError) as problem:
            raise _unreadable(name, problem) from problem


def _forget(element: Element) -> None:
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while len(parent) > 1:
            del parent[0]


def open_archive(data: bytes, what: str = "ZIP archive") -> Archive:
    """The archive in these bytes, after checking its directory; raises SourceError.

    ``what`` is what people call the file.

    Refused: too many entries, names that lead out of the archive, two entries of one name. An
    entry that is read is refused for a ratio of uncompressed to compressed size that only a bomb
    has; pictures may have it.
    """
    if not data.strip(b"\x00 \r\n\t"):
        raise SourceError("is empty; put text in it or remove it")
    if data.count(_DIRECTORY_ENTRY) > 10 * MAX_ENTRIES:
        raise SourceError(_UNSAFE.format(f"more than {MAX_ENTRIES:,} entries"))
    try:
        opened = zipfile.ZipFile(io.BytesIO(data))
    except (*_BROKEN, NotImplementedError) as problem:
        if data.startswith(b"PK"):
            fault = problem if _DIRECTORY_END in data else "cut off: its end is missing"
            raise SourceError(_DAMAGED.format(what, fault)) from problem
        raise SourceError(
            "is no ZIP archive, as a file of this suffix must be; give it the suffix of its"
            " real format"
        ) from problem
    return Archive(opened, _checked(opened.infolist()), what)


def _checked(listed: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    if len(listed) > MAX_ENTRIES:
        raise SourceError(_UNSAFE.format(f"more than {MAX_ENTRIES:,} entries"))
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in listed:
        # Some Windows programs write backslashes.
        name = entry.filename.replace("\\", "/")
        _check_name(name)
        if name in entries:
            raise SourceError(_UNSAFE.format(f"two entries named {_shown(name)}"))
        if not name.endswith("/"):
            entries[name] = entry
    return entries


def _check_name(name: str) -> None:
    parts = PurePosixPath(name).parts
    if ".." in parts or name.startswith("/") or name[1:2] == ":":
        raise SourceError(_UNSAFE.format(f"the entry {_shown(name)} leads out of it"))


def _check_size(entry: zipfile.ZipInfo) -> None:
    if entry.file_size > max(_RATIO_FROM_BYTES, MAX_RATIO * entry.compress_size):
        raise SourceError(
            _UNSAFE.format(
                f"{_shown(entry.filename)} grows from {entry.compress_size:,} to"
                f" {entry.file_size:,} bytes"
            )
        )


def parse_xml(data: bytes, name: str = "its XML") -> Element:
    """The root element; no DTD is followed, no entity defined, nothing fetched.

    A bare ``<!DOCTYPE x PUBLIC …>`` is tolerated and ignored. Raises SourceError for damaged
    XML, entities beyond XML's own five, nesting deeper than 256 and single texts over 10 MB.
    """
    try:
        root = etree.fromstring(data, etree.XMLParser(**_SAFELY))
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise _unreadable(name, problem) from problem
    if _uses_entities(root):
        raise _entities_refused(name)
    return root


def _too_long(name: str, size: int, limit: int) -> SourceError:
    return SourceError(
        f"holds a part of {size / 1e6:,.0f} MB ({_shown(name)}), more than the"
        f" {limit / 1e6:,.0f} MB that are read; split the document"
    )


def _unreadable(name: str, problem: Exception) -> SourceError:
    return SourceError(
        f"holds XML that cannot be read ({_shown(name)}: {_briefly(problem)}); save it again with"
        " the program that made it"
    )


def _briefly(problem: Exception) -> str:
    """What the parser says, without the name that it gives to what is no file."""
    return str(problem).partition(" (<string>")[0]


def _entities_refused(name: str) -> SourceError:
    return SourceError(
        f"uses entities in its XML ({_shown(name)}), which no honest document needs; save it"
        " again with the program that made it"
    )


def _uses_entities(root: Element) -> bool:
    """Whether entities are declared, or referred to in the hope of a DTD that is not fetched."""
    declared = root.getroottree().docinfo.internalDTD
    return declared is not None and (
        any(True for _ in declared.iterentities()) or any(True for _ in root.iter(etree.Entity))
    )


def _shown(name: str) -> str:
    """A stranger's name as one short line without control characters."""
    line = "".join(character if character.isprintable() else "\ufffd" for character in name)
    return line if len(line) <= 80 else f"{line[:77]}..."
