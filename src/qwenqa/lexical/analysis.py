"""How a text becomes terms.

The same analysis serves indexing, questions and the marking of matched words, so that a word
is shown as matched exactly when it counted.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import Stemmer

ANALYSIS_VERSION = 2
"""Part of a generation's header: another version indexes other terms."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
# Words with their combining marks and soft hyphens, decimals as one term, runs of Chinese,
# Japanese or Korean; a hyphen before a line end is a word that goes on in the next line.
_TERM = re.compile(
    rf"[{_CJK}]+"
    r"|\d+(?:[.,]\d+)*(?:(?!" + rf"[{_CJK}])[^\W_])*"
    rf"|(?:(?![{_CJK}])[^\W_]|(?<=\w)[\u0300-\u036f\u00ad]|(?<=\w)-(?:\r\n|\n|\r)\s*(?=[a-z]))+"
)
_NOT_SPOKEN = re.compile(r"[\u00ad]|-\s+")

FUNCTION_WORDS = frozenset(
    """a about after all also an and any are as at be because been before but by can could did do
    does for from had has have he her his how i if in into is it its many me more most much my no
    not of on or our out over she should so some such than that the their them then there these
    they this those to up was we were what when where which while who whom whose why will with
    would you your""".split()
)
"""English words that carry grammar more than meaning; left out of questions that have others."""


class Term(NamedTuple):
    """An analysed term and the span ``[start, end)`` of the text that it came from."""

    term: str
    start: int
    end: int


def analyse(text: str) -> list[Term]:
    """The terms of a text, in order: folded, without diacritics, English words stemmed.

    Chinese, Japanese and Korean runs give overlapping pairs of characters (a single one as
    itself), since their words are not separated.
    """
    terms: list[Term] = []
    for found in _TERM.finditer(text):
        start, end = found.span()
        word = found.group()
        if unicodedata.category(word[0]) == "Lo" and re.match(f"[{_CJK}]", word):
            pairs = ((at, min(at + 2, end)) for at in range(start, max(start + 1, end - 1)))
            terms += (Term(text[a:b], a, b) for a, b in pairs)
        elif term := _normal(word):
            terms.append(Term(term, start, end))
    return terms


def query_terms(question: str) -> list[str]:
    """The different terms of a question in order; function words only if there is nothing else."""
    terms = analyse(question)
    weighty = [
        term.term
        for term in terms
        if question[term.start : term.end].casefold() not in FUNCTION_WORDS
    ]
    return list(dict.fromkeys(weighty or [term.term for term in terms]))


@lru_cache(maxsize=200_000)
def _normal(word: str) -> str:
    spoken = _NOT_SPOKEN.sub("", word)
    folded = unicodedata.normalize("NFKC", spoken).casefold()
    plain = "".join(
        one for one in unicodedata.normalize("NFD", folded) if not unicodedata.combining(one)
    )
    # A stemmer is a small state machine of its own, and not to be shared between threads.
    return str(Stemmer.Stemmer("english").stemWord(plain)) if plain.isascii() else plain
