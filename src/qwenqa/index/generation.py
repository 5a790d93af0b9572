"""One immutable state of the index, opened for reading: it is verified first, then searched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qwenqa.dense.index import Codes, DenseIndex
from qwenqa.dense.quantised import Quantised
from qwenqa.errors import DamagedError
from qwenqa.index.files.segment import Segment, Table
from qwenqa.index.files.vectors import VectorFiles
from qwenqa.index.filtering import passes
from qwenqa.index.header import Header, StoredDocument, verify_files
from qwenqa.index.places import Places
from qwenqa.lexical.bm25 import LexicalIndex
from qwenqa.lexical.languages import ENGLISH
from qwenqa.types import Filter, Group, LineMap, Outline, Passage, Ranking, Span, Spread, Vectors

_OPEN_DOCUMENTS = 64
_ALL = slice(None)


class Generation:
    """A verified generation; it stays usable while later ones are built and published.

    Fills the Store protocol of ``types``. Passages have places: their numbers in the order of
    their ids. Documents are numbered in the order of their addresses. ``damage`` is a sentence
    when this generation stands in for a newer one that is damaged, else empty.
    """

    def __init__(
        self, folder: Path, header: Header, *, verify: bool = True, damage: str = ""
    ) -> None:
        """Verify and open the generation in the folder; raises DamagedError.

        One that was just written needs no verifying; its words and vectors stay on the disk
        until they are asked for.
        """
        if verify:
            verify_files(folder, header.files)
        self.folder = folder
        self.header = header
        self.damage = damage
        self.segments = [
            Segment(folder / segment.name, mapped=not verify) for segment in header.segments
        ]
        try:
            self._join_documents()
            self.places = Places(self.segments, self.standing)
            parts = zip(
                (segment.postings for segment in self.segments), self.places.of_rows(), strict=True
            )
            self.lexical = LexicalIndex(self.places.ids, list(parts))
        except (IndexError, ValueError) as error:
            raise DamagedError(
                f"The files of {folder} contradict each other ({error}). "
                "Build it again with: qwenqa build"
            ) from error
        self.vectors = VectorFiles([folder / name for name in header.vectors])
        places = self.vectors.find(self.places.column("digest"))
        self._encoded = np.flatnonzero(places.known)
        self._found = places.of(self._encoded)
        if verify:
            _ = self.dense
        # Not a method of this object: a cycle would keep a replaced generation in memory.
        read = partial(_read_text, self.segments, self.standing)
        self._document_text = lru_cache(maxsize=_OPEN_DOCUMENTS)(read)

    def close(self) -> None:
        """Give back the open files; the generation cannot be used afterwards."""
        for segment in self.segments:
            segment.close()
        self.vectors.close()

    @property
    def number(self) -> int:
        """The generation's number, which counts up from one."""
        return self.header.generation

    def __len__(self) -> int:
        """How many passages it holds."""
        return len(self.places)

    @cached_property
    def table(self) -> Table:
        """One row a passage, by place; ``document`` numbers the documents of the generation.

        Asking does without, since it has the size of all segments' tables together.
        """
        return self.places.table()

    @property
    def encoded(self) -> int:
        """How many passages have a vector."""
        return len(self._encoded)

    @cached_property
    def dense(self) -> DenseIndex:
        """The vectors, to be searched."""
        return DenseIndex(self.encoded_ids, self.codes, self._quantised)

    def dense_candidates(
        self, vector: Vectors, depth: int, sources: Collection[str] | None = None
    ) -> Ranking:
        """Cosines of the nearest passages to one query vector of shape (1, dimension)."""
        if sources is None:
            return self.dense.search(vector, depth)
        rows = np.flatnonzero(self._inside(sources)[self._encoded])
        return self.dense.search(vector, depth, rows)

    def lexical_candidates(
        self, terms: Sequence[Group], depth: int, sources: Collection[str] | None = None
    ) -> Ranking:
        """BM25 scores of the best passages for the query's terms, in some sources or all."""
        return self.lexical.search(terms, depth, None if sources is None else self._inside(sources))

    def dense_scores(self, vector: Vectors, ids: Sequence[int]) -> Mapping[int, float]:
        """Cosines of the passages of these ids, those that have a vector."""
        return self.dense.scores(vector, ids)

    def lexical_scores(self, terms: Sequence[Group], ids: Sequence[int]) -> Mapping[int, float]:
        """BM25 scores of the passages of these ids, those that hold a term."""
        return self.lexical.scores(terms, ids)

    def spread(self, vector: Vectors) -> Spread:
        """How the cosines of the passages with one query vector lie."""
        return self.dense.spread(vector)

    def unencoded(self, ids: Collection[int]) -> frozenset[int]:
        """Those of the ids whose passages have no vector yet."""
        if self.encoded == len(self):
            return frozenset()
        asked = list(ids)
        places = self.places.of(asked)
        # Not all places are gone through: those that have a vector ascend.
        after = np.searchsorted(self._encoded, places, "right")
        without = after == np.searchsorted(self._encoded, places)
        return frozenset(id_ for id_, lacks in zip(asked, without, strict=True) if lacks)

    def sources_within(self, chosen: Filter) -> frozenset[str]:
        """Addresses of the sources that a filter lets through."""
        return frozenset(
            document.source.address for document in self.documents if passes(document, chosen)
        )

    def outlines(self, ids: Sequence[int]) -> list[Outline]:
        """What is known of passages without their texts; raises KeyError for an id it has not."""
        places = self.places.of(ids)
        columns = (
            self.places.document[places],
            self.places.row[places],
            *self.places.columns(("likeness", "beside"), places),
        )
        return list(map(Outline, ids, *(column.tolist() for column in columns)))

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """The passages of these ids, in their order; raises KeyError for an id it has not."""
        return [self._passage(place) for place in self.places.of(ids).tolist()]

    def between(self, first: int, second: int) -> str:
        """The white space from one passage to the one beside it, by their ids."""
        place, other = self.places.of([first, second]).tolist()
        segment, before = self.places.at(place)
        _, after = self.places.at(other)
        return segment.between(before, after)

    def encoder_texts(self, ids: Sequence[int]) -> list[str]:
        """What the encoder was given for the passages of these ids, in their order."""
        places = map(self.places.at, self.places.of(ids).tolist())
        return [segment.encoder_text(row, segment.passage_text(row)) for segment, row in places]

    def addresses(self) -> dict[int, str]:
        """The address of each passage's source, by passage id."""
        names = [document.source.address for document in self.documents]
        rows = zip(self.places.ids.tolist(), self.places.document.tolist(), strict=True)
        return {id_: names[document] for id_, document in rows}

    def all_passages(self) -> Iterator[Passage]:
        """Every passage, by id."""
        yield from map(self._passage, range(len(self)))

    def text(self, document: int) -> str:
        """The canonical text of a document by its number."""
        return self._document_text(document)[0]

    def stretch(self, document: int, span: Span) -> str:
        """A span of the canonical text of a document by its number, read without the rest."""
        segment, number = self.standing[document]
        return self.segments[segment].stretch(number, span)

    def lines(self, document: int) -> LineMap:
        """Where the lines of a document's canonical text begin, by its number."""
        return self._document_text(document)[1]

    def document_of(self, address: str) -> int | None:
        """The number of the document of a source, or None."""
        return self._by_address.get(address)

    def date_of(self, address: str) -> str:
        """The date that a source says of itself (ISO 8601), empty where it says none."""
        number = self.document_of(address)
        return "" if number is None else self.documents[number].date

    def passages_by_document(self) -> list[int]:
        """How many passages each document has."""
        counts = np.bincount(self.places.document, minlength=len(self.documents))
        return [int(count) for count in counts]

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """By which languages passages are stemmed, that of most first; English without any."""
        passages_in: Counter[str] = Counter()
        for stored, passages in zip(self.documents, self.passages_by_document(), strict=True):
            passages_in[stored.spoken] += passages
        return tuple(
            sorted(passages_in, key=lambda language: (-passages_in[language], language))
        ) or (ENGLISH,)

    @property
    def encoded_ids(self) -> npt.NDArray[np.uint64]:
        """Ids of the passages that have a vector, ascending; ``codes`` has their rows."""
        return np.asarray(self.places.ids[self._encoded])

    def codes(self, rows: slice | npt.NDArray[np.int64] = _ALL) -> Codes:
        """The vectors of the passages that have one, by place, or some rows, as they are kept."""
        return self.vectors.codes(self._found.of(rows), self.header.recipe.encoder.dimension)

    def _quantised(self) -> Quantised:
        return self.vectors.quantised(self._found, self.header.recipe.encoder.dimension)

    def _join_documents(self) -> None:
        dead = [frozenset(segment.dead) for segment in self.header.segments]
        living = [
            (stored.source.address, stored, segment, number)
            for segment, opened in enumerate(self.segments)
            for number, stored in enumerate(opened.documents)
            if number not in dead[segment]
        ]
        living.sort(key=lambda entry: entry[0])
        self.documents: list[StoredDocument] = [stored for _, stored, _, _ in living]
        self.standing = [(segment, number) for _, _, segment, number in living]
        """Of each document, by its number: its segment and its number there."""
        self._by_address = {entry[0]: number for number, entry in enumerate(living)}

    def _inside(self, sources: Collection[str]) -> npt.NDArray[np.bool_]:
        """Of each passage, by place, whether it is of one of the sources."""
        chosen = np.zeros(len(self.documents) + 1, np.bool_)
        chosen[[self._by_address[source] for source in sources if source in self._by_address]] = (
            True
        )
        return np.asarray(chosen[self.places.document])

    def _passage(self, place: int) -> Passage:
        segment, row = self.places.at(place)
        stored = self.documents[int(self.places.document[place])]
        text = segment.passage_text(row)
        start, end, line = int(row["start"]), int(row["end"]), int(row["line"])
        return Passage(
            id=int(row["id"]),
            source=stored.source,
            reader=stored.reader,
            start=start,
            end=end,
            text=text,
            title=stored.title,
            headings=stored.sections[int(row["section"])].headings,
            lines=(line, line - 1 + LineMap(text).lines(0, len(text))[1]),
            places=tuple(
                place for place in stored.places if place.start < end and start < place.end
            ),
            sentences=tuple(Span(int(a), int(b)) for a, b in segment.sentences(row)),
            digest=bytes(row["digest"]).hex(),
            cut=bool(row["cut"]),
            spoken=stored.spoken,
        )


def _read_text(
    segments: Sequence[Segment], standing: Sequence[tuple[int, int]], document: int
) -> tuple[str, LineMap]:
    segment, number = standing[document]
    text = segments[segment].text(number)
    return text, LineMap(text)
