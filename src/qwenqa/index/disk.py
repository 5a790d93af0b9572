"""Files that are durable when they are said to be: the only place where the index is written.

Every function makes its calls to the system as ``os.something``, so that tests can make each
of them fail or end the process, one after the other.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qwenqa.errors import GenerationError
from qwenqa.index.header import FileEntry

_PIECE_BYTES = 1 << 20
_NO_LINKS = (errno.EPERM, errno.EXDEV, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


class NewFile:
    """A file while it is written, once and from its beginning; ``size`` is in bytes so far."""

    def __init__(self, path: Path) -> None:
        """Make the file; raises OSError (FileExistsError too)."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._file = os.open(path, flags, 0o666)
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        """Write all of the data."""
        left = memoryview(data)
        while left:
            left = left[os.write(self._file, left[:_PIECE_BYTES]) :]
        self._digest.update(data)
        self.size += len(data)
        return len(data)

    def finish(self) -> FileEntry:
        """Make the bytes durable; gives length and SHA-256. A failure here is final."""
        try:
            os.fsync(self._file)
        finally:
            self.close()
        return FileEntry(self.size, self._digest.hexdigest())

    def close(self) -> None:
        """Give the file back as it is, whatever was written."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[NewFile]:
    """A new file, closed at the end whatever happens; ``finish`` makes it durable."""
    file = NewFile(path)
    try:
        yield file
    finally:
        file.close()


def write(path: Path, data: bytes) -> FileEntry:
    """A new durable file with this content; its folder's entry is not durable yet."""
    with new_file(path) as file:
        file.write(data)
        return file.finish()


def save(path: Path, table: npt.NDArray[np.generic]) -> FileEntry:
    """A new durable file in NumPy's own form."""
    with new_file(path) as file:
        # Knows no real file, so that it writes piece by piece through ours.
        np.lib.format.write_array(file, table, allow_pickle=False)
        return file.finish()


def note(path: Path, data: bytes) -> None:
    """Give a file this content, neither durably nor in one step: nothing may depend on it."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        os.write(file, data)
    finally:
        os.close(file)


def replace(path: Path, data: bytes) -> None:
    """Give a file other content in one step: the old bytes or the new ones, never between.

    Raises OSError while the old content stands; after the renaming nothing raises.
    """
    temporary = path.with_name(f"{path.name}.tmp")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(temporary)  # noqa: PTH108 - see the module's text
    write(temporary, data)
    os.replace(temporary, path)  # noqa: PTH105
    with contextlib.suppress(OSError):
        sync_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make one folder; raises OSError."""
    os.mkdir(path)  # noqa: PTH102


def link(old: Path, new: Path) -> None:
    """Give a durable file a second name; where the disk has no links, a durable copy."""
    try:
        os.link(old, new)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        with old.open("rb") as source, new_file(new) as file:
            while piece := source.read(_PIECE_BYTES):
                file.write(piece)
            file.finish()


def sync_folder(path: Path) -> None:
    """Make a folder's entries durable; raises OSError."""
    if os.name == "nt":
        return  # Windows cannot open a folder, and keeps its entries durable by itself
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def remove_folder(path: Path) -> None:
    """Remove a folder and all in it as far as that is possible."""
    shutil.rmtree(path, ignore_errors=True)


def require_space(folder: Path, needed: int) -> None:
    """Raise GenerationError when the folder's disk has less than ``needed`` bytes free."""
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise GenerationError(
            f"The index in {folder} needs about {_megabytes(needed)} more, and the disk has "
            f"{_megabytes(free)} free. Free some space, or put the index elsewhere with --index; "
            "the index as it was still serves."
        )


def _megabytes(count: int) -> str:
    return f"{max(1, round(count / 1e6)):,} MB"
