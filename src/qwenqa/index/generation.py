"""One immutable state of the index, opened for reading: it is verified first, then searched."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qwenqa.dense import DenseIndex
from qwenqa.errors import DamagedError
from qwenqa.index.header import (
    Header,
    StoredDocument,
    decode,
    folder_of,
    read_header,
    read_pointer,
    verify_files,
)
from qwenqa.lexical import LexicalIndex
from qwenqa.types import Filter, LineMap, Passage, Ranking, Span, Vectors

TEXTS, DOCUMENTS = "texts.utf8", "documents.jsonl"
PASSAGES, SENTENCES = "passages.npy", "sentences.npy"
VECTORS, LEXICAL = "vectors.faiss", "lexical"

_OPEN_DOCUMENTS = 64
_ATTEMPTS = 5
_LOADING = threading.Lock()


class Generation:
    """A verified generation; it stays usable while later ones are built and published.

    Fills the Store protocol of ``types``.
    """

    def __init__(self, folder: Path, header: Header) -> None:
        """Verify and open the generation in the folder; raises DamagedError."""
        verify_files(folder, header)
        self.folder = folder
        self.header = header
        # Held open, so that the texts stay readable when a later build removes the folder.
        self._texts = (folder / TEXTS).open("rb", buffering=0)
        weakref.finalize(self, self._texts.close)
        lines = (folder / DOCUMENTS).read_bytes().splitlines()
        self.documents = [decode(line, StoredDocument, folder / DOCUMENTS) for line in lines]
        self._by_address = {one.source.address: n for n, one in enumerate(self.documents)}
        self._table = _load(folder / PASSAGES)
        self._sentences = _load(folder / SENTENCES)
        self.dense = DenseIndex.from_bytes(self._table["id"], (folder / VECTORS).read_bytes())
        self.lexical = LexicalIndex(folder / LEXICAL)
        self._document_text = lru_cache(maxsize=_OPEN_DOCUMENTS)(self._read_text)

    @classmethod
    def open(cls, index: Path) -> Generation:
        """The generation that serves; raises NoGenerationError or DamagedError."""
        for attempt in range(_ATTEMPTS):
            found = read_pointer(index)
            try:
                return cls(folder_of(index, found.generation), read_header(index, found))
            except (DamagedError, OSError) as error:
                # A builder may have published and removed this one meanwhile.
                if read_pointer(index) != found and attempt < _ATTEMPTS - 1:
                    continue
                if isinstance(error, DamagedError):
                    raise
                raise DamagedError(_unreadable(folder_of(index, found.generation))) from error
        raise AssertionError("every attempt returns or raises")

    def close(self) -> None:
        """Give back the open file; the generation cannot be used afterwards."""
        self._texts.close()

    @property
    def number(self) -> int:
        """The generation's number, which counts up from one."""
        return self.header.generation

    def __len__(self) -> int:
        """How many passages it holds."""
        return len(self._table)

    def dense_candidates(
        self, vector: Vectors, depth: int, sources: Collection[str] | None = None
    ) -> Ranking:
        """Cosines of the nearest passages to one query vector of shape (1, dimension)."""
        if sources is None:
            return self.dense.search(vector, depth)
        documents = [self._by_address[one] for one in sources if one in self._by_address]
        rows = np.flatnonzero(np.isin(self._table["document"], documents))
        return self.dense.search(vector, depth, rows)

    def lexical_candidates(
        self, terms: Sequence[str], depth: int, sources: Collection[str] | None = None
    ) -> Ranking:
        """BM25 scores of the best passages for the query's terms, in some sources or all."""
        return self.lexical.search(terms, depth, sources)

    def sources_within(self, chosen: Filter) -> frozenset[str]:
        """Addresses of the sources that a filter lets through."""
        return frozenset(one.source.address for one in self.documents if _passes(one, chosen))

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """The passages of these ids, in their order; raises KeyError for an id it has not."""
        rows = np.searchsorted(self._table["id"], np.asarray(ids, dtype=np.uint64))
        for id_, row in zip(ids, rows, strict=True):
            if row == len(self._table) or int(self._table["id"][row]) != id_:
                raise KeyError(id_)
        return [self._passage(self._table[row]) for row in rows]

    def all_passages(self) -> Iterator[Passage]:
        """Every passage, by id."""
        yield from map(self._passage, self._table)

    def text(self, document: int) -> str:
        """The canonical text of a document by its number."""
        return self._document_text(document)[0]

    def document_of(self, address: str) -> int | None:
        """The number of the document of a source, or None."""
        return self._by_address.get(address)

    def rows(self, document: int) -> npt.NDArray[np.void]:
        """The passage rows of one document, by start."""
        rows = self._table[self._table["document"] == document]
        return np.sort(rows, order="start")

    def sentences(self, row: npt.NDArray[np.void]) -> npt.NDArray[np.uint32]:
        """Starts and ends of a passage row's sentences, shape (n, 2), in the document."""
        first = int(row["first_sentence"])
        return self._sentences[first : first + int(row["sentences"])]

    def passages_by_document(self) -> list[int]:
        """How many passages each document has."""
        counts = np.bincount(self._table["document"], minlength=len(self.documents))
        return [int(count) for count in counts]

    def vectors_by_digest(self) -> Mapping[bytes, npt.NDArray[np.float32]]:
        """Vectors by the digest of what was encoded, for a build that reuses them."""
        vectors = self.dense.vectors()
        return {bytes(row["digest"]): vectors[n] for n, row in enumerate(self._table)}

    def _read_text(self, document: int) -> tuple[str, LineMap]:
        stored = self.documents[document]
        data = _read_at(self._texts, Span(stored.text_start, stored.text_end))
        text = data.decode("utf-8")
        return text, LineMap(text)

    def _passage(self, row: npt.NDArray[np.void]) -> Passage:
        document = int(row["document"])
        stored = self.documents[document]
        text, lines = self._document_text(document)
        start, end = int(row["start"]), int(row["end"])
        return Passage(
            id=int(row["id"]),
            source=stored.source,
            reader=stored.reader,
            start=start,
            end=end,
            text=text[start:end],
            title=stored.title,
            headings=stored.sections[int(row["section"])].headings,
            lines=lines.lines(start, end),
            places=tuple(one for one in stored.places if one.start < end and start < one.end),
            sentences=tuple(Span(int(a), int(b)) for a, b in self.sentences(row)),
            digest=bytes(row["digest"]).hex(),
            cut=bool(row["cut"]),
        )


def _passes(stored: StoredDocument, chosen: Filter) -> bool:
    address = stored.source.address
    kinds = (stored.reader.name, Path(address).suffix.lower().lstrip("."))
    language, wanted = stored.language.lower(), chosen.language.lower()
    return (
        (not chosen.path or fnmatchcase(address, chosen.path))
        and (not chosen.kind or chosen.kind.lower().lstrip(".") in kinds)
        and (not wanted or language == wanted or language.startswith(f"{wanted}-"))
        and (not chosen.since or stored.date[: len(chosen.since)] >= chosen.since)
        and (not chosen.until or "" < stored.date[: len(chosen.until)] <= chosen.until)
    )


def _load(path: Path) -> npt.NDArray[Any]:
    try:
        # NumPy parses a file's head with ast, which fails in Python 3.11 in two threads at once.
        with _LOADING:
            return np.asarray(np.load(path, allow_pickle=False))
    except (ValueError, EOFError) as error:
        raise DamagedError(_unreadable(path)) from error


def _unreadable(path: Path) -> str:
    return f"{path} is damaged or gone. Build it again with: qwenqa build"


def _read_at(file: FileIO, span: Span) -> bytes:
    """Bytes of a file by position, without moving its own: threads share the file."""
    if hasattr(os, "pread"):
        return os.pread(file.fileno(), span.end - span.start, span.start)
    with Path(str(file.name)).open("rb") as again:
        again.seek(span.start)
        return again.read(span.end - span.start)
