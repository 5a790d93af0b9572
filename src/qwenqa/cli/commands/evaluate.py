"""The command that measures how good the answers are, and its result as text."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from qwenqa.cli import output
from qwenqa.cli.output import one_line
from qwenqa.cli.parser import Exit
from qwenqa.cli.text.status_report import aligned
from qwenqa.errors import NoGenerationError, SettingsError
from qwenqa.evaluation.labelled import compare_runs, evaluate_collection
from qwenqa.evaluation.records import EvaluationReport, RunComparison, Score, Share, Trust
from qwenqa.evaluation.unlabelled import QUESTIONS, evaluate_index
from qwenqa.service.library import Library

_OF_COLLECTIONS = ("runs", "compare", "work")


def evaluate(library: Library, given: Namespace) -> Exit:
    """Measure a collection or the index, or compare two runs, and say what was found."""
    _check(given)
    if given.compare:
        compared = compare_runs(given.folder, *given.compare, limit=given.limit)
        _show(compared, comparison(compared), as_json=given.json)
        return Exit.GOOD
    with output.bars() as progress:
        found = _measured(library, given, progress)
    _show(found, report(found), as_json=given.json)
    return Exit.GOOD


def _check(given: Namespace) -> None:
    """Raise SettingsError for options that say nothing together."""
    for name in _OF_COLLECTIONS:
        if getattr(given, name) and not given.folder:
            raise SettingsError(
                f"--{name} needs a collection. Name its folder: qwenqa evaluate FOLDER --{name} …"
            )
    for name in ("runs", "work"):
        if given.compare and getattr(given, name):
            raise SettingsError(f"--{name} says nothing with --compare, which builds no index.")


def _measured(library: Library, given: Namespace, progress: output.Report) -> EvaluationReport:
    if given.folder:
        return evaluate_collection(
            given.folder,
            work=given.work,
            runs=given.runs,
            limit=given.limit,
            settings=library.settings,
            progress=progress,
        )
    try:
        library.generation()
    except NoGenerationError:
        output.note(f"There is no index in {library.settings.index} yet; building it first.")
        library.rebuild(progress)
    return evaluate_index(library, given.limit or QUESTIONS, progress)


def _show(record: object, text: str, *, as_json: bool) -> None:
    if as_json:
        output.write_json(record)
    else:
        output.write(text)


def report(found: EvaluationReport) -> str:
    """The figures as tables, intervals in brackets, and what they are about."""
    lines = [
        f"{found.kind:<11} {one_line(found.name)} ({found.sources:,} sources, "
        f"{found.passages:,} passages)",
        f"model       {one_line(found.model)}",
        "",
        *_metrics(found),
        *(_ranks(found.ranks) if found.ranks else []),
        *(_trust(found.trust) if found.trust else []),
        *(["", *map(one_line, found.notes)] if found.notes else []),
    ]
    return "\n".join(lines) + "\n"


def comparison(found: RunComparison) -> str:
    """The difference of two runs in each metric, with its interval and p-value."""
    rows = [("metric", "difference", "95 % interval", "p")]
    rows += [
        (one.name, f"{one.difference:+.3f}", f"{one.low:+.3f} to {one.high:+.3f}", f"{one.p:.4f}")
        for one in found.comparisons
    ]
    told = (
        f"{one_line(found.second)} less {one_line(found.first)}, over {found.queries:,} judged "
        "queries"
    )
    return "\n".join([told, "", *aligned(rows)]) + "\n"


def _metrics(found: EvaluationReport) -> list[str]:
    retrievers = [one.retriever for one in found.retrieval]
    scores = zip(*(one.scores for one in found.retrieval), strict=True)
    rows: list[Sequence[str]] = [("metric", *retrievers)]
    rows += [(row[0].name, *map(_score, row)) for row in scores]
    count = found.retrieval[0].scores[0].queries
    return [f"Found, over {count:,} questions that have an answer:", *aligned(rows)]


def _ranks(ranks: Sequence[int]) -> list[str]:
    told = [f"{number}: {count:,}" for number, count in enumerate(ranks[:-1], 1) if count]
    return ["", f"Rank of the answer   {'   '.join([*told, f'not found: {ranks[-1]:,}'])}"]


def _trust(found: Trust) -> list[str]:
    rows = [
        ("of the answers given, no hit shown answers", _share(found.wrong)),
        ("of all questions, half of them without an answer, answered", _share(found.shown)),
        ("of those found first, turned away", _share(found.missed)),
    ]
    if found.shown_unanswerable:
        rows.append(("of those that nothing answers, answered", _share(found.shown_unanswerable)))
    rows += [
        (f"answerable against {separation.against}: AUROC", _score(separation.auroc))
        for separation in found.separations
    ]
    rows.append((found.calibration_error.name, _score(found.calibration_error)))
    return ["", "Answering and abstaining, at the level in use:", *aligned(rows)]


def _score(one: Score) -> str:
    return interval(one.mean, one.low, one.high)


def _share(one: Share) -> str:
    return f"{interval(one.share, one.low, one.high)} of {one.of:,}" if one.of else "none"


def interval(mean: float, low: float, high: float) -> str:
    """A figure with its 95 % interval: "0.803 [0.750, 0.851]"."""
    return f"{mean:.3f} [{low:.3f}, {high:.3f}]"
