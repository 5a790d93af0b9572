"""Adding a file to the corpus: confined, whole or not at all, never in place of another."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePath, PurePosixPath

from qwenqa.errors import AddingError
from qwenqa.index import disk
from qwenqa.settings import Settings

FOLDER = "added"
"""The folder below the corpus that added files go to, so that their number is bounded by itself."""
SPARE_BYTES = 512 * 2**20
"""What stays free on the disk."""
LONGEST_NAME = 200
"""Bytes of a name; file systems take 255, and a number may be added."""
_PIECE_BYTES = 2**20
_DIVIDERS = re.compile(r'[\\/:*?"<>|]')
_RESERVED = re.compile(
    r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)", re.IGNORECASE
)
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Categories of characters that steer or cannot be seen: they make a name look like another."""


@dataclass(frozen=True, slots=True)
class Added:
    """A file of the corpus that was added, or (not ``new``) was there with the same bytes."""

    address: str
    new: bool


def add(settings: Settings, name: str, content: bytes | Path) -> Added:
    """Put a file into the corpus; where it is now, and whether it was there already.

    ``given`` is the file's bytes, or where they stand. The name is made one that every system
    takes. Where it is taken by a file with the same bytes, nothing is done; by one with others,
    the name gets a number. Raises AddingError when the file is empty or too large, the added ones
    have their whole size already, or the disk is nearly full.
    """
    size = content.stat().st_size if isinstance(content, Path) else len(content)
    folder = _folder(settings)
    _check(settings, folder, name, size)
    digest = _digest(content)
    for free in _names(safe_name(name)):
        path = folder / free
        address = str(PurePosixPath(FOLDER, free))
        if path.is_symlink() or path.exists():
            if not path.is_symlink() and path.is_file() and _digest(path) == digest:
                return Added(address, new=False)
            continue
        if _put(path, content):
            return Added(address, new=True)
    raise AssertionError("there is always another name")


def safe_name(name: str) -> str:
    """A file's name without what leads elsewhere, steers, hides or is not taken by all systems."""
    last = unicodedata.normalize("NFC", re.split(r"[\\/]", name)[-1])
    seen = "".join(
        character for character in last if unicodedata.category(character) not in _UNSEEN
    )
    bare = _DIVIDERS.sub("_", seen).strip().lstrip(".").rstrip(". ").strip()
    short = _short(bare) or "document"
    return f"_{short}" if _RESERVED.match(short) else short


def _short(name: str) -> str:
    """The name within the limit, its suffix whole where that is no sentence itself."""
    path = PurePath(name)
    suffix = path.suffix if len(path.suffix.encode()) <= 20 else ""
    stem = name.removesuffix(suffix).encode()[: LONGEST_NAME - len(suffix.encode())]
    return stem.decode("utf-8", "ignore").rstrip(". ") + suffix


def _names(name: str) -> Iterator[str]:
    """The name, then the same with numbers: report.pdf, report-2.pdf and so on."""
    yield name
    path = PurePath(name)
    yield from (f"{path.stem}-{number}{path.suffix}" for number in count(2))


def _folder(settings: Settings) -> Path:
    """The folder of added files, made if it is not there; never one that a link leads to."""
    folder = settings.corpus / FOLDER
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise AddingError(
            f"Nothing can be added to {settings.corpus} ({error.strerror}). Make the folder "
            "writable for the account that serves the page."
        ) from error
    if folder.is_symlink():
        raise AddingError(f"{folder} is a link, and links are not followed. Make it a folder.")
    return folder


def _check(settings: Settings, folder: Path, name: str, size: int) -> None:
    most, whole = settings.upload_mib * 2**20, settings.upload_total_mib * 2**20
    shown = safe_name(name)
    if not size:
        raise AddingError(f"{shown} is empty, so there is nothing to add.")
    if size > most:
        raise AddingError(f"{shown} is larger than {settings.upload_mib} MiB. Add a smaller file.")
    used = sum(entry.stat(follow_symlinks=False).st_size for entry in os.scandir(folder))
    if used + size > whole:
        raise AddingError(
            f"{shown} was not added: the added files may take {settings.upload_total_mib} MiB in "
            f"all. Move some from {FOLDER}/ to another folder of the corpus."
        )
    if shutil.disk_usage(folder).free < size + SPARE_BYTES:
        raise AddingError(f"{shown} was not added: the disk is nearly full. Free some space.")


def _put(path: Path, content: bytes | Path) -> bool:
    """Write a file durably under a name that is free; False when it is taken meanwhile."""
    # A name that begins with a dot is no part of the corpus.
    temporary = path.with_name(f".{secrets.token_hex(8)}.adding")
    try:
        with disk.new_file(temporary) as file:
            for piece in _pieces(content):
                file.write(piece)
            file.finish()
        try:
            # Unlike renaming, this never replaces what is there.
            disk.link(temporary, path)
        except FileExistsError:
            return False
        disk.sync_folder(path.parent)
    except OSError as error:
        raise AddingError(
            f"{path.name} could not be written ({error.strerror}). Free some space or make the "
            "folder writable; nothing was added."
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink()
    return True


def _digest(content: bytes | Path) -> bytes:
    digest = hashlib.sha256()
    for piece in _pieces(content):
        digest.update(piece)
    return digest.digest()


def _pieces(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            yield piece
