"""How likely the shown hits hold a question's answer: signals, and a fit of them.

The fit is a logistic regression over several public collections, each question asked with its
answering documents and without them; ``bench/quality/confidence.py`` makes it and tells how it
does on collections that it has not seen. A fit on questions made from the indexed documents
themselves did worse: made questions are easier than real ones, and in some scripts harder.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import msgspec

from qwenqa.answers.marks.sentences import Analyse, Terms, share, within
from qwenqa.types import Hit, Passage, Ranking, Span, Spread

BM25_LIMIT = 2.2
"""What one term can add to a BM25 score at most, as a share of its rarity: k1 + 1."""

_OTHERS = 9
_WORD = re.compile(r"\w+")


class Signals(NamedTuple):
    """What tells whether hits answer.

    ``cosine`` is the first hit's; ``standing`` how many standard deviations it is above the mean
    of all passages, ``lead`` how many the nearest passage is above the mean of the next nine.
    ``bm25`` is the first hit's score as a share of that of a passage full of the question's
    terms, ``lexical_lead`` how far the best such share is above the mean of the next nine.
    ``sentence`` is the share of the question's terms, by rarity, that the first hit's best
    sentence holds together with its headings; ``names`` the share of the question's names and
    numbers that the first hit holds. ``agreement`` is 1 where both retrievers put the same
    passage first, else 0. ``weight`` is how much the vectors counted, ``terms`` the number of the
    question's terms.
    """

    cosine: float
    standing: float
    lead: float
    bm25: float
    lexical_lead: float
    sentence: float
    names: float
    agreement: float
    weight: float
    terms: int

    def inputs(self) -> dict[str, float]:
        """The inputs of the fit by name.

        Each retriever's signals count once more by how much it counted in the ranking: where no
        passage stands out, as in a language that the model does not know, its cosines tell little.
        """
        values = {name: float(getattr(self, name)) for name in self._fields[:8]}
        dense = {f"weighted {field}": self.weight * values[field] for field in self._fields[:3]}
        lexical = {
            f"weighted {field}": (1 - self.weight) * values[field] for field in self._fields[3:5]
        }
        return {**values, **dense, **lexical, "log terms": math.log1p(self.terms)}


class Band(msgspec.Struct, frozen=True):
    """How often answers were right whose confidence was ``start`` or more, below the next band."""

    start: float
    questions: int
    right: int


class Fit(msgspec.Struct, frozen=True):
    """A logistic regression over the signals' inputs, and what was measured with it.

    ``bands`` are of questions that the fit has not seen, ``collections`` where they are from.
    ``model`` is the one that it was made with.
    """

    weights: dict[str, float]
    offset: float
    bands: tuple[Band, ...]
    collections: tuple[str, ...]
    model: str

    def confidence(self, signals: Signals) -> float:
        """Probability, from 0 to 1, that the shown hits hold the answer."""
        inputs = signals.inputs()
        logit = self.offset + sum(weight * inputs[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(min(logit, 50.0), -50.0)))

    @property
    def questions(self) -> int:
        """On how many questions the bands rest."""
        return sum(band.questions for band in self.bands)

    def right_near(self, confidence: float) -> float:
        """The share of right ones among answers of about this confidence."""
        band = [band for band in self.bands if band.start <= confidence][-1]
        return band.right / band.questions if band.questions else 0.0


@cache
def shipped() -> Fit:
    """The fit that comes with qwenqa."""
    return msgspec.json.decode(
        files(__package__).joinpath("confidence.json").read_bytes(), type=Fit
    )


class Retrieved(NamedTuple):
    """Both retrievers' rankings, the spread of all cosines, and how much the vectors counted."""

    dense: Ranking
    lexical: Ranking
    spread: Spread
    weight: float


def signals(
    question: str,
    hits: Sequence[Hit],
    retrieved: Retrieved,
    weights: Mapping[str, float],
    analyse: Analyse,
) -> Signals:
    """The signals of a question's hits, of which there must be one.

    ``weights`` is the rarity of the question's terms; ``analyse`` is of the first hit's language.
    """
    first, trace = hits[0].ranked, hits[0].trace
    cosine = trace.cosine or 0.0
    full = (sum(weights.values()) or 1.0) * BM25_LIMIT
    above, whole = _held(analyse(_above(first))), _held(analyse(first.text))
    names = names_of(question, weights, analyse)
    return Signals(
        cosine=cosine,
        standing=(cosine - retrieved.spread.mean) / retrieved.spread.deviation,
        lead=_lead(retrieved.dense) / retrieved.spread.deviation,
        bm25=(trace.bm25 or 0.0) / full,
        # A passage without any of the terms has no rank, and a score of 0.
        lexical_lead=_lead(retrieved.lexical, _OTHERS) / full,
        sentence=max(share(sentence | above, weights) for sentence in _sentences(first, analyse)),
        names=sum(name in above | whole for name in names) / len(names) if names else 1.0,
        agreement=float(next(iter(retrieved.dense), None) == next(iter(retrieved.lexical), None)),
        weight=retrieved.weight,
        terms=len(weights),
    )


def names_of(question: str, weights: Mapping[str, float], analyse: Analyse) -> list[str]:
    """The question's terms that are names or numbers: with a digit, or a capital but at first."""
    words = [found.group() for found in _WORD.finditer(question)]
    words_named = [
        word
        for place, word in enumerate(words)
        if any(map(str.isdigit, word)) or (place > 0 and word[0].isupper())
    ]
    terms = dict.fromkeys(term for word in words_named for term, _, _ in analyse(word))
    return [term for term in terms if term in weights]


def _above(passage: Passage) -> str:
    return "\n".join((passage.title, *passage.headings))


def _held(terms: Terms) -> frozenset[str]:
    return frozenset([term for term, _, _ in terms])


def _sentences(passage: Passage, analyse: Analyse) -> list[frozenset[str]]:
    """The terms of each sentence."""
    spans = passage.sentences or (Span(passage.start, passage.end),)
    return list(map(_held, within(spans, passage, analyse)))


def _lead(scores: Ranking, least: int = 0) -> float:
    """How far the best score is above the mean of the next nine; 0 without others.

    ``least`` others are counted, those that a ranking lacks as 0.
    """
    best, *others = list(scores.values())[: _OTHERS + 1] or [0.0]
    count = max(len(others), least)
    return best - sum(others) / count if count else 0.0
