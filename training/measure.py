"""What a model gives on questions whose answers are known: exact, F1, and does it know of none."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

from qwenqa.types import Span
from training.model import QANet
from training.pairs import Wanted, padded
from training.spans import Found, Pair, SpanScores, best, pair_of
from training.squad import Question, Squad

_BATCH = 16
_ARTICLES = re.compile(r"\b(a|an|the)\b")


def ask(net: QANet, words: Tokenizer, asked: Sequence[tuple[str, str, str]]) -> list[Found]:
    """The best span for each question, title and passage; of an empty one the empty span."""
    pairs = [pair_of(words, *one) for one in asked]
    found = [Found(Span(0, 0), -100.0, -100.0)] * len(pairs)
    order = sorted(range(len(pairs)), key=lambda at: len(pairs[at].ids))
    net.eval()
    for at in range(0, len(order), _BATCH):
        rows = order[at : at + _BATCH]
        for row, scores in zip(rows, scored(net, [pairs[row] for row in rows]), strict=True):
            found[row] = best(scores, 0) or found[row]
    net.train()
    return found


def scored(net: QANet, pairs: Sequence[Pair]) -> Iterator[SpanScores]:
    """What the model in torch says of pairs, as the one without torch does."""
    batch = padded([Wanted(pair) for pair in pairs])
    with torch.inference_mode():
        scores = net(batch.ids, batch.kinds, batch.mask, batch.allowed)
    rows = zip(pairs, scores.start.numpy(), scores.end.numpy(), scores.answerable, strict=True)
    for pair, start, end, answerable in rows:
        here = slice(pair.first, pair.first + len(pair.offsets))
        none = float(start[0] + end[0])
        yield SpanScores(start[here], end[here], pair.offsets, none, float(answerable))


def normal(answer: str) -> str:
    """An answer without case, punctuation and articles, as SQuAD's own evaluation has it."""
    lowered = "".join(one for one in answer.lower() if one not in string.punctuation)
    return " ".join(_ARTICLES.sub(" ", lowered).split())


def exact_and_f1(given: str, answers: Sequence[str]) -> tuple[float, float]:
    """Exact match and F1 of words against the nearest of the answers."""
    exact = max(float(normal(given) == normal(answer)) for answer in answers)
    return exact, max(_f1(normal(given).split(), normal(answer).split()) for answer in answers)


def _f1(given: list[str], wanted: list[str]) -> float:
    same = sum((Counter(given) & Counter(wanted)).values())
    return 2 * same / (len(given) + len(wanted)) if same else 0.0


def measured(net: QANet, words: Tokenizer, squad: Squad, sample: int) -> dict[str, float]:
    """Figures on a part of a set's questions, each with its own paragraph."""
    step = max(len(squad.questions) // sample, 1)
    questions = squad.questions[::step][:sample]
    here = [squad.paragraphs[question.paragraph] for question in questions]
    asked = [(one.text, at.title, at.text) for one, at in zip(questions, here, strict=True)]
    found = ask(net, words, asked)
    given = [at.text[slice(*one.span)] for one, at in zip(found, here, strict=True)]
    return figures(questions, found, given)


def figures(
    questions: Sequence[Question], found: Sequence[Found], given: Sequence[str]
) -> dict[str, float]:
    """Exact and F1 on what is answerable; how well each score tells it from what is not."""
    there = [bool(question.spans) for question in questions]
    right = [
        exact_and_f1(text, one.answers)
        for text, one in zip(given, questions, strict=True)
        if one.spans
    ]
    scores = {
        "margin": [one.margin for one in found],
        "answerable": [one.answerable for one in found],
        "both": [one.margin / 2 + one.answerable for one in found],
    }
    exact, f1 = np.mean(right, axis=0)
    areas = {f"auroc {name}": roc_auc_score(there, values) for name, values in scores.items()}
    return {"exact": float(exact), "f1": float(f1), **areas}
