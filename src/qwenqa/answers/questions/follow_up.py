"""Follow-up questions: what one lacks is taken from an earlier question, and said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qwenqa.answers.questions.context_dependence import ContentWord, QuestionWords, name_runs

MOST_ADDED = 6
"""Words, or names, that are added at most."""

_RARE = 2
"""Words other than names that are added to a question that has some of its own."""

Before = tuple[str, str]
"""A question that was asked before, as it was understood, and the best sentence of its answer."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question as it is understood after earlier ones.

    ``added`` are the words that it lacks, from the earlier question ``source`` or its answer;
    both are empty where it stands alone.
    """

    question: str
    added: tuple[str, ...] = ()
    source: str = ""

    @property
    def asked(self) -> str:
        """The question with the added words behind it, which is what to ask."""
        return " ".join((self.question, *self.added))

    def without(self, word: str) -> FollowUp:
        """The same without one of the added words."""
        left = tuple(word_added for word_added in self.added if word_added != word)
        return FollowUp(self.question, left, self.source if left else "")


def follow_up(
    question: str,
    earlier: Sequence[Before],
    rarity: Callable[[str], float] = lambda _: 0.0,
) -> FollowUp:
    """A question with what it lacks from the last of the earlier ones that can give something.

    ``earlier`` are in the order of asking; ``rarity`` is a word's weight in the index, and tells
    which words to take where the earlier question has no name. A question that does not lean
    (``leaning``) is left as it is.
    """
    asked = QuestionWords(question)
    if not asked.lean:
        return FollowUp(question)
    for before, quote in reversed(earlier):
        if added := _lacking(asked, QuestionWords(before), QuestionWords(quote), rarity):
            return FollowUp(question, added, before)
    return FollowUp(question)


def _lacking(
    asked: QuestionWords,
    before: QuestionWords,
    quote: QuestionWords,
    rarity: Callable[[str], float],
) -> tuple[str, ...]:
    names = name_runs(before.pieces, before.text)
    others = [piece.text for piece in before.pieces if not piece.name]
    own = asked.pieces
    if own and all(word.name for word in own):
        # "What about Coder?" asks the same of another: that other takes the place of a name.
        added = [*_without_replaced(names, own), *others]
    elif asked.lean == "points back" and asked.person:
        quoted = name_runs(quote.pieces, quote.text)
        added = _persons(names)[:1] or _persons(quoted)[:1] or names
    elif len(own) <= 1 and asked.lean != "points back":
        added = [*names, *others]
    elif asked.lean == "points back":
        added = [*(names or name_runs(quote.pieces, quote.text)[:1]), *_rarest(others, rarity)]
    elif names and any(word.name for word in own):
        # It names a person or a thing of its own; another person would stand in its way.
        return tuple(_new([name for name in names if name not in _persons(names)], asked.text))
    else:
        added = names
    return tuple(_new(added or _rarest(others, rarity), asked.text))


def _without_replaced(names: list[str], own: Sequence[ContentWord]) -> list[str]:
    """The earlier names but the first of the kind, numbers or others, that is asked of now."""
    numbers = all(word.number for word in own)
    same = [name for name in names if name[0].isdigit() == numbers]
    return [name for name in names if name not in same[:1]]


def _rarest(words: list[str], rarity: Callable[[str], float]) -> list[str]:
    """The rarest words, in the order in which they were asked."""
    rare = sorted(words, key=lambda word: -rarity(word))[:_RARE]
    return [word for word in words if word in rare]


def _persons(names: list[str]) -> list[str]:
    """The names of several words without a number, as persons have."""
    return [name for name in names if " " in name and not any(map(str.isdigit, name))]


def _new(words: Sequence[str], text: str) -> list[str]:
    """The words that a text lacks, each once."""
    known_text = text.casefold()
    fresh = dict.fromkeys(word for word in words if word.casefold() not in known_text)
    return list(fresh)[:MOST_ADDED]
