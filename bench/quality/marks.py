"""How much of what answers is marked, in characters.

``python bench/quality/marks.py FOLDER --cache CACHE`` asks the questions of the collections below a
folder that say which characters answer: spans (chroma_chunking), sentences (clapnq, hotpot,
scifact), or the words of an answer (squad, xquad, cmrc). Writes ``docs/measurements/marks.md``: for each
collection two halves, the questions with even numbers, on which the rule was chosen, and those
with odd ones, on which it was not; what each part of the rule is worth; what five hits show
where neighbouring passages are joined from another share of the score on; and how often the date
told to questions for a time is right. Indexes are kept in the cache folder, as those of
``bench/quality/quality.py`` are.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from unittest import mock

import numpy as np
from gold import Gold, Stretch

from qwenqa import ranking
from qwenqa.answers.marks import sentences
from qwenqa.answers.marks.asked_date import date_asked_for
from qwenqa.encoders import ToyEncoder
from qwenqa.evaluation.collection import read_collection
from qwenqa.evaluation.runs import index_of
from qwenqa.lexical import analysis
from qwenqa.ranking import BESIDE
from qwenqa.service.ask.search import SearchResult, find
from qwenqa.settings import Settings
from qwenqa.types import Encoder, Span, Vectors

HITS, FIRST = 5, {"squad_v11_dev": 2_000}
HALVES = ("even", "odd")
NAMES = (
    "chroma_chunking", "clapnq_dev", "hotpot100", "scifact_train", "squad_v11_dev",
    "xquad_es", "xquad_zh", "cmrc2018_trial",
)  # fmt: skip
JOINED = NAMES[:4]
JOINING = {1.0: JOINED, 0.9: JOINED, BESIDE: NAMES, 0.7: JOINED}
"""From which share of the score on neighbours are joined, and for which collections."""
MEASURES = (
    "recall of five hits", "IoU", "recall", "precision", "characters", "marks", "best is right",
)  # fmt: skip
Mark = tuple[float, Span]
"""A marked sentence and its score among those of all hits."""
Rule = Callable[[SearchResult], list[list[Mark]]]
"""The marks of each hit."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's words, its hits, the documents they are of, and the stretches that answer.

    ``whole`` says whether these are all that answers, or each the words of one right answer.
    """

    text: str
    gold: frozenset[Stretch]
    found: SearchResult
    documents: list[str]
    whole: bool

    def recall(self, shown: Sequence[Stretch]) -> float:
        """The share of the answering characters within some stretches, from 0 to 1."""
        within = characters(shown)
        if self.whole:
            gold = characters(self.gold)
            return len(gold & within) / len(gold)
        return float(any(characters([one]) <= within for one in self.gold))

    def right(self, shown: Sequence[Stretch]) -> float:
        """Whether some stretches hold answering characters, or the words of a right answer."""
        return float(self.recall(shown) > 0)


class Known(ToyEncoder):
    """An encoder of questions that were encoded together."""

    def __init__(self, encoder: Encoder, texts: Sequence[str]) -> None:
        """Encode them."""
        self._vectors = dict(zip(texts, encoder.encode_queries(texts), strict=True))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The vectors of some of them."""
        return np.stack([self._vectors[text] for text in texts])


def main() -> None:
    """Ask, measure, print, and write the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="the folder with the collections' folders")
    options.add_argument("--cache", type=Path, required=True, help="where indexes are kept")
    given = options.parse_args()
    analysis.analyse = lru_cache(maxsize=400_000)(analysis.analyse)  # type: ignore[assignment]
    every = {
        share: {name: questions(given.folder / name, given.cache / name, share) for name in those}
        for share, those in JOINING.items()
    }
    sets = every[BESIDE]
    told = f"{table(sets)}\n{ablations(sets)}\n{joining(every)}\n{asking_when(sets)}"
    print(told)
    (Path(__file__).parents[2] / "docs/measurements/marks.md").write_text(told, "utf-8")


def table(sets: Mapping[str, Sequence[Asked]]) -> str:
    """A line for each half of each collection."""
    lines = [
        f"| collection | questions | {' | '.join(MEASURES)} |",
        "|---|---|" + "---|" * len(MEASURES),
    ]
    for name, asked in sets.items():
        for half, word in enumerate(HALVES):
            values = [measured(one, product) for one in asked[half::2]]
            shown = " | ".join(
                f"{value:.3f}" if value < 1 else f"{value:.1f}" for value in np.mean(values, 0)
            )
            lines.append(f"| {name} | {len(values)} {word} | {shown} |")
    return "\n".join(lines) + "\n"


def ablations(sets: Mapping[str, Sequence[Asked]]) -> str:
    """IoU, or how often the answer is within the marks, under changes of the rule: even / odd."""
    lines = [f"| rule | {' | '.join(sets)} |", "|---|" + "---|" * len(sets)]
    for label, rule, constants in RULES:
        shown = []
        with mock.patch.multiple(sentences, **constants):
            for asked in sets.values():
                column = 1 if asked[0].whole else 2
                values = np.array([measured(one, rule)[column] for one in asked])
                shown.append(f"{values[::2].mean():.3f} / {values[1::2].mean():.3f}")
        lines.append(f"| {label} | {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


def joining(every: Mapping[float, Mapping[str, Sequence[Asked]]]) -> str:
    """What five hits show, joined from each share of the score on: recall, length, IoU."""
    lines = [
        "Five hits, neighbours joined from a share of the better one's score on: recall of the "
        "answering characters, IoU of the marks (even / odd), and characters shown.",
        "",
        f"| joined from | {' | '.join(JOINED)} |",
        "|---|" + "---|" * len(JOINED),
    ]
    for share, sets in every.items():
        shown = []
        for name in JOINED:
            recall, iou = (_halves(sets[name], column) for column in (0, 1))
            passages = [hit.passage for one in sets[name] for hit in one.found.hits]
            length = sum(passage.end - passage.start for passage in passages) / len(sets[name])
            shown.append(f"{recall}, IoU {iou}, {length:,.0f} characters")
        label = "never" if share == 1 else f"{share}{' (in use)' if share == BESIDE else ''}"
        lines.append(f"| {label} | {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


def asking_when(sets: Mapping[str, Sequence[Asked]]) -> str:
    """How many questions are told a date in the best mark, and how many of these rightly."""
    lines = [
        "The date told to questions for a time, and whether the answer is in it or it in the "
        "answer; the rule was made with these in sight.",
        "",
        "| collection | questions | told a date | right | right where the best mark is |",
        "|---|---|---|---|---|",
    ]
    for name, asked in sets.items():
        if not asked[0].whole:
            told = [one for question in asked if (one := date_told(question))]
            right = [held for held, _ in told]
            within = [held for held, marked in told if marked]
            lines.append(
                f"| {name} | {len(asked)} | {len(told)} | {np.mean(right):.3f} "
                f"| {np.mean(within):.3f} |"
            )
    return "\n".join(lines) + "\n"


def date_told(asked: Asked) -> tuple[bool, bool] | None:
    """Whether the date told meets the words of an answer, and the best mark; None without one."""
    marks = sentences.marks(asked.found.hits, asked.found.weights, asked.found.analysis)
    number = max(range(len(marks)), key=lambda at: (marks[at].score, -at))
    if not marks[number].spans:
        return None
    (start, end), passage = marks[number].spans[0], asked.found.hits[number].passage
    date = date_asked_for(asked.text, passage.text[start - passage.start : end - passage.start])
    if date is None:
        return None
    own = [(a, b) for document, a, b in asked.gold if document == asked.documents[number]]
    met = any(a < start + date.end and start + date.start < b for a, b in own)
    return met, any(start <= a and b <= end for a, b in own)


def _halves(asked: Sequence[Asked], column: int) -> str:
    values = np.array([measured(one, product)[column] for one in asked])
    return f"{values[::2].mean():.3f} / {values[1::2].mean():.3f}"


def measured(asked: Asked, rule: Rule) -> tuple[float, ...]:
    """The measures of one question under a rule, as ``MEASURES`` names them.

    Where only an answer's words are known, and several are right, recall says whether one of
    them is whole within the marks.
    """
    found = [
        (score, (document, *span))
        for document, marks in zip(asked.documents, rule(asked.found), strict=True)
        for score, span in marks
    ]
    marks = [one for _, one in sorted(found, key=lambda one: -one[0])]
    hits = zip(asked.documents, (hit.passage for hit in asked.found.hits), strict=True)
    passages = [(document, passage.start, passage.end) for document, passage in hits]
    gold, marked = characters(asked.gold), characters(marks)
    both = len(gold & marked)
    return (
        asked.recall(passages), both / len(gold | marked), asked.recall(marks),
        both / max(len(marked), 1), len(marked), len(marks), asked.right(marks[:1]),
    )  # fmt: skip


def characters(stretches: Iterable[Stretch]) -> set[tuple[str, int]]:
    """Each character of the stretches, by document and place."""
    return {(name, at) for name, start, end in stretches for at in range(start, end)}


def product(found: SearchResult) -> list[list[Mark]]:
    """The marks that answers have; a hit's later ones come after its best."""
    given = sentences.marks(found.hits, found.weights, found.analysis)
    return [[(one.score - n * 1e-9, span) for n, span in enumerate(one.spans)] for one in given]


def one_a_hit(found: SearchResult) -> list[list[Mark]]:
    """In each hit the sentence that holds most of the question's terms: an earlier rule."""
    marks = []
    for hit in found.hits:
        text, start, analyse = hit.passage.text, hit.passage.start, found.analysis(hit.passage)
        shares = [
            (sentences.coverage(text[a - start : b - start], found.weights, analyse), -a, b)
            for a, b in hit.passage.sentences
        ]
        share, first, end = max(shares, default=(0.0, 0, 0))
        marks.append([(1 / hit.rank, Span(-first, end))] if share else [])
    return marks


def in_the_first_hit(found: SearchResult) -> list[list[Mark]]:
    """The rule, over the first hit alone."""
    first = replace(found, hits=found.hits[:1])
    return [*product(first), *([] for _ in found.hits[1:])]


_AS_IT_IS: dict[str, object] = {"MOST_MARKS": sentences.MOST_MARKS}
RULES: list[tuple[str, Rule, dict[str, object]]] = [
    ("the rule", product, _AS_IT_IS),
    ("one sentence in each hit (before)", one_a_hit, _AS_IT_IS),
    ("the first hit's sentences alone", in_the_first_hit, _AS_IT_IS),
    ("one mark in all", product, {"MOST_MARKS": 1}),
    ("up to six marks", product, {"MOST_MARKS": 6}),
    ("near the best from 0.8", product, {"_NEAR_BEST": 0.8}),
    ("near the best from 0.7", product, {"_NEAR_BEST": 0.7}),
    ("title and headings do not count", product, {"_CONTEXT": 0.0}),
    ("neighbours do not count", product, {"_NEIGHBOUR": 0.0}),
    ("long sentences stay whole", product, {"_LONG": 10**9}),
]


def questions(folder: Path, cache: Path, share: float) -> list[Asked]:
    """The questions of a collection whose answering characters are known, with five hits each.

    Neighbours are joined from this share of the score on.
    """
    library, document_of = index_of(read_collection(folder), cache, Settings())
    generation, encoder = library.opened()
    gold = Gold(folder)
    rows = [row for row in gold.rows[: FIRST.get(folder.name)] if gold.of(row)]
    known = Known(encoder, [row["text"] for row in rows])
    asked = []
    with mock.patch.object(ranking, "BESIDE", share):
        for row in rows:
            found = find(generation, known, row["text"], HITS)
            documents = [document_of[hit.passage.id] for hit in found.hits]
            asked.append(Asked(row["text"], gold.of(row), found, documents, gold.whole))
    return asked


if __name__ == "__main__":
    main()
