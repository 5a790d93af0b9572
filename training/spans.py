"""Pairs of a question and a passage as tokens, and the span that the scores of tokens choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from qwenqa.types import Span

LIMIT = 256
"""The longest pair in tokens; what a passage has beyond it is not looked at."""

LONGEST = 30
"""Tokens of the longest answer; of what is longer the sentence is shown instead."""

_QUESTION, _TITLE = 64, 24


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair's tokens, between [CLS] and [SEP].

    From ``second`` on they are the title's and the passage's, from ``first`` on the passage's,
    of which ``offsets`` say where in it they stand.
    """

    ids: list[int]
    second: int
    first: int
    offsets: list[tuple[int, int]]


def pair_of(
    words: Tokenizer, question: str, title: str, text: str, window: slice = slice(0, LIMIT)
) -> Pair:
    """The tokens of a pair; of the passage those in the window, as many as there is room for.

    ``words`` is the default encoder's tokenizer, which must neither cut nor pad.
    """
    asked = words.encode(question, add_special_tokens=False).ids[:_QUESTION]
    named = words.encode(title, add_special_tokens=False).ids[:_TITLE] if title else []
    first, last = (int(words.token_to_id(one)) for one in ("[CLS]", "[SEP]"))
    head = [first, *asked, last, *named]
    encoded = words.encode(text, add_special_tokens=False)
    room = slice(window.start, min(window.stop, window.start + LIMIT - len(head) - 1))
    ids = [*head, *encoded.ids[room], last]
    return Pair(ids, len(asked) + 2, len(head), encoded.offsets[room])


@dataclass(frozen=True, slots=True)
class SpanScores:
    """How well each token of a passage begins (``start``) and ends (``end``) the answer.

    ``offsets`` say where each stands in the passage's text, ``none`` is the score of there being
    no answer, ``answerable`` the log odds of there being one.
    """

    start: npt.NDArray[np.float32]
    end: npt.NDArray[np.float32]
    offsets: Sequence[tuple[int, int]]
    none: float
    answerable: float


@dataclass(frozen=True, slots=True)
class Found:
    """The best span of a passage, in its document's characters.

    ``margin`` is its score over that of there being none, ``answerable`` the model's other word
    on whether the passage answers; both are log odds and need a fit to be a probability.
    """

    span: Span
    margin: float
    answerable: float


def best(scores: SpanScores, begin: int) -> Found | None:
    """The span of the highest sum of start and end, the first of equal ones.

    ``begin`` is where the passage begins in its document. Devlin et al., "BERT", NAACL 2019,
    section 4.3.
    """
    count = len(scores.offsets)
    if not count:
        return None
    sums = scores.start[:, None] + scores.end[None, :]
    length = np.arange(count)[None, :] - np.arange(count)[:, None]
    sums = np.where((length >= 0) & (length < LONGEST), sums, -np.inf)
    first, last = divmod(int(sums.argmax()), count)
    span = Span(begin + scores.offsets[first][0], begin + scores.offsets[last][1])
    return Found(span, float(sums[first, last]) - scores.none, scores.answerable)
