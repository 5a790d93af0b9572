"""Rich text gives its words without its codes, and stays calm whatever the braces do."""

import random

import pytest
from office_files import keeps_the_laws, shown

from qwenqa.errors import SourceError
from qwenqa.readers.rtf.reader import read

HEAD = (
    r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}}"
    r"{\colortbl;\red255\green0\blue0;}{\stylesheet{\s0 Normal;}{\s1 heading 1;}"
    r"{\s2\outlinelevel1 Mine;}}{\info{\title The title}{\author Ann}"
    r"{\creatim\yr2023\mo1\dy2}{\revtim\yr2024\mo3\dy5}}{\*\generator Writer 1;}"
)


def rtf(body: str) -> bytes:
    return (HEAD + body + "}").encode("latin-1")


def test_words_are_free_of_codes_and_properties_are_read():
    """Formatting inside a word does not cut it; fonts, colours and styles are no text."""
    document = read(rtf(r"\pard A \b bo\b0 ld\i  word\i0 .\par"))
    assert document.text == "A bold word."
    assert (document.title, document.author, document.date) == ("The title", "Ann", "2024-03-05")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (r"caf\'e9", "café"),
        (r"{\f1 \'cf\'f0\'e8}", "При"),
        (r"\u8364?uro", "€uro"),
        (r"{\uc2\u8364\'80\'20uro}", "€uro"),
        (r"\u-10179?\u-8704?", "😀"),
        (r"\u-8704?x", "\ufffdx"),
        (r"a\tab b\line c\emdash d\~e\_f", "a\tb\nc—d\u00a0e\u2011f"),
        (r"\{x\}\\", "{x}\\"),
        ("one\r\ntwo", "onetwo"),
        (r"seen{\v unseen}", "seen"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt shown}}", "shown"),
        (r"x{\pict\wmetafile8 0102}{\bin4 {{{{}y", "xy"),
    ],
)
def test_signs(written, expected):
    """Characters in every spelling that RTF has for them."""
    assert read(rtf(rf"\pard {written}\par")).text == expected


def test_headings_lists_tables_and_notes():
    """Structure comes from style names, outline levels, list texts and table rows."""
    document = read(
        rtf(
            r"{\header Running\par}\pard\s1 One{\footnote\pard Why.}\par\pard\s2 Two\par"
            r"\pard Text{\super 1}{\footnote\pard Proof.} more.\par"
            r"{\listtext 1.\tab}first\par{\listtext 2.\tab}second\par"
            r"\trowd\trhdr\pard\intbl Name\cell Year\cell\row"
            r"\trowd\pard\intbl Qwen\par 2\cell 2023\cell\row\pard End\par"
        )
    )
    assert shown(document) == [
        ("heading", "One[1]"),
        ("heading", "Two"),
        ("paragraph", "Text1[2] more."),
        ("item", "1. first"),
        ("item", "2. second"),
        ("row", "Name | Year"),
        ("row", "Qwen 2 | 2023"),
        ("paragraph", "End"),
        ("paragraph", "[1] Why."),
        ("paragraph", "[2] Proof."),
        ("furniture", "Running"),
    ]
    assert [block.level for block in document.blocks[:3]] == [1, 2, 0]
    assert document.blocks[6].context == "Name | Year"


def test_a_file_that_ends_early_is_read_and_said():
    """The text that is there is kept; the report says that more may be missing."""
    document = read(rtf(r"\pard one\par two")[:-5])
    assert document.text == "one"
    assert document.extraction.warnings == (
        "The file ends early: the last of its text may be missing.",
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7", "no RTF file"),
        (rtf(""), "holds no text"),
        (b"{\\rtf1" + b"{" * 200_000, "holds no text"),
    ],
    ids=["empty", "pdf", "blank", "deep"],
)
def test_hostile_files_get_a_sentence(data, said):
    """Each is refused with what it is and what to do."""
    with pytest.raises(SourceError, match=said):
        read(data)


def test_any_bytes_give_a_document_or_a_source_error():
    """Control words in any order, with any numbers, let no other exception out."""
    chance = random.Random(1)
    words = (
        r"{ } \par \cell \row \intbl \u99999 \u-1 \uc-5 \uc99 \'zz \'ff \f1 \f99 \ansicpg1 \s1 "
        r"\ansicpg65001 \bin9 \bin-9 \* \footnote \info \title \yr9999 \mo99 \listtext \header \v "
        r"\fcharset134 \fcharset128 \fonttbl \stylesheet \outlinelevel-3 \pict \ab \deleted \mac"
    ).split()
    for _ in range(300):
        body = "".join(chance.choice(words) + chance.choice(["", " ", "x", "é"]) for _ in range(80))
        try:
            keeps_the_laws(read(rtf(body)))
        except SourceError as refused:
            assert "no text" in str(refused)
