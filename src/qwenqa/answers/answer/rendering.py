"""Answers as text, Markdown and HTML; text from documents is escaped in all of them."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable, Sequence
from html import escape

from qwenqa.answers.answer.confidence import shipped
from qwenqa.answers.citations.claims import _plain, _quoted, lines_label, place_label
from qwenqa.types import AnswerRecord, CitedHit, Span, Verification
from qwenqa.types.characters import STEERING

NOT_FOUND = "Not found in the indexed documents."
NO_SOURCE = "No indexed document matches:"
NEAR_MISSES = "The nearest passages, which may not answer:"


VERDICTS = {
    "exact": "verified: stands in the file exactly as quoted",
    "moved": "verified: stands elsewhere in the file",
    "changed": "NOT VERIFIED: the file has changed and the quote is gone",
    "missing": "NOT VERIFIED: not in the file",
    "unreadable": "NOT VERIFIED: the file cannot be read now",
}


_TIMES = "no one two three four five six seven eight nine".split()
CHANGED = "the file has changed since it was indexed, but not here"


def verdict(verification: Verification) -> str:
    """What checking a citation gave, in a few words, a changed file named too."""
    since = f"; {CHANGED}" if verification.good and verification.source_changed else ""
    return f"{VERDICTS[verification.verdict]}{since}"


def segments(
    text: str, offset: int, marks: Sequence[Span], matched: Sequence[Span] = ()
) -> list[tuple[str, bool, bool]]:
    """A text in pieces: (piece, whether it is marked, whether it is a matched word).

    ``offset`` is the text's place in the document, whose offsets the spans use.
    """
    edges = {0, len(text)}
    for start, end in (*marks, *matched):
        edges |= {min(max(start - offset, 0), len(text)), min(max(end - offset, 0), len(text))}
    places = sorted(edges)

    def inside(at: int, spans: Sequence[Span]) -> bool:
        return any(start <= at + offset < end for start, end in spans)

    return [
        (text[a:b], inside(a, marks), inside(a, matched)) for a, b in itertools.pairwise(places)
    ]


def marked(cited: CitedHit, plain: Callable[[str], str], before: str, after: str) -> str:
    """A hit's passage with its marks between two strings, everything else through ``plain``."""
    passage = cited.hit.passage
    return "".join(
        f"{before}{plain(piece)}{after}" if mark else plain(piece)
        for piece, mark, _ in segments(passage.text, passage.start, cited.marks)
    )


def heading(cited: CitedHit) -> str:
    """Where a hit stands, on one line: address, heading path, page or lines."""
    passage = cited.hit.passage
    labels = {place.label for place in cited.citation.places}
    path = " › ".join(title for title in passage.headings if title not in labels)
    return ", ".join(filter(None, (passage.source.address, path, place_label(cited.citation))))


def summary(answer: AnswerRecord) -> str:
    """One line: the question, and the best sentence with its place, or that there is none."""
    best = answer.best
    if not answer.found or best is None:
        why = answer.notes[0] if nothing_asked(answer) else NOT_FOUND
        return f"<Answer to {answer.question!r}: {why}>"
    start, end = best.marks[0] if best.marks else Span(best.citation.start, best.citation.end)
    passage = best.hit.passage
    sentence = passage.text[start - passage.start : end - passage.start]
    short = textwrap.shorten(sentence, 120, placeholder="…")
    where = " ".join(_harmless(heading(best)).split())
    return f"<Answer to {answer.question!r}: {short!r} ({where})>"


def text(answer: AnswerRecord, width: int = 80) -> str:
    """The whole answer as plain text, no line longer than the width where words allow."""
    lines = [answer.question, ""]
    lines += [*answer.notes, ""] if answer.notes else []
    lines += [line for one in verdict_lines(answer) for line in textwrap.wrap(one, width)]
    for cited in answer.hits:
        lines += ["", *_hit_text(cited, width, found=answer.found)]
    return _harmless("\n".join(lines)).rstrip() + "\n"


def _harmless(text: str) -> str:
    """Text without the control characters by which it could steer a terminal."""
    return STEERING.sub("\ufffd", text)


def verdict_lines(answer: AnswerRecord) -> list[str]:
    """What is said above the hits."""
    if answer.found:
        return [sureness(answer)]
    if answer.hits:
        return [NOT_FOUND, NEAR_MISSES]
    return [] if nothing_asked(answer) else [NOT_FOUND]


def sureness(answer: AnswerRecord) -> str:
    """The confidence in figures, how often answers like it were right, and where that is from."""
    fit = shipped()
    other = "" if answer.model == fit.model else f" with the model {fit.model}"
    return (
        f"Confidence {percent(answer)}: {times_right(answer)}, measured on "
        f"{fit.questions:,} questions of {len(fit.collections)} public collections{other}."
    )


def times_right(answer: AnswerRecord) -> str:
    """How often answers of about this confidence were right, in words that claim no certainty."""
    return in_ten(round(10 * shipped().right_near(answer.confidence)))


def in_ten(times: int) -> str:
    """A rate in words: ten of ten is never said."""
    times_said = {0: "less than one time", 1: "about one time"}.get(times)
    return f"right {times_said or f'about {_TIMES[min(times, 9)]} times'} in ten"


def percent(answer: AnswerRecord) -> str:
    """The confidence in whole per cents, never as certain."""
    return f"{min(max(answer.confidence, 0.01), 0.99):.0%}"


def nothing_asked(answer: AnswerRecord) -> bool:
    """Whether no source was let through by the filter, so that none could answer."""
    return any(note.startswith(NO_SOURCE) for note in answer.notes)


def _hit_text(cited: CitedHit, width: int, *, found: bool) -> list[str]:
    hit = cited.hit
    also = [f"also in {twin.source.address}, {lines_label(twin.lines)}" for twin in hit.also_in]
    score = [f"score {hit.score:.2f}"] if found else []
    state = [verdict(cited.verification), *score, *also]
    body = marked(cited, str, "»", "«").splitlines()
    paragraphs = [f"[{hit.rank}] {heading(cited)}", *body, "(" + "; ".join(state) + ")"]
    lines = [line for paragraph in paragraphs for line in _wrapped(paragraph, width - 4)]
    return [lines[0], *(f"    {line}" for line in lines[1:])]


def _wrapped(line: str, width: int) -> list[str]:
    """A line cut between words where it is too wide for a terminal's columns."""
    from rich.console import Console
    from rich.text import Text

    console = Console(width=width, color_system=None)
    return [part.plain.rstrip() for part in Text(line).wrap(console, width)] or [""]


def markdown(answer: AnswerRecord) -> str:
    """The whole answer as Markdown, marks in bold."""
    lines_above = (" ".join(verdict_lines(answer)), *map(_plain, answer.notes))
    parts = [f"**{_plain(answer.question)}**", *filter(None, lines_above)]
    for cited in answer.hits:
        body = _quoted(marked(cited, _plain_lines, "**", "**"))
        state = verdict(cited.verification)
        parts.append(f"{cited.hit.rank}. {_plain(heading(cited))} ({state})\n\n{body}")
    return "\n\n".join(parts) + "\n"


def _plain_lines(piece: str) -> str:
    return "\n".join(_plain(line) for line in piece.split("\n"))


def html(answer: AnswerRecord) -> str:
    """The whole answer as HTML without scripts or links, for notebooks."""
    parts = [f"<p><b>{escape(answer.question)}</b></p>"]
    said = (*answer.notes, *verdict_lines(answer))
    parts += [f"<p>{escape(line)}</p>" for line in said]
    for cited in answer.hits:
        body = marked(cited, lambda piece: escape(piece).replace("\n", "<br>"), "<mark>", "</mark>")
        state = escape(verdict(cited.verification))
        parts.append(
            f"<p>[{cited.hit.rank}] {escape(heading(cited))} <small>({state})</small></p>"
            f"<blockquote>{body}</blockquote>"
        )
    return "".join(parts)
