"""Numbers with what they count or measure, read from a sentence as intervals.

A number says as much as it is written to say: "3.5 million" is all from 3.45 to 3.55 million,
"about 500" all within five in a hundred, "more than 200" all above. Two quantities disagree when
no reading of the one meets a reading of the other.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from qwenqa.answers.marking import Analyse
from qwenqa.answers.notation import DIGITS, LETTER, SPACE, Number, Value, is_sign, names, number
from qwenqa.answers.units import NUMERALS, UNITS
from qwenqa.answers.wording import FAMILY, FUNCTION, NARROWING, NEUTRAL

_SYMBOL = r"US\$|[$€£₹]|(?:USD|EUR|GBP|CHF|RMB|CNY|INR)(?=[\s\d])"
_NUMBER = re.compile(
    rf"(?P<money>(?:{_SYMBOL}){SPACE}?)?(?<![\d{LETTER}_#/\\.,:+-])(?P<minus>[-−](?=\d))?"
    rf"(?:(?P<digits>{DIGITS})(?![\d:])(?![.,]\d)|\b(?P<word>{names(NUMERALS)})\b)"
)
_TO = re.compile(
    rf"{SPACE}?(?:[-–—~～至到]|{SPACE}(?:to|bis|a)(?={SPACE})){SPACE}?(?P<digits>{DIGITS})(?![\d:])"
)
_AND = re.compile(rf"{SPACE}(?:and|und|y){SPACE}(?P<digits>{DIGITS})(?![\d:])")
_BETWEEN = re.compile(r"\b(?:between|zwischen|entre)\s*$", re.IGNORECASE)
_FROM = re.compile(r"\b(?:from|von|de|desde)\s*$", re.IGNORECASE)
_UNIT = re.compile(
    rf"(?:{SPACE}(?:de{SPACE})?|-)?"
    rf"(?:(?P<name>{names(one for one in UNITS if not is_sign(one))})(?![{LETTER}\d])"
    rf"|(?P<sign>{names(one for one in UNITS if is_sign(one))}))"
    rf"(?:{SPACE}?/{SPACE}?(?P<per>[{LETTER}]{{1,12}}[²³]?))?"
)
_NOUN = re.compile(
    rf"{SPACE}(?P<noun>[{LETTER}][{LETTER}'’-]+)"
    rf"|{SPACE}?[名个位家台辆座所条件只头棵本部项枚艘架间]?(?P<sign>[\u4e00-\u9fff]{{2}})"
)
_BOUND = re.compile(
    r"(?:(?P<more>\bmore than|\bover|\babove|\bexceed(?:ing|s)|\bmehr als|\büber|\bmás de|超过|>)"
    r"|(?P<less>\b(?:less|fewer) than|\bunder|\bbelow|\bnearly|\balmost|\bweniger als|\bunter"
    r"|\bfast|\bmenos de|\bcasi|不到|近|<)"
    r"|(?P<least>\bat least|\ba minimum of|\bno (?:fewer|less) than|\bmindestens|\bal menos|至少|≥"
    r"|>=)"
    r"|(?P<most>\bup to|\bat most|\ba maximum of|\bno more than|\bhöchstens|\bbis zu|\bhasta"
    r"|\bcomo máximo|最多|至多|≤|<=)"
    r"|(?P<about>\babout|\baround|\bapprox(?:imately|\.)?|\broughly|\bsome|\bcirca|\bca?\.?|~|≈"
    r"|\betwa|\brund|\bungefähr|\bunos|\bunas|\bcerca de|\baproximadamente|\balrededor de|约|大概"
    r"|\ban estimated))\s*$",
    re.IGNORECASE,
)
_OR_MORE = re.compile(r"\s?\+|\s+(?:or more|oder mehr|o más)\b|以上")
# What a number names rather than counts, when it stands behind one of these.
_LABEL = re.compile(
    r"(?:\b(?:chapters?|sections?|pages?|tables?|figures?|fig\.|versions?|no\.|nr\.|numbers?|parts?"
    r"|volumes?|vol\.|articles?|steps?|lines?|rooms?|routes?|types?|groups?|levels?|grades?|phases?"
    r"|class|kapitel|seiten?|abschnitt|tabelle|abbildung|artikel|capítulo|página|sección|versión"
    r"|artículo|tabla|pp?\.)|§|第)\s*$",
    re.IGNORECASE,
)
_STATES = re.compile(
    r"(?:\b(?:of|is|was|are|were|to|at|totals?|totall?ed|ist|war|sind|beträgt|betrug|bei|von|de|es"
    r"|era|fue)|为|是|达|[:=])\s*$",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"(?:\b(?:in|since|by|until|from|year|before|after|and|to|of|or|im|seit|bis|jahr|en|desde|hasta"
    r"|año|the|der|die|das|el|la|los|las|this|'s)|[-–(])\s*$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:1\d|20|21)\d\d")
_NAME = re.compile(rf"(?:^|[\s(])([A-Z\u00c0-\u00de][{LETTER}\d.'’-]*){SPACE}$")
_FIGURE, _NO_WORD = re.compile(r"\d"), re.compile(r"\W+")
_ROUGHLY = 0.05
_ONE_DIGIT = 0.1
_NEAR = 48
_COUNTED = (FAMILY["staff"], FAMILY["population"])


class Interval(NamedTuple):
    """All numbers from ``low`` to ``high``, in base units."""

    low: float
    high: float

    def meets(self, other: Interval) -> bool:
        """Whether they share more than an end; a single number may be an end."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        single = self.low == self.high or other.low == other.high
        return low < high or (low == high and single)

    def allowing(self, bound: str) -> Interval:
        """What a number lets hold that stands behind "more than", "about" or their like."""
        if bound in ("more", "least"):
            return Interval(self.low, math.inf)
        if bound in ("less", "most"):
            return Interval(-math.inf, self.high)
        wide = max(abs(self.low), abs(self.high)) * _ROUGHLY if bound == "about" else 0.0
        return Interval(self.low - wide, self.high + wide)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number at ``[start, end)`` of a sentence, its unit or noun included.

    ``unit`` is a base unit, the term of what is counted, or empty; ``measured`` tells units from
    nouns. ``readings`` are what is written; ``bound`` names what stands before it: more, less,
    least, most, about, or nothing. ``value`` is the number in base units, as text.
    """

    start: int
    end: int
    unit: str
    measured: bool
    readings: tuple[Interval, ...]
    bound: str
    value: str

    def agrees(self, other: Quantity) -> bool:
        """Whether both can hold; "at least 8" and "at least 12" are rules that cannot."""
        rule = self.bound == other.bound and self.bound in ("least", "most")
        some, others = (
            [one if rule else one.allowing(it.bound) for one in it.readings] for it in (self, other)
        )
        return any(a.meets(b) for a in some for b in others)


class _Of(NamedTuple):
    """What is measured or counted, its size in base units, and where its name ends."""

    name: str
    factor: float
    measured: bool
    end: int


def quantities(text: str, taken: Sequence[tuple[int, int]], analyse: Analyse) -> list[Quantity]:
    """The quantities of a sentence outside the spans that are taken, in order."""
    found: list[Quantity] = []
    if not _FIGURE.search(text) and NUMERALS.keys().isdisjoint(_NO_WORD.split(text.casefold())):
        return found
    for match in _NUMBER.finditer(text):
        busy = [*taken, *((one.start, one.end) for one in found)]
        free = not any(a < match.end() and match.start() < b for a, b in busy)
        if free and (quantity := _quantity(text, match, analyse)):
            found.append(quantity)
    return found


def _quantity(text: str, match: re.Match[str], analyse: Analyse) -> Quantity | None:
    before = _before(text, match)
    ends = _ends(text, match, before)
    more = _OR_MORE.match(text, ends[-1].end)
    end = more.end() if more else ends[-1].end
    unit = _unit(text, end, (match["money"] or "").strip(), analyse)
    if not unit.name:
        unit = unit._replace(name=_counted_before(before))
    if not (_measures if unit.measured else _counts)(text, match, unit, end):
        return None
    more = more or _OR_MORE.match(text, unit.end)
    bound = str(found.lastgroup) if (found := _BOUND.search(before)) else "more" if more else ""
    factor = -unit.factor if match["minus"] else unit.factor
    return Quantity(
        start=match.start(),
        end=max(unit.end, more.end() if more else 0),
        unit=unit.name,
        measured=unit.measured,
        readings=_readings(ends, factor, measured=unit.measured),
        bound=bound,
        value=_value(ends, factor, bound, unit.name),
    )


def _before(text: str, match: re.Match[str]) -> str:
    """The words before a number, not all: what is looked for at their end is tried at each."""
    return text[text.rfind(" ", 0, max(0, match.start() - _NEAR)) + 1 : match.start()]


def _ends(text: str, match: re.Match[str], before: str) -> list[Number]:
    """The number, or both ends of a range: "20 to 30", "between 20 and 30"."""
    first = number(text, match["digits"] or match["word"], match.end())
    joint = _AND if _BETWEEN.search(before) else _TO
    if _FROM.search(before) or not (to := joint.match(text, first.end)):
        return [first]
    second = number(text, to["digits"], to.end())
    if first.scale == 1 and second.scale > 1:  # "2 to 3 million"
        first = first._replace(values=tuple(one.times(second.scale) for one in first.values))
    return [first, second]


def _readings(ends: list[Number], factor: float, *, measured: bool) -> tuple[Interval, ...]:
    """Each thing that can be meant; what is measured is rounded, what is counted is not."""

    def around(value: Value) -> tuple[float, float]:
        slack = value.slack or (min(0.5, value.number * _ONE_DIGIT) if measured else 0.0)
        edges = ((value.number - slack) * factor, (value.number + slack) * factor)
        return min(edges), max(edges)

    pairs = (
        itertools.product(ends[0].values, ends[-1].values)
        if len(ends) > 1
        else ((one, one) for one in ends[0].values)
    )
    spans = ((*around(low), *around(high)) for low, high in pairs)
    return tuple(Interval(min(span), max(span)) for span in spans)


def _unit(text: str, end: int, money: str, analyse: Analyse) -> _Of:
    if money:
        return _Of(UNITS[money].base, 1.0, True, end)
    if found := _UNIT.match(text, end):
        name = found["name"] or found["sign"]
        unit = UNITS[name] if name in UNITS else UNITS[name.casefold()]
        per = f"/{found['per']}" if found["per"] else ""
        return _Of(unit.base + per, unit.factor, True, found.end())
    if found := _NOUN.match(text, end):
        word = (found["noun"] or found["sign"]).casefold()
        terms = analyse(word)
        if terms and word not in FUNCTION | NARROWING | NEUTRAL:
            return _Of(FAMILY.get(word, terms[0][0]), 1.0, False, found.end())
    return _Of("", 1.0, False, end)


def _counted_before(before: str) -> str:
    """What a number without a noun counts: "a population of 8,000"."""
    words = [FAMILY.get(word.casefold(), "") for word in re.findall(r"\w+", before)[-4:]]
    return next((one for one in reversed(words) if one in _COUNTED), "")


def _measures(text: str, match: re.Match[str], unit: _Of, end: int) -> bool:
    """Whether a unit of measure is none of a decade's "s"."""
    decade = _YEAR.fullmatch(match["digits"] or "") and unit.name == "s"
    return not (decade and text[end : end + 1].isalpha())


def _counts(text: str, match: re.Match[str], unit: _Of, end: int) -> bool:
    """Whether a number without a unit of measure is a quantity, and no name, year or label."""
    before = _before(text, match)
    name = _NAME.search(before)
    if _LABEL.search(before) or (name and name[1].casefold() not in FUNCTION):
        return False
    year = _YEAR.fullmatch(match["digits"] or "")
    if unit.end > end:
        several = unit.name.startswith("~") or text[unit.end - 1] in "sn"
        return not year or (several and not _WHEN.search(before))
    glued = re.match(r"\w|\s*[-–/×]\s*\w", text[end:])
    return bool(match["digits"] and _STATES.search(before)) and not (year or glued)


_SIGNS = {"more": "> ", "less": "< ", "least": "≥ ", "most": "≤ ", "about": "≈ "}


def _value(ends: list[Number], factor: float, bound: str, unit: str) -> str:
    """The quantity in base units: "≈ 3500000 USD", "20 – 30 kg"."""
    told = (" or ".join(f"{one.number * factor:.12g}" for one in end.values) for end in ends)
    return f"{_SIGNS.get(bound, '')}{' – '.join(told)} {unit.lstrip('=~')}".rstrip()
