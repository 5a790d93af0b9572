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


def occurrences(text: str, wanted: str, most: int) -> tuple[Span, ...]:
    """The first stretches of a text that are the words wanted, at most so many, in order.

    White space of any length stands for any other. One pass over the text, whatever is wanted.
    """
    bare = _bare(folded(wanted))[:_LONGEST].strip()
    if not bare:
        return ()
    found = itertools.islice(_pattern(bare, text).finditer(text), most)
    return tuple(Span(*one.span()) for one in found)


def _pattern(bare: str, text: str) -> re.Pattern[str]:
    """What finds these words in this text."""
    accents = f"[{re.escape(''.join(_accents()))}]*"
    parts, at = [], 0
    while at < len(bare):
        # One character may stand for several, "ß" for "ss"; looked for where it stands at all.
        joined, several = _joined(bare, at, text)
        signs = (r"\s+" if one == " " else _sign(one) + accents for one in bare[at : at + several])
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


def _sign(one: str) -> str:
    """All characters that are this one but for case and accents."""
    forms = one + "".join(_forms().get(one, ()))
    return f"[{re.escape(forms)}]" if len(forms) > 1 else re.escape(one)


def _bare(text: str) -> str:
    parted = unicodedata.normalize("NFD", text)
    kept = "".join(one for one in parted if not _is_accent(one))
    return unicodedata.normalize("NFC", kept)


def _is_accent(one: str) -> bool:
    """Accents, and points of Hebrew and Arabic; signs that make another letter are none."""
    kind = unicodedata.combining(one)
    return kind >= 200 or 10 <= kind <= 36


@cache
def _accents() -> tuple[str, ...]:
    return tuple(one for one in map(chr, range(_PLAIN_FROM)) if _is_accent(one))


@cache
def _forms() -> dict[str, tuple[str, ...]]:
    """Of plain characters the others that differ in case, accents or Unicode form alone."""
    forms: dict[str, list[str]] = {}
    for one in map(chr, (*range(_PLAIN_FROM), *range(_PLAIN_UNTIL, _SIGNS))):
        plain = _bare(folded(one))
        if plain != one and (len(plain) == 1 or plain.isalpha()):
            forms.setdefault(plain, []).append(one)
    return {plain: tuple(others) for plain, others in forms.items()}
