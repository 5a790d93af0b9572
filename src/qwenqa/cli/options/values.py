"""What may be typed as a value, and what is wrong with what may not."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import TypeVar

Word = TypeVar("Word", bound=str)


def folder(text: str) -> str:
    """A folder's path as it was typed; raises ArgumentTypeError when it is empty."""
    if not text:
        raise argparse.ArgumentTypeError("names no folder")
    return text


def one_of_words(words: Sequence[Word]) -> Callable[[str], Word]:
    """A reader of one of the words, which says what it can be."""

    def read(text: str) -> Word:
        for word in words:
            if text == word:
                return word
        named = f"{', '.join(words[:-1])} or {words[-1]}"
        raise argparse.ArgumentTypeError(f"is {text[:40]!r}; it can be {named}")

    return read


def hits(text: str) -> int:
    """A number of passages."""
    number = whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"is {text}; ask for at least 1 passage")
    return number


def epochs(text: str) -> int:
    """A number of rounds of training."""
    number = whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"is {text}; train at least once")
    return number


def queries(text: str) -> int:
    """A number of questions."""
    number = whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"is {text}; ask at least 1 question")
    return number


def port(text: str) -> int:
    """The number of a port, 0 for any."""
    number = whole(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"is {text}; a port is between 0 and 65535")
    return number


def whole(text: str) -> int:
    """A whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"is {text[:40]!r}, which is no whole number") from None
