"""The words of a text, those of one meaning under one key."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from qwenqa.answers.quantities import Analyse
from qwenqa.answers.wording import FAMILY, FUNCTION, NEUTRAL


class Word(NamedTuple):
    """A word of a text: its term, its key, where it stands, and itself in lower case.

    Words of one meaning ("tall", "height") have one key, others their term.
    """

    term: str
    key: str
    start: int
    end: int
    plain: str

    @property
    def weighty(self) -> bool:
        """Whether it says something of the subject."""
        return self.plain not in FUNCTION and self.plain not in NEUTRAL


def words_of(text: str, analyse: Analyse, among: Container[str] | None = None) -> tuple[Word, ...]:
    """The words of a text, in order: those whose terms are ``among`` some, or all."""
    found = (
        (term, start, end, text[start:end].casefold())
        for term, start, end in analyse(text)
        if among is None or term in among
    )
    return tuple(Word(term, FAMILY.get(it, term), start, end, it) for term, start, end, it in found)
