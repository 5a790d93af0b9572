"""The answer to a question: its hits, cited and verified, or that nothing answers it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from qwenqa.answers.answer import bundles, explanation, rendering
from qwenqa.answers.marks.asked_date import date_asked_for
from qwenqa.errors import CitationError
from qwenqa.types import AnswerRecord, Explanation, Span


@dataclass(frozen=True, slots=True, repr=False)
class Answer(AnswerRecord):
    """The answer to a question, and what it can be told and taken along as."""

    @property
    def asked_for(self) -> Span | None:
        """The words within the best mark that were asked for, by their place in the document.

        Told of questions for a time, where the marked sentence holds one date; else None.
        """
        if not self.found or self.best is None or not self.best.marks:
            return None
        date, at = date_asked_for(self.question, self.sentence), self.best.marks[0].start
        return date and Span(at + date.start, at + date.end)

    def __repr__(self) -> str:
        """One line for a person: the question, and the best sentence with its place."""
        return rendering.summary(self)

    def __str__(self) -> str:
        """The answer as plain text, 80 columns wide."""
        return self.text()

    def explain(self) -> Explanation:
        """Why it has these hits: their scores and ranks, and each term's share of BM25.

        Made of what the answer holds; ``Library.why`` also tells of all other candidates, and what
        each sentence gave.
        """
        return explanation.explanation(self)

    def text(self, width: int = 80) -> str:
        """The answer as plain text, marks between » and «."""
        return rendering.text(self, width)

    def markdown(self) -> str:
        """The answer as Markdown, marks in bold, every foreign character escaped."""
        return rendering.markdown(self)

    def _repr_html_(self) -> str:
        """The answer as HTML for notebooks, every foreign character escaped."""
        return rendering.html(self)

    def json(self) -> str:
        """The answer as JSON, from which ``Answer.from_json`` makes an equal one."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode()

    def bundle(self, around: bundles.Around = bundles.nothing_around) -> str:
        """The answer as a bundle (JSON), which ``qwenqa verify`` checks on another machine.

        ``around`` gives what stands before and after a quote; ``Library.bundle`` knows that.
        """
        return bundles.bundle(self, around)

    @classmethod
    def from_json(cls, data: str | bytes) -> Answer:
        """The answer that JSON holds; raises CitationError when it holds none."""
        try:
            return msgspec.json.decode(data, type=cls)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise CitationError(
                f"This is not an answer in JSON ({error}). Copy it whole, as it was given."
            ) from error
