"""What a generation says of itself, and the pointer that says which one serves."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
import numpy as np

from qwenqa.errors import DamagedError, NoGenerationError
from qwenqa.types import (
    Comparison,
    EncoderIdentity,
    Extraction,
    Place,
    ReaderIdentity,
    Skipped,
    Source,
)

FORMAT = 4
"""The version of the files' layout; a generation of another one is built again."""

CURRENT = "CURRENT"
HEADER = "header.json"
COPY = "header-copy.json"
"""The header once more: without its checksums nothing of a generation could be believed."""

REPORT = "report.json"
Kind = Literal["complete", "words", "checkpoint"]

PASSAGE_ROW = np.dtype(
    [
        ("id", "<u8"),
        ("document", "<u4"),
        ("section", "<u4"),
        ("start", "<u4"),
        ("end", "<u4"),
        ("first_sentence", "<u8"),
        ("sentences", "<u4"),
        ("cut", "?"),
        ("digest", "V32"),
        ("byte_start", "<u4"),
        ("byte_end", "<u4"),
        ("line", "<u4"),
        ("beside", "?"),
        ("likeness", "<u8"),
    ]
)
"""One passage of a segment. Its sentences are that many rows of the segment's ``sentences.npy``
from ``first_sentence``, each a start and an end in the document (32-bit, unsigned);
``document`` numbers the documents of the segment, ``section`` the sections of its document.
So that it is found and read without the rest of its document, a row tells its bytes in the
document's UTF-8 and the line that it begins in; so that it is joined and folded without its text,
whether only white space stands between it and the row before, and its ``ranking.likeness``."""

_AGAIN = "Build it again with: qwenqa build"
T = TypeVar("T")


class FileEntry(msgspec.Struct, frozen=True):
    """Length in bytes and SHA-256 of one file of a generation."""

    size: int
    sha256: str


class Recipe(msgspec.Struct, frozen=True):
    """What besides the sources decides a generation's content: equal recipes are comparable."""

    encoder: EncoderIdentity
    splitter: int
    limit: int
    analysis: int
    readers: tuple[ReaderIdentity, ...]


class _Format(msgspec.Struct, frozen=True):
    format: int


class SegmentEntry(msgspec.Struct, frozen=True):
    """A segment as one generation uses it: documents of these numbers are no longer part."""

    name: str
    documents: int
    passages: int
    dead: tuple[int, ...] = ()


class Header(msgspec.Struct, frozen=True):
    """A generation's description; ``created`` is ISO 8601 in UTC.

    ``kind`` is "complete" when every passage has its vector, "words" when some have none yet,
    and "checkpoint" for the remains of an unfinished build, which never serve. ``vectors``
    names the parts that hold vectors. ``stale`` are sources that could not be
    read and whose passages are those of an earlier reading. ``compared`` says with what the
    encoder can be run. ``copied`` says that the header stands in ``COPY`` too.
    """

    format: int
    generation: int
    created: str
    kind: Kind
    recipe: Recipe
    corpus_digest: str
    documents: int
    passages: int
    segments: tuple[SegmentEntry, ...]
    vectors: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    stale: tuple[Skipped, ...]
    files: dict[str, FileEntry]
    compared: Comparison = Comparison()
    copied: bool = False


class Section(msgspec.Struct, frozen=True):
    """The heading path that passages stand under, and the context given to the encoder."""

    headings: tuple[str, ...]
    context: str


class StoredDocument(msgspec.Struct, frozen=True):
    """A document without its text: bytes ``[text_start, text_end)`` of its segment's texts.

    Its passages refer to ``sections`` by number. ``language`` is what the source says (BCP 47),
    ``spoken`` the one by which its words are stemmed (ISO 639-1).
    """

    source: Source
    reader: ReaderIdentity
    title: str
    author: str
    date: str
    language: str
    spoken: str
    places: tuple[Place, ...]
    extraction: Extraction
    sections: tuple[Section, ...]
    text_start: int
    text_end: int
    characters: int


class Pointer(msgspec.Struct, frozen=True):
    """The content of CURRENT; ``checksum`` is the SHA-256 of the other two."""

    generation: int
    header_sha256: str
    checksum: str


def pointer(generation: int, header: bytes) -> Pointer:
    """The pointer to a generation whose header file has these bytes."""
    digest = hashlib.sha256(header).hexdigest()
    return Pointer(generation, digest, _checksum(generation, digest))


def folder_of(index: Path, generation: int) -> Path:
    """Where a generation stands in the index folder."""
    return index / f"gen-{generation:08d}"


def numbers(index: Path) -> list[int]:
    """The numbers of all generation folders, ascending, whatever is in them."""
    names = [path.name.removeprefix("gen-") for path in index.glob("gen-*")]
    return sorted(int(name) for name in names if name.isdecimal())


def read_pointer(index: Path) -> Pointer:
    """Which generation serves; raises NoGenerationError or DamagedError."""
    path = index / CURRENT
    try:
        pointer = decode(path.read_bytes(), Pointer, path)
    except FileNotFoundError:
        raise NoGenerationError(
            f"There is no index in {index} yet. Build it with: qwenqa build"
        ) from None
    except NotADirectoryError:
        raise DamagedError(f"{index} is not a folder. Name another one with --index.") from None
    except OSError as error:
        raise DamagedError(f"{path} cannot be read ({error.strerror}). {_AGAIN}") from error
    if pointer.checksum != _checksum(pointer.generation, pointer.header_sha256):
        raise DamagedError(f"{path} is damaged. {_AGAIN}")
    return pointer


def header_bytes(header: Header) -> bytes:
    """A header as it is written: its own SHA-256 on the first line, so that it stands alone."""
    own = {name: entry for name, entry in header.files.items() if name not in (HEADER, COPY)}
    data = msgspec.json.encode(msgspec.structs.replace(header, files=own))
    return hashlib.sha256(data).hexdigest().encode() + b"\n" + data


def read_header(index: Path, generation: int, sha256: str = "", name: str = HEADER) -> Header:
    """A generation's header; raises DamagedError when it is damaged or another one's.

    ``sha256`` is what a pointer says of the file; without it the header's own must do. Among
    its files is the other one of ``HEADER`` and ``COPY``, which has the same bytes.
    """
    path = folder_of(index, generation) / name
    try:
        written = path.read_bytes()
    except OSError as error:
        raise DamagedError(f"{path} cannot be read ({error.strerror}). {_AGAIN}") from error
    own, _, data = written.partition(b"\n")
    whole = hashlib.sha256(data).hexdigest().encode() == own
    if not whole or sha256 not in ("", hashlib.sha256(written).hexdigest()):
        raise DamagedError(f"{path} is damaged. {_AGAIN}")
    # Another version's header has other fields, so its number is looked at first.
    if (version := decode(data, _Format, path).format) != FORMAT:
        raise DamagedError(f"{path} has format {version}, this is {FORMAT}. {_AGAIN}")
    header = decode(data, Header, path)
    if header.generation != generation:
        raise DamagedError(f"{path} is that of generation {header.generation}. {_AGAIN}")
    if not header.copied:
        return header
    other = COPY if name == HEADER else HEADER
    entry = FileEntry(len(written), hashlib.sha256(written).hexdigest())
    return msgspec.structs.replace(header, files={**header.files, other: entry})


def headers(index: Path) -> list[Header]:
    """The whole headers there are, by number; what they list is not looked at."""
    headers_read = []
    for number in numbers(index):
        with contextlib.suppress(DamagedError):
            headers_read.append(read_header(index, number))
    return headers_read


def kept(index: Path) -> list[Header]:
    """The headers of the complete generations, by number: those that can be returned to."""
    return [header for header in headers(index) if header.kind == "complete"]


def those_kept(index: Path) -> str:
    """Which generations there are to choose from, as a sentence."""
    named = ", ".join(str(header.generation) for header in kept(index))
    return f"Those there are: {named or 'none'}."


def verify_files(folder: Path, files: Mapping[str, FileEntry]) -> None:
    """Compare files' lengths and SHA-256; raises DamagedError naming one that differs."""
    for name, entry in files.items():
        verify_file(folder / name, entry)


def verify_file(path: Path, entry: FileEntry) -> None:
    """Compare one file's length and SHA-256; raises DamagedError naming it."""
    try:
        same = path.stat().st_size == entry.size and file_entry(path) == entry
    except OSError as error:
        raise DamagedError(f"{path} cannot be read ({error.strerror}). {_AGAIN}") from error
    if not same:
        raise DamagedError(f"{path} is damaged. {_AGAIN}")


def file_entry(path: Path) -> FileEntry:
    """Length and SHA-256 of a file as it is on disk."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
            size += len(piece)
    return FileEntry(size, digest.hexdigest())


def decode(data: bytes, kind: type[T], path: Path) -> T:
    """JSON bytes as a record; raises DamagedError naming the file they came from."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DamagedError(f"{path} is damaged ({error}). {_AGAIN}") from error


def _checksum(generation: int, header_sha256: str) -> str:
    return hashlib.sha256(f"{generation} {header_sha256}".encode()).hexdigest()
