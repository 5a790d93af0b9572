"""How a new generation comes to serve: written beside the old one, made durable, then named.

After a crash at any moment the index is the old generation or the new one. A failed fsync is
final: the kernel may have dropped the data, so the generation is thrown away.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from qwenqa.errors import BuilderBusyError, GenerationError
from qwenqa.index.header import (
    CURRENT,
    HEADER,
    FileEntry,
    Header,
    file_entry,
    folder_of,
    pointer,
    read_pointer,
)

KEPT_GENERATIONS = 2
_LOCK, _HOLDER = "LOCK", "BUILDER"


@contextlib.contextmanager
def builder(index: Path) -> Iterator[None]:
    """Be the only builder of an index folder, which is made if absent.

    Raises BuilderBusyError, naming the holder, when another process is building.
    """
    with _as_generation_error(index):
        index.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(index / _LOCK), timeout=0)
    try:
        with _as_generation_error(index):
            lock.acquire()
    except Timeout as error:
        holder = _holder(index)
        raise BuilderBusyError(
            f"Another process{holder} is building {index}. Wait for it to end, then try again."
        ) from error
    try:
        with _as_generation_error(index):
            (index / _HOLDER).write_text(str(os.getpid()), "ascii")
        yield
    finally:
        (index / _HOLDER).unlink(missing_ok=True)
        lock.release()


def _holder(index: Path) -> str:
    try:
        return f" (process {int((index / _HOLDER).read_text('ascii'))})"
    except (OSError, ValueError):
        return ""


def next_number(index: Path) -> int:
    """A number above that of every generation folder there is, published or not."""
    return max(_numbers(index), default=0) + 1


@contextlib.contextmanager
def new_folder(index: Path, number: int) -> Iterator[Path]:
    """The folder of a generation to be written; removed again when the writing fails."""
    folder = folder_of(index, number)
    try:
        with _as_generation_error(index):
            folder.mkdir()
            yield folder
    except BaseException:
        # An interruption can come after the renaming: what serves is never removed.
        if _serving(index) != number:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def publish(index: Path, folder: Path, header: Header) -> Header:
    """Make the folder's files durable and the generation the one that serves.

    Returns the header with the files' lengths and checksums. Raises GenerationError while the
    old generation still serves; a failure after the renaming counts as published.
    """
    entries: dict[str, FileEntry] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix == ".lock":
            path.unlink()
        elif path.is_file():
            # tantivy writes some files for their owner alone; who may read the folder may read all.
            path.chmod(stat.S_IMODE(folder.stat().st_mode) & 0o666)
            _sync(path)
            entries[path.relative_to(folder).as_posix()] = file_entry(path)
    for path in [*(one for one in folder.rglob("*") if one.is_dir()), folder]:
        _sync(path)
    complete = msgspec.structs.replace(header, files=entries)
    data = msgspec.json.encode(complete)
    _write(folder / HEADER, data)
    _sync(folder)
    _sync(index)
    temporary = index / f"{CURRENT}.tmp"
    _write(temporary, msgspec.json.encode(pointer(header.generation, data)))
    temporary.replace(index / CURRENT)
    with contextlib.suppress(OSError):
        _sync(index)
    return complete


def remove_old(index: Path, serving: int, keep: int = KEPT_GENERATIONS) -> None:
    """Remove generations older than the newest ``keep``."""
    published = sorted(number for number in _numbers(index) if number <= serving)
    for number in published[:-keep]:
        shutil.rmtree(folder_of(index, number), ignore_errors=True)


def remove_remains(index: Path) -> None:
    """Remove what a killed builder left; the caller is the only builder and writes nothing yet."""
    serving = _serving(index)
    for number in _numbers(index):
        if serving is not None and number > serving:
            shutil.rmtree(folder_of(index, number), ignore_errors=True)


def _serving(index: Path) -> int | None:
    try:
        return read_pointer(index).generation
    except GenerationError:
        return None


def _numbers(index: Path) -> list[int]:
    names = [path.name.removeprefix("gen-") for path in index.glob("gen-*")]
    return [int(name) for name in names if name.isdigit()]


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    """Make a file's bytes or a folder's entries durable."""
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open a folder, and keeps its entries durable by itself
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _as_generation_error(index: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, Timeout):
            raise
        if isinstance(error, (FileExistsError, NotADirectoryError)):
            raise GenerationError(
                f"{index} is not a folder, so no index can be made there. "
                "Name another one with --index."
            ) from error
        raise GenerationError(
            f"The index in {index} cannot be written ({error.strerror or error}). "
            "Free some space or make the folder writable; the index as it was still serves."
        ) from error
