"""A segment: some documents with their texts, passages and words, written once, then only read.

Generations share segments. A document that left the corpus stays in its segment's files and is
named dead by the generation's header, until the segment is written anew.
"""

from __future__ import annotations

import hashlib
import os
import threading
import weakref
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from io import FileIO
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from qwenqa.errors import DamagedError
from qwenqa.index import disk
from qwenqa.index.files.rows import place
from qwenqa.index.header import (
    PASSAGE_ROW,
    FileEntry,
    Section,
    SegmentEntry,
    StoredDocument,
    decode,
)
from qwenqa.lexical.postings import Postings, PostingsDraft, Terms
from qwenqa.passages import encoder_text
from qwenqa.types import Piece, Source, Span, sha256_text

TEXTS, DOCUMENTS = "texts.utf8", "documents.jsonl"
PASSAGES, SENTENCES = "passages.npy", "sentences.npy"
TERMS, STARTS, ROWS, COUNTS, LENGTHS = (
    "terms.utf8",
    "term-starts.npy",
    "term-rows.npy",
    "term-counts.npy",
    "lengths.npy",
)
_LOADING = threading.Lock()

Table = npt.NDArray[np.void]
"""Rows of ``PASSAGE_ROW``."""
Sentences = npt.NDArray[np.uint32]
"""Starts and ends in a document, shape (n, 2)."""


class Taken(NamedTuple):
    """A document of another segment by its number, and the source it now belongs to."""

    number: int
    source: Source


def passage_id(address: str, start: int, end: int) -> int:
    """A positive 63-bit number from address and span alone, so that no history shows in it."""
    digest = hashlib.sha256(f"{address}\0{start}\0{end}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 1) or 1


class Segment:
    """A segment opened for reading; its files were verified before."""

    def __init__(self, folder: Path, *, mapped: bool = False) -> None:
        """Open the segment; raises DamagedError when its parts do not fit together.

        ``mapped`` leaves the words on the disk until they are asked for: for a build, which
        hardly needs them. What serves is held in memory, since a file that is cut while it is
        mapped would end the process.
        """
        self.folder = folder
        # Held open, so that the texts stay readable when a later build removes the folder.
        self._texts = (folder / TEXTS).open("rb", buffering=0)
        weakref.finalize(self, self._texts.close)
        lines = (folder / DOCUMENTS).read_bytes().splitlines()
        self.documents = [decode(line, StoredDocument, folder / DOCUMENTS) for line in lines]
        self.table: Table = load(folder / PASSAGES)
        self.sentence_spans: Sentences = load(folder / SENTENCES)
        self.postings = Postings(
            Terms((folder / TERMS).read_bytes()),
            *(load(folder / name, mapped=mapped) for name in (STARTS, ROWS, COUNTS, LENGTHS)),
        )

    def close(self) -> None:
        """Give back the open file."""
        self._texts.close()

    def text(self, number: int) -> str:
        """The canonical text of a document."""
        stored = self.documents[number]
        return _read_at(self._texts, Span(stored.text_start, stored.text_end)).decode("utf-8")

    def passage_text(self, row: Table) -> str:
        """The text of a passage row, read alone."""
        first = self.documents[int(row["document"])].text_start
        here = Span(first + int(row["byte_start"]), first + int(row["byte_end"]))
        return _read_at(self._texts, here).decode("utf-8")

    def between(self, first: Table, second: Table) -> str:
        """What stands between two passage rows of one document, the first before the second."""
        begin = self.documents[int(first["document"])].text_start
        here = Span(begin + int(first["byte_end"]), begin + int(second["byte_start"]))
        return _read_at(self._texts, here).decode("utf-8")

    def stretch(self, number: int, span: Span) -> str:
        """A span of a document's text, read from its passages' bytes where it is within some."""
        stored, rows = self.documents[number], self.rows_of(number)
        first = int(np.searchsorted(rows["start"], span.start, "right")) - 1
        last = int(np.searchsorted(rows["end"], span.end))
        start, byte_start = (
            (rows[first]["start"], rows[first]["byte_start"]) if first >= 0 else (0, 0)
        )
        at = stored.text_start
        end = at + int(rows[last]["byte_end"]) if last < len(rows) else stored.text_end
        text = _read_at(self._texts, Span(at + int(byte_start), end)).decode("utf-8")
        return text[max(0, span.start - int(start)) : max(0, span.end - int(start))]

    def rows_of(self, number: int) -> Table:
        """The passage rows of a document, in order."""
        return self.table[self._first_rows[number] : self._first_rows[number + 1]]

    @cached_property
    def _first_rows(self) -> npt.NDArray[np.int64]:
        """At which row each document begins, and the number of rows."""
        owners = np.ascontiguousarray(self.table["document"])
        return np.searchsorted(owners, np.arange(len(self.documents) + 1))

    def sentences(self, row: Table) -> Sentences:
        """Starts and ends of a passage row's sentences, shape (n, 2), in the document."""
        first = int(row["first_sentence"])
        return self.sentence_spans[first : first + int(row["sentences"])]

    def encoder_text(self, row: Table, quoted: str) -> str:
        """What the encoder and the words are given for a passage row of this text."""
        stored = self.documents[int(row["document"])]
        return encoder_text(stored.sections[int(row["section"])].context, quoted)

    def encoder_texts(self, rows: Iterable[int]) -> list[str]:
        """What the encoder is given for the passages of these row numbers, in their order."""
        texts: dict[int, str] = {}
        found = []
        for row in (self.table[number] for number in rows):
            if (number := int(row["document"])) not in texts:
                texts = {number: self.text(number)}
            quoted = texts[number][int(row["start"]) : int(row["end"])]
            found.append(self.encoder_text(row, quoted))
        return found


class SegmentDraft:
    """A segment while it is written into a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """Make the folder; raises OSError."""
        disk.make_folder(folder)
        self.folder = folder
        self._texts = disk.NewFile(folder / TEXTS)
        try:
            self._documents = disk.NewFile(folder / DOCUMENTS)
        except BaseException:
            self._texts.close()
            raise
        self._tables: list[Table] = []
        self._spans: list[Sentences] = []
        self._span_count = 0
        self._words = PostingsDraft()
        self.documents = 0
        self.passages = 0

    @property
    def bytes_of_text(self) -> int:
        """How many bytes of canonical text were written so far."""
        return self._texts.size

    def add(self, stored: StoredDocument, text: str, pieces: Sequence[Piece]) -> None:
        """Add a document that was read and split."""
        rows, numbers = np.zeros(len(pieces), PASSAGE_ROW), _numbered(stored.sections)
        for row, piece in zip(rows, pieces, strict=True):
            whole = encoder_text(piece.context, text[piece.start : piece.end])
            row["start"], row["end"], row["cut"] = piece.start, piece.end, piece.cut
            row["section"] = numbers[Section(piece.headings, piece.context)]
            row["digest"] = np.void(bytes.fromhex(sha256_text(whole)))
            row["first_sentence"], row["sentences"] = self._span_count, len(piece.sentences)
            self._note(np.asarray(piece.sentences, np.uint32).reshape(-1, 2))
            self._words.add(whole, stored.spoken)
        place(rows, text)
        self._write(stored, text.encode("utf-8"), rows)

    def take(self, segment: Segment, documents: Sequence[Taken]) -> None:
        """Add documents of another segment, by number, under the sources given."""
        taken: list[npt.NDArray[np.int64]] = []
        owners = segment.table["document"]
        for number, source in documents:
            here = np.flatnonzero(owners == number)
            taken.append(here)
            rows = segment.table[here].copy()
            for row in rows:
                spans = segment.sentences(row)
                row["first_sentence"] = self._span_count
                self._note(spans)
            stored = msgspec.structs.replace(segment.documents[number], source=source)
            self._write(stored, segment.text(number).encode("utf-8"), rows)
        self._words.take(segment.postings, np.concatenate([np.empty(0, np.int64), *taken]))

    def finish(self) -> tuple[SegmentEntry, dict[str, FileEntry]]:
        """Write the rest and make all of it durable: the entry, and the files below the folder."""
        words = self._words.finish()
        entries = {TEXTS: self._texts.finish(), DOCUMENTS: self._documents.finish()}
        for name, table in (
            (PASSAGES, np.concatenate([np.empty(0, PASSAGE_ROW), *self._tables])),
            (SENTENCES, np.concatenate([np.empty((0, 2), np.uint32), *self._spans])),
            (STARTS, words.starts),
            (ROWS, words.rows),
            (COUNTS, words.counts),
            (LENGTHS, words.lengths),
        ):
            entries[name] = disk.save(self.folder / name, table)
        entries[TERMS] = disk.write(self.folder / TERMS, words.terms.data)
        disk.sync_folder(self.folder)
        return SegmentEntry(self.folder.name, self.documents, self.passages), entries

    def close(self) -> None:
        """Give the open files back, finished or not."""
        self._texts.close()
        self._documents.close()

    def _write(self, stored: StoredDocument, data: bytes, rows: Table) -> None:
        rows["document"] = self.documents
        for row in rows:
            row["id"] = passage_id(stored.source.address, int(row["start"]), int(row["end"]))
        start = self._texts.size
        self._texts.write(data)
        stored = msgspec.structs.replace(stored, text_start=start, text_end=self._texts.size)
        self._documents.write(msgspec.json.encode(stored) + b"\n")
        self._tables.append(rows)
        self.documents += 1
        self.passages += len(rows)

    def _note(self, spans: Sentences) -> None:
        self._spans.append(spans)
        self._span_count += len(spans)


def sections_of(pieces: Iterable[Piece]) -> tuple[Section, ...]:
    """The different sections that pieces stand in, in order."""
    return tuple(dict.fromkeys(Section(piece.headings, piece.context) for piece in pieces))


def load(path: Path, *, mapped: bool = False) -> npt.NDArray[Any]:
    """An array from its file, or mapped from it; raises DamagedError when there is none in it."""
    try:
        # NumPy parses a file's head with ast, which fails in Python 3.11 in two threads at once.
        with _LOADING:
            return np.asarray(np.load(path, "r" if mapped else None, allow_pickle=False))
    except (ValueError, EOFError) as error:
        raise DamagedError(f"{path} is damaged. Build it again with: qwenqa build") from error


def _numbered(sections: Sequence[Section]) -> Mapping[Section, int]:
    return {section: number for number, section in enumerate(sections)}


def _read_at(file: FileIO, span: Span) -> bytes:
    """Bytes of a file by position, without moving its own: threads share the file."""
    if hasattr(os, "pread"):
        return os.pread(file.fileno(), span.end - span.start, span.start)
    with Path(str(file.name)).open("rb") as again:
        again.seek(span.start)
        return again.read(span.end - span.start)
