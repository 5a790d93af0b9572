"""Subtitles: spoken words with their speakers and times."""

from __future__ import annotations

from written_laws import keeps_the_laws, shown

from qwenqa.readers.text.subtitles import read

VTT = """WEBVTT - A talk
Language: en

NOTE Recorded in Paris

cue-1
00:01.000 --> 00:03.000 align:left
<v.loud Ada>Hello &amp; <i>welcome</i>,

cue-2
00:03.000 --> 00:05.000
<v Ada>all of you.</v>

01:02:05.500 --> 01:02:07.000
<v Alan>Thanks.
"""
SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,000\r\n{\\an8}<b>One</b>\r\n\r\n"
    "2\r\n00:00:02,500 --> 00:00:03,000\r\nif a < b\r\n"
)


def test_a_speech_is_a_block_with_its_speaker():
    """Captions of one speaker are one block; tags, names and settings of captions are gone."""
    document = read(VTT.encode())
    keeps_the_laws(document)
    assert shown(document) == [
        ("paragraph", "Ada: Hello & welcome,\nall of you."),
        ("paragraph", "Alan: Thanks."),
        ("furniture", "Recorded in Paris"),
    ]
    assert (document.title, document.language) == ("A talk", "en")


def test_each_caption_has_its_time():
    """Places count captions and are labelled with hours, minutes and seconds."""
    document = read(VTT.encode())
    said = [(document.text[place.start : place.end], place.label) for place in document.places]
    assert said[1:] == [("all of you.", "00:00:03"), ("Alan: Thanks.", "01:02:05")]


def test_subrip_is_read():
    """Numbers and codes go, a less-than sign stays."""
    assert shown(read(SRT.encode())) == [("paragraph", "One\nif a < b")]


def test_a_silence_ends_a_speech():
    """After some seconds without words a new block begins."""
    data = SRT.replace("00:00:02,500", "00:00:09,500").replace("00:00:03,000", "00:00:10,000")
    assert [text for _, text in shown(read(data.encode()))] == ["One", "if a < b"]


def test_scrolling_captions_are_not_said_twice():
    """Lines that move up are left out, and the report says how many."""
    data = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\none<00:01.500> two\n\n"
        "00:02.000 --> 00:03.000\none two\nthree<00:02.500> four\n"
    )
    document = read(data.encode())
    assert document.text.split() == ["one", "two", "three", "four"]
    assert "1 line" in document.extraction.warnings[0]


def test_lines_without_times_are_plain_text():
    """A file that is no subtitles is still read."""
    document = read(b"Just some words.\n")
    assert document.text == "Just some words.\n"
    assert "plain text" in document.extraction.warnings[0]
