"""Numbers and dates of spreadsheets as their formats show them: 0.25 as "25%", 45356 as a date."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"$"#,##0', 6: '"$"#,##0', 7: '"$"#,##0.00',
    8: '"$"#,##0.00', 9: "0%", 10: "0.00%", 11: "0.00E+00", 14: "yyyy-mm-dd", 15: "d-mmm-yy",
    16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 48: "##0.0E+0",
}  # fmt: skip
"""Formats that files name by number; 14 and 22, which follow the machine's country, in ISO."""

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]*)[^\]]*\]|\[(?!h|m|s)[^\]]*\]', re.I)
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.[#0?]*,*)?|\.[#0?]+")
_DATE_TOKEN = re.compile(r"\[h+\]|\[m+\]|\[s+\]|am/pm|a/p|y+|m+|d+|h+|s+(?:\.0+)?|.", re.I | re.S)
_MONTHS = "January February March April May June July August September October November December"
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_FOREIGN = re.compile(r"\[\$-(?:[0-9A-F]*?)([0-9A-F]{2,4})\]", re.I)
# Literal texts are out of the way as characters for private use while a format is worked on.
_MARK = 0xE000
_MARKS = re.compile("[\ue000-\uf8ff]")
_LAST_DAY = 2_958_466
Mask = tuple[str, list[str]]


def plain_number(text: str) -> str:
    """A stored number without the dust of binary fractions: 4.4000000000000004 as 4.4."""
    if len(text) < 16 and "e" not in text.lower():
        return text
    try:
        return general(float(text))
    except ValueError:
        return text


def general(value: float) -> str:
    """A number without a format: whole numbers in full, others to 15 digits."""
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return f"{value:.15g}"


def formatted(value: float, code: str, starts_1904: bool = False) -> str:
    """A number or date as its format code shows it; odd codes give the plain number."""
    if not code or code.lower() in ("general", "@") or not abs(value) < 1e300:
        return general(value)
    section, value = _section(code, value)
    masked, literals = _mask(section)
    if _is_date(masked):
        # Other languages' month names are unknown here: those dates are in ISO.
        code = section if _is_english(section) else "yyyy-mm-dd"
        return _date(value, _mask(code), starts_1904)
    return _restored(_number(value, masked), literals)


def _section(code: str, value: float) -> tuple[str, float]:
    """The part of the code for this sign, and the value with the sign that is still to show."""
    sections = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)
    if re.search(r"\[[<>=]", code) or len(sections) == 1:
        return sections[0], value
    if value < 0:
        return sections[1] or sections[0], -value if sections[1] else value
    if value == 0 and len(sections) > 2:
        return sections[2], value
    return sections[0], value


def _mask(section: str) -> Mask:
    """The section with its literal texts replaced by marks, and those texts."""
    literals: list[str] = []

    def mark(match: re.Match[str]) -> str:
        literals.append(next((text for text in match.groups() if text is not None), ""))
        return chr(_MARK + len(literals) - 1)

    return _LITERAL.sub(mark, _MARKS.sub("", section[:500])), literals


def _restored(text: str, literals: list[str]) -> str:
    return _MARKS.sub(lambda match: literals[ord(match.group()) - _MARK], text).strip()


def _is_date(masked: str) -> bool:
    bare = re.sub("general|E[+-]", "", masked, flags=re.I)
    return bool(re.search(r"[ymdhs]", bare, re.I)) and not re.search(
        r"[#0?]", bare.replace(".0", "")
    )


def _is_english(section: str) -> bool:
    foreign = _FOREIGN.search(section)
    named = re.search(r"mmm|ddd", section, re.I)
    return not (named and foreign and int(foreign.group(1), 16) & 0xFF != 0x09)


def _number(value: float, masked: str) -> str:
    pattern = _DIGITS.search(masked)
    if re.search(r"[#0?]/[#0?\d]", masked) or "general" in masked.lower():
        return general(value)
    if pattern is None:
        return masked.replace("@", general(value))
    before, after = masked[: pattern.start()], masked[pattern.end() :]
    digits = pattern.group()
    if _DIGITS.search(after.lstrip("eE+-0#")):
        # Digits in groups, as in telephone numbers, are shown without them.
        return general(value)
    if exponent := re.match(r"E[+-]?[0#]+", after, re.I):
        decimals = len(digits.partition(".")[2])
        return f"{before}{value:.{min(decimals, 15)}E}{after[exponent.end() :]}"
    if "%" in masked:
        value *= 100
    scale = len(digits) - len(digits.rstrip(","))
    shown = _decimal(value / 1000**scale, digits.rstrip(","))
    sign, shown = ("-", shown[1:]) if shown.startswith("-") else ("", shown)
    return f"{sign}{before}{shown}{after.replace('@', '')}"


def _decimal(value: float, digits: str) -> str:
    whole, _, decimals = digits.partition(".")
    group = "," if "," in whole else ""
    text = f"{value:{group}.{min(len(decimals), 15)}f}"
    least = len(decimals.rstrip("#?"))
    while "." in text and text.endswith("0") and len(text.partition(".")[2]) > least:
        text = text[:-1]
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    zeros = whole.replace(",", "").count("0")
    head, point, tail = text.rstrip(".").partition(".")
    if not group or not zeros:
        head = head.lstrip("0").zfill(min(zeros, 30))
    shown = head + point + tail
    return shown if not shown.strip("0.,") else sign + shown


def moment(value: float, starts_1904: bool) -> datetime | None:
    """The date and time of a serial number; None outside the calendar."""
    if not 0 <= value < _LAST_DAY:
        return None
    if starts_1904:
        start = datetime(1904, 1, 1)
    else:
        # Day 60 is a 29 February 1900 that never was.
        start = datetime(1899, 12, 30) if value >= 60 else datetime(1899, 12, 31)
    return start + timedelta(milliseconds=round(value * 86_400_000))


def _date(value: float, mask: Mask, starts_1904: bool) -> str:
    when = moment(value, starts_1904)
    if when is None:
        return general(value)
    masked, literals = mask
    tokens = _DATE_TOKEN.findall(masked)
    half_day = any(token.lower() in ("am/pm", "a/p") for token in tokens)
    shown = [
        _date_part(token.lower(), when, value, half_day, _is_minutes(tokens, number)) or token
        for number, token in enumerate(tokens)
    ]
    return _restored("".join(shown).replace("@", ""), literals)


def _is_minutes(tokens: list[str], number: int) -> bool:
    """Whether ``mm`` stands beside hours or seconds."""
    if tokens[number].lower().strip("m"):
        return False
    letters = re.compile(r"\[?[ymdhs]", re.I)
    before = next((each for each in reversed(tokens[:number]) if letters.match(each)), "")
    after = next((each for each in tokens[number + 1 :] if letters.match(each)), "")
    return "h" in before.lower() or after.lower().startswith("s")


def _date_part(token: str, when: datetime, value: float, half_day: bool, minutes: bool) -> str:
    hour = (when.hour % 12 or 12) if half_day else when.hour
    kind, long = token.strip("[]")[:1], len(token) > 1
    if token.startswith("["):
        total = round(value * 86_400)
        return str({"h": total // 3600, "m": total // 60, "s": total}[kind])
    if token in ("am/pm", "a/p"):
        return "AM" if when.hour < 12 else "PM"
    if kind == "y":
        return f"{when.year:04d}" if len(token) > 2 else f"{when.year % 100:02d}"
    if kind == "m" and not minutes:
        return _name(token, when.month, _MONTHS.split()[when.month - 1])
    if kind == "d":
        return _name(token, when.day, _DAYS.split()[when.weekday()])
    number = {"h": hour, "m": when.minute, "s": when.second}.get(kind)
    return "" if number is None else f"{number:02d}" if long else str(number)


def _name(token: str, number: int, name: str) -> str:
    if len(token) < 3:
        return f"{number:0{len(token)}d}"
    return name[:3] if len(token) == 3 else name


def shown_date(value: date | datetime) -> str:
    """A date as ISO writes it, the time only when there is one."""
    if isinstance(value, datetime) and (value.hour or value.minute or value.second):
        return value.isoformat(" ", "seconds")
    return f"{value:%Y-%m-%d}" if value.year >= 1000 else value.isoformat()[:10]
