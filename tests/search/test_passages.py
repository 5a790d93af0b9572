"""The laws of the splitter, over texts of every kind and several measures of length."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from written import without_a_trap

from qwenqa.errors import SettingsError, SourceError
from qwenqa.passages import encoder_text, sentences, split
from qwenqa.readers.text import markdown, plain
from qwenqa.types import Block, Document, Piece, Span

# Scripts whose words are not separated by spaces, and their punctuation.
_UNSPACED = r"\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff65"


def words(texts: Sequence[str]) -> list[int]:
    """Words, and two for a beginning and an end."""
    return [len(text.split()) + 2 for text in texts]


def characters(texts: Sequence[str]) -> list[int]:
    """Characters: the length of a whole is more than the sum of its stripped parts."""
    return [len(text) for text in texts]


def word_pieces(texts: Sequence[str]) -> list[int]:
    """Like a model's tokenizer: words in pieces of four, signs alone, and two special tokens."""
    found = (re.findall(r"\w{1,4}|[^\w\s]", text) for text in texts)
    return [len(pieces) + 2 for pieces in found]


MEASURES = {"words": (words, 20), "characters": (characters, 120), "pieces": (word_pieces, 24)}

_word = st.sampled_from(
    "a the Qwen model 3.5 0.8B 397B Dr. e.g. U.S. said “quoted” (aside) 1,000,000 10:30 it's "
    "émigré naïve 🙂 👩‍👩‍👧 𝔘𝔫𝔦 Ünïcödé x_y http://a.b/c?d=e,f;g — – … ! ? end. Stop! Why? "
    "第一章 模型很大。 你好，世界！ “引用。” 한국어 단어 テスト です。".split()
) | st.sampled_from(["w" * 60, "长" * 90, "Donaudampfschiff" * 12, "é́" * 8])
_line = st.lists(_word, min_size=1, max_size=40).map(" ".join)
_stanza = st.one_of(
    _line,
    _line.map(lambda line: f"# {line}"),
    _line.map(lambda line: f"- {line}"),
    _line.map(lambda line: f"1. {line}"),
    _line.map(lambda line: f"> {line}"),
    _line.map(lambda line: f"    {line}"),
    st.lists(_word, min_size=2, max_size=4).map(
        lambda cells: f"|{'|'.join(cells)}|\n|{'-|' * len(cells)}\n|{'|'.join(cells)}|"
    ),
    st.sampled_from(
        ["Core Team Members Depart", "2.1 Methods", "第二章 方法", "```\na  b\n\nc\n```"]
    ),
    st.text(max_size=60),
)
_end = st.sampled_from(["\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\n \t\n", "\u2028", "\x0c\n"])
texts = st.lists(st.tuples(_stanza, _end), max_size=8).map(
    lambda parts: "".join(stanza + end for stanza, end in parts)
)


def documents(text: str) -> list[Document]:
    """The text as the readers of plain text and Markdown read it; none when it holds nothing."""
    return [*_read(plain.read, text), *_read(markdown.read, text)]


def _read(reader: Callable[[bytes], Document], text: str) -> list[Document]:
    try:
        return [reader(text.encode("utf-8", "replace"))]
    except SourceError:
        return []


def assert_laws(document: Document, pieces: list[Piece], name: str) -> None:
    """Everything that the splitter promises."""
    measure, limit = MEASURES[name]
    text = document.text
    ends = sentence_ends(document)
    at = 0
    for piece in pieces:
        assert at <= piece.start < piece.end <= len(text), "in order, not empty, not overlapping"
        assert not text[at : piece.start].strip(), "only white space between passages"
        assert text[piece.start : piece.end] == text[piece.start : piece.end].strip()
        whole = encoder_text(piece.context, text[piece.start : piece.end])
        assert measure([whole])[0] <= limit, "no piece exceeds the limit, context included"
        assert_sentences(text, piece)
        for edge in {piece.start, piece.end} - ends:
            assert_no_word_cut(text, edge, piece, name)
        at = piece.end
    assert not text[at:].strip(), "all text that is not white space is in a passage"


def assert_sentences(text: str, piece: Piece) -> None:
    """Sentences lie inside their passage, in order, without white space around them."""
    assert piece.sentences
    at = piece.start
    for start, end in piece.sentences:
        assert at <= start < end <= piece.end
        assert text[start:end] == text[start:end].strip()
        at = end


def assert_no_word_cut(text: str, edge: int, piece: Piece, name: str) -> None:
    """No boundary lies inside a word that would have fitted alone."""
    measure, limit = MEASURES[name]
    breaks = rf"[\s{_UNSPACED}]"
    left = re.split(breaks, text[max(0, edge - 2000) : edge])[-1]
    right = re.split(breaks, text[edge : edge + 2000])[0]
    if left and right:
        word = left + right
        assert piece.cut, f"{word!r} is cut and the piece does not say so"
        alone = encoder_text(piece.context, word)
        assert max(measure([alone])[0], len(alone) // 32) > limit * 3 // 4, word


def sentence_ends(document: Document) -> set[int]:
    """Where sentences begin and end, with or without a space there."""
    spans = [sentences(document.text, block.start, block.end) for block in document.blocks]
    return {edge for block in spans for span in block for edge in span}


@pytest.mark.parametrize("name", MEASURES)
@given(text=texts)
@example(text="")
@example(text="one\r\ntwo\r\n\r\nthree")
@example(text="# 标题\n\n" + "汉字" * 300)
@example(text="x" * 5000)
@example(text=("1,000,000 " * 30).strip())
def test_pieces_cover_the_text_and_fit(name: str, text: str) -> None:
    """Whatever the text: nothing is lost, nothing is too long, no word is cut, offsets hold."""
    measure, limit = MEASURES[name]
    for document in documents(text):
        assert_laws(document, split(document, measure, limit), name)


@pytest.mark.parametrize(("first", "expected"), [(9, [9, 11]), (8, [13, 6]), (4, [9, 6])])
def test_a_full_passage_ends_before_a_block_that_begins_past_the_half(
    first: int, expected: list[int]
) -> None:
    """From the half on, which counts, a block's beginning is better than another sentence."""
    sizes = (first, 5, 6)
    sentences_of = [" ".join(["Word", *["word"] * (size - 1)]) + "." for size in sizes]
    text = " ".join(sentences_of)
    at = len(sentences_of[0])
    blocks = (Block(0, at, "paragraph"), Block(at + 1, len(text), "paragraph"))
    pieces = split(Document(text, blocks), words, 20 if first > 4 else 16)
    assert [len(text[piece.start : piece.end].split()) for piece in pieces] == expected


@given(
    parts=st.lists(
        st.tuples(
            st.sampled_from(["heading", "paragraph", "item", "row", "code"]),
            st.integers(1, 3),
            _line,
            st.sampled_from(["", "name | value"]),
        ),
        min_size=1,
        max_size=8,
    ),
    title=_line,
)
def test_blocks_of_every_kind_and_context_fit(
    parts: list[tuple[str, int, str, str]], title: str
) -> None:
    """The laws hold for any blocks a reader could make, with titles and column headings."""
    text, blocks = "", []
    for kind, level, line, context in parts:
        heading = kind == "heading"
        end = len(text) + len(line)
        blocks.append(Block(len(text), end, kind, level * heading, "" if heading else context))
        text += line + "\n"
    document = Document(text, tuple(blocks), title=title)
    for name, (measure, limit) in MEASURES.items():
        assert_laws(document, split(document, measure, limit), name)


def test_a_title_that_fits_only_without_a_heading_stays_out() -> None:
    """Leaving out a heading that the passage shows never makes room for a longer title."""
    title, upper, lower = " ".join(["Title"] * 7), "Upper", "Lower Heading Of Five Words"
    text = f"{upper}\n{lower}\n" + "Stop. " * 100
    blocks = (
        Block(0, 5, "heading", 1),
        Block(6, 6 + len(lower), "heading", 2),
        Block(7 + len(lower), len(text) - 1, "paragraph"),
    )
    for piece in split(Document(text, blocks, title=title), words, 40):
        whole = encoder_text(piece.context, text[piece.start : piece.end])
        assert words([whole])[0] <= 40


def test_furniture_is_left_out() -> None:
    """Running headers and page numbers are in the text and in no passage."""
    text = "Page 1\nA wren sings.\n"
    blocks = (Block(0, 6, "furniture"), Block(7, 20, "paragraph"))
    (piece,) = split(Document(text, blocks), words, 20)
    assert text[piece.start : piece.end] == "A wren sings."


def test_headings_and_context_are_told_and_not_quoted() -> None:
    """A passage knows its heading path; what its own text shows is not told twice."""
    document = markdown.read(b"# Birds\n\nWrens.\n\n## Owls\n\n" + b"They hunt at night. " * 12)
    pieces = split(document, words, 20)
    assert [piece.headings for piece in pieces[:2]] == [("Birds",), ("Birds", "Owls")]
    assert pieces[0].context == ""
    assert pieces[1].context == "Birds"
    assert pieces[-1].context == "Birds\nOwls"
    assert document.text[pieces[-1].start :].startswith("They hunt")


def test_an_overlong_sentence_is_cut_at_a_clause_and_says_so() -> None:
    """A sentence longer than the limit is split after a comma between words, never in a number."""
    sentence = "It costs 1,000,000 crowns at 10:30, " + "or less on Sundays, " * 12 + "they say."
    document = plain.read(sentence.encode())
    pieces = split(document, words, 20)
    assert len(pieces) > 1
    assert all(piece.cut for piece in pieces)
    assert all(sentence[piece.end - 1] in ",." for piece in pieces)


def test_a_short_document_is_one_uncut_piece() -> None:
    """What fits is not split."""
    (piece,) = split(plain.read(b"One. Two.\n\nThree."), words, 20)
    assert not piece.cut
    assert len(piece.sentences) == 3


def test_splitting_takes_time_in_proportion() -> None:
    """Long runs of white space, words without end and many short lines are no trap."""
    traps = ["word " * 40 + " " * 300_000 + "word", "x" * 300_000, "A Title\n\n" * 30_000]
    with without_a_trap():
        for text in traps:
            for document in documents(text):
                assert split(document, characters, 200)


def test_a_limit_without_room_is_refused() -> None:
    """Passages shorter than a sentence are a setting nobody can want."""
    with pytest.raises(SettingsError, match="at least 16"):
        split(plain.read(b"One."), words, 15)


SENTENCES = {
    "abbreviations": ["Dr. Smith met Mr. Jones.", "They left at 5 p.m. on Monday."],
    "latin": ["Birds, e.g. wrens, i.e. small ones, sing.", "Others do not."],
    "decimals": ["Sizes range from 0.8B to 397B.", "Qwen 3.5 costs $2.50."],
    "versions": ["Qwen 3.5 came out.", "Qwen 3 was older."],
    "initials": ["J. R. R. Tolkien wrote it.", "It sold well."],
    "states": ["The U.S. team left.", "Nobody came."],
    "questions": ["Why?", "Because!", "Really?"],
    "quotation": ["He said “It is done.”", "Then he left."],
    "quotation inside": ["“Stop!” she cried and ran.", "He stayed."],
    "lower-case quotation": [
        '"me stepping down. bye my beloved qwen" was the message.',
        "It hurt.",
    ],
    "ellipsis": ["He waited… and waited.", "Nothing came."],
    "chinese": ["模型很大。", "它很快！", "为什么？", "因为如此。"],
    "chinese quotation": ["他说：“你好。”", "然后走了。"],
    "emoji": ["Nice 🙂 work.", "👩‍👩‍👧 came.", "𝔘𝔫𝔦 was 🙂."],
    "japanese": ["これはテストです。", "次の文です。"],
}


@pytest.mark.parametrize("name", SENTENCES)
def test_sentences_end_where_they_end(name: str) -> None:
    """Abbreviations, decimals, quotations and other scripts do not mislead the splitting."""
    expected = SENTENCES[name]
    joined = "" if name in ("chinese", "chinese quotation", "japanese") else " "
    text = joined.join(expected)
    assert [text[a:b] for a, b in sentences(text)] == expected


@given(prefix=st.text(max_size=40), text=texts, language=st.sampled_from(["", "en", "zh", "de"]))
def test_sentence_offsets_count_code_points(prefix: str, text: str, language: str) -> None:
    """Sentences of a stretch are spans of the whole text, and lose nothing of it."""
    whole = prefix + text
    at = len(prefix)
    for start, end in sentences(whole, len(prefix), len(whole), language):
        assert at <= start < end <= len(whole)
        assert not whole[at:start].strip()
        at = end
    assert not whole[at:].strip()


def test_an_unknown_language_is_split_all_the_same() -> None:
    """A language that no rules exist for falls back to some that do."""
    assert sentences("One. Two.", language="tlh") == [Span(0, 4), Span(5, 9)]


def test_an_enormous_line_is_measured_in_windows() -> None:
    """No text of more than 100,000 characters is handed to the measure, and nothing is lost."""
    longest = 0

    def measure(texts: Sequence[str]) -> list[int]:
        nonlocal longest
        longest = max(longest, *map(len, texts))
        return [len(text.split()) for text in texts]

    text = "word " * 100_000
    document = Document(text, (Block(0, len(text) - 1, "paragraph"),))
    pieces = split(document, measure, 64)
    assert longest <= 100_000
    assert sum(len(text[piece.start : piece.end].split()) for piece in pieces) == 100_000


@pytest.mark.parametrize(
    "word", ["x" * 300_000, "\u200b" * 90_000 + "x", "=" * 99_999, "汉\u3000" * 90_000]
)
@pytest.mark.parametrize("limit", [16, 256, 2048])
def test_no_passage_is_longer_than_anybody_reads(word: str, limit: int) -> None:
    """A word of any length may be one token: it is cut all the same, and told."""
    text = f"Before. {word} after."
    document = Document(text, (Block(0, len(text), "paragraph"),))
    pieces = split(document, lambda texts: [len(text.split()) + 2 for text in texts], limit)
    assert max(piece.end - piece.start for piece in pieces) <= 32 * limit + 32
    assert "".join("".join(text[piece.start : piece.end] for piece in pieces).split()) == "".join(
        text.split()
    )
    assert all(piece.cut for piece in pieces if piece.end - piece.start > 8 * limit)
