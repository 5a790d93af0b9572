"""Dates in the form of ISO 8601, as sources, filters and citations have them."""

from __future__ import annotations

import re

DAY = r"\d{4}-\d\d-\d\d"
DATE = r"\d{4}(?:-\d\d(?:-\d\d)?)?"
"""A year, a month of one, or a day."""

_TIME = r"T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?"
_WITH_TIME = re.compile(rf"{DATE}|{DAY}{_TIME}")


def is_day(text: str) -> bool:
    """Whether a text is a day and nothing else."""
    return bool(re.fullmatch(DAY, text))


def is_date(text: str) -> bool:
    """Whether a text is a year, a month or a day and nothing else."""
    return bool(re.fullmatch(DATE, text))


def iso_date(text: str) -> str:
    """The text when it is a date or time, else an empty string."""
    return text.strip() if _WITH_TIME.fullmatch(text.strip()) else ""
