"""Questions to offer: those that stand in the documents, as a heading or as a "Q:" of a FAQ."""

from __future__ import annotations

import itertools
import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from qwenqa.index.generation import Generation
from qwenqa.service.ask.search import find
from qwenqa.types import Encoder, sha256_text

DEFAULT_EXAMPLES = 3

Key = tuple[Path, int, str, int]
PlacedQuestion = tuple[str, str]
"""A question, and the address of the document that asks it."""

_SAMPLED = 240
_TRIED = 6
_CHARACTERS = range(8, 91)
_LOOKED_AT = 200
_ANSWERED_BELOW = re.compile(
    r"^\W{0,6}(?:Q|F|P|R|Question|Frage|Pregunta|问|問)\s?\d{0,3}[.:)：]\W{0,4}(\S.*[?？])\W{0,4}$",
    re.MULTILINE,
)
# No markup, code, address or control character.
_QUESTION = re.compile(r"(?:\d+(?:\.\d+)*[.)]?\s+)?([¿\w][\w ,.'’&+/-–：，、]*\s?[?？])")


class Examples:
    """The examples of one generation at a time, looked for when they are first asked for."""

    def __init__(self, level: float) -> None:
        """Name the confidence from which hits are said to answer."""
        self._level = level
        self._lock = threading.Lock()
        self._made: tuple[Key, tuple[str, ...]] | None = None

    def of(self, generation: Generation, encoder: Encoder | None, count: int) -> tuple[str, ...]:
        """At most ``count`` examples of a generation; threads that ask together look once."""
        key = (generation.folder, generation.number, generation.header.created, count)
        with self._lock:
            if self._made is None or self._made[0] != key:
                self._made = (key, examples(generation, encoder, self._level, count))
            return self._made[1]


def examples(
    generation: Generation, encoder: Encoder | None, level: float, count: int
) -> tuple[str, ...]:
    """At most ``count`` questions of the documents, each answered first by the one that asks it.

    The same each time, of as many documents as there are; only some are tried.
    """
    tried = itertools.islice(in_turn(asked_in(generation)), _TRIED * count)
    good = (text for text, address in tried if _answers(generation, encoder, level, text, address))
    return tuple(itertools.islice(good, count))


def asked_in(generation: Generation) -> Iterator[PlacedQuestion]:
    """All headings that are questions, and the entries of FAQs in some passages."""
    for stored in generation.documents:
        for section in stored.sections:
            yield from _whole(section.headings[-1:], stored.source.address)
    for passage in generation.passages(_sampled(generation)):
        yield from _whole(_ANSWERED_BELOW.findall(passage.text), passage.source.address)


def in_turn(questions: Iterable[PlacedQuestion]) -> list[PlacedQuestion]:
    """One of each document before the second of any."""
    turns: Counter[str] = Counter()

    def turn(asked: PlacedQuestion) -> int:
        turns[asked[1]] += 1
        return turns[asked[1]]

    return sorted(sorted(set(questions), key=lambda asked: sha256_text("".join(asked))), key=turn)


def _whole(texts: Iterable[str], address: str) -> Iterator[PlacedQuestion]:
    for text in texts:
        question = _QUESTION.fullmatch(" ".join(text[:_LOOKED_AT].split()))
        if question and len(question[1]) in _CHARACTERS:
            yield question[1], address


def _sampled(generation: Generation) -> list[int]:
    """Ids of passages all over the index; ids do not depend on how it came to be."""
    ids = generation.table["id"]
    places = np.linspace(0, len(ids) - 1, min(_SAMPLED, len(ids))).astype(np.int64)
    return [int(id_) for id_ in ids[places]]


def _answers(
    generation: Generation, encoder: Encoder | None, level: float, question: str, address: str
) -> bool:
    result = find(generation, encoder, question, 1)
    return result.answers(level) and result.hits[0].passage.source.address == address
