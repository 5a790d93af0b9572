"""Which characters of a collection's documents answer its questions, as far as they say it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
Stretch = tuple[str, int, int]
"""A document, and where in its file a stretch of characters starts and ends."""


class Gold:
    """The answering stretches of a collection's questions.

    ``whole`` says whether they are whole sentences or passages, or only the words of an answer.
    """

    def __init__(self, folder: Path) -> None:
        """Read the collection in a folder."""
        self.rows = rows(folder / "queries.jsonl")
        self.whole = not any("answer_start" in row or "answer_starts" in row for row in self.rows)
        self._documents = {row["id"]: row for row in rows(folder / "corpus.jsonl")}

    def of(self, row: Row) -> frozenset[Stretch]:
        """The stretches that answer a question; empty when that is not said."""
        return frozenset(
            (name, start + self._heading(name), end + self._heading(name))
            for name, start, end in self._told(row)
            if name in self._documents
        )

    def _told(self, row: Row) -> Iterator[Stretch]:
        """The stretches in the documents' own texts."""
        for start, end in row.get("spans", ()):
            yield row["doc"], start, end
        for sentences in row.get("selected_sentences", ()):
            for sentence in sentences:
                yield from self._found(row["passage"], sentence)
        for name, number in row.get("supporting_facts", ()):
            yield from self._sentence(name, number)
        for evidence in row.get("evidence", ()):
            for number in evidence["sentences"]:
                yield from self._sentence(str(evidence["doc"]), number)
        starts = row.get("answer_starts") or [[one] for one in row.get("answer_start", ())]
        for answer, places in zip(row.get("answers", ()) if starts else (), starts, strict=True):
            yield from ((row["paragraph"], at, at + len(answer)) for at in places)

    def _sentence(self, name: str, number: int) -> Iterator[Stretch]:
        sentences = self._documents.get(name, {}).get("sentences", ())
        yield from self._found(name, sentences[number]) if number < len(sentences) else ()

    def _found(self, name: str, sentence: str) -> Iterator[Stretch]:
        told = sentence.strip()
        at = self._documents[name]["text"].find(told)
        yield from [(name, at, at + len(told))] if at >= 0 else []

    def _heading(self, name: str) -> int:
        """Characters of the title that ``evaluation.collection`` writes above a text."""
        title = " ".join(self._documents[name].get("title", "").split())
        return len(f"# {title}\n\n") if title else 0


def rows(path: Path) -> list[Row]:
    """The records of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
