"""Metrics of runs, their intervals, and whether one run is better than another.

The metrics are those of trec_eval through ir-measures (MacAvaney, Macdonald and Ounis,
"Streamlining Evaluation with ir-measures", ECIR 2022).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import ir_measures
import numpy as np
import numpy.typing as npt
from ir_measures import RR, R, Success, nDCG

from qwenqa.errors import CollectionError
from qwenqa.evaluation.collection import Qrels, Run
from qwenqa.evaluation.records import MetricDifference, Point, Retrieval, Score

MEASURES = (nDCG @ 10, R @ 10, RR @ 10, Success @ 1, Success @ 3, Success @ 5)
NAMES = ("nDCG@10", "recall@10", "MRR@10", "hit@1", "hit@3", "hit@5")
_AMONG = (1, 2, 3, 5, 10, 20, 50, 100)
_RESAMPLES = 1_000
_SEED = 1

Values = npt.NDArray[np.float64]
"""One value a query, shape (number of queries,), in the order of the queries' ids."""


def per_query(qrels: Qrels, run: Run) -> dict[str, Values]:
    """Each metric's value for each judged query; a query that the run lacks counts as 0."""
    relevant = {query: judged for query, judged in qrels.items() if any(judged.values())}
    queries = sorted(relevant)
    place = {query: number for number, query in enumerate(queries)}
    values = {name: np.zeros(len(queries)) for name in NAMES}
    names = dict(zip(MEASURES, NAMES, strict=True))
    answered = {query: run[query] for query in queries if run.get(query)}
    for metric in ir_measures.iter_calc(list(MEASURES), relevant, answered):
        if metric.query_id in place:
            values[names[metric.measure]][place[metric.query_id]] = metric.value
    return values


def retrieval(retriever: str, qrels: Qrels, run: Run, depth: int) -> Retrieval:
    """All metrics of a run with their intervals, and its recall among the first hits."""
    values = per_query(qrels, run)
    scores = tuple(score(name, values[name]) for name in NAMES)
    return Retrieval(retriever, scores, recall(qrels, run, depth))


def recall(qrels: Qrels, run: Run, depth: int) -> tuple[Point, ...]:
    """The mean share of relevant documents among the first 1, 2, 3, 5, 10 … hits."""
    measures = {R @ k: k for k in _AMONG if k <= depth}
    relevant = {query: judged for query, judged in qrels.items() if any(judged.values())}
    answered = {query: run[query] for query in relevant if run.get(query)}
    sums = dict.fromkeys(measures.values(), 0.0)
    for metric in ir_measures.iter_calc(list(measures), relevant, answered):
        sums[measures[metric.measure]] += metric.value if metric.query_id in answered else 0.0
    return tuple(Point(k, total / max(1, len(relevant))) for k, total in sums.items())


def score(name: str, values: Values) -> Score:
    """The mean with its interval (bootstrap over the queries, percentiles, 1,000 resamples).

    Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
    """
    means = _resampled(values)
    low, high = np.percentile(means, (2.5, 97.5))
    return Score(name, float(values.mean()), float(low), float(high), len(values))


def compare(name: str, first: Values, second: Values) -> MetricDifference:
    """The paired difference of two runs over the same queries: second less first.

    The p-value is of a two-sided paired randomisation test (Smucker, Allan and Carterette, "A
    Comparison of Statistical Significance Tests for Information Retrieval Evaluation", CIKM
    2007): how often random signs give at least this difference.
    """
    differences = second - first
    observed = abs(differences.mean())
    dice = np.random.default_rng(_SEED)
    signs = dice.choice((-1.0, 1.0), (_RESAMPLES * 10, len(differences)))
    as_large = int((np.abs(signs @ differences / len(differences)) >= observed - 1e-12).sum())
    low, high = np.percentile(_resampled(differences), (2.5, 97.5))
    p = (as_large + 1) / (_RESAMPLES * 10 + 1)
    return MetricDifference(name, float(differences.mean()), float(low), float(high), p)


def write_run(path: Path, run: Run, tag: str) -> None:
    """Write a run in TREC's form: query, Q0, document, rank, score, tag."""
    lines = [
        f"{query} Q0 {document} {rank} {value:.6f} {tag}\n"
        for query, scores in run.items()
        for rank, (document, value) in enumerate(ranked(scores), start=1)
    ]
    path.write_text("".join(lines), "utf-8")


def read_run(path: Path) -> Run:
    """A run in TREC's form; raises CollectionError naming the line that is none."""
    run: Run = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise CollectionError(f"The run {path} cannot be read ({error}).") from error
    for number, line in enumerate(lines, start=1):
        query, document, value = _entry(line, f"{path}, line {number},")
        scores = run.setdefault(query, {})
        if document in scores or not math.isfinite(value):
            raise CollectionError(
                f"{path}, line {number}, has no finite score, or names {document} for {query} once "
                "more. A run names each document once a query."
            )
        scores[document] = value
    return run


def _entry(line: str, where: str) -> tuple[str, str, float]:
    try:
        query, _, document, _, value, _ = line.split()
        return query, document, float(value)
    except ValueError as error:
        raise CollectionError(f"{where} is not: query Q0 document rank score tag.") from error


def ranked(scores: dict[str, float]) -> Sequence[tuple[str, float]]:
    """Documents with their scores, best first; ties by document."""
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _resampled(values: Values) -> Values:
    dice = np.random.default_rng(_SEED)
    chosen = dice.integers(0, len(values), (_RESAMPLES, len(values)))
    return np.asarray(values[chosen].mean(axis=1))
