"""Saved questions: kept in the index folder, asked again when it is built."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from qwenqa.answers.citations.claims import cite
from qwenqa.build.saved import AskSaved, GenerationChange, SavedAnswer, compared, first_asked
from qwenqa.errors import GenerationError, QuestionError, QwenqaError
from qwenqa.index.generation import Generation
from qwenqa.index.header import folder_of, kept
from qwenqa.index.reports import report_in
from qwenqa.index.saved import Questions, change_saved, read_saved
from qwenqa.service.ask.search import checked_question, find
from qwenqa.types import Encoder, SavedChange, SavedMoment

SAVED_HITS = 5
"""How many hits of each saved question are compared, passage by passage."""


class SavedQuestions:
    """The questions that are asked again after each rebuild, in the order of their saving.

    Every call looks at the index folder, so that several processes see the same questions.
    Iterating raises DamagedError when their file is damaged.
    """

    def __init__(self, index: Path) -> None:
        self._index = index

    def __iter__(self) -> Iterator[str]:
        """The questions."""
        return iter(read_saved(self._index))

    def __len__(self) -> int:
        """How many there are."""
        return len(read_saved(self._index))

    def __repr__(self) -> str:
        """The questions, as a list."""
        return f"<SavedQuestions {list(self)}>"

    def add(self, question: str) -> int:
        """Save a question unless it is saved already; its number, from one.

        Raises QuestionError as asking does, GenerationError when the folder cannot be written.
        """
        question = checked_question(question)
        after = change_saved(self._index, lambda was: tuple(dict.fromkeys([*was, question])))
        return after.index(question) + 1

    def remove(self, which: int | str) -> str:
        """Forget a saved question by its number or its words; the question.

        Raises QuestionError when it is not saved, GenerationError when the folder cannot be
        written.
        """
        gone: list[str] = []

        def without(was: Questions) -> Questions:
            gone.append(_chosen(was, which))
            return tuple(one for one in was if one != gone[0])

        change_saved(self._index, without)
        return gone[0]


def timeline(index: Path, question: str) -> tuple[SavedMoment, ...]:
    """What each kept generation's build said of a saved question, the newest first.

    A generation whose report is damaged, or that did not ask it, is left out.
    """
    moments = []
    for header in reversed(kept(index)):
        with suppress(GenerationError):
            said = report_in(folder_of(index, header.generation), header).saved
            moments += [
                SavedMoment(header.generation, header.created, change)
                for change in said
                if change.question == question
            ]
    return tuple(moments)


def asking(index: Path, encoder: Encoder, level: float) -> AskSaved:
    """What asks the saved questions when a generation is complete; whatever fails is reported.

    ``level`` is the confidence from which hits are said to answer.
    """
    ask = partial(_answer, encoder, level)

    def asked(new: Generation, since: GenerationChange | None) -> tuple[SavedChange, ...]:
        try:
            questions = read_saved(index)
            answers_before = _known(since.old) if questions and since else {}
        except QwenqaError as error:
            return (SavedChange("", failure=str(error)),)
        return tuple(
            _asked(question, ask, new, since, answers_before.get(question))
            for question in questions
        )

    return asked


def _asked(
    question: str,
    ask: Callable[[Generation, str], SavedAnswer],
    new: Generation,
    since: GenerationChange | None,
    was: SavedAnswer | None,
) -> SavedChange:
    try:
        now = ask(new, question)
        if since and not was and _comparable(since):
            was = ask(since.old, question)
        return compared(question, was, now, since) if since and was else first_asked(question, now)
    except QwenqaError as error:
        return SavedChange(question, failure=str(error))
    except Exception as error:  # noqa: BLE001 - no fault in asking may fail the build
        return SavedChange(question, failure=f"Asking it failed ({type(error).__name__}: {error}).")


def _answer(encoder: Encoder, level: float, generation: Generation, question: str) -> SavedAnswer:
    result = find(generation, encoder, question, SAVED_HITS)
    # Each passage by itself: what a hit joins may change without its words being lost.
    citations = tuple(cite(part) for hit in result.hits for part in hit.parts)
    return SavedAnswer(result.answers(level), result.confidence, citations)


def _comparable(since: GenerationChange) -> bool:
    """Whether the earlier generation can be asked with the model of the later one."""
    return since.old.header.recipe.encoder == since.new.header.recipe.encoder


def _known(old: Generation) -> dict[str, SavedAnswer]:
    """The answers that an earlier generation gave when it was built."""
    with suppress(GenerationError):
        return {
            change.question: SavedAnswer(change.found, change.confidence, change.cited)
            for change in report_in(old.folder, old.header).saved
            if not change.failure
        }
    return {}


def _chosen(questions: Questions, which: int | str) -> str:
    if isinstance(which, str) and which.strip() in questions:
        return which.strip()
    if isinstance(which, int) and 1 <= which <= len(questions):
        return questions[which - 1]
    raise QuestionError(f"No question {which!r} is saved. Those there are: qwenqa saved list")
