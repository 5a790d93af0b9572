"""Plain text in any encoding, and with every character that is not what it seems."""

from __future__ import annotations

import unicodedata

import pytest
from written import without_a_trap
from written_laws import keeps_the_laws, shown

from qwenqa.errors import SourceError
from qwenqa.readers.text.plain import read
from qwenqa.types import LineMap

WORDS = "Die Größe der Bücher überrascht die Leser. Ein Café in Köln öffnet früh.\n" * 4


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_guessed_and_reported(encoding):
    """UTF-16 is known by its zero bytes, and the report says that nothing in the file said so."""
    document = read(WORDS.encode(encoding))
    assert document.text == WORDS
    assert (document.extraction.encoding, document.extraction.guessed) == (encoding, True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_is_believed_and_no_part_of_the_text(encoding):
    """What the file says about its encoding is used, without a guess."""
    document = read(WORDS.encode(encoding))
    assert document.text == WORDS
    assert not document.extraction.guessed


def test_cp1252_is_guessed_and_reported():
    """Bytes of Western Windows give their words, and the report names the guess."""
    document = read(WORDS.encode("cp1252"))
    assert document.text == WORDS
    assert document.extraction.guessed


def test_invalid_bytes_are_replaced_and_counted():
    """A few broken bytes in UTF-8 become U+FFFD, and all other words stay."""
    document = read((WORDS * 40).encode() + b"broken \xff\xfe here")
    assert document.text == WORDS * 40 + "broken \ufffd\ufffd here"
    assert document.extraction.replaced == 2
    assert document.extraction.guessed


def test_nul_is_replaced_one_for_one():
    """NUL, which no index can hold, becomes U+FFFD, and offsets stay."""
    document = read(b"some words and a \x00 among many other words" + b" and more" * 9)
    assert document.text.index("\ufffd") == 17
    assert document.extraction.replaced == 1


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", "\ufeff".encode(), b"\x01\x02\x03" * 100])
def test_what_is_no_text_is_refused(data):
    """An empty file and binary data have a line that says what to do."""
    with pytest.raises(SourceError, match="; "):
        read(data)


@pytest.mark.parametrize("character", ["\u0085", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c"])
def test_only_editors_line_ends_end_lines(character):
    """NEL, U+2028 and the like are white space within a line, as editors show them."""
    document = read(
        f"first{character}still on the first line, which is long enough\nsecond\n".encode()
    )
    keeps_the_laws(document)
    at = document.text.index("second")
    assert LineMap(document.text).lines(at, at + 6) == (2, 2)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_text_is_not_normalised(form):
    """Composed or not, the canonical text is the file's; any matching works on a copy."""
    words = unicodedata.normalize(form, "Café Ångström 한국어")
    assert read(words.encode()).text == words


def test_bidi_controls_stay():
    """Controls that reorder what is shown are kept, so that the quote is the file's."""
    words = "safe \u202egnp.exe\u202c and \u2066isolated\u2069 words"
    assert read(words.encode()).text == words


def test_line_ends_stay_as_they_are():
    """LF, CR LF and CR may be mixed; each ends a line and none is changed."""
    text = "one\rtwo\r\nthree\n\r\n\rfour"
    document = read(text.encode())
    assert document.text == text
    assert [text for _, text in shown(document)][-1] == "four"
    assert LineMap(text).lines(len(text) - 4, len(text)) == (6, 6)


@pytest.mark.parametrize("unit", ["x", "word ", ". ", '."', "1. ", "\t ", "\u0301", "(a) "])
def test_a_huge_line_is_read_in_linear_time(unit):
    """A line of two million characters is one block, soon read, whatever it repeats."""
    with without_a_trap():
        document = read(("start " + unit * (2_000_000 // len(unit)) + "end").encode())
    keeps_the_laws(document)
    assert len(document.blocks) == 1


@pytest.mark.parametrize("unit", ["\n", "\r", "\r\n", " \n", "x\n", "x\n\n", "- x\n", "A\n"])
def test_very_many_lines_are_read_in_linear_time(unit):
    """Two hundred thousand lines take no longer than their number says."""
    with without_a_trap():
        document = read(b"start\n" + unit.encode() * 200_000 + b"end")
    keeps_the_laws(document)
