"""SQuAD in the form of collections: paragraphs, and questions with the places of their answers."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of an article, with the article's title."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question asked on a paragraph; ``spans`` are empty where nothing there answers it."""

    id: str
    text: str
    paragraph: str
    answers: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Squad:
    """Paragraphs by id, and the questions asked on them."""

    paragraphs: dict[str, Paragraph]
    questions: tuple[Question, ...]

    def folds(self, chosen: Sequence[int]) -> Squad:
        """The articles of these folds: the n-th by title belongs to fold n modulo FOLDS."""
        titles = sorted({paragraph.title for paragraph in self.paragraphs.values()})
        kept = {one for number, one in enumerate(titles) if number % FOLDS in chosen}
        paragraphs = {key: one for key, one in self.paragraphs.items() if one.title in kept}
        asked = tuple(question for question in self.questions if question.paragraph in paragraphs)
        return Squad(paragraphs, asked)


def read_squad(folder: Path) -> Squad:
    """The paragraphs and questions of a folder, packed by gzip or not."""
    paragraphs = {
        row["id"]: Paragraph(row["id"], row["title"], row["text"])
        for row in _rows(folder, "corpus.jsonl")
    }
    return Squad(paragraphs, tuple(_question(row) for row in _rows(folder, "queries.jsonl")))


def _question(row: dict[str, Any]) -> Question:
    # Where an answer stands several times the pages do not say which place is meant: the first.
    spans = tuple(
        (starts[0], starts[0] + len(answer))
        for answer, starts in zip(row["answers"], row["answer_starts"], strict=True)
        if starts
    )
    return Question(row["id"], row["text"], row["paragraph"], tuple(row["answers"]), spans)


def _rows(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    packed = folder / f"{name}.gz"
    content = gzip.decompress(packed.read_bytes()) if packed.exists() else None
    yield from map(json.loads, (content or (folder / name).read_bytes()).splitlines())
