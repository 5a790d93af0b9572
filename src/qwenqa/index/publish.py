"""How a new generation comes to serve: written beside the old one, made durable, then named.

After a crash at any moment the index is the old generation or the new one. A failed fsync is
final: the kernel may have dropped the data, so the generation is thrown away. A folder is a
generation when it has a whole header, which is written last and removed first.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from qwenqa.errors import BuilderBusyError, DamagedError, GenerationError
from qwenqa.index import disk
from qwenqa.index.header import (
    COPY,
    CURRENT,
    HEADER,
    REPORT,
    FileEntry,
    Header,
    folder_of,
    header_bytes,
    headers,
    kept,
    numbers,
    pointer,
    read_pointer,
    verify_files,
)

WORK = "work"
"""The folder in which a build writes what generations then link."""
_LOCK, _HOLDER = "LOCK", "BUILDER"


@dataclass(frozen=True, slots=True)
class Part:
    """A segment or a file of vectors in the folder it lies in, with its files below that."""

    name: str
    folder: Path
    files: dict[str, FileEntry]


@dataclass(frozen=True, slots=True)
class Retention:
    """Which old generations are kept: the newest ``count``, and all younger than ``days``."""

    count: int = 3
    days: float = 0.0


@contextlib.contextmanager
def builder(index: Path) -> Iterator[None]:
    """Be the only builder of an index folder, which is made if absent.

    Raises BuilderBusyError, naming the holder, when another process is building.
    """
    with writing(index):
        if not index.is_dir():
            index.mkdir(parents=True, exist_ok=True)
            disk.sync_folder(index.parent)
    lock = FileLock(str(index / _LOCK), timeout=0)
    try:
        with writing(index):
            lock.acquire()
    except Timeout as error:
        raise BuilderBusyError(
            f"{_holder(index)} building {index}. Wait for it to end, then try again."
        ) from error
    try:
        with writing(index):
            disk.note(index / _HOLDER, str(os.getpid()).encode())
        yield
    finally:
        with contextlib.suppress(OSError):
            (index / _HOLDER).unlink(missing_ok=True)
        lock.release()


@contextlib.contextmanager
def work_folder(index: Path) -> Iterator[Path]:
    """An empty folder to write parts in, removed at the end; the caller is the only builder."""
    folder = index / WORK
    with writing(index):
        disk.remove_folder(folder)
        disk.make_folder(folder)
    try:
        yield folder
    finally:
        disk.remove_folder(folder)


def next_number(index: Path) -> int:
    """A number above that of every generation folder there is, and of one that is gone."""
    return max([*numbers(index), serving(index) or 0]) + 1


def write_generation(index: Path, header: Header, parts: Iterable[Part]) -> None:
    """Make a generation's folder with its parts, durable but for its header: not yet one.

    Raises GenerationError, and leaves nothing then.
    """
    folder = folder_of(index, header.generation)
    with _removed_on_failure(index, header.generation), writing(index):
        disk.make_folder(folder)
        for part in parts:
            below = sorted({folder / Path(name).parent for name in part.files} - {folder})
            for below_folder in below:
                disk.make_folder(below_folder)
            for name in part.files:
                disk.link(part.folder / name, folder / name)
            for below_folder in below:
                disk.sync_folder(below_folder)
        disk.sync_folder(folder)


def complete(index: Path, header: Header, report: bytes) -> Header:
    """Write report and header: the folder becomes a generation, which does not serve yet.

    Raises GenerationError, and leaves nothing then.
    """
    folder = folder_of(index, header.generation)
    with _removed_on_failure(index, header.generation), writing(index):
        entry = disk.write(folder / REPORT, report)
        header = msgspec.structs.replace(header, files={**header.files, REPORT: entry}, copied=True)
        for name in (COPY, HEADER):
            disk.write(folder / name, header_bytes(header))
        disk.sync_folder(folder)
        disk.sync_folder(index)
    return header


def serve(index: Path, generation: int) -> None:
    """Make a complete generation the one that serves; raises GenerationError.

    A failure after the renaming counts as published.
    """
    with writing(index):
        data = (folder_of(index, generation) / HEADER).read_bytes()
        if (index / CURRENT).is_dir():  # which no file can replace
            disk.remove_folder(index / CURRENT)
        disk.replace(index / CURRENT, msgspec.json.encode(pointer(generation, data)))


def named(index: Path) -> bytes:
    """What CURRENT holds as it stands, which changes when another generation serves."""
    try:
        return (index / CURRENT).read_bytes()
    except OSError:
        return b""


def serving(index: Path) -> int | None:
    """The number of the generation that CURRENT names, or None."""
    try:
        return read_pointer(index).generation
    except GenerationError:
        return None


def remove_generation(index: Path, number: int) -> None:
    """Remove a generation, its header first: a half-removed folder is none."""
    folder = folder_of(index, number)
    # Where the header cannot be removed the generation stays, whole.
    with contextlib.suppress(OSError):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(folder / HEADER)  # noqa: PTH108
        disk.sync_folder(folder)
        disk.remove_folder(folder)


def remove_old(index: Path, serving: int, retention: Retention) -> None:
    """Remove generations that need not be kept any more; the serving one always is."""
    oldest = datetime.now(timezone.utc) - timedelta(days=retention.days)
    for header in kept(index)[: -retention.count or None]:
        young = datetime.fromisoformat(header.created) > oldest
        if header.generation != serving and not young:
            remove_generation(index, header.generation)


def remove_unfinished(index: Path, but: int) -> None:
    """Remove the steps of builds that came to their end or were ended, except one."""
    for header in headers(index):
        if header.kind != "complete" and header.generation != but:
            remove_generation(index, header.generation)


def mend(index: Path, serving: int, retention: Retention) -> None:
    """Remove what is of no use beside a complete generation; raises GenerationError."""
    with writing(index):
        remove_remains(index)
        remove_damaged(index, serving)
        remove_unfinished(index, serving)
        remove_old(index, serving, retention)


def remove_damaged(index: Path, but: int) -> None:
    """Remove every generation whose bytes are not those that were written, except one.

    That one's files were verified, so what others share with it is not read again.
    """
    good = folder_of(index, but)
    for header in headers(index):
        folder = folder_of(index, header.generation)
        own = {
            name: entry
            for name, entry in header.files.items()
            if not _same_file(folder / name, good / name)
        }
        try:
            verify_files(folder, own if header.generation != but else {})
        except DamagedError:
            remove_generation(index, header.generation)


def _same_file(first: Path, other: Path) -> bool:
    try:
        return first.samefile(other)
    except OSError:
        return False


def remove_remains(index: Path, but: Collection[Path] = ()) -> None:
    """Remove what a killed builder left; the caller is the only builder and writes nothing yet.

    ``but`` are folders of which something is to be used again.
    """
    for path in [remain for remain in remains(index) if remain not in but]:
        if path.is_dir():
            disk.remove_folder(path)
        else:
            with contextlib.suppress(OSError):
                path.unlink()


def remains(index: Path) -> list[Path]:
    """What is no part of any generation and harms nothing: left by builders that were killed."""
    whole = {header.generation for header in headers(index)}
    folders = [folder_of(index, number) for number in numbers(index) if number not in whole]
    others = [index / WORK, index / f"{CURRENT}.tmp"]
    return [*folders, *(path for path in others if path.exists())]


@contextlib.contextmanager
def writing(index: Path) -> Iterator[None]:
    """Turn a failure of the disk into a GenerationError that says what to do."""
    try:
        yield
    except OSError as error:
        if isinstance(error, Timeout):
            raise
        if isinstance(error, (FileExistsError, NotADirectoryError)) and not index.is_dir():
            raise GenerationError(
                f"{index} is not a folder, so no index can be made there. "
                "Name another one with --index."
            ) from error
        raise GenerationError(
            f"The index in {index} cannot be written ({error.strerror or error}). "
            "Free some space or make the folder writable; the index as it was still serves."
        ) from error


def _holder(index: Path) -> str:
    """Who is building, as far as that is known."""
    try:
        process = int((index / _HOLDER).read_text("ascii"))
    except (OSError, ValueError):
        return "Another process is"
    if process == os.getpid():
        return "This process already is"
    return f"Another process (process {process}) is"


@contextlib.contextmanager
def _removed_on_failure(index: Path, number: int) -> Iterator[None]:
    try:
        yield
    except BaseException:
        remove_generation(index, number)
        raise
