"""Outlook messages: the same parts as any mail, out of the properties that people read."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable

import pytest
from ole_files import Tree, ole
from rtf_packing import lzfu, mela
from written_laws import keeps_the_laws, keeps_the_laws_on_hostile_bytes, shown

from qwenqa.errors import SourceError
from qwenqa.readers.mail.msg import read

SENT = 133_541_082_000_000_000
"""2024-03-05, 10:30, in tenths of microseconds since 1601."""


def text(number: int, value: str) -> Tree:
    return {f"__substg1.0_{number:04X}001F": value.encode("utf-16-le")}


def binary(number: int, value: bytes) -> Tree:
    return {f"__substg1.0_{number:04X}0102": value}


def fixed(*properties: tuple[int, int, int]) -> Tree:
    """The stream of fixed properties: number, kind, value."""
    packed = [struct.pack("<HHIQ", kind, number, 6, value) for number, kind, value in properties]
    return {"__properties_version1.0": bytes(32) + b"".join(packed)}


def attachment(name: str, data: bytes) -> Tree:
    return {"__properties_version1.0": bytes(8), **text(0x3707, name), **binary(0x3701, data)}


HEAD = {
    **fixed((0x0039, 0x0040, SENT), (0x3FDE, 0x0003, 1252)),
    **text(0x0037, "Fähre, morgen\0"),
    **text(0x0C1A, "Ann Lée"),
    **text(0x0C1F, "ann@example.com"),
    **text(0x0E04, "Bo Ek"),
}


def test_header_and_body_are_parts():
    """The header is readable at the start and the body follows, with date and author known."""
    document = read(ole({**HEAD, **text(0x1000, "Hello.\r\n\r\nBye.")}))
    keeps_the_laws(document)
    assert shown(document) == [
        (
            "paragraph",
            "From: Ann Lée <ann@example.com>\nTo: Bo Ek\nDate: 2024-03-05T10:30:00+00:00\n"
            "Subject: Fähre, morgen",
        ),
        ("paragraph", "Hello."),
        ("paragraph", "Bye."),
    ]
    assert [(place.number, place.label) for place in document.places] == [
        (1, "header"),
        (2, "body"),
    ]
    assert (document.title, document.author) == ("Fähre, morgen", "Ann Lée <ann@example.com>")
    assert document.date == "2024-03-05T10:30:00+00:00"


def test_html_where_there_is_no_plain_body():
    """A body in HTML only is read with its structure, in the message's code page."""
    page = "<html><body><h2>Head</h2><p>na\xefve</p></body></html>".encode("cp1252")
    document = read(ole({**HEAD, **text(0x1000, " "), **binary(0x1013, page)}))
    assert shown(document)[1:] == [("heading", "Head"), ("paragraph", "naïve")]


RICH = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\pard na\'efve \u8364? rules\par next\par}"
# A page inside RTF, as [MS-OXRTFEX] has it: tags in groups, and what only RTF needs switched off.
PAGE = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0"
    rb"{\fonttbl{\f0\fswiss Arial;}{\f1\fcharset161 Greek;}}"
    rb"{\*\htmltag18 <html>}{\*\htmltag34 <head>}{\*\htmltag241 <style>p \{color: red\}</style>}"
    rb"{\*\htmltag41 </head>}{\*\htmltag50 <body>}\htmlrtf \lang1033 {\v unseen\htmlrtf0 "
    rb"{\*\htmltag96 <h2>}\htmlrtf {\b\htmlrtf0 Head\htmlrtf }\htmlrtf0 {\*\htmltag104 </h2>}"
    rb"{\*\mhtmltag64 <p class=rewritten>}{\*\htmltag64 <p>}\htmlrtf {\plain wrong\htmlrtf0 "
    rb"{\*\htmltag84 &lt;}\htmlrtf <\htmlrtf0 na\'efve \u8364?"
    rb"{\*\htmltag116 <br>}\htmlrtf \line\htmlrtf0"
    rb" {\f1 \'c1\'e8}\htmlrtf \par}\htmlrtf0 {\*\htmltag72 </p>}"
    rb"{\*\htmltag58 </body>}{\*\htmltag27 </html>}\htmlrtf }\htmlrtf0}"
)


@pytest.mark.parametrize("pack", [lzfu, mela])
def test_rich_text_where_there_is_no_other_body(pack: Callable[[bytes], bytes]):
    """A body in rich text only is unpacked and read, and stands in its part."""
    document = read(ole({**HEAD, **text(0x1000, ""), **binary(0x1009, pack(RICH))}))
    keeps_the_laws(document)
    assert shown(document)[1:] == [("paragraph", "naïve € rules"), ("paragraph", "next")]
    assert document.places[1].label == "body"
    assert not document.extraction.warnings


def test_page_inside_rich_text():
    """Rich text made from a page is read as the page: its tags, none of what replaced them."""
    document = read(ole({**HEAD, **binary(0x1009, lzfu(PAGE))}))
    assert shown(document)[1:] == [("heading", "Head"), ("paragraph", "<naïve €\nΑθ")]
    assert not document.extraction.warnings


def test_plain_text_inside_rich_text():
    """Rich text that was made from a page without words is read as what it shows itself."""
    empty = rb"{\rtf1\ansi\fromhtml1 {\*\htmltag64 }\htmlrtf shown\par\htmlrtf0}"
    assert read(ole({**HEAD, **binary(0x1009, mela(empty))})).text.endswith("shown")


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        (b"LZFu", "was not read: it is too short"),
        (bytes(40), "was not read: it is no compressed RTF"),
        (mela(b"no rich text"), "was not read: it is no RTF"),
        (lzfu(RICH)[:-9], "damaged"),
        (mela(RICH[:-1]), "ends early"),
    ],
)
def test_rich_text_that_is_damaged(packed: bytes, said: str):
    """The mail is read without a body that is no rich text; what is wrong is said."""
    document = read(ole({**HEAD, **binary(0x1009, packed)}))
    keeps_the_laws(document)
    assert document.text.startswith("From:")
    assert said in " ".join(document.extraction.warnings)


@pytest.mark.parametrize("body", [RICH, PAGE])
def test_laws_on_damaged_rich_text(body: bytes):
    """Any cut and any changed byte of packed or open rich text keeps the laws."""
    for whole in (lzfu(body), mela(body)):
        damaged = [whole[:end] for end in range(0, len(whole), 7)]
        damaged += [whole[:at] + b"\xfe" + whole[at + 1 :] for at in range(0, len(whole), 5)]
        for data in damaged:
            keeps_the_laws(read(ole({**HEAD, **binary(0x1009, data)})))


def test_text_in_the_code_page():
    """Messages of before Unicode keep text in their code page."""
    greek = {"__substg1.0_1000001E": "Καλημέρα".encode("cp1253")}
    document = read(ole({**fixed((0x3FFD, 0x0003, 1253)), **greek}))
    assert document.text == "Καλημέρα"


def test_attachments():
    """Text attachments are read where they stand; others are named in the report."""
    attached = {
        "__attach_version1.0_#00000001": attachment("r.pdf", b"%PDF-1.7"),
        "__attach_version1.0_#00000000": attachment("notes.txt", b"left, right\n"),
    }
    document = read(ole({**HEAD, **text(0x1000, "See there."), **attached}))
    keeps_the_laws(document)
    assert document.places[-1].label == "attachment notes.txt"
    assert document.text.endswith("left, right")
    assert document.extraction.warnings == (
        "The attachment r.pdf was not read; save it beside the mail to have it read.",
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"From: a@b.c\n\nhi", "no Outlook message"),
        (ole({"WordDocument": b"x"}), "no Outlook message"),
        (ole(fixed()), "holds no text"),
    ],
)
def test_what_is_no_message_is_refused(data: bytes, said: str):
    """Other OLE files, and messages that say nothing, are named with what to do."""
    with pytest.raises(SourceError, match=said):
        read(data)


def test_laws_on_damaged_bytes():
    """Any cut and any changed byte gives a document that keeps the laws, or a sentence."""
    keeps_the_laws_on_hostile_bytes(read)
    whole = ole({**HEAD, **text(0x1000, "Hello.")})
    damaged = [whole[:end] for end in range(0, len(whole), 61)]
    damaged += [whole[:at] + b"\xfe" + whole[at + 1 :] for at in range(0, len(whole), 13)]
    for data in damaged:
        with contextlib.suppress(SourceError):
            keeps_the_laws(read(data))
