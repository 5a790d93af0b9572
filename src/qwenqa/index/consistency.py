"""Whether the files of a generation, each of the right checksum, agree with each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from qwenqa.dense.index import Codes
from qwenqa.dense.quantised import Quantised, quantise, width
from qwenqa.errors import DamagedError
from qwenqa.index.files import segment as names
from qwenqa.index.files.rows import PLACED, place
from qwenqa.index.files.segment import Segment, Table, passage_id
from qwenqa.index.files.vectors import DIGESTS, QUANTISED, VECTORS, VectorFile
from qwenqa.index.generation import Generation
from qwenqa.index.header import HEADER, PASSAGE_ROW, Header, SegmentEntry, StoredDocument
from qwenqa.lexical.languages import language_of
from qwenqa.lexical.postings import PostingsDraft
from qwenqa.types import sha256_text

Kind = Literal["count", "id", "span", "text", "digest", "sentences", "words", "vector", "address"]
"""What disagrees: counts; ids; spans with texts; texts with documents; digests with what the
encoder is given; sentences with spans; postings with texts; vectors; documents of one address."""

_UNIT = 2e-3
"""How far from one the length of a unit vector of half precision may be."""


_ROUNDED = 0.1
"""Share of a quantised vector's bytes that may be another one's."""


class Disagreement(NamedTuple):
    """What is wrong in which file: words that follow its name."""

    kind: Kind
    file: Path
    detail: str


Wrong = Iterator[Disagreement]


@dataclass(slots=True)
class Contents:
    """Looks at the contents of generations, and once at what several of them share."""

    _seen: dict[str, list[Disagreement]] = field(default_factory=dict)

    def of(self, folder: Path, header: Header) -> list[Disagreement]:
        """What is wrong in a generation whose files have the bytes that were written."""
        disagreements = []
        for segment in header.segments:
            disagreements += self._once(
                folder, header, segment.name, _segment(folder / segment.name, segment)
            )
        for name in header.vectors:
            disagreements += self._once(folder, header, name, _vectors(folder / name, header))
        return disagreements or list(_whole(folder, header))

    def _once(self, folder: Path, header: Header, name: str, look: Wrong) -> list[Disagreement]:
        """What a look at a part of these bytes finds, or found in an earlier generation."""
        files = {path: one for path, one in header.files.items() if path.startswith(f"{name}/")}
        entry = [
            (segment.documents, segment.passages)
            for segment in header.segments
            if segment.name == name
        ]
        key = f"{entry} {header.recipe.encoder.dimension} {sorted(files.items(), key=str)}"
        if key not in self._seen:
            self._seen[key] = list(look)
        return [one._replace(file=folder / name / one.file.name) for one in self._seen[key]]


def _whole(folder: Path, header: Header) -> Wrong:
    """What is wrong in the parts taken together, which are good each."""
    path = folder / HEADER
    try:
        opened = Generation(folder, header, verify=False)
    except (DamagedError, OSError, ValueError, IndexError) as error:
        yield Disagreement("count", path, f"cannot be opened ({error})")
        return
    with_vector, ids = opened.encoded, opened.table["id"]
    yield from _counts(path, "documents", header.documents, len(opened.documents))
    yield from _counts(path, "passages", header.passages, len(opened))
    yield from _counts(path, "passages that words find", len(opened), len(opened.lexical))
    if len(np.unique(ids)) != len(ids):
        yield Disagreement("id", path, "joins passages of equal ids")
    if header.kind == "complete" and with_vector != len(opened):
        missing = len(opened) - with_vector
        yield Disagreement("vector", path, f"has no vector for {missing:,} passages")
    addresses = [document.source.address for document in opened.documents]
    for address in sorted({address for address in addresses if addresses.count(address) > 1}):
        yield Disagreement("address", path, f"holds {address} more than once")
    opened.close()


def _vectors(folder: Path, header: Header) -> Wrong:
    """What is wrong in a folder of vectors."""
    dimension, path = header.recipe.encoder.dimension, folder / VECTORS
    try:
        opened = VectorFile(folder)
        rounded = opened.quantised()
    except DamagedError as error:
        yield Disagreement("vector", path, f"cannot be opened ({error})")
        return
    vectors, count = opened.vectors, len(opened)
    opened.close()
    for name, table, kind, shape in (
        (DIGESTS, opened.digests, "V32", (count,)),
        (VECTORS, vectors, "<f2", (count, dimension)),
        (QUANTISED, rounded, "u1", (count, width(dimension))),
    ):
        if table.dtype != kind or table.shape != shape:
            detail = (
                f"holds no {name.partition('.')[0]} of {count:,} vectors of {dimension} numbers"
            )
            yield Disagreement("vector", folder / name, detail)
            return
    yield from _numbers(path, vectors)
    yield from _rounding(folder / QUANTISED, vectors, rounded)


def _rounding(path: Path, vectors: Codes, rounded: Quantised) -> Wrong:
    """Quantised vectors that are not those of the vectors."""
    for at in range(0, len(vectors), 8192):
        differ = (quantise(vectors[at : at + 8192]) != rounded[at : at + 8192]).mean(axis=1)
        # Processors add in different orders, so that a component on an edge may fall either way.
        if (differ > _ROUNDED).any():
            row = at + int(np.argmax(differ))
            yield Disagreement("vector", path, f"has not the vector that is in row {row}")
            return


def _numbers(path: Path, codes: Codes) -> Wrong:
    """Vectors that are not of unit length."""
    for at in range(0, len(codes), 8192):
        vectors = codes[at : at + 8192].astype(np.float32)
        lengths = np.linalg.norm(vectors, axis=1)
        if not np.isfinite(lengths).all():
            row = at + int(np.flatnonzero(~np.isfinite(lengths))[0])
            yield Disagreement("vector", path, f"has numbers that are not finite in row {row}")
        elif (np.abs(lengths - 1) > _UNIT).any():
            row = at + int(np.argmax(np.abs(lengths - 1)))
            yield Disagreement("vector", path, f"has a vector that is not of unit length, {row}")


def _segment(folder: Path, entry: SegmentEntry) -> Wrong:
    """What is wrong in a segment."""
    try:
        opened = Segment(folder)
    except (DamagedError, OSError, ValueError, IndexError, TypeError) as error:
        yield Disagreement("count", folder / names.STARTS, f"cannot be opened ({error})")
        return
    try:
        shape = list(_shape(opened, entry))
        yield from shape or _rows(opened)
    finally:
        opened.close()


def _shape(opened: Segment, entry: SegmentEntry) -> Wrong:
    """Counts, numbers that lead outside, and documents whose text is not theirs."""
    folder, table, documents = opened.folder, opened.table, opened.documents
    passages = folder / names.PASSAGES
    yield from _counts(folder / names.DOCUMENTS, "documents", entry.documents, len(documents))
    if table.dtype != PASSAGE_ROW or table.ndim != 1:
        yield Disagreement("count", passages, "is no table of passages")
        return
    yield from _counts(passages, "passages", entry.passages, len(table))
    lengths = opened.postings.lengths
    yield from _counts(folder / names.LENGTHS, "passages", entry.passages, len(lengths))
    if (table["document"] >= len(documents)).any():
        yield Disagreement("span", passages, "has passages of documents that are not there")
        return
    sections = np.array([len(document.sections) for document in documents], np.int64)
    if (table["section"] >= sections[table["document"]]).any():
        yield Disagreement("span", passages, "has passages of sections that are not there")
    yield from _texts(opened)


def _texts(opened: Segment) -> Wrong:
    size = (opened.folder / names.TEXTS).stat().st_size
    for number, stored in enumerate(opened.documents):
        address, file = stored.source.address, opened.folder / names.DOCUMENTS
        if not 0 <= stored.text_start <= stored.text_end <= size:
            yield Disagreement("text", file, f"puts the text of {address} outside the texts")
            continue
        try:
            characters = len(opened.text(number))
        except UnicodeDecodeError:
            file = opened.folder / names.TEXTS
            yield Disagreement("text", file, f"has bytes that are no text for {address}")
            continue
        if characters != stored.characters:
            detail = (
                f"gives {address} {stored.characters:,} characters, and its text {characters:,}"
            )
            yield Disagreement("text", file, detail)


def _rows(opened: Segment) -> Wrong:
    """What is wrong in single passages, and in the words of all."""
    draft, text, last = PostingsDraft(), "", -1
    for row in opened.table:
        number = int(row["document"])
        if number != last:
            text, last = opened.text(number), number
            yield from _language(opened, opened.documents[number], text)
            yield from _placing(opened, number, text)
        stored = opened.documents[number]
        yield from _row(opened, row, stored)
        quote = text[int(row["start"]) : int(row["end"])]
        whole = opened.encoder_text(row, quote)
        if bytes(row["digest"]).hex() != sha256_text(whole):
            file = opened.folder / names.PASSAGES
            yield Disagreement(
                "digest", file, f"has another digest than the text of {_at(row, stored)}"
            )
        draft.add(whole, stored.spoken)
    yield from _words(opened, draft)


def _row(opened: Segment, row: Table, stored: StoredDocument) -> Wrong:
    start, end, place = int(row["start"]), int(row["end"]), _at(row, stored)
    passages = opened.folder / names.PASSAGES
    if int(row["id"]) != passage_id(stored.source.address, start, end):
        yield Disagreement("id", passages, f"has another id than that of {place}")
    if not start < end <= stored.characters:
        yield Disagreement("span", passages, f"has a passage outside the text, {place}")
    spans = opened.sentences(row)
    ordered = spans.astype(np.int64).reshape(-1)
    inside = not len(ordered) or (start <= ordered[0] and ordered[-1] <= end)
    if len(spans) != int(row["sentences"]):
        yield Disagreement("sentences", passages, f"has sentences that are not there in {place}")
    elif not inside or (np.diff(ordered) < 0).any():
        file = opened.folder / names.SENTENCES
        yield Disagreement("sentences", file, f"has sentences outside their passage, {place}")


def _placing(opened: Segment, number: int, text: str) -> Wrong:
    """Rows that would be read at other bytes, or folded otherwise, than their spans say."""
    rows = opened.rows_of(number)
    again = rows.copy()
    place(again, text)
    for row, right in zip(rows, again, strict=True):
        if any(row[name] != right[name] for name in PLACED):
            detail = f"places {_at(row, opened.documents[number])} elsewhere than its span does"
            yield Disagreement("span", opened.folder / names.PASSAGES, detail)


def _language(opened: Segment, stored: StoredDocument, text: str) -> Wrong:
    """A language that is not what the analysis of the text gives."""
    if stored.spoken != language_of(text, stored.language):
        detail = f"has another language than the text of {stored.source.address}"
        yield Disagreement("words", opened.folder / names.DOCUMENTS, detail)


def _words(opened: Segment, draft: PostingsDraft) -> Wrong:
    """Files of postings that are not what the analysis of the texts gives."""
    written, again = opened.postings, draft.finish()
    for name, same in (
        (names.TERMS, written.terms.data == again.terms.data),
        (names.STARTS, np.array_equal(written.starts, again.starts)),
        (names.ROWS, np.array_equal(written.rows, again.rows)),
        (names.COUNTS, np.array_equal(written.counts, again.counts)),
        (names.LENGTHS, np.array_equal(written.lengths, again.lengths)),
    ):
        if not same:
            yield Disagreement("words", opened.folder / name, "does not hold the texts' words")


def _counts(file: Path, what: str, promised: int, there: int) -> Wrong:
    if promised != there:
        yield Disagreement(
            "count", file, f"has {there:,} {what} where the header says {promised:,}"
        )


def _at(row: Table, stored: StoredDocument) -> str:
    return f"{stored.source.address} {int(row['start'])}-{int(row['end'])}"
