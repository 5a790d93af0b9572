"""Which of the generations there are is opened: the serving one, a kept one, or what stands in."""

from __future__ import annotations

import contextlib
from pathlib import Path

from qwenqa.errors import DamagedError, GenerationError, NoGenerationError
from qwenqa.index.generation import Generation
from qwenqa.index.header import (
    CURRENT,
    Header,
    Pointer,
    folder_of,
    headers,
    numbers,
    read_header,
    read_pointer,
    those_kept,
)
from qwenqa.index.salvage import whole_parts

_ATTEMPTS = 5


def serving(index: Path) -> Generation:
    """The generation that serves, or in its place the newest good one there is.

    Where none is good, what is whole of the newest. Raises NoGenerationError when nothing was
    built, DamagedError when nothing is whole.
    """
    damage = ""
    for _ in range(_ATTEMPTS):
        try:
            pointer = read_pointer(index)
        except NoGenerationError as error:
            return _instead(index, f"{index / CURRENT} is gone.", error)
        except DamagedError as error:
            return _instead(index, str(error), error)
        try:
            return _pointed_at(index, pointer)
        except DamagedError as error:
            damage = str(error)
        # A builder may have published and removed this one meanwhile.
        if not _moved_on(index, pointer):
            break
    return _instead(index, damage, DamagedError(damage))


def numbered(index: Path, number: int) -> Generation:
    """A kept generation by its number; raises DamagedError or NoGenerationError."""
    header = read_header(index, number) if number in numbers(index) else None
    # What an unfinished build left may lack most of the corpus, and is none to return to.
    if header is None or header.kind == "checkpoint":
        raise NoGenerationError(f"There is no generation {number} in {index}. {those_kept(index)}")
    return _opened(index, header)


def checkpoint(index: Path) -> Generation | None:
    """What an unfinished build left for the next one, as far as that is whole."""
    for header in reversed(headers(index)):
        if header.kind == "checkpoint":
            with contextlib.suppress(DamagedError, OSError):
                return whole_parts(index, header.generation, verify=False)
    return None


def _opened(index: Path, header: Header) -> Generation:
    folder = folder_of(index, header.generation)
    try:
        return Generation(folder, header)
    except OSError as error:
        raise DamagedError(f"{folder} cannot be read ({error}).") from error


def _pointed_at(index: Path, pointer: Pointer) -> Generation:
    folder = folder_of(index, pointer.generation)
    if not folder.is_dir():
        raise DamagedError(
            f"{index / CURRENT} names {folder.name}, which is not there. "
            "Build it again with: qwenqa build"
        )
    try:
        return Generation(folder, read_header(index, pointer.generation, pointer.header_sha256))
    except OSError as error:
        raise DamagedError(f"{folder} cannot be read ({error.strerror}).") from error


def _instead(index: Path, damage: str, error: GenerationError) -> Generation:
    """The newest good generation, or what is whole of one, with what is wrong; else the error."""
    for number in reversed(numbers(index)):
        with contextlib.suppress(DamagedError, OSError):
            header = read_header(index, number)
            if header.kind != "checkpoint":
                return Generation(folder_of(index, number), header, damage=damage)
    for number in reversed(numbers(index)):
        with contextlib.suppress(DamagedError, OSError):
            opened = whole_parts(index, number)
            if opened.segments and opened.header.kind != "checkpoint":
                opened.damage = opened.damage or damage
                return opened
    raise error


def _moved_on(index: Path, pointer: Pointer) -> bool:
    try:
        return read_pointer(index) != pointer
    except GenerationError:
        return True
