"""The folder of documents: which sources it holds, their bytes, and what is left out."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar

from qwenqa.errors import CorpusError, SourceError, UnreadableError
from qwenqa.types import Skipped, Source

MAX_SOURCE_BYTES = 512 * 1024 * 1024
_PIECE_BYTES = 1024 * 1024
T = TypeVar("T", Source, Skipped)
_UNNAMEABLE = re.compile("[\0\ud800-\udfff]")  # no file system takes these
_BYTE_CODE = re.compile(r"\\x[0-9a-f]{2}")
_CODES = re.compile(rb"\\(?:\\|x([0-9a-f]{2}))")
# Where these divide names or drives, an address has no business holding them.
_DIVIDERS = re.compile(r"[\\/:]" if os.name == "nt" else "/")
_SPECIAL = "is not a plain file (a device, pipe or socket)"
# Opening a FIFO must not wait for a writer, and a link must not lead out of the folder.
_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a look at the corpus found: sources and skipped things, by address.

    ``unreadable`` are those of the skipped, files and folders, that are there and cannot be read.
    """

    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...]
    unreadable: tuple[Skipped, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over all addresses and contents: equal digests are equal corpora."""
        lines = (f"{source.sha256} {source.address}\n" for source in self.sources)
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def scan(root: Path) -> Scan:
    """Every file below the folder with its SHA-256, whatever its time stamp says.

    Links, special files and files over 512 MiB are skipped with a reason; names that begin
    with a dot are not looked at. Raises CorpusError when the folder cannot be listed.
    """
    require_folder(root)
    sources: list[Source] = []
    skipped: list[Skipped] = []
    unreadable: list[Skipped] = []
    for entry in _entries(root, unreadable):
        address = _address(root, Path(entry))
        try:
            sources.append(_source(Path(entry), address))
        except UnreadableError as error:
            unreadable.append(Skipped(address, str(error)))
        except SourceError as error:
            skipped.append(Skipped(address, str(error)))
    return Scan(_sorted(sources), _sorted([*skipped, *unreadable]), _sorted(unreadable))


def require_folder(root: Path) -> None:
    """Raise CorpusError where there is no folder."""
    if not root.is_dir():
        what = "is not a folder" if root.exists() else "does not exist"
        raise CorpusError(
            f"The corpus folder {root} {what}. Create it and put documents in it, "
            "or name another one with --corpus."
        )


def read_bytes(root: Path, address: str) -> bytes:
    """A source's bytes; raises SourceError when it is gone, no plain file, or too large."""
    return b"".join(_pieces(_path(root, address)))


def sha256(data: bytes) -> str:
    """SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def sha256_of(root: Path, address: str) -> str:
    """SHA-256 of a source's bytes as they are now; raises SourceError like ``read_bytes``."""
    return _source(_path(root, address), address).sha256


def _sorted(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(sorted(items, key=lambda item: item.address))


def _entries(root: Path, unreadable: list[Skipped]) -> Iterator[str]:
    """Paths of everything below the root that is no folder; unlistable folders are noted."""

    def note(error: OSError) -> None:
        if Path(error.filename) == root:
            raise CorpusError(
                f"The corpus folder {root} cannot be listed ({error.strerror}). "
                "Make it readable for this user."
            ) from error
        address = _address(root, Path(error.filename))
        unreadable.append(
            Skipped(address, f"cannot be listed ({error.strerror}); make it readable")
        )

    for folder, folders, names in os.walk(root, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in list(folders):
            if Path(folder, name).is_symlink():
                names.append(name)
        yield from (str(Path(folder, name)) for name in names if not name.startswith("."))


def _address(root: Path, path: Path) -> str:
    r"""The path below the root; bytes of it that are no UTF-8 are written as codes like ``\xff``.

    Then, and where a name looks as if it held such a code, backslashes are doubled, so that no
    two files have one address.
    """
    relative = os.fsencode(path.relative_to(root).as_posix())
    address = relative.decode("utf-8", "backslashreplace")
    if not _BYTE_CODE.search(address):
        return address
    return relative.replace(b"\\", rb"\\").decode("utf-8", "backslashreplace")


def _name(part: str) -> str:
    """The file system's name for a part of an address that holds codes of bytes."""

    def byte(match: re.Match[bytes]) -> bytes:
        return bytes.fromhex(match[1].decode()) if match[1] else b"\\"

    return os.fsdecode(_CODES.sub(byte, part.encode()))


def _path(root: Path, address: str) -> Path:
    """The file of an address, which never leads out of the corpus; raises SourceError."""
    try:
        return _inside(root, address)
    except OSError as error:
        raise SourceError(f"cannot be read ({error.strerror}); make it readable") from error


def _inside(root: Path, address: str) -> Path:
    parts = PurePosixPath(address).parts
    outside = not parts or PurePosixPath(address).is_absolute() or ".." in parts
    outside = outside or _UNNAMEABLE.search(address) is not None
    names = parts if outside or not _BYTE_CODE.search(address) else tuple(map(_name, parts))
    outside = outside or any(name == ".." or _DIVIDERS.search(name) for name in names)
    path = root.joinpath(*names) if not outside else root
    folders = (root.joinpath(*names[:depth]) for depth in range(1, len(names)))
    if outside or any(folder.is_symlink() for folder in folders):
        raise SourceError("is not inside the corpus folder")
    if _address(root, path) != PurePosixPath(address).as_posix():
        raise SourceError("is no longer in the corpus folder")
    return path


def _source(path: Path, address: str) -> Source:
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(path):
        digest.update(piece)
        size += len(piece)
    return Source(address, digest.hexdigest(), size)


def _pieces(path: Path) -> Iterator[bytes]:
    """A plain file's bytes, a piece at a time, with every failure as a SourceError."""
    try:
        with open(os.open(path, _OPEN_FLAGS), "rb") as file:  # noqa: PTH123 - needs the flags
            _refuse_special(os.fstat(file.fileno()))
            while piece := file.read(_PIECE_BYTES):
                yield piece
    except OSError as error:
        if _is_link(path):
            raise SourceError("is a link, and links are not followed; put the file here") from error
        # No file has a name that is too long for the system.
        if isinstance(error, FileNotFoundError) or error.errno == errno.ENAMETOOLONG:
            raise SourceError("is no longer in the corpus folder") from error
        if error.errno == errno.ENXIO:  # a socket cannot even be opened
            raise SourceError(_SPECIAL) from error
        raise UnreadableError(f"cannot be read ({error.strerror}); make it readable") from error


def _is_link(path: Path) -> bool:
    """Whether a path is a link, as far as that may be known."""
    try:
        return path.is_symlink()
    except OSError:
        return False


def _refuse_special(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(_SPECIAL)
    if status.st_size > MAX_SOURCE_BYTES:
        limit = MAX_SOURCE_BYTES // 2**20
        raise SourceError(f"is larger than {limit} MiB; cut it into smaller files")
