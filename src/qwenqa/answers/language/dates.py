"""Dates in a sentence: days, months and years in English, German, Spanish and Chinese.

Rules of our own: a general parser (dateparser 1.5) takes 80 ms a sentence and reads "may",
"march" and "324 m" as dates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

_MONTHS = {
    name: number
    for names in (
        "January February March April May June July August September October November December",
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    )
    for number, name in enumerate(names.split(), start=1)
} | {"Sept": 9, "Jänner": 1}
_MONTH = "|".join(sorted(_MONTHS, key=lambda name: (-len(name), name)))
_YEAR = r"(?:1\d|20|21)\d\d"
# A year alone is one after a word that times come after, or alone in parentheses.
_BEFORE_YEAR = (
    "in|since|by|until|till|from|year|during|of|before|after|around|about|circa|c\\.|ca\\.|early|late"
    "|mid|im|seit|bis|jahr|jahre|jahres|um|ab|vor|nach|anno|en|desde|hasta|año|de|del|hacia|to|and"
    "|y|und|between|zwischen|entre|spring|summer|autumn|fall|winter"
)
# What happens on a date: "founded 1998" and "1998 founded" tell a year.
_EVENTS = "|".join(
    """born birth geboren geburt nació nacido nacida nacimiento died death dies gestorben starb
    tod murió falleció muerte founded founding established establishment founds gegründet
    gründung fundada fundado fundó fundación opened opening inaugurated eröffnet eröffnung
    inaugurado inaugurada inauguró closed closing shuttered geschlossen schließung cerrado
    cerrada cerró built constructed erbaut gebaut construido construida construyó completed
    completion finished fertiggestellt vollendet terminado terminada completado released
    release launched launch veröffentlicht erschienen lanzado lanzada lanzó publicado
    publicada publicó published publication signed signing unterzeichnet firmado firmada
    firmó invented invention erfunden inventado inventó discovered discovery entdeckt
    descubierto descubierta descubrió resigned resignation stepped zurückgetreten rücktritt
    dimitió renunció appointed ernannt nombrado nombrada expires expire expired expiry
    expiration valid until gültig läuft endet vence válido válida caduca vigente hasta ends
    ended end ending endete terminó termina begins began begin starts started start beginnt
    begann comienza comenzó empezó due deadline fällig frist plazo abolished repealed
    abgeschafft abolido arrived arrives landed acquired bought übernommen adquirido
    adquirida destroyed zerstört destruido destruida""".split()
)
_DATE = re.compile(
    rf"""
    (?<![\w.,/-])(?:
      (?P<iso>{_YEAR}-\d\d-\d\d)(?![\w-])
    | (?P<first>\d\d?)[./](?P<second>\d\d?)[./](?P<year1>{_YEAR})(?!\d)
    | (?P<day2>\d\d?)(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?(?P<month2>{_MONTH})\.?(?![^\W\d])
        (?:,?\s+(?:de\s+|del\s+)?(?P<year2>{_YEAR})(?!\d))?
    | (?P<month3>{_MONTH})\.?\s+(?P<day3>\d\d?)(?:st|nd|rd|th)?(?!\d)
        (?:,?\s+(?P<year3>{_YEAR})(?!\d))?
    | (?P<month4>{_MONTH})\.?,?\s+(?:of\s+|de\s+|del\s+)?(?P<year4>{_YEAR})(?!\d)
    | (?:(?<=[(–])|(?:(?<=\s)|^)(?i:{_BEFORE_YEAR}|{_EVENTS})\s+(?:the\s+year\s+)?)
        (?P<year5>{_YEAR})(?![\ds%'’]|[.,/-]\d)
    | (?P<year7>{_YEAR})(?=\s(?i:{_EVENTS})\b)
    )
    | (?<!\d)(?P<year6>{_YEAR})\s?年(?:\s?(?P<month6>\d\d?)\s?月(?:\s?(?P<day6>\d\d?)\s?日?)?)?
    """,
    re.VERBOSE,
)


_DIGIT = re.compile(r"\d")


class Day(NamedTuple):
    """A day, month or year; a part that is not told is None."""

    year: int | None
    month: int | None
    day: int | None

    def __str__(self) -> str:
        """ISO 8601, as far as it goes; a day without its year as --03-12."""
        year = "-" if self.year is None else f"{self.year}"
        parts = [year, *(f"{part:02}" for part in (self.month, self.day) if part is not None)]
        return "-".join(parts)


@dataclass(frozen=True, slots=True)
class Date:
    """A date at ``[start, end)`` of a sentence; 3/4/2021 has two readings."""

    start: int
    end: int
    readings: tuple[Day, ...]

    @property
    def value(self) -> str:
        """Its readings in ISO 8601."""
        return " or ".join(map(str, self.readings))


def dates(text: str) -> list[Date]:
    """The dates of a sentence, in order."""
    dates_read: list[Date] = []
    if not _DIGIT.search(text):
        return dates_read
    for match in _DATE.finditer(text):
        names = [name for name, part in match.groupdict().items() if part]
        if readings := tuple(filter(_possible, _readings(match.groupdict()))):
            dates_read.append(Date(min(map(match.start, names)), match.end(), readings))
    return dates_read


def _readings(parts: dict[str, str | None]) -> list[Day]:
    if iso := parts["iso"]:
        return [Day(*map(int, iso.split("-")))]
    if parts["first"] and parts["second"] and parts["year1"]:
        first, second, year = int(parts["first"]), int(parts["second"]), int(parts["year1"])
        return list(dict.fromkeys((Day(year, second, first), Day(year, first, second))))

    def told(name: str) -> int | None:
        part = next((parts[key] for key in parts if key.startswith(name) and parts[key]), None)
        return None if part is None else _MONTHS.get(part) or int(part)

    return [Day(told("year"), told("month"), told("day"))]


def _possible(day: Day) -> bool:
    return 1 <= (day.month or 1) <= 12 and 1 <= (day.day or 1) <= 31
