"""Answers: marks, confidence, and renderings in which no document's text does harm."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_citing import _HOSTILE, rendered
from written import MakeCorpus

from qwenqa import Answer, Library, Span
from qwenqa.answers.answer.rendering import segments
from qwenqa.answers.marks import sentences
from qwenqa.errors import CitationError
from qwenqa.lexical.analysis import analyse


@pytest.fixture
def hostile(make_corpus: MakeCorpus, library: Library) -> Answer:
    """An answer whose question, passages, headings and address are all attacks."""
    body = "\n\n".join(f"zebra {text}" for text in _HOSTILE)
    name = "<b>1. `x`.md"
    make_corpus({name: f"# <i>zebra</i> \x1b[31m\n\n{body}\n"})
    library.rebuild()
    return library.ask("zebra <script>alert(1)</script> \x1b[2J", k=50)


def test_the_rarest_words_decide_which_sentence_is_best(library: Library) -> None:
    """Of two sentences with as many of the question's words, the one with the rarer is best."""
    passage = next(
        passage for passage in library.generation().all_passages() if "wren" in passage.text
    )
    weights = {"wren": 2.0, "sing": 1.0, "owl": 0.5, "hunt": 0.4, "night": 0.3}
    (start, end), _ = max(sentences.scored(passage, weights, analyse), key=lambda one: one[1])
    text = library.view(passage.source.address).text
    assert text[start:end] == "A wren sings loudly."


def test_coverage_is_the_share_by_weight() -> None:
    """Three of four parts of the weight present are 0.75; no weights are 0."""
    weights = {"owl": 3.0, "tin": 1.0}
    assert sentences.coverage("Owls hunt.", weights, analyse) == 0.75
    assert sentences.coverage("Owls hunt.", {}, analyse) == 0.0


def test_matched_words_are_joined_where_they_overlap(make_corpus: MakeCorpus, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Chinese pairs of characters that overlap are one matched stretch."""
    library = Library(make_corpus({"a.txt": "他说模型很大。"}), tmp_path / "index", "toy")
    (hit,) = library.ask("模型很大吗").hits
    assert [library.view("a.txt").text[a:b] for a, b in hit.matched] == ["模型很大"]


def test_confidence_lies_between_nought_and_one_and_grows_with_the_words(library: Library) -> None:
    """More of the question's words in the best passage never make it less sure."""
    sure = library.ask("Where does the heron wait?").confidence
    unsure = library.ask("Where does the heron sell umbrellas?").confidence
    assert 0 < unsure < sure <= 1


def test_json_of_before_is_read(hostile: Answer) -> None:
    """An answer written when answers held reports of conflicts is the same answer without them."""
    statement = {"rank": 1, "citation": {}, "span": [0, 3], "value": "3 staff", "date": "2021"}
    conflict = {"kind": "number", "about": ["Acme"], "statements": [statement, statement]}
    held = json.loads(hostile.json()) | {"conflicts": [conflict]}
    assert Answer.from_json(json.dumps(held)) == hostile


def test_json_round_trips(hostile: Answer) -> None:
    """An answer written as JSON is read back equal."""
    assert Answer.from_json(hostile.json()) == hostile


@pytest.mark.parametrize("data", ["", "{}", b"\xff", "null"])
def test_what_is_no_answer_is_refused(data: str | bytes) -> None:
    """Foreign JSON is one clear error."""
    with pytest.raises(CitationError, match="Copy it whole"):
        Answer.from_json(data)


class _Elements(HTMLParser):
    """Collects the elements, attributes and text of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[object] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_html_escapes_everything_foreign(hostile: Answer) -> None:
    """In a notebook only our own elements appear, without attributes; the text is all there."""
    parser = _Elements()
    parser.feed(hostile._repr_html_())
    assert parser.names <= {"p", "b", "small", "blockquote", "mark", "br"}
    assert parser.attributes == []
    shown = "".join(parser.text)
    assert "<script>alert(1)</script>" in shown
    assert "<img src=x onerror=alert(1)>" in shown


def test_markdown_escapes_everything_foreign(hostile: Answer) -> None:
    """No link, picture, heading, code or HTML comes out of a document's text."""
    kinds, words = rendered(hostile.markdown())
    assert kinds <= {"p", "strong", "br", "blockquote", "ol", "li", "inline"}
    assert "<script>alert(1)</script>" in words


def test_text_holds_no_control_characters(hostile: Answer) -> None:
    """Neither str nor repr passes on what could steer a terminal; repr is one line."""
    for shown in (str(hostile), repr(hostile)):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown)
    assert len(repr(hostile).splitlines()) == 1


def test_text_keeps_to_its_width(library: Library) -> None:
    """No line is longer than asked for, and the mark and the verdict stand in it."""
    answer = library.ask("Where does the heron wait?")
    for width in (40, 80):
        assert max(map(len, answer.text(width).splitlines())) <= width
    assert "»A heron waits in shallow water for fish.«" in answer.text(80)
    assert "verified" in str(answer)


def test_repr_is_for_people(library: Library) -> None:
    """The question, the best sentence and its place, or that nothing answers."""
    assert repr(library.ask("Where does the heron wait?")) == (
        "<Answer to 'Where does the heron wait?': 'A heron waits in shallow water for fish.' "
        "(birds.md, Birds › Herons, lines 5-7)>"
    )
    assert "Not found in the indexed documents" in repr(library.ask("Zyxgarble quuxification?"))


def test_truth_and_length(library: Library) -> None:
    """An answer is true when something answers, and as long as its hits."""
    answer = library.ask("Where does the heron wait?", k=2)
    assert answer
    assert len(answer) == 2


_spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted).map(
    lambda pair: Span(*pair)), max_size=4)  # fmt: skip


@given(text=st.text(max_size=25), offset=st.integers(0, 20), marks=_spans, matched=_spans)
def test_segments_are_the_text(
    text: str, offset: int, marks: list[Span], matched: list[Span]
) -> None:
    """Pieces joined are the text, and each character is marked when a span holds it."""
    pieces = segments(text, offset, marks, matched)
    assert "".join(piece for piece, _, _ in pieces) == text
    at = offset
    for piece, mark, match in pieces:
        for _ in piece:
            assert mark == any(start <= at < end for start, end in marks)
            assert match == any(start <= at < end for start, end in matched)
            at += 1
