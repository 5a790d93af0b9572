"""What an answer holds, before anybody says how it is told."""

from __future__ import annotations

from dataclasses import dataclass

from qwenqa.types.citations import CitedHit
from qwenqa.types.explanations import QueryTerm
from qwenqa.types.protocols import AskedWith, Filter


@dataclass(frozen=True, slots=True)
class AnswerRecord:
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

    def __len__(self) -> int:
        """How many hits there are."""
        return len(self.hits)

    def __bool__(self) -> bool:
        """Whether something in the documents answers."""
        return self.found
