"""Reading plain text and Markdown: decoding, line ends, headings, lists and tables."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qwenqa.errors import SourceError
from qwenqa.readers.common.decoding import decode
from qwenqa.readers.registry import READERS, reader_for
from qwenqa.readers.text import markdown, plain
from qwenqa.types import Document, LineMap, Reader

READS = {"plain": plain.read, "markdown": markdown.read}

ARTICLE = """First paragraph, on one long line as nobody wraps it by hand, \
so that each line after it is a paragraph of its own, and not the rest of a list item.
Core Team Members Depart
The message was followed by departures:
- Binyuan Hui: led the series
- Bowen Yu: directed research
The rest follows here.
Key Takeaways
- One
- Two
"""


def outline(document: Document) -> list[tuple[str, int, str]]:
    """Kind, level and words of each block: what does not depend on line ends."""
    return [
        (block.kind, block.level, " ".join(document.text[block.start : block.end].split()))
        for block in document.blocks
    ]


def kinds(document: Document) -> list[tuple[str, str]]:
    """Kind and words of each block."""
    return [(kind, words) for kind, _, words in outline(document)]


@given(
    text=st.text(max_size=200)
    | st.lists(
        st.sampled_from("# - > | |-| ``` 1. * --- === a b [x](y) <b> \t \r \n \r\n \n\n".split(" "))
    ).map("".join)
)
@example(text="- a\n  - b\n    # c\n\n| x |\n|---|\n| y |")
@example(text="> - # a\n> ```\n> b")
@pytest.mark.parametrize("name", READS)
def test_blocks_cover_the_text(name: str, text: str) -> None:
    """Blocks are in order, do not overlap, and leave only white space between them."""
    try:
        document = READS[name](text.encode("utf-8", "replace"))
    except SourceError:
        return
    at = 0
    for block in document.blocks:
        assert at <= block.start < block.end
        assert not document.text[at : block.start].strip()
        assert (block.level > 0) == (block.kind == "heading")
        at = block.end
    assert not document.text[at:].strip()


@given(data=st.binary(max_size=300))
@example(data=b"\xff\xfe\x00\xd8")
@example(data=b"\x00" * 50)
@example(data="zwölf Boxkämpfer jagen Viktor".encode("latin-1"))
def test_any_bytes_are_text_or_a_source_error(data: bytes) -> None:
    """Decoding gives text without NUL or lone surrogates, or one clear refusal."""
    try:
        decoded = decode(data)
    except SourceError as error:
        assert "suffix" in str(error)
        return
    assert "\0" not in decoded.text
    decoded.text.encode("utf-8")
    assert decoded.replaced == decoded.text.count("\ufffd")


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_utf8_is_kept_as_it_is(text: str) -> None:
    """Decoding UTF-8, with or without a mark, gives the very text, and guesses nothing."""
    for data in (text.encode("utf-8-sig"), text.encode("utf-8")):
        decoded = decode(data)
        assert decoded.text == (
            text.removeprefix("\ufeff") if data[:3] == b"\xef\xbb\xbf" else text
        )
        assert (decoded.encoding, decoded.guessed) == ("utf-8", False)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_unicode_encodings_are_recognised(encoding: str) -> None:
    """UTF-16 is read with and without its mark, UTF-32 with it."""
    text = "The owl hunts at night.\r\nNaïve émigrés too.\n" * 5
    assert decode(text.encode(encoding)).text == text


def test_damaged_utf8_is_reported() -> None:
    """A few broken bytes in UTF-8 become U+FFFD, are counted, and do not change the encoding."""
    text = "Größe, Übermut, naïve émigrés, 模型 " * 20
    decoded = decode(text.encode() + b"\xff")
    assert decoded.text == text + "\ufffd"
    assert (decoded.encoding, decoded.guessed, decoded.replaced) == ("utf-8", True, 1)


def test_an_older_encoding_is_guessed_and_said() -> None:
    """Bytes in a Western encoding are read right and reported as a guess."""
    text = "Die Größe des Übermuts überraschte die Gäste in München außerordentlich. " * 5
    decoded = decode(text.encode("cp1252"))
    assert decoded.text == text
    assert decoded.guessed


def test_binary_is_refused() -> None:
    """A picture with a text suffix is not indexed as text."""
    with pytest.raises(SourceError, match="binary"):
        plain.read(bytes(range(256)) * 20)


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("data", [b"", b" \r\n\t\n", b"\xef\xbb\xbf"])
def test_nothing_to_read_is_a_source_error(name: str, data: bytes) -> None:
    """An empty file is left out with a reason."""
    with pytest.raises(SourceError, match="holds no text"):
        READS[name](data)


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize(
    "text",
    [
        ARTICLE,
        "A paragraph that was wrapped\nby hand over two lines.\n\nAnother one.\n",
        "# Title\n\nText that is\nwrapped.\n\n- item one\n  goes on\n- item two\n",
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n\nmore\n```\n",
    ],
)
def test_line_ends_do_not_change_the_blocks(name: str, end: str, text: str) -> None:
    """A file from Windows has the same paragraphs, lists and headings; its text stays as it is."""
    unix, other = READS[name](text.encode()), READS[name](text.replace("\n", end).encode())
    assert outline(other) == outline(unix)
    assert other.text == text.replace("\n", end)


def test_the_articles_headings_and_lists_are_recognised() -> None:
    """Short title-like lines between paragraphs are headings; list items keep their list."""
    assert kinds(plain.read(ARTICLE.encode())) == [
        ("paragraph", ARTICLE.split("\n", maxsplit=1)[0]),
        ("heading", "Core Team Members Depart"),
        ("paragraph", "The message was followed by departures:"),
        ("item", "- Binyuan Hui: led the series"),
        ("item", "- Bowen Yu: directed research"),
        ("paragraph", "The rest follows here."),
        ("heading", "Key Takeaways"),
        ("item", "- One"),
        ("item", "- Two"),
    ]


@pytest.mark.parametrize(
    "line",
    ["The end came.", "and then it stopped", "- Item Of A List", "He Said:", "1999", "***"],
)
def test_other_short_lines_are_no_headings(line: str) -> None:
    """Sentences, items, introductions and ornaments between paragraphs are not headings."""
    document = plain.read(f"A first paragraph ends here.\n\n{line}\n\nA second one.\n".encode())
    assert "heading" not in [block.kind for block in document.blocks]


def test_numbered_headings_have_their_depth() -> None:
    """The number of a heading says how deep it is."""
    document = plain.read(b"1 Birds\n\nText here.\n\n1.2 Owls\n\nThey hunt.\n")
    headings = [
        (block.level, document.text[block.start : block.end])
        for block in document.blocks
        if block.kind == "heading"
    ]
    assert headings == [(1, "1 Birds"), (2, "1.2 Owls")]


def test_markdown_structure() -> None:
    """Headings with levels, items, code and rows; a row is told its column headings."""
    document = markdown.read(
        b"# Birds *and* owls\n\nText.\n\n## Sizes\n\n- small\n\n"
        b"| name | size |\n|---|---|\n| wren | 10 |\n\n```\ncode\n```\n"
    )
    assert document.title == "Birds and owls"
    shapes = [(block.kind, block.level, block.context) for block in document.blocks]
    assert shapes == [
        ("heading", 1, ""),
        ("paragraph", 0, ""),
        ("heading", 2, ""),
        ("item", 0, ""),
        ("row", 0, ""),
        ("paragraph", 0, ""),
        ("row", 0, "| name | size |"),
        ("code", 0, ""),
    ]


@given(text=st.text(alphabet="ab\r\n", max_size=30), data=st.data())
def test_lines_are_those_of_a_brute_force_count(text: str, data: st.DataObject) -> None:
    """A span's first and last line are found by counting line ends one by one."""
    start = data.draw(st.integers(0, max(0, len(text) - 1)))
    end = data.draw(st.integers(start, len(text)))
    ends = [
        n
        for n in range(len(text))
        if text[n] == "\n" or (text[n] == "\r" and text[n + 1 : n + 2] != "\n")
    ]

    def line_of(at: int) -> int:
        return 1 + sum(end < at for end in ends)

    assert LineMap(text).lines(start, end) == (line_of(start), line_of(max(start, end - 1)))


def test_every_suffix_has_one_reader() -> None:
    """The table is unambiguous, its suffixes are lower case, and case in a name is no matter."""
    suffixes = [suffix for reader in READERS for suffix in reader.suffixes]
    assert len(set(suffixes)) == len(suffixes)
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in suffixes)
    assert reader_for("A/B.TXT", b"").identity.name == "plain"
    assert reader_for("notes.markdown", b"").identity.name == "markdown"


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.identity.name)
def test_every_row_of_the_table_reads(reader: Reader) -> None:
    """Each row's function is there: no bytes are of its kind, or they are and hold nothing."""
    with pytest.raises(SourceError):
        reader.read(b"")


@pytest.mark.parametrize("address", ["archive.xyz", "README", "a.b/c"])
def test_an_unknown_suffix_is_a_source_error_that_says_what_to_do(address: str) -> None:
    """What no reader knows is left out with a reason that says what would be read."""
    with pytest.raises(SourceError, match="no reader knows; save it as"):
        reader_for(address, b"words")
