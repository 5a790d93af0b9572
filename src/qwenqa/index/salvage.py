"""What of a damaged generation is whole: the parts in which every file is as it was written."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from qwenqa.errors import DamagedError
from qwenqa.index.generation import Generation
from qwenqa.index.header import (
    COPY,
    FileEntry,
    Header,
    folder_of,
    numbers,
    read_header,
    verify_file,
)


def whole_parts(index: Path, number: int, *, verify: bool = True) -> Generation:
    """The whole parts of a generation, opened, with what is missing as its damage.

    A damaged segment takes its documents with it, damaged vectors leave passages to be found by
    their words. Without ``verify`` they are opened as what was just written is: to be built of,
    not to answer. Raises DamagedError where nothing can be believed.
    """
    header, folder = _either_header(index, number), folder_of(index, number)
    damage = _damage(folder, header)
    hurt = {name.partition("/")[0] for name in damage}
    left = msgspec.structs.replace(
        header,
        segments=tuple(segment for segment in header.segments if segment.name not in hurt),
        vectors=tuple(name for name in header.vectors if name not in hurt),
        files={
            name: entry
            for name, entry in header.files.items()
            if name.partition("/")[0] not in hurt
        },
    )
    opened = Generation(folder, left, verify=verify)
    opened.header = msgspec.structs.replace(
        left, documents=len(opened.documents), passages=len(opened)
    )
    if damage:
        opened.damage = _damage_message(
            opened, header, next(iter(damage.values())), len(damage) - 1
        )
    return opened


def all_whole_parts(index: Path) -> list[Generation]:
    """What is whole of every generation there is, the newest first, for a build to use again."""
    opened = []
    for number in reversed(numbers(index)):
        with contextlib.suppress(DamagedError, OSError):
            opened.append(whole_parts(index, number, verify=False))
    return opened


def _either_header(index: Path, number: int) -> Header:
    try:
        return read_header(index, number)
    except DamagedError:
        with contextlib.suppress(DamagedError):
            return read_header(index, number, name=COPY)
        raise


def _damage(folder: Path, header: Header) -> dict[str, str]:
    """Which files are not as they were written, each with a sentence."""
    looked = {name: _look(folder / name, entry) for name, entry in header.files.items()}
    return {name: damage for name, damage in looked.items() if damage}


def _look(path: Path, entry: FileEntry) -> str:
    try:
        verify_file(path, entry)
    except DamagedError as error:
        return str(error)
    return ""


def _damage_message(opened: Generation, header: Header, first: str, others: int) -> str:
    """What is damaged and what is therefore missing, as sentences."""
    more = f", and {others:,} more of its files" if others else ""
    sentences = [first.partition(". Build it again")[0] + more]
    if gone := header.documents - len(opened.documents):
        sentences.append(f"{gone:,} of {header.documents:,} documents are missing from this answer")
    sentences.append("Build it again with: qwenqa build")
    return ". ".join(sentences)
