"""List numbers as people write them: 3, c, iii, 三."""

from __future__ import annotations

from collections.abc import Callable

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_CHINESE = "零一二三四五六七八九"


def decimal(number: int) -> str:
    """12."""
    return str(number)


def letter(number: int) -> str:
    """Write a to z, then aa, bb, as word processors do."""
    if not 0 < number <= 26 * 20:
        return decimal(number)
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def roman(number: int) -> str:
    """iv; large numbers, which nobody writes so, as figures."""
    if not 0 < number < 4000:
        return decimal(number)
    written = ""
    for value, sign in _ROMAN:
        times, number = divmod(number, value)
        written += sign * times
    return written


def chinese(number: int) -> str:
    """十二, up to 99."""
    if not 0 < number < 100:
        return decimal(number)
    tens, ones = divmod(number, 10)
    written = ("" if tens < 2 else _CHINESE[tens]) + ("十" if tens else "")
    return written + (_CHINESE[ones] if ones else "")


FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": decimal,
    "decimalZero": "{:02d}".format,
    "lowerLetter": letter,
    "upperLetter": lambda number: letter(number).upper(),
    "lowerRoman": roman,
    "upperRoman": lambda number: roman(number).upper(),
    "none": lambda _: "",
    **dict.fromkeys(
        ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "ideographDigital",
         "taiwaneseCountingThousand"),
        chinese,
    ),
    # The names in OpenDocument.
    "1": decimal,
    "a": letter,
    "A": lambda number: letter(number).upper(),
    "i": roman,
    "I": lambda number: roman(number).upper(),
}  # fmt: skip
