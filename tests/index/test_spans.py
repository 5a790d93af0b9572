"""A passage is read by its bytes alone, and is what its span of the whole text is."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys import unsynced
from written import MakeCorpus

from qwenqa import Library
from qwenqa.index.files import segment as segments
from qwenqa.index.files.rows import place
from qwenqa.index.files.segment import Segment, SegmentDraft
from qwenqa.index.header import PASSAGE_ROW, Section, StoredDocument
from qwenqa.ranking import likeness
from qwenqa.types import Extraction, LineMap, Piece, ReaderIdentity, Source, Span

_texts = st.text("ab é水😀\r\n\t\u2028", min_size=1, max_size=40)
_gaps = st.sampled_from(["", " ", "\n\n", "é", " 水 ", "\u2028a"])
_words = st.sampled_from(["a", "b b", "é水", "😀\r\n", "a\ta", "水\u2028b"])
_QUESTION = "Where do herons wait for fish?"


def spans_of(text: str, cuts: list[int]) -> list[Span]:
    """Spans in order that do not overlap, none of white space alone."""
    ends = sorted({min(cut, len(text)) for cut in cuts})
    pairs = zip(ends[::2], ends[1::2], strict=False)
    return [Span(a, b) for a, b in pairs if text[a:b].strip()]


@given(parts=st.lists(st.tuples(_gaps, _words), max_size=6), end=_gaps)
def test_a_row_tells_what_its_span_tells(parts: list[tuple[str, str]], end: str) -> None:
    """Bytes, line, likeness and what stands before are those counted in the whole text."""
    text, spans = "", []
    for gap, word in parts:
        start = len(text) + len(gap)
        spans.append(Span(start, start + len(word)))
        text += gap + word
    text += end
    rows = np.zeros(len(spans), PASSAGE_ROW)
    rows["start"], rows["end"] = [span.start for span in spans], [span.end for span in spans]
    place(rows, text)
    for number, (row, (start, end)) in enumerate(zip(rows, spans, strict=True)):
        told = text.encode()[int(row["byte_start"]) : int(row["byte_end"])]
        assert told.decode() == text[start:end]
        assert row["line"] == LineMap(text).lines(start, end)[0]
        assert row["likeness"] == likeness(text[start:end])
        before = text[spans[number - 1].end : start] if number else "none"
        assert bool(row["beside"]) == (not before or before.isspace())


@given(
    documents=st.lists(st.tuples(_texts, st.lists(st.integers(0, 40), max_size=8)), max_size=3),
    span=st.tuples(st.integers(0, 42), st.integers(0, 42)),
)
def test_a_stretch_is_the_slice_of_the_text(
    documents: list[tuple[str, list[int]]], span: tuple[int, int]
) -> None:
    """Any span of any document, and each passage and what lies between two, by bytes."""
    with tempfile.TemporaryDirectory() as folder, unsynced():
        draft = SegmentDraft(Path(folder, "segment"))
        for number, (text, cuts) in enumerate(documents):
            pieces = [Piece(*one, "", (), (one,)) for one in spans_of(text, cuts)]
            draft.add(stored(number, text), text, pieces)
        draft.finish()
        opened = Segment(Path(folder, "segment"))
        for number, (text, cuts) in enumerate(documents):
            here = Span(*sorted(span))
            assert opened.stretch(number, here) == text[here.start : here.end]
            rows, spans = opened.rows_of(number), spans_of(text, cuts)
            assert [opened.passage_text(row) for row in rows] == [text[a:b] for a, b in spans]
            gaps = [text[a.end : b.start] for a, b in itertools.pairwise(spans)]
            pairs = itertools.pairwise(rows)
            assert [opened.between(one, other) for one, other in pairs] == gaps
        opened.close()


def stored(number: int, text: str) -> StoredDocument:
    """A document of which only its name and length matter."""
    source = Source(f"{number}.txt", "0" * 64, len(text))
    told = ("", "", "", "", "en")
    sections = (Section((), ""),)
    reader = ReaderIdentity("plain", 1)
    return StoredDocument(source, reader, *told, (), Extraction(), sections, 0, 0, len(text))


@contextmanager
def counted() -> Iterator[list[int]]:
    """The bytes of each read of the texts meanwhile."""
    read, sizes = segments._read_at, []

    def counting(file: object, span: Span) -> bytes:
        data = read(file, span)  # type: ignore[arg-type]
        sizes.append(len(data))
        return data

    with mock.patch.object(segments, "_read_at", counting):
        yield sizes


@pytest.mark.parametrize("copies", [1, 30])
def test_asking_reads_the_passages_that_it_shows(
    copies: int, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    """However long the documents and however many, no byte is read that is not shown."""
    filler = "\n\n".join(f"## Tea {n}\n\nOolong tea number {n} is oxidised." for n in range(99))
    heron = "# Herons\n\nA heron waits in shallow water for fish.\n\n"
    files = {
        f"{n}.md": heron.replace("heron", f"heron{n}") + filler * copies for n in range(copies)
    }
    library = Library(make_corpus(files), tmp_path / "index", "toy")
    library.rebuild()
    asked = Library(settings=library.settings)
    asked.warm()
    with counted() as sizes:
        answer = asked.ask(_QUESTION, 3)
    shown = [part for hit in answer.hits for part in (*hit.hit.parts, *hit.hit.also_in)]
    verified = [hit.citation.quote for hit in answer.hits]
    assert len(sizes) <= 2 * len(shown) + len(verified)
    assert sum(sizes) <= sum(len(one.text.encode()) + 4 for one in shown) + sum(
        len(one.encode()) for one in verified
    )
