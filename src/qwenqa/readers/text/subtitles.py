"""Subtitles (WebVTT, SubRip): what is said, by whom, with the time at which it is said.

The canonical text is the spoken text alone; a speaker is named where his speech begins. Blocks
are speeches: one ends where the speaker changes or falls silent. Times are places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import NamedTuple

from qwenqa.errors import SourceError
from qwenqa.readers.common.source_text import extraction, written
from qwenqa.readers.text import plain
from qwenqa.types import Block, Document, Place
from qwenqa.types.characters import UNREADABLE

_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_ASIDE = ("NOTE", "STYLE", "REGION")
_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,]\d{1,3}"
_TIMING = re.compile(rf"^[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}[^\n]*(?:\n|\Z)", re.MULTILINE)
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>\n]+)>")
_TAG = re.compile(
    r"</?(?:[biusvc]|em|strong|ruby|rt|lang|font|span)\b[^<>]*>|<\d[\d:.]*>|\{\\[^{}\n]*\}"
)
_ROLLING = re.compile(r"<\d+:[\d:.]+>")
_ENTITY = re.compile(r"&#?\w{1,8};")
_HEADER = re.compile(r"WEBVTT[ \t]*-?[ \t]*([^\n]*)")
_LANGUAGE = re.compile(r"^Language:[ \t]*([A-Za-z-]+)[ \t]*$", re.MULTILINE)
_SILENCE_SECONDS = 4
# A speech without a pause ends after so many lines, with the sentence.
_SPEECH_LINES = 12
_SENTENCE_END = re.compile(r"""[.!?…。！？]["'”’»」』)\]]*\Z""")


class _Cue(NamedTuple):
    """A caption: when it appears and goes, in seconds, and its lines with who says them."""

    start: int
    end: int
    lines: list[tuple[str, str]]


class _Speech(NamedTuple):
    """What is said without a change of speaker: the number of the caption and the words."""

    speaker: str
    lines: list[tuple[int, str]]


def read(data: bytes) -> Document:
    """The document of a subtitle file; as plain text, with a warning, when it holds no times.

    Raises SourceError when there is no text in it.
    """
    decoded = written(data)
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    cues, notes = _cues(text)
    if not cues:
        return _as_plain(data)
    cues, repeated = _without_repeats(cues) if _ROLLING.search(text) else (cues, 0)
    spoken, blocks, places = _script(cues, notes)
    if not blocks:
        raise SourceError("holds no spoken words; put text in it or remove it")
    header = text[: text.find("-->")]
    title, language = _HEADER.match(header), _LANGUAGE.search(header)
    report = extraction(decoded, _warnings(repeated))
    report = replace(report, replaced=spoken.count("\ufffd"))
    return Document(
        spoken,
        tuple(blocks),
        tuple(places),
        title=title[1].strip() if title else "",
        language=language[1] if language else "",
        extraction=report,
    )


def _as_plain(data: bytes) -> Document:
    document = plain.read(data)
    warning = "There are no times in it, so that it was read as plain text."
    return replace(document, extraction=replace(document.extraction, warnings=(warning,)))


def _warnings(repeated: int) -> Iterator[str]:
    if repeated:
        yield f"{repeated:,} lines that scrolling captions say twice were left out once."


def _cues(text: str) -> tuple[list[_Cue], list[str]]:
    """The captions in the file's order, and the notes between them."""
    timings = list(_TIMING.finditer(text))
    notes = _notes(text[: timings[0].start()]) if timings else []
    cues: list[_Cue] = []
    ends = [*(timing.start() for timing in timings[1:]), len(text)]
    for timing, end in zip(timings, ends, strict=False):
        body, *rest = _without_identifier(text[timing.end() : end], end < len(text))
        said = [body, *(part for part in rest if not part.startswith(_ASIDE))]
        notes += [note for part in rest for note in _notes(part)]
        lines = [line for part in said for line in _lines(part)]
        cues.append(_Cue(_seconds(timing, 1), _seconds(timing, 4), lines))
    return cues, notes


def _without_identifier(body: str, followed: bool) -> list[str]:
    """The parts of a caption between blank lines, without the next one's number or name."""
    lines = body.rstrip("\n").split("\n") if followed else [body]
    named = followed and not body.endswith("\n\n") and len(lines) > 1
    if named and (not lines[-2].strip() or lines[-1].strip().isdecimal()):
        body = "\n".join(lines[:-1])
    return _BLANK_LINES.split(body)


def _notes(text: str) -> list[str]:
    parts = (part.strip() for part in _BLANK_LINES.split(text))
    return [part[4:].strip() for part in parts if part.startswith("NOTE") and part[4:].strip()]


def _seconds(timing: re.Match[str], group: int) -> int:
    hours, minutes, seconds = timing.group(group, group + 1, group + 2)
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)


def _lines(body: str) -> Iterator[tuple[str, str]]:
    """The lines of a caption with their speakers, without tags."""
    speaker = ""
    for number, part in enumerate(_VOICE.split(body)):
        if number % 2:
            speaker = _plain_words(part)
            continue
        for line in part.split("\n"):
            if words := _plain_words(line):
                yield speaker, words


def _plain_words(line: str) -> str:
    if "<" in line or "{" in line:
        line = _TAG.sub("", line)
    if "&" in line:
        line = UNREADABLE.sub("\ufffd", _ENTITY.sub(lambda match: unescape(match[0]), line))
    return " ".join(line.split())


def _without_repeats(cues: list[_Cue]) -> tuple[list[_Cue], int]:
    """Captions without the lines that scroll up from the one before, and how many those are."""
    shortened: list[_Cue] = []
    before: list[tuple[str, str]] = []
    for cue in cues:
        shortened.append(cue._replace(lines=[line for line in cue.lines if line not in before]))
        before = cue.lines
    return shortened, sum(
        len(cue.lines) - len(shorter.lines) for cue, shorter in zip(cues, shortened, strict=True)
    )


def _speeches(cues: list[_Cue]) -> list[_Speech]:
    speeches: list[_Speech] = []
    silent_since = 0
    for number, cue in enumerate(cues, 1):
        pause = cue.start - silent_since >= _SILENCE_SECONDS
        for speaker, words in cue.lines:
            if pause or not speeches or _ends(speeches[-1], speaker):
                speeches.append(_Speech(speaker, []))
            speeches[-1].lines.append((number, words))
            pause = False
        silent_since = cue.end
    return speeches


def _ends(speech: _Speech, speaker: str) -> bool:
    if speaker != speech.speaker:
        return True
    return len(speech.lines) >= _SPEECH_LINES and bool(_SENTENCE_END.search(speech.lines[-1][1]))


def _script(cues: list[_Cue], notes: list[str]) -> tuple[str, list[Block], list[Place]]:
    """The text with its blocks and times; notes, which nobody says, stand at its end."""
    text: list[str] = []
    blocks: list[Block] = []
    places: list[Place] = []
    at = 0
    for speech in _speeches(cues):
        start = at
        for number, words in speech.lines:
            said = f"{speech.speaker}: {words}" if speech.speaker and at == start else words
            _note_time(places, at, at + len(said), number, cues[number - 1].start)
            text += [said, "\n"]
            at += len(said) + 1
        blocks.append(Block(start, at - 1, "paragraph"))
        text.append("\n")
        at += 1
    for note in notes:
        blocks.append(Block(at, at + len(note), "furniture"))
        text += [note, "\n\n"]
        at += len(note) + 2
    return "".join(text), blocks, places


def _note_time(places: list[Place], start: int, end: int, number: int, seconds: int) -> None:
    if places and places[-1].number == number:
        places[-1] = replace(places[-1], end=end)
    else:
        clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        places.append(Place(start, end, "time", number, clock))
