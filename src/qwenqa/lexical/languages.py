"""Which language a text is in, and how the words of each language are stemmed."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import Stemmer

from qwenqa.lexical import function_words

ENGLISH = "en"
"""What a text counts as that does not show another language: English stems are light."""

_SAME = {"nb": "no", "nn": "no", "hr": "sr", "bs": "sr", "in": "id"}
_DECIMAL_POINT = frozenset(("en", "hi"))

_LOOKED_AT = 50_000  # characters
_LEAST_SHARE = 0.1  # of the words; statements have 0.3 to 0.5
_LEAST_WORDS = 3  # different ones: names have some
_WORD = re.compile(r"[^\W\d_][^\W\d_\u0300-\u036f]+")  # no single letters: formulas have them


def fold(text: str) -> str:
    """Compatible forms as one, in lower case, precomposed."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def plain(text: str) -> str:
    """A text without its diacritics."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


FUNCTION_WORDS = {
    language: frozenset(plain(fold(word)) for word in words.split())
    for language, words in function_words.LISTS.items()
}
"""Folded and plain, by ISO 639-1 code of the languages that are told apart."""


def _by_word(lists: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    by_word: dict[str, list[str]] = {}
    for language, words in lists.items():
        for word in words:
            by_word.setdefault(word, []).append(language)
    return by_word


_LANGUAGES_OF = _by_word(FUNCTION_WORDS)


def language_of(text: str, declared: str = "") -> str:
    """The ISO 639-1 code of the language that a text's words are stemmed by.

    That which has most of the text's words among its function words, if that is a tenth of all;
    ``declared`` (BCP 47) is believed when it has half as many, or when the text does not say.
    """
    base = re.split("[-_]", declared.lower())[0]
    said = _SAME.get(base, base)
    words: Counter[str] = Counter()
    for word, count in Counter(_WORD.findall(text[:_LOOKED_AT])).items():
        words[plain(fold(word))] += count
    shares = _hits(words, tuple(FUNCTION_WORDS))
    best = max(ENGLISH, *shares, key=lambda language: shares[language])
    different = len(FUNCTION_WORDS[best] & words.keys())
    if different < _LEAST_WORDS or shares[best] < _LEAST_SHARE * words.total():
        return said if said in FUNCTION_WORDS else ENGLISH
    return said if 2 * shares.get(said, 0) >= shares[best] else best


def spoken(words: Sequence[str], languages: Sequence[str]) -> str:
    """The first of the languages with most of these plain words among its function words."""
    shares = _hits(Counter(words), languages)
    return max(languages, key=lambda language: shares[language])


def stem(word: str, language: str) -> str:
    """The plain stem of a folded word. English is stemmed without diacritics, others with."""
    # A stemmer is a small state machine of its own, and not to be shared between threads.
    stemmer = Stemmer.Stemmer(language)
    if language == ENGLISH:
        word = plain(word)
        return str(stemmer.stemWord(word)) if word.isascii() else word
    return plain(str(stemmer.stemWord(word))) or plain(word)


def has_decimal_point(language: str) -> bool:
    """Whether a language writes 1,000.5 and not 1.000,5."""
    return language in _DECIMAL_POINT


def _hits(words: Counter[str], languages: Sequence[str]) -> dict[str, int]:
    """How many of the words are function words of each language."""
    shares = dict.fromkeys(languages, 0)
    for word, count in words.items():
        for language in _LANGUAGES_OF.get(word, ()):
            if language in shares:
                shares[language] += count
    return shares
