"""Questions changed by rule: so that nothing answers them any more, or so that it is the same.

Every rule gives None where it does not apply, and draws from the ``Random`` that it is given, so
that one seed makes one set of examples.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from training.words import ASKED, FORMS, OPPOSITES, SYNONYMS, UNITS

_WORD = re.compile(r"[A-Za-z][\w'-]*")
_NAME = re.compile(r"\b[A-Z][\w'-]+(?: (?:(?:of|the|de|von) )?[A-Z][\w'-]+)*")
_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")
_YEAR = re.compile(r"(?:1\d|20)\d\d")
_AUXILIARY = re.compile(
    r"\b(did|does|do|is|are|was|were|could|has|have|had|would|should)\b(?! not|n't)"
)
_NEGATION = re.compile(r"(?<=\w)n't\b| not\b")
_SUFFIXES = ("tion", "ing", "ity", "ment", "ous", "ers", "ed", "s")
_FUNCTION = frozenset(
    "a an the in on at to by of for and or is are am be has had do it its as "
    "what when where which who whom whose why how many much long often old does did have been were "
    "was with from that this these those than then into over under about after before during "
    "between there their they them some most more other also would could should will being name "
    "type kind year years people".split()
)

Rule = Callable[[str, Sequence[str], Random], str | None]
"""A question and other questions of its article; gives the changed question."""


def other_name(question: str, others: Sequence[str], rng: Random) -> str | None:
    """A name of the question replaced by another one of the article."""
    return _other(_NAME, question, others, rng)


def other_number(question: str, others: Sequence[str], rng: Random) -> str | None:
    """A number or year of the question replaced by one of the article, or by one near it."""
    numbers = list(_NUMBER.finditer(question))
    if not numbers:
        return None
    old = rng.choice(numbers)
    year = bool(_YEAR.fullmatch(old[0]))
    known = {one for other in others for one in _NUMBER.findall(other)}
    same = sorted(one for one in known if bool(_YEAR.fullmatch(one)) == year and one != old[0])
    new = rng.choice(same) if same and rng.random() < 0.6 else _near(old[0], rng)
    return _put(question, old.span(), new)


def other_word(question: str, others: Sequence[str], rng: Random) -> str | None:
    """A content word of the question replaced by one of the article with the same ending."""
    words = [
        match for match in _WORD.finditer(question) if _weighty(match[0]) and _ending(match[0])
    ]
    if not words:
        return None
    old = rng.choice(words)
    stem = old[0][:4].lower()
    known = {one for other in others for one in _WORD.findall(other) if _weighty(one)}
    same = sorted(
        one for one in known if _ending(one) == _ending(old[0]) and not one.startswith(stem)
    )
    return _put(question, old.span(), rng.choice(same)) if same else None


def negated(question: str, _: Sequence[str], __: Random) -> str | None:
    """A question that asks for the opposite by "not", or no longer does."""
    if _NEGATION.search(question):
        return _NEGATION.sub("", question, count=1)
    found = list(_AUXILIARY.finditer(question))
    if not found:
        return None
    return _put(question, found[0].span(), found[0][0] + "n't")


def opposite(question: str, _: Sequence[str], rng: Random) -> str | None:
    """A word of the question replaced by its opposite: first, largest, before, won."""
    return _replaced(OPPOSITES, question, rng)


def other_unit(question: str, _: Sequence[str], rng: Random) -> str | None:
    """A unit of the question replaced by another that measures something else, or else so."""
    return _replaced(UNITS, question, rng)


def synonyms(question: str, _: Sequence[str], rng: Random) -> str | None:
    """The same question with each known word replaced by another one for it."""
    new = question
    for word in list(_WORD.finditer(question))[::-1]:
        if choices := SYNONYMS.get(word[0].lower()):
            new = _put(new, word.span(), rng.choice(choices))
    return new if new != question else None


def other_form(question: str, _: Sequence[str], rng: Random) -> str | None:
    """The same question asked in another form: "In what year" for "When"."""
    fitting = [(pattern, new) for pattern, new in FORMS if pattern.match(question)]
    if not fitting:
        return None
    pattern, new = rng.choice(fitting)
    return pattern.sub(new, question, count=1)


def politely(question: str, _: Sequence[str], rng: Random) -> str | None:
    """The same question as people put it to somebody, or typed without care."""
    lowered = question[0].lower() + question[1:]
    bare = question.lower().rstrip("? ")
    return rng.choice([*(asked.format(lowered) for asked in ASKED), bare, bare])


def keywords(question: str, _: Sequence[str], rng: Random) -> str | None:
    """The words of the question that are left when those of grammar are taken out."""
    words = re.findall(r"[\w'.,%$-]*[\w%]", question)
    kept = [word for word in words if word.lower() not in _FUNCTION]
    text = " ".join(kept)
    return (text.lower() if rng.random() < 0.5 else text) if len(kept) > 1 else None


def yes_or_no(question: str, answer: str) -> str | None:
    """Whether it is this answer: "Was X founded in 1998?" for "When was X founded?"."""
    if len(answer.split()) > 6:
        return None
    if found := re.fullmatch(
        r"Who (?!was|is|are|were|did|does|do)(\w+ed|won|wrote|led|built) (.+)\?", question
    ):
        return f"Was it {answer} who {found[1]} {found[2]}?"
    asks = r"(?:When|Where|In (?:what|which) \w+|(?:What|Which) year)"
    if found := re.fullmatch(rf"{asks} (did|was|were|is|are|does|do) (.+)\?", question):
        place = "" if re.match(r"(?i)in|on|at|by|the|since|from|near|during\b", answer) else "in "
        return f"{found[1].capitalize()} {found[2]} {place}{answer}?"
    if found := re.fullmatch(r"How many (.+?) (did|does|do) (.+)\?", question):
        return f"{found[2].capitalize()} {found[3]} {answer} {found[1]}?"
    return None


CHANGES: Sequence[tuple[Rule, int]] = (
    (other_name, 5),
    (other_number, 4),
    (other_word, 3),
    (negated, 2),
    (opposite, 3),
    (other_unit, 2),
)
"""Rules after which the passage that answered does so no longer, with their weights."""
PARAPHRASES: Sequence[tuple[Rule, int]] = (
    (synonyms, 4),
    (other_form, 3),
    (politely, 3),
    (keywords, 3),
)
"""Rules after which the question still asks the same."""


def changed(
    rules: Sequence[tuple[Rule, int]], question: str, others: Sequence[str], rng: Random
) -> tuple[str, str] | None:
    """The name of the rule drawn among those that apply, and what it makes of the question."""
    fitting = [
        (weight, rule.__name__, new)
        for rule, weight in rules
        if (new := rule(question, others, rng)) and new != question
    ]
    if not fitting:
        return None
    _, name, new = rng.choices(fitting, [weight for weight, _, _ in fitting])[0]
    return name, new


def _other(
    pattern: re.Pattern[str], question: str, others: Sequence[str], rng: Random
) -> str | None:
    # The first word has a capital of its own.
    old = [match for match in pattern.finditer(question) if match.start()]
    known = {match[0] for other in others for match in pattern.finditer(other) if match.start()}
    new = sorted(one for one in known if one not in question)
    return _put(question, rng.choice(old).span(), rng.choice(new)) if old and new else None


def _replaced(table: dict[str, tuple[str, ...]], question: str, rng: Random) -> str | None:
    words = [match for match in _WORD.finditer(question) if match[0].lower() in table]
    if not words:
        return None
    old = rng.choice(words)
    return _put(question, old.span(), rng.choice(table[old[0].lower()]))


def _near(number: str, rng: Random) -> str:
    digits = list(number)
    places = [at for at, one in enumerate(digits) if one.isdigit()]
    at = rng.choice(places[len(places) // 2 :])
    digits[at] = rng.choice([one for one in "123456789" if one != digits[at]])
    return "".join(digits)


def _weighty(word: str) -> bool:
    return word.islower() and len(word) > 3 and word not in _FUNCTION


def _ending(word: str) -> str:
    return next((one for one in _SUFFIXES if word.endswith(one)), "")


def _put(text: str, span: tuple[int, int], new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]
