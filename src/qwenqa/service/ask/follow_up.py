"""Follow-up questions with what answers and the index know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qwenqa.answers.answer.answer import Answer
from qwenqa.index.generation import Generation
from qwenqa.lexical.analysis import query_terms

if TYPE_CHECKING:
    from qwenqa.answers.questions.follow_up import Before, FollowUp


def followed(generation: Generation, question: str, earlier: Sequence[Answer | Before]) -> FollowUp:
    """A question after earlier ones, their rarest words by what a generation holds."""
    # Its patterns take a while to be compiled, which asking does not wait for.
    from qwenqa.answers.questions.follow_up import follow_up

    def rarity(word: str) -> float:
        groups = query_terms(word, generation.languages)
        return max(map(generation.lexical.rarity, groups), default=0.0)

    return follow_up(question, [_told(before) for before in earlier], rarity)


def _told(earlier: Answer | Before) -> Before:
    if isinstance(earlier, Answer):
        return earlier.question, earlier.sentence if earlier.found else ""
    return earlier
