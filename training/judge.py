"""What the QA model is worth where it is to be used: on the hits of qwenqa's own search.

``python -m training.judge --collections FOLDER --cache CACHE --checkpoint FILE NAME ...``: asks the
questions of each collection of the whole index, and those that a document answers once more with
that document left out. For the first five hits the model gives its scores. Printed are the areas
under the receiver's curve of answerable questions against others: of qwenqa's confidence, of the
model's best score, and of both by a logistic regression in five folds by article; and exact match
and F1 on the first hit and on the paragraph that was asked about.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from qwenqa.evaluation.collection import Collection, Text, read_collection
from qwenqa.evaluation.run_queries import Encoded
from qwenqa.evaluation.runs import index_of
from qwenqa.service.ask.search import find
from qwenqa.settings import Settings
from training.measure import ask, exact_and_f1
from training.model import opened
from training.pairs import tokenizer
from training.spans import Found
from training.squad import FOLDS, Question, read_squad

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Case:
    """A question as it was asked, with its hits: title, text and document of each.

    ``kind`` is "answered", "left out" or "unanswerable"; ``right`` of each hit, whether its
    document answers.
    """

    query: str
    text: str
    kind: str
    confidence: float
    signals: list[float]
    hits: list[tuple[str, str, str]]
    right: list[bool]


def cases_of(folder: Path, cache: Path, chosen: frozenset[str] | None, limit: int) -> list[Case]:
    """The cases of a collection, kept in the cache, since asking takes longer than judging."""
    kept = cache / f"{folder.name}-{limit}.jsonl"
    if not kept.exists():
        collection = read_collection(folder)
        queries = [query for query in collection.queries if chosen is None or query.id in chosen]
        step = max(len(queries) // limit, 1)
        with kept.open("w", encoding="utf-8") as out:
            for case in _asked(collection, queries[::step][:limit], cache / folder.name):
                out.write(json.dumps(asdict(case)) + "\n")
    return [Case(**json.loads(line)) for line in kept.open(encoding="utf-8")]


def _asked(collection: Collection, queries: Sequence[Text], cache: Path) -> Iterator[Case]:
    library, document_of = index_of(collection, cache, Settings())
    generation, encoder = library.opened()
    addresses = generation.addresses()
    every = frozenset(addresses.values())
    at = {document_of[id_]: address for id_, address in addresses.items()}
    known = Encoded(encoder, [query.text for query in queries])
    for query in queries:
        judged = collection.qrels.get(query.id, {})
        gold = {at[one] for one, relevance in judged.items() if relevance > 0 and one in at}
        kinds = (("answered", None), ("left out", every - gold))
        for kind, sources in kinds if gold else (("unanswerable", None),):
            found = find(generation, known, query.text, SHOWN, sources)
            if not found.signals:
                continue
            first = [hit.ranked for hit in found.hits]
            inputs = list(found.signals.inputs().values())
            hits = [(one.title, one.text, one.source.address) for one in first]
            right = [one.source.address in gold for one in first]
            yield Case(query.id, query.text, kind, found.confidence, inputs, hits, right)


def scored(checkpoint: Path, cases: Sequence[Case]) -> list[list[Found]]:
    """What the model finds in each hit of each case."""
    net = opened(checkpoint).to(torch.bfloat16)
    pairs = [(case.text, title, text) for case in cases for title, text, _ in case.hits]
    found = iter(ask(net, tokenizer(), pairs))
    return [[next(found) for _ in case.hits] for case in cases]


def inputs_of(found: Sequence[Found]) -> list[float]:
    """What the QA model says of the hits of a case."""
    margins, answerable = [one.margin for one in found], [one.answerable for one in found]
    return [max(margins), max(answerable), margins[0], answerable[0]]


def areas(cases: Sequence[Case], found: Sequence[Sequence[Found]], groups: Sequence[str]) -> None:
    """Print the areas of answered against each other kind."""
    added = np.array([inputs_of(one) for one in found])
    signals = np.array([case.signals for case in cases])
    kinds = np.array([case.kind for case in cases])
    there = kinds == "answered"
    ways = {
        "confidence": np.array([case.confidence for case in cases]),
        "best margin": added[:, 0],
        "best answerable": added[:, 1],
        "first answerable": added[:, 3],
        "signals, refitted": by_folds(signals, there, groups),
        "QA scores, fitted": by_folds(added, there, groups),
        "signals and QA scores": by_folds(np.hstack([signals, added]), there, groups),
    }
    for other in sorted({*kinds} - {"answered"}):
        both = there | (kinds == other)
        print(f"answered against {other}: {there.sum()} and {(kinds == other).sum()}")
        for name, values in ways.items():
            print(f"  AUROC {roc_auc_score(there[both], values[both]):.3f}  {name}")


def by_folds(inputs: np.ndarray, there: np.ndarray, groups: Sequence[str]) -> np.ndarray:
    """The probability of each case by a fit on the other folds; a group stands in one fold."""
    numbers = {one: at % FOLDS for at, one in enumerate(sorted({*groups}))}
    folds = np.array([numbers[group] for group in groups])
    values = np.zeros(len(inputs))
    for fold in {*folds.tolist()}:
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
        model.fit(inputs[folds != fold], there[folds != fold])
        values[folds == fold] = model.decision_function(inputs[folds == fold])
    return values


def spans(
    cases: Sequence[Case], found: Sequence[Sequence[Found]], questions: dict[str, Question]
) -> None:
    """Print exact match and F1 of the span in the first hit, over answerable questions."""
    rows = [
        exact_and_f1(case.hits[0][1][slice(*those[0].span)], questions[case.query].answers)
        for case, those in zip(cases, found, strict=True)
        if case.kind == "answered"
    ]
    exact, f1 = np.mean(rows, axis=0)
    print(f"span of the first hit: exact {exact:.3f}, F1 {f1:.3f} ({len(rows)} questions)")


def main() -> None:
    """Judge a checkpoint on the collections that are named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="+")
    parser.add_argument("--collections", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--held-out", type=int, default=0, help="the fold of squad_v2_even")
    parser.add_argument("--limit", type=int, default=400, help="questions of a collection")
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.cache.mkdir(parents=True, exist_ok=True)
    for name in args.names:
        squad = name.startswith("squad_v2")
        held = read_squad(args.collections / name).folds([args.held_out]) if squad else None
        asked = {question.id: question for question in held.questions} if held else {}
        chosen = frozenset(asked) if held else None
        cases = cases_of(args.collections / name, args.cache, chosen, args.limit)
        found = scored(args.checkpoint, cases)
        print(f"\n{name}")
        groups = [case.query for case in cases]
        if held:
            groups = [held.paragraphs[asked[case.query].paragraph].title for case in cases]
        areas(cases, found, groups)
        if held:
            spans(cases, found, asked)


if __name__ == "__main__":
    main()
