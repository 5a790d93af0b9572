"""How a text becomes terms.

The same analysis serves indexing, questions and the marking of matched words, so that a word
is shown as matched exactly when it counted. A passage's words are stemmed by its document's
language. A question is too short to tell its language, so each of its words is a group: what it
becomes in each language of the documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import takewhile

from qwenqa.lexical.function_words import QUESTION_RUNS
from qwenqa.lexical.languages import (
    ENGLISH,
    FUNCTION_WORDS,
    fold,
    has_decimal_point,
    plain,
    spoken,
    stem,
)
from qwenqa.types import Group, Span

ANALYSIS_VERSION = 3
"""Part of a generation's header: another version indexes other terms."""

# Chinese, Japanese and Korean: words without separators, or with particles joined to them.
_RUN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_LETTER = rf"[^\W\d_{_RUN}]"
_NUMBER = rf"\d+(?:[.,]\d+|['’\u00a0\u202f]\d{{3}}(?!\d))*(?:{_LETTER}|\d)*"
# A word with its marks and soft hyphens, up to a number with a separator ("v1.2"); a hyphen
# before a line end is a word that goes on in the next line. From U+0900 on vowels are marks.
_WORD = (
    rf"(?:{_LETTER}+|(?<=[^\W{_RUN}])(?:(?!\d+[.,]\d)\d+"
    r"|[\u0300-\u036f\u00ad\u0591-\u05c7\u064b-\u065f]|-(?:\r\n|\n|\r)\s*(?=[a-z]))|[\u0900-\u0963\u0971-\u0dff])+"
)
_PART = re.compile(rf"{_WORD}|{_NUMBER}")
# Most words are plain ones before a space; the third of these finds them too, but slowly.
_TERM = re.compile(
    rf"([{_RUN}]+)|[A-Za-z]+(?=[\s,;:)])"
    rf"|(?:{_PART.pattern})(?:(?:[-.\u2010\u2011]|_+)?(?:{_PART.pattern}))*"
    r"(?:\+\+|(?<![^\W_]{2})#(?!\w))?"
)
_NOT_SPOKEN = re.compile(r"[\u00ad]|-\s+")
_HUMP = re.compile(r"(?<=[a-z]{2})(?=[A-Z])|(?<=[A-Za-z\d])(?=[A-Z][a-z]{2})")
_JOINT = re.compile(r"(?<!\d)[-.\u2010\u2011_]+|[-\u2010\u2011_]+|\.(?!\d)")
_NUMERAL = re.compile(r"\d+(?:[.,'’\s]\d+)*")
_SPACED = re.compile(r"['’\s]")
# Not a name with a sign or humps alone, which is more than its parts; nor initials.
_BY_JOINTS = re.compile(r"(?=.*[^\W_]{2}).+[-.\u2010\u2011_].+", re.DOTALL)
_ASKS = re.compile("|".join(sorted(QUESTION_RUNS, key=len, reverse=True)))


Term = tuple[str, int, int]
"""An analysed term and the span ``[start, end)`` of the text that it came from.

No NamedTuple: making those took most of the time of an analysis.
"""


def analyse(text: str, language: str = ENGLISH) -> list[Term]:
    """The terms of a text, in order: folded, stemmed by its language, without diacritics.

    What is joined by hyphens, dots, underscores or humps is a term, and so are its parts.
    Chinese, Japanese and Korean runs give each pair of characters and each character.
    """
    terms: list[Term] = []
    for match in _TERM.finditer(text):
        at = match.start()
        here = _of_run(match[0]) if match.lastindex else _of_word(match[0], language)
        for term, start, end in here:
            terms.append((term, at + start, at + end))
    return terms


def query_terms(question: str, languages: Sequence[str] = (ENGLISH,)) -> list[Group]:
    """The different words of a question in order, each as what it becomes in each language.

    ``languages`` are those of the documents, commonest first. Function words of the one that
    has most of them are left out, and what asks in a run, unless there is nothing else. A word
    joined by hyphens, dots or underscores counts as its longest part, so that it is not counted
    twice and still found where it is written as one.
    """
    weighty = _ASKS.sub(lambda match: " " * len(match[0]), question)
    for text, dropped in ((weighty, True), (question, False)):
        if groups := _groups(text, languages, dropped=dropped):
            return groups
    return []


def naming(groups: Sequence[Group], language: str) -> Callable[[str], Sequence[Term]]:
    """The analysis of a text in a language that gives each term of a group the group's name."""
    return _naming(tuple(groups), language)


@lru_cache(maxsize=64)
def _naming(groups: tuple[Group, ...], language: str) -> Callable[[str], Sequence[Term]]:
    names = {term: group[0] for group in groups for term in group[1:]}

    @lru_cache(maxsize=64)
    def analysis(text: str) -> Sequence[Term]:
        terms = _analysed(text, language)
        if names.keys().isdisjoint([term for term, _, _ in terms]):
            return terms
        return [(names.get(term, term), start, end) for term, start, end in terms]

    return analysis


@lru_cache(maxsize=512)
def _analysed(text: str, language: str) -> tuple[Term, ...]:
    """A text's terms: of an answer's sentences they are asked for several times."""
    return tuple(analyse(text, language))


def _groups(question: str, languages: Sequence[str], *, dropped: bool) -> list[Group]:
    """The groups of a question's words, without its function words if these are ``dropped``."""
    analysed = [analyse(question, language) for language in languages]
    words = [plain(fold(question[start:end])) for _, start, end in analysed[0]]
    ignored = FUNCTION_WORDS[spoken(words, languages)] if dropped else frozenset[str]()
    weighty = [
        (Span(*forms[0][1:]), tuple(dict.fromkeys(term for term, _, _ in forms)))
        for word, forms in zip(words, zip(*analysed, strict=True), strict=True)
        if word not in ignored
    ]
    groups = []
    for number, (span, group) in enumerate(weighty):
        joined = _BY_JOINTS.fullmatch(question, *span)
        groups.append(group + _longest(weighty[number + 1 :], span.end) if joined else group)
    return _apart(groups)


def _longest(following: Sequence[tuple[Span, Group]], end: int) -> Group:
    """The group of the longest of a joined word's parts, which follow it up to its end."""
    parts = takewhile(lambda part: part[0].end <= end, following)
    return max(parts, key=lambda part: part[0].end - part[0].start, default=(None, ()))[1]


def _apart(groups: Sequence[Group]) -> list[Group]:
    """Groups of which no two share a term: those that do are one, in the place of the first."""
    groups_at: dict[int, Group] = {}
    holder: dict[str, int] = {}
    for number, group in enumerate(groups):
        sharing = sorted({holder[term] for term in group if term in holder})
        first = sharing[0] if sharing else number
        terms = [*(groups_at.pop(other) for other in sharing), group]
        groups_at[first] = tuple(dict.fromkeys(term for joined in terms for term in joined))
        holder.update(dict.fromkeys(groups_at[first], first))
    return [groups_at[number] for number in sorted(groups_at)]


def _of_run(run: str) -> Iterator[tuple[str, int, int]]:
    for at in range(len(run)):
        if at + 1 < len(run):
            yield run[at : at + 2], at, at + 2
        yield run[at], at, at + 1


@lru_cache(maxsize=100_000)
def _of_word(word: str, language: str) -> tuple[tuple[str, int, int], ...]:
    """The terms of a word or of several joined ones, with their spans in it: the whole first."""
    spans = [match.span() for match in _PART.finditer(word)]
    named = any(not word[start].isdecimal() for start, _ in spans)
    whole = [(0, len(word))] if named and spans != [(0, len(word))] else []
    steps = [step for span in spans for step in (span, *_humps(word, *span))]
    terms = ((_normal(word[start:end], language), start, end) for start, end in whole + steps)
    return tuple(term for term in terms if term[0])


def _humps(word: str, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the parts of maxRetries, none where there is one."""
    cuts = [match.start() for match in _HUMP.finditer(word, start, end)]
    return list(zip([start, *cuts], [*cuts, end], strict=True)) if cuts else []


def _normal(word: str, language: str) -> str:
    """One term for a word, a number or several joined words."""
    folded = fold(_NOT_SPOKEN.sub("", word))
    if number := _NUMERAL.match(folded):
        return _numeral(number[0], language) + plain(folded[number.end() :])
    name = _JOINT.sub("", folded)
    bare = name.rstrip("+#")
    if not plain(bare):
        return ""
    # Stems of one language would be found in texts of another, where they are other words.
    own = "" if language == ENGLISH else f"{language}:"
    return own + stem(bare, language) + name[len(bare) :]


def _numeral(digits: str, language: str) -> str:
    """1,000.5 and, in a language with a decimal comma, 1.000,5 as 1000.5."""
    group, point = (",", ".") if has_decimal_point(language) else (".", ",")
    digits = _SPACED.sub("", digits)
    if re.fullmatch(rf"\d{{1,3}}(?:\{group}\d{{3}})*(?:\{point}\d+)?|\d+\{point}\d+", digits):
        digits = digits.replace(group, "").replace(point, ".")
    return digits
