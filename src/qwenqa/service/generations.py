"""The generations of an index: which there are, what each changed, and the way back to one."""

from __future__ import annotations

from contextlib import closing

from qwenqa.build.changes import diff
from qwenqa.errors import GenerationError
from qwenqa.index import opening
from qwenqa.index.header import kept
from qwenqa.index.reports import read_report
from qwenqa.service.open.current_generation import Serving
from qwenqa.service.upkeep.rebuilding import roll_back
from qwenqa.service.upkeep.saved import SavedQuestions, timeline
from qwenqa.settings import Settings
from qwenqa.types import BuildReport, Diff, SavedChange, SavedMoment


class Generations:
    """The generations of an index: the one that answers, the kept ones, and their differences."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is read yet."""
        self.settings = settings
        self._serving = Serving(settings)

    def roll_back(self, number: int | None = None) -> int:
        """Let a kept generation serve again, the one before if no number is given; its number.

        The next rebuild brings the index up to the corpus again. Raises NoGenerationError when
        there is no such generation, DamagedError when it is damaged, BuilderBusyError or
        GenerationError.
        """
        return roll_back(self.settings.index, self._serving, number)

    def serving(self) -> int:
        """The number of the generation that answers now, 0 when there is none."""
        try:
            return self._serving.latest().number
        except GenerationError:
            return 0

    def kept(self) -> list[int]:
        """The numbers of the generations that can be rolled back to, the serving one too."""
        return [header.generation for header in kept(self.settings.index)]

    @property
    def saved(self) -> SavedQuestions:
        """The saved questions, which are asked again after each rebuild."""
        return SavedQuestions(self.settings.index)

    def saved_states(self) -> tuple[tuple[str, SavedChange | None], ...]:
        """Each saved question with what the build of the serving generation said of it.

        None where that build did not ask it, or no generation is good. Raises DamagedError
        when the questions cannot be read.
        """
        try:
            last = {change.question: change for change in self.report().saved}
        except GenerationError:
            last = {}
        return tuple((question, last.get(question)) for question in self.saved)

    def timeline(self, question: str) -> tuple[SavedMoment, ...]:
        """What became of a saved question's answer in each kept generation, the newest first.

        Every citation has its text, so that what is gone from the corpus can still be read.
        """
        return timeline(self.settings.index, question)

    def report(self, generation: int | None = None) -> BuildReport:
        """What the build of a kept generation changed, that of the serving one if none is given.

        Raises NoGenerationError when there is no such generation or it is not complete,
        DamagedError.
        """
        number = self._serving.latest().number if generation is None else generation
        return read_report(self.settings.index, number)

    def diff(self, old: int, new: int, *, texts: bool = False) -> Diff:
        """What is different between two kept generations, with ``texts`` the passages' words too.

        Raises NoGenerationError when one is not kept, DamagedError.
        """
        index = self.settings.index
        with (
            closing(opening.numbered(index, old)) as before,
            closing(opening.numbered(index, new)) as after,
        ):
            return diff(before, after, texts=texts)
