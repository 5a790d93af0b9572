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


def evaluate(library: Library, options: Namespace) -> Exit:
    """Measure a collection or the index, or compare two runs, and say what was found."""
    _check(options)
    if options.compare:
        compared = compare_runs(options.folder, *options.compare, limit=options.limit)
        _show(compared, comparison(compared), as_json=options.json)
        return Exit.GOOD
    with output.bars() as progress:
        measured = _measured(library, options, progress)
    _show(measured, report(measured), as_json=options.json)
    return Exit.GOOD


def _check(options: Namespace) -> None:
    """Raise SettingsError for options that say nothing together."""
    for name in _OF_COLLECTIONS:
        if getattr(options, name) and not options.folder:
            raise SettingsError(
                f"--{name} needs a collection. Name its folder: qwenqa evaluate FOLDER --{name} …"
            )
    for name in ("runs", "work"):
        if options.compare and getattr(options, name):
            raise SettingsError(f"--{name} says nothing with --compare, which builds no index.")


def _measured(library: Library, options: Namespace, progress: output.Report) -> EvaluationReport:
    if options.folder:
        return evaluate_collection(
            options.folder,
            work=options.work,
            runs=options.runs,
            limit=options.limit,
            settings=library.settings,
            progress=progress,
        )
    try:
        library.generation()
    except NoGenerationError:
        output.note(f"There is no index in {library.settings.index} yet; building it first.")
        library.rebuild(progress)
    return evaluate_index(library, options.limit or QUESTIONS, progress)


def _show(record: object, text: str, *, as_json: bool) -> None:
    if as_json:
        output.write_json(record)
    else:
        output.write(text)


def report(evaluation: EvaluationReport) -> str:
    """The figures as tables, intervals in brackets, and what they are about."""
    lines = [
        f"{evaluation.kind:<11} {one_line(evaluation.name)} ({evaluation.sources:,} sources, "
        f"{evaluation.passages:,} passages)",
        f"model       {one_line(evaluation.model)}",
        "",
        *_metrics(evaluation),
        *(_ranks(evaluation.ranks) if evaluation.ranks else []),
        *(_trust(evaluation.trust) if evaluation.trust else []),
        *(["", *map(one_line, evaluation.notes)] if evaluation.notes else []),
    ]
    return "\n".join(lines) + "\n"


def comparison(compared: RunComparison) -> str:
    """The difference of two runs in each metric, with its interval and p-value."""
    rows = [("metric", "difference", "95 % interval", "p")]
    rows += [
        (one.name, f"{one.difference:+.3f}", f"{one.low:+.3f} to {one.high:+.3f}", f"{one.p:.4f}")
        for one in compared.comparisons
    ]
    summary = (
        f"{one_line(compared.second)} less {one_line(compared.first)}, over "
        f"{compared.queries:,} judged queries"
    )
    return "\n".join([summary, "", *aligned(rows)]) + "\n"


def _metrics(evaluation: EvaluationReport) -> list[str]:
    retrievers = [one.retriever for one in evaluation.retrieval]
    scores = zip(*(one.scores for one in evaluation.retrieval), strict=True)
    rows: list[Sequence[str]] = [("metric", *retrievers)]
    rows += [(row[0].name, *map(_score, row)) for row in scores]
    count = evaluation.retrieval[0].scores[0].queries
    return [f"Found, over {count:,} questions that have an answer:", *aligned(rows)]


def _ranks(ranks: Sequence[int]) -> list[str]:
    counts = [f"{number}: {count:,}" for number, count in enumerate(ranks[:-1], 1) if count]
    return ["", f"Rank of the answer   {'   '.join([*counts, f'not found: {ranks[-1]:,}'])}"]


def _trust(trust: Trust) -> list[str]:
    rows = [
        ("of the answers given, no hit shown answers", _share(trust.wrong)),
        ("of all questions, half of them without an answer, answered", _share(trust.shown)),
        ("of those found first, turned away", _share(trust.missed)),
    ]
    if trust.shown_unanswerable:
        rows.append(("of those that nothing answers, answered", _share(trust.shown_unanswerable)))
    rows += [
        (f"answerable against {separation.against}: AUROC", _score(separation.auroc))
        for separation in trust.separations
    ]
    rows.append((trust.calibration_error.name, _score(trust.calibration_error)))
    return ["", "Answering and abstaining, at the level in use:", *aligned(rows)]


def _score(score: Score) -> str:
    return interval(score.mean, score.low, score.high)


def _share(share: Share) -> str:
    return f"{interval(share.share, share.low, share.high)} of {share.of:,}" if share.of else "none"


def interval(mean: float, low: float, high: float) -> str:
    """A figure with its 95 % interval: "0.803 [0.750, 0.851]"."""
    return f"{mean:.3f} [{low:.3f}, {high:.3f}]"
