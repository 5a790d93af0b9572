"""The corpus to the next generation of the index, encoding only what was never encoded."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from io import BufferedWriter
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from qwenqa import dense, lexical
from qwenqa.corpus import Scan
from qwenqa.errors import EmptyCorpusError, SourceChangedError, SourceError
from qwenqa.index.generation import (
    DOCUMENTS,
    LEXICAL,
    PASSAGES,
    SENTENCES,
    TEXTS,
    VECTORS,
    Generation,
)
from qwenqa.index.header import FORMAT, PASSAGE_ROW, Header, Recipe, Section, StoredDocument
from qwenqa.index.publish import new_folder, next_number, publish, remove_old, remove_remains
from qwenqa.passages import encoder_text
from qwenqa.types import (
    BuildReport,
    Document,
    Encoder,
    Piece,
    Progress,
    ReaderIdentity,
    Skipped,
    Source,
    Vectors,
    sha256_text,
)

Reading = tuple[Document, ReaderIdentity] | SourceError
Report = Callable[[Progress], None]
Sentences = npt.NDArray[np.uint32]
_Split = tuple[StoredDocument, str, npt.NDArray[np.void], list[Sentences]]


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a build works with: how sources are read and split, and with what they are encoded.

    ``read`` gives each source's document and its reader, in order, or the SourceError that says
    why it is left out. ``suffix_of`` an address decides, with the bytes, who reads a source.
    ``split`` gives the pieces of a document.
    """

    suffix_of: Callable[[str], str]
    read: Callable[[Iterable[Source]], Iterator[Reading]]
    split: Callable[[Document], Sequence[Piece]]
    encoder: Encoder
    recipe: Recipe


def build(
    index: Path,
    scan: Scan,
    workshop: Workshop,
    previous: Generation | None,
    *,
    allow_empty: bool = False,
    progress: Report = lambda _: None,
) -> BuildReport:
    """Publish a generation that holds the scanned sources; the caller holds the builder's lock.

    Raises EmptyCorpusError, unless allowed, when nothing can be indexed: an unmounted folder
    must not replace a good index. Raises GenerationError or EncoderError and leaves the old
    generation serving.
    """
    began = time.monotonic()
    if previous and is_current(previous, scan, workshop.recipe):
        return unchanged(previous, scan)
    number = next_number(index)
    remove_remains(index)
    with new_folder(index, number) as folder:
        draft = _Draft(folder, workshop, previous, progress)
        draft.write_texts(scan)
        if not draft.documents and not allow_empty:
            raise EmptyCorpusError(_nothing(scan, draft.skipped))
        encoded = draft.write_vectors()
        progress(Progress("publishing", 0, 1))
        header = publish(index, folder, draft.header(number, scan))
    progress(Progress("publishing", 1, 1))
    remove_old(index, number)
    return _report(previous, header, scan, began, encoded=encoded, published=True)


def unchanged(previous: Generation, scan: Scan) -> BuildReport:
    """The report of a build that found its generation current."""
    header = previous.header
    return _report(previous, header, scan, time.monotonic(), encoded=0, published=False)


def passage_id(address: str, start: int, end: int) -> int:
    """A positive 63-bit number from address and span alone, so that no history shows in it."""
    digest = hashlib.sha256(f"{address}\0{start}\0{end}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 1) or 1


@dataclass(slots=True)
class _Draft:
    """A generation while it is written: sources one by one, then the vectors."""

    folder: Path
    workshop: Workshop
    previous: Generation | None
    progress: Report
    documents: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    settled: bool = True
    _rows: list[npt.NDArray[np.void]] = field(default_factory=list)
    _sentences: list[Sentences] = field(default_factory=list)
    _sentence_count: int = 0
    _vectors: dict[bytes, npt.NDArray[np.float32]] = field(default_factory=dict)
    _unencoded: dict[bytes, str] = field(default_factory=dict)
    _size: int = 0
    _read_before: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note which documents the previous generation holds, by bytes and suffix."""
        suffix_of = self.workshop.suffix_of
        for number, one in enumerate(self.previous.documents if self.previous else ()):
            self._read_before[one.source.sha256, suffix_of(one.source.address)] = number

    def write_texts(self, scan: Scan) -> None:
        """Read and split every source, and write texts, documents and words."""
        self.skipped += scan.skipped
        if self.previous and self.previous.header.recipe.encoder == self.workshop.recipe.encoder:
            self._vectors.update(self.previous.vectors_by_digest())
        (self.folder / LEXICAL).mkdir()
        with (self.folder / TEXTS).open("wb") as texts, (self.folder / DOCUMENTS).open("wb") as out:
            lexical.build(self.folder / LEXICAL, self._passages(scan, texts, out))

    def write_vectors(self) -> int:
        """Encode what has no vector yet and write passages and vectors; how many were encoded."""
        encoder, texts = self.workshop.encoder, list(self._unencoded.values())
        done = 0

        def count(more: int) -> None:
            nonlocal done
            done += more
            self.progress(Progress("encoding", done, len(texts)))

        self.progress(Progress("encoding", 0, len(texts)))
        new = encoder.encode_passages(texts, count)
        self._vectors.update(zip(self._unencoded, new, strict=True))
        table = np.concatenate(self._rows) if self._rows else np.empty(0, PASSAGE_ROW)
        table = table[np.argsort(table["id"])]
        if len(np.unique(table["id"])) != len(table):
            raise AssertionError("two passages have one id")
        np.save(self.folder / PASSAGES, table, allow_pickle=False)
        spans = np.concatenate([np.empty((0, 2), np.uint32), *self._sentences])
        np.save(self.folder / SENTENCES, spans, allow_pickle=False)
        vectors = dense.DenseIndex.build(table["id"], self._vectors_of(table))
        (self.folder / VECTORS).write_bytes(vectors.to_bytes())
        return len(texts)

    def header(self, number: int, scan: Scan) -> Header:
        """The header, without the files' checksums."""
        return Header(
            format=FORMAT,
            generation=number,
            created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            recipe=self.workshop.recipe,
            # What changed under the reader is not remembered: the next build looks again.
            corpus_digest=scan.digest if self.settled else "",
            documents=self.documents,
            passages=sum(map(len, self._rows)),
            dense=dense.KIND,
            skipped=tuple(sorted(self.skipped, key=lambda one: one.address)),
            files={},
        )

    def _vectors_of(self, table: npt.NDArray[np.void]) -> Vectors:
        vectors = np.empty((len(table), self.workshop.encoder.identity.dimension), np.float32)
        for row, digest in enumerate(table["digest"]):
            vectors[row] = self._vectors[bytes(digest)]
        return vectors

    def _passages(
        self, scan: Scan, texts: BufferedWriter, out: BufferedWriter
    ) -> Iterator[tuple[int, str, str]]:
        """Write each source's text and record; yields what the lexical index is to hold."""
        kept = {source: number for source in scan.sources if (number := self._kept(source)) >= 0}
        readings = self.workshop.read(one for one in scan.sources if one not in kept)
        for done, source in enumerate(scan.sources):
            self.progress(Progress("reading", done, len(scan.sources)))
            try:
                stored, text, rows, sentences = (
                    self._again(kept[source])
                    if source in kept
                    else self._fresh(source, next(readings))
                )
            except SourceError as error:
                self.skipped.append(Skipped(source.address, str(error)))
                self.settled &= not isinstance(error, SourceChangedError)
                continue
            data = text.encode("utf-8")
            stored = msgspec.structs.replace(
                stored, source=source, text_start=self._size, text_end=self._size + len(data)
            )
            texts.write(data)
            out.write(msgspec.json.encode(stored) + b"\n")
            self._size += len(data)
            yield from self._indexed(stored, text, rows, sentences)
            self.documents += 1
        next(readings, None)  # to its end, where the reading processes are given back
        self.progress(Progress("reading", len(scan.sources), len(scan.sources)))

    def _indexed(
        self,
        stored: StoredDocument,
        text: str,
        rows: npt.NDArray[np.void],
        sentences: list[Sentences],
    ) -> Iterator[tuple[int, str, str]]:
        rows = rows.copy()
        rows["document"] = self.documents
        for row, spans in zip(rows, sentences, strict=True):
            row["first_sentence"], row["sentences"] = self._sentence_count, len(spans)
            self._sentence_count += len(spans)
            self._sentences.append(spans)
            start, end = int(row["start"]), int(row["end"])
            row["id"] = passage_id(stored.source.address, start, end)
            whole = encoder_text(stored.sections[int(row["section"])].context, text[start:end])
            if (digest := bytes(row["digest"])) not in self._vectors:
                self._unencoded[digest] = whole
            yield int(row["id"]), stored.source.address, whole
        self._rows.append(rows)

    def _kept(self, source: Source) -> int:
        """The previous generation's document of the same bytes, read and split the same way."""
        if self.previous is None or self.previous.header.recipe != self.workshop.recipe:
            return -1
        return self._read_before.get((source.sha256, self.workshop.suffix_of(source.address)), -1)

    def _again(self, number: int) -> _Split:
        """A document of the previous generation with its passages."""
        assert self.previous
        rows = self.previous.rows(number)
        sentences = list(map(self.previous.sentences, rows))
        return self.previous.documents[number], self.previous.text(number), rows, sentences

    def _fresh(self, source: Source, reading: Reading) -> _Split:
        if isinstance(reading, SourceError):
            raise reading
        document, reader = reading
        pieces = self.workshop.split(document)
        if not pieces:
            reasons = document.extraction.warnings or ("holds no text that could be indexed",)
            raise SourceError("; ".join(reasons))
        sections = list(dict.fromkeys(Section(one.headings, one.context) for one in pieces))
        numbers = {section: number for number, section in enumerate(sections)}
        rows = np.zeros(len(pieces), PASSAGE_ROW)
        for row, one in zip(rows, pieces, strict=True):
            text = encoder_text(one.context, document.text[one.start : one.end])
            row["start"], row["end"], row["cut"] = one.start, one.end, one.cut
            row["section"] = numbers[Section(one.headings, one.context)]
            row["digest"] = np.void(bytes.fromhex(sha256_text(text)))
        spans = [np.asarray(one.sentences, np.uint32).reshape(-1, 2) for one in pieces]
        return _stored(source, reader, document, tuple(sections)), document.text, rows, spans


def _stored(
    source: Source, reader: ReaderIdentity, document: Document, sections: tuple[Section, ...]
) -> StoredDocument:
    return StoredDocument(
        source=source,
        reader=reader,
        title=document.title,
        author=document.author,
        date=document.date,
        language=document.language,
        places=document.places,
        extraction=document.extraction,
        sections=sections,
        text_start=0,
        text_end=0,
        characters=len(document.text),
    )


def is_current(previous: Generation, scan: Scan, recipe: Recipe) -> bool:
    """Whether the generation already is what a build of these sources would give."""
    header = previous.header
    addresses = {source.address for source in scan.sources}
    unlisted = tuple(one for one in header.skipped if one.address not in addresses)
    return (header.corpus_digest, header.recipe, unlisted) == (scan.digest, recipe, scan.skipped)


def _nothing(scan: Scan, skipped: list[Skipped]) -> str:
    first = f" (for example {skipped[0].address}: {skipped[0].reason})" if skipped else ""
    if not scan.sources and not skipped:
        return (
            "The corpus folder is empty, so there is nothing to index. Put documents in it; "
            "to make an empty index on purpose, use --allow-empty."
        )
    return f"None of the files in the corpus folder can be indexed{first}. Add documents to it."


def _report(
    previous: Generation | None,
    header: Header,
    scan: Scan,
    began: float,
    *,
    encoded: int,
    published: bool,
) -> BuildReport:
    left_out = {one.address for one in header.skipped}
    new = {one.address: one.sha256 for one in scan.sources if one.address not in left_out}
    documents = previous.documents if previous else []
    old = {one.source.address: one.source.sha256 for one in documents}
    moved = _moved(old, new)
    gone, come = {a for a, _ in moved}, {b for _, b in moved}
    return BuildReport(
        generation=header.generation,
        published=published,
        added=tuple(sorted(new.keys() - old.keys() - come)),
        changed=tuple(sorted(a for a in new.keys() & old.keys() if new[a] != old[a])),
        removed=tuple(sorted(old.keys() - new.keys() - gone)),
        moved=moved,
        kept=tuple(sorted(a for a in new.keys() & old.keys() if new[a] == old[a])),
        skipped=header.skipped,
        passages=header.passages,
        encoded=encoded,
        reused=header.passages - encoded,
        seconds=round(time.monotonic() - began, 3),
    )


def _moved(old: dict[str, str], new: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Pairs of a vanished and a new address with equal bytes, each address at most once."""
    vanished: dict[str, list[str]] = {}
    for address in sorted(old.keys() - new.keys(), reverse=True):
        vanished.setdefault(old[address], []).append(address)
    return tuple(
        (candidates.pop(), address)
        for address in sorted(new.keys() - old.keys())
        if (candidates := vanished.get(new[address]))
    )
