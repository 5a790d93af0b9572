"""Numbers as people write them: separators, scale words, and how much a number leaves open."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from qwenqa.answers.units import NUMERALS, SCALES

LETTER = r"A-Za-z\u00b5\u00c0-\u024f\u0370-\u03ff"
SPACE = r"[ \u00a0\u202f\u2009]"
DIGITS = (
    rf"\d{{1,3}}(?:(?:[.,'’]|{SPACE})\d{{3}}){{1,4}}(?!\d)(?:[.,]\d{{1,9}})?"
    r"|\d{1,15}(?:[.,]\d{1,9})?"
)
_GROUPS = re.compile(rf"['’]|{SPACE}")
_FEW = 3


def names(those: Iterable[str]) -> str:
    """Names as one pattern, the longest first; longer than three letters in any case."""
    ordered = sorted(those, key=lambda name: (-len(name), name))
    return "|".join(f"(?i:{re.escape(n)})" if len(n) > _FEW else re.escape(n) for n in ordered)


def is_sign(name: str) -> bool:
    """Whether a name is Chinese, so that nothing stands between it and the next word."""
    return name[-1] >= "\u2e80"


_SCALE = re.compile(
    rf"(?:{SPACE}|-)?(?P<name>{names(one for one in SCALES if not is_sign(one))})(?![{LETTER}\d])"
    rf"|{SPACE}?(?P<sign>{names(one for one in SCALES if is_sign(one))})"
)


class Value(NamedTuple):
    """A number, and by how much it may be off because of how it is rounded."""

    number: float
    slack: float

    def times(self, factor: float) -> Value:
        """The same in other units."""
        return Value(self.number * factor, self.slack * factor)


class Number(NamedTuple):
    """What a number can mean ("1.234" is two values), its scale, and where it ends."""

    values: tuple[Value, ...]
    scale: float
    end: int


def number(text: str, written: str, end: int) -> Number:
    """A number in digits or as a word that ends at ``end``, and the scale words after it."""
    scale = 1.0
    for _ in range(2):  # "mil millones"
        if (more := _SCALE.match(text, end)) is None:
            break
        name = more["name"] or more["sign"]
        scale *= SCALES[name] if name in SCALES else SCALES[name.casefold()]
        end = more.end()
    if (word := written.casefold()) in NUMERALS:
        return Number((Value(NUMERALS[word] * scale, 0.0),), scale, end)
    return Number(tuple(_value(one, scale) for one in _decimals(written)), scale, end)


def _decimals(written: str) -> list[str]:
    """The digits with a point for decimals: both readings where the sign can mean either."""
    plain = _GROUPS.sub("", written)
    signs = [one for one in plain if one in ".,"]
    if not signs:
        return [plain]
    whole, _, part = plain.rpartition(signs[-1])
    whole = re.sub("[.,]", "", whole)
    if len(signs) > 1 and signs[-1] == signs[-2]:
        return [whole + part]
    either = len(signs) == 1 and plain == written and len(part) == 3
    thousands = either and len(whole) <= 3 and whole.strip("0") != ""
    return [whole + part, f"{whole}.{part}"] if thousands else [f"{whole}.{part}"]


def _value(decimal: str, scale: float) -> Value:
    """Half the last place that counts: "3.5 million" is off by 50,000 at most, "250" by 5.

    Two digits are meant as they stand.
    """
    whole, _, part = decimal.partition(".")
    value = float(decimal)
    if part or scale > 1:
        return Value(value * scale, 10.0 ** -len(part) * scale / 2)
    zeros = len(whole) - len(whole.rstrip("0"))
    rounded = zeros and value >= 100
    return Value(value, min(10.0**zeros / 2, value * 0.05) if rounded else 0.0)
