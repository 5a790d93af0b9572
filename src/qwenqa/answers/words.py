"""The words of a text, those of one meaning under one key."""

from __future__ import annotations

from typing import NamedTuple

from qwenqa.answers.marking import Terms
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


def words_of(text: str, terms: Terms) -> tuple[Word, ...]:
    """The words of a text, in order, of its terms."""
    plain = [text[start:end].casefold() for _, start, end in terms]
    keys = [FAMILY.get(it, term) for it, (term, _, _) in zip(plain, terms, strict=True)]
    told = zip(terms, keys, plain, strict=True)
    return tuple([Word(term, key, start, end, it) for (term, start, end), key, it in told])
