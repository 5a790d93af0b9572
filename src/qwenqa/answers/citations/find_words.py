"""Where some words stand in a text, as a person looks for them: case and accents do not count."""

from __future__ import annotations

import itertools
import re
import unicodedata
from functools import cache

from qwenqa.answers.citations.locate_sentence import folded
from qwenqa.types import Span

_LONGEST = 200
"""Characters of what is looked for that count; longer is cut."""
# What has a form of one case without accents stands below the first, or from the second on.
_PLAIN_FROM, _PLAIN_UNTIL = 0x3400, 0xF900
_SIGNS = 0x10000


def occurrences(text: str, words: str, most: int) -> tuple[Span, ...]:
    """The first stretches of a text that are the words wanted, at most so many, in order.

    White space of any length stands for any other. One pass over the text, whatever is wanted.
    """
    bare = _bare(folded(words))[:_LONGEST].strip()
    if not bare:
        return ()
    matches = itertools.islice(_pattern(bare, text).finditer(text), most)
    return tuple(Span(*match.span()) for match in matches)


def _pattern(bare: str, text: str) -> re.Pattern[str]:
    """What finds these words in this text."""
    accents = f"[{re.escape(''.join(_accents()))}]*"
    parts, at = [], 0
    while at < len(bare):
        # One character may stand for several, "ß" for "ss"; looked for where it stands at all.
        joined, several = _joined(bare, at, text)
        signs = (
            r"\s+" if character == " " else _sign(character) + accents
            for character in bare[at : at + several]
        )
        parts.append(f"(?:{''.join(signs)}|[{joined}]{accents})" if joined else "".join(signs))
        at += several
    return re.compile("".join(parts))


def _joined(bare: str, at: int, text: str) -> tuple[str, int]:
    """Characters of the text that stand for the next ones together, and for how many."""
    for several in (3, 2):
        forms = _forms().get(bare[at : at + several], ()) if at + several <= len(bare) else ()
        if those := "".join(form for form in forms if form in text):
            return those, several
    return "", 1


def _sign(character: str) -> str:
    """All characters that are this one but for case and accents."""
    forms = character + "".join(_forms().get(character, ()))
    return f"[{re.escape(forms)}]" if len(forms) > 1 else re.escape(character)


def _bare(text: str) -> str:
    parted = unicodedata.normalize("NFD", text)
    plain = "".join(character for character in parted if not _is_accent(character))
    return unicodedata.normalize("NFC", plain)


def _is_accent(character: str) -> bool:
    """Accents, and points of Hebrew and Arabic; signs that make another letter are none."""
    kind = unicodedata.combining(character)
    return kind >= 200 or 10 <= kind <= 36


@cache
def _accents() -> tuple[str, ...]:
    return tuple(character for character in map(chr, range(_PLAIN_FROM)) if _is_accent(character))


@cache
def _forms() -> dict[str, tuple[str, ...]]:
    """Of plain characters the others that differ in case, accents or Unicode form alone."""
    forms: dict[str, list[str]] = {}
    for character in map(chr, (*range(_PLAIN_FROM), *range(_PLAIN_UNTIL, _SIGNS))):
        plain = _bare(folded(character))
        if plain != character and (len(plain) == 1 or plain.isalpha()):
            forms.setdefault(plain, []).append(character)
    return {plain: tuple(others) for plain, others in forms.items()}
