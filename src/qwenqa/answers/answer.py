"""The answer to a question: its hits, cited and verified, or that nothing answers it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from qwenqa.answers import bundles, explaining, rendering
from qwenqa.answers.when import date_asked_for
from qwenqa.errors import CitationError
from qwenqa.types import AskedWith, CitedHit, Explanation, Filter, QueryTerm, Span


@dataclass(frozen=True, slots=True)
class Answer:
    """A question's hits, best first, and whether they are said to answer it.

    ``found`` is False when nothing in the documents seems to answer: the hits are then near
    misses. ``confidence`` is the probability, from 0 to 1, that the first hit holds the answer.
    ``generation`` and ``model`` say which index answered; ``notes`` are sentences about the
    asking itself, such as a question too long for the model. ``terms`` are the question's, with
    how rare they are; ``within`` says which sources were asked, None is all.
    ``asked_with`` are the settings that it depends on, None where they are not known.
    """

    question: str
    found: bool
    confidence: float
    hits: tuple[CitedHit, ...]
    generation: int
    model: str
    notes: tuple[str, ...] = ()
    terms: tuple[QueryTerm, ...] = ()
    within: Filter | None = None
    asked_with: AskedWith | None = None

    @property
    def best(self) -> CitedHit | None:
        """The hit with the best mark, which need not be the first; the first where none has any."""
        return max(self.hits, key=lambda cited: cited.mark_score, default=None)

    @property
    def sentence(self) -> str:
        """The words of the best mark, empty where there is none."""
        if self.best is None or not self.best.marks:
            return ""
        (start, end), passage = self.best.marks[0], self.best.hit.passage
        return passage.text[start - passage.start : end - passage.start]

    @property
    def asked_for(self) -> Span | None:
        """The words within the best mark that were asked for, by their place in the document.

        Told of questions for a time, where the marked sentence holds one date; else None.
        """
        if not self.found or self.best is None or not self.best.marks:
            return None
        date, at = date_asked_for(self.question, self.sentence), self.best.marks[0].start
        return date and Span(at + date.start, at + date.end)

    def __len__(self) -> int:
        """How many hits there are."""
        return len(self.hits)

    def __bool__(self) -> bool:
        """Whether something in the documents answers."""
        return self.found

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
        return explaining.explanation(self)

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
