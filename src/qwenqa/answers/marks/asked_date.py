"""The words that a question for a time asks for: the one date of the sentence that answers.

Rules for English, German, Spanish and Chinese, as those of ``dates``;
``docs/measurements/marks.md`` says how often they are right.
"""

from __future__ import annotations

import re

from qwenqa.answers.language.dates import dates
from qwenqa.types import Span

_WHEN = re.compile(
    r"^(?:since\s)?when\b|\bwhen\s(?:did|was|were|is|are|does|do|has|have|had|will|would|can)\b"
    r"|\b(?:what|which)\s(?:year|date|day|month)\b"
    r"|\bwann\b|\bwelche[mnrs]?\s(?:jahr|datum|tag|monat)"
    r"|\bcuándo\b|\bqué\s(?:año|fecha|día|mes)\b"
    r"|何时|何年|什么时候|什么时间|哪一?[年天日]|哪个月|几[年月]",
    re.IGNORECASE,
)


def date_asked_for(question: str, sentence: str) -> Span | None:
    """The span of the sentence's only date, if the question asks for a time; else None.

    A date that the question tells itself is none. Of several dates none is sure to be meant.
    """
    if not _WHEN.search(question):
        return None
    asked = {date.value for date in dates(question)}
    new = [date for date in dates(sentence) if date.value not in asked]
    return Span(new[0].start, new[0].end) if len(new) == 1 else None
