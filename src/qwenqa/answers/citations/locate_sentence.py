"""Where a sentence stands in a text, whatever its white space, case and form of Unicode.

Nothing else is disregarded: a sentence that differs in one letter stands nowhere.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache

from qwenqa.types import Span

_WORD = re.compile(r"\S+")
# A character with what Unicode may join to it: marks, parts of Hangul syllables, sound marks.
_CHARACTER = re.compile("(?s).[\u0300-\u036f\u1160-\u11ff\u3099\u309a\uff9e\uff9f]*")

_FOLDINGS: dict[str, Callable[[str], str]] = {
    "white space": lambda text: " ".join(text.split()),
    "Unicode form": lambda text: unicodedata.normalize("NFKC", text),
    "case": str.casefold,
}


def folded(text: str) -> str:
    """A text in one form of Unicode (NFKC), one case, and with single spaces for white space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def find(text: str, sentence: str) -> list[Span]:
    """The stretches of a text that are the sentence once both are folded, in order.

    They do not overlap. An empty sentence stands nowhere.
    """
    sought = folded(sentence)
    if not sought or sought not in folded(text):
        return []
    words = list(_WORD.finditer(text))
    parts = [folded(word.group()) for word in words]
    starts = [0, *itertools.accumulate(len(part) + 1 for part in parts)]
    joined = " ".join(parts)
    spans: list[Span] = []
    at = joined.find(sought)
    while at >= 0:
        end = at + len(sought) - 1
        first, last = bisect_right(starts, at) - 1, bisect_right(starts, end) - 1
        begin = words[first].start() + _part(words[first].group(), at - starts[first]).start
        spans.append(
            Span(begin, words[last].start() + _part(words[last].group(), end - starts[last]).end)
        )
        at = joined.find(sought, end + 1)
    return spans


def folding(stretch: str, sentence: str) -> tuple[str, ...]:
    """What had to be disregarded to find the sentence in what was found, as little as does."""
    for count in range(len(_FOLDINGS) + 1):
        for names in itertools.combinations(_FOLDINGS, count):
            if _under(names, sentence.strip()) in _under(names, stretch):
                return names
    return tuple(_FOLDINGS)


def _under(names: tuple[str, ...], text: str) -> str:
    for name in names:
        text = _FOLDINGS[name](text)
    return text


def _part(word: str, at: int) -> Span:
    """The character of a word that holds this place of the folded word, else all of the word."""
    spans, ends = _characters(word)
    number = bisect_right(ends, at)
    return spans[number] if number < len(spans) else Span(0, len(word))


@lru_cache(maxsize=4096)
def _characters(word: str) -> tuple[list[Span], list[int]]:
    """The characters of a word, and where each ends in the folded word; both empty if unknown."""
    matches = list(_CHARACTER.finditer(word))
    parts = [folded(match.group()) for match in matches]
    if "".join(parts) != folded(word):
        return [], []
    return [Span(*match.span()) for match in matches], list(itertools.accumulate(map(len, parts)))
