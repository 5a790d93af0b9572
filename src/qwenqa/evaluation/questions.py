"""Questions of one's own, each with where its answer stands, found again in the index.

The file is JSON Lines: an object with ``question`` and ``quote`` (words that answer, as they
stand in a document), ``address`` (the document's path in the corpus), or both, in each line.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from qwenqa.errors import CollectionError
from qwenqa.types import Passage


class Question(msgspec.Struct, frozen=True):
    """A line of the file."""

    question: str
    quote: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The ids of the passages that answer each question, and the questions without one."""

    passages: dict[str, tuple[int, ...]]
    unfound: tuple[str, ...]


def read_questions(path: Path) -> list[Question]:
    """The questions of a file; raises CollectionError naming the line that is none."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise CollectionError(f"The questions in {path} cannot be read ({error}).") from error
    return [
        _question(line, f"{path}, line {number},")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def _question(line: str, where: str) -> Question:
    try:
        question = msgspec.json.decode(line, type=Question)
    except msgspec.MsgspecError as error:
        raise CollectionError(
            f'{where} is no question ({error}). Write {{"question": "…", "quote": "…"}}.'
        ) from error
    if not question.question.strip() or not (question.quote.strip() or question.address.strip()):
        raise CollectionError(
            f"{where} needs a question, and a quote or the address of the document that answers."
        )
    return question


def answered(questions: Iterable[Question], passages: Iterable[Passage]) -> Answered:
    """Which passages hold each question's quote, in the document it names or in any.

    White space, case and forms of letters do not count. A passage inside the quote holds it too.
    Without a quote all passages of the document answer.
    """
    texts = [(passage.id, passage.source.address, _plain(passage.text)) for passage in passages]
    ids_of: dict[str, dict[int, None]] = {}
    for question_line in questions:
        quote = _plain(question_line.quote)
        here = ids_of.setdefault(question_line.question.strip(), {})
        for id_, address, text in texts:
            if question_line.address in ("", address) and _holds(text, quote):
                here[id_] = None
    return Answered(
        {question: tuple(ids) for question, ids in ids_of.items() if ids},
        tuple(question for question, ids in ids_of.items() if not ids),
    )


def _holds(text: str, quote: str) -> bool:
    return quote in text or (bool(text) and text in quote)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
