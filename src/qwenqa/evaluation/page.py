"""The report of an evaluation as one HTML file, which needs nothing else and runs nothing."""

from __future__ import annotations

import html
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from qwenqa.errors import SettingsError
from qwenqa.evaluation.records import EvaluationReport, Score, Share, Trust

Rows = Sequence[Sequence[str]]

_HEADS = {
    "collection": "How well the documents of a collection are found",
    "index": "How good the answers are",
}


def write_page(found: EvaluationReport, path: Path) -> None:
    """Write the report as a page; raises SettingsError when the file cannot be written."""
    try:
        path.write_text(page(found), "utf-8", errors="replace")
    except OSError as error:
        raise SettingsError(
            f"The report cannot be written to {path} ({error.strerror}). Name another file."
        ) from error


def page(found: EvaluationReport) -> str:
    """The report as HTML: no script, no request, all foreign text escaped."""
    parts = [*_about(found), *_retrieval(found), *(_trust(found.trust) if found.trust else [])]
    if found.notes:
        parts.append(_section("About the measuring", "".join(map(_paragraph, found.notes))))
    template = (files("qwenqa.evaluation") / "page.html").read_text("utf-8")
    head = _HEADS[found.kind]
    # The body goes in last: nothing in it is looked at again.
    return template.replace("{{title}}", html.escape(head)).replace("{{body}}", "".join(parts))


def _about(found: EvaluationReport) -> list[str]:
    rows = [
        (found.kind, found.name),
        ("size", f"{found.sources:,} sources, {found.passages:,} passages"),
        ("model", found.model),
        ("questions", f"{found.retrieval[0].scores[0].queries:,} that have an answer"),
    ]
    told = "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in rows)
    return [f"<h1>{_text(_HEADS[found.kind])}</h1><dl>{told}</dl>"]


def _retrieval(found: EvaluationReport) -> list[str]:
    from qwenqa.evaluation import plots

    scores = zip(*(one.scores for one in found.retrieval), strict=True)
    names = [one.retriever for one in found.retrieval]
    table = _table(["metric", *names], [(row[0].name, *map(_score, row)) for row in scores])
    curve = zip(*(one.recall for one in found.retrieval), strict=True)
    behind = [(f"{row[0].x:.0f}", *(f"{point.y:.3f}" for point in row)) for row in curve]
    figure = _figure(
        plots.recall(found.retrieval),
        "How often the answer is among the first hits.",
        _table(["hits", *names], behind),
    )
    told = _paragraph("Means with 95 % intervals (bootstrap over the questions).")
    return [_section("What is found", told + table + figure + _ranks(found.ranks))]


def _ranks(ranks: Sequence[int]) -> str:
    if not ranks:
        return ""
    rows = [(str(rank), f"{count:,}") for rank, count in enumerate(ranks[:-1], 1) if count]
    table = _table(["rank of the answer", "questions"], [*rows, ("not found", f"{ranks[-1]:,}")])
    return f"<details><summary>Ranks of the answers</summary>{table}</details>"


def _trust(found: Trust) -> list[str]:
    from qwenqa.evaluation import plots

    reliability = _figure(
        plots.reliability(found.bins),
        "Is confidence true? Questions of about one confidence, and how many of them are "
        "answered rightly.",
        _table(
            ["confidence", "a hit shown answers", "questions"],
            [
                (_percent(one.confidence), _share(one.right), str(one.right.of))
                for one in found.bins
            ],
        ),
    )
    risk = _figure(
        plots.risk(found.risk, found.shown, found.wrong),
        "What caution buys: the fewer questions are answered, the surest first, the fewer "
        "answers are wrong. Half of these questions have no answer.",
        _table(
            ["answered", "wrong"],
            [(_percent(point.x), _percent(point.y)) for point in found.risk],
        ),
    )
    kinds = _figure(
        plots.distributions(found.confidences),
        "Confidence of questions with an answer, of the same ones when their sources are left "
        "out, and of others that nothing answers.",
        _quantiles(found),
    )
    head = _paragraph(
        "A question counts as rightly answered when a hit shown holds the answer. Intervals "
        "of shares are Wilson's, 95 %."
    )
    return [
        _section("Answering and abstaining", head + _levels(found)),
        _section("Confidence", f'<div class="plots">{reliability}{risk}{kinds}</div>'),
    ]


def _levels(found: Trust) -> str:
    rows = [
        ("of the answers given, no hit shown answers", found.wrong),
        ("of all questions, half of them without an answer, answered", found.shown),
        ("of those found first, turned away", found.missed),
        ("of those that nothing answers, answered", found.shown_unanswerable),
    ]
    told = [(name, _share(one), f"{one.of:,}") for name, one in rows if one]
    told += [
        (f"answerable against {one.against}: AUROC", _score(one.auroc), f"{one.auroc.queries:,}")
        for one in found.separations
    ]
    error = found.calibration_error
    told.append((error.name, _score(error), f"{error.queries:,}"))
    return _table(["at the level in use", "measured", "of"], told)


def _quantiles(found: Trust) -> str:
    shares = (0.1, 0.25, 0.5, 0.75, 0.9)
    rows = [
        (one.kind, str(len(one.values)), *(_at(one.values, share) for share in shares))
        for one in found.confidences
    ]
    return _table(["questions", "number", *(f"{share:.0%} are below" for share in shares)], rows)


def _at(values: Sequence[float], share: float) -> str:
    return _percent(values[min(len(values) - 1, int(share * len(values)))])


def _figure(plot: str, told: str, table: str) -> str:
    details = f"<details><summary>The figures</summary>{table}</details>"
    return f"<figure>{plot}<figcaption>{_text(told)}</figcaption>{details}</figure>"


def _section(head: str, body: str) -> str:
    return f"<section><h2>{_text(head)}</h2>{body}</section>"


def _table(heads: Sequence[str], rows: Rows) -> str:
    top = "".join(f'<th scope="col">{_text(one)}</th>' for one in heads)
    body = "".join(_row(row) for row in rows)
    table = f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide" tabindex="0">{table}</div>'


def _row(row: Sequence[str]) -> str:
    first, *others = row
    cells = "".join(f"<td>{_text(one)}</td>" for one in others)
    return f'<tr><th scope="row">{_text(first)}</th>{cells}</tr>'


def _paragraph(text: str) -> str:
    return f"<p>{_text(text)}</p>"


def _text(text: str) -> str:
    """The one way for text into the page."""
    return html.escape("".join(one if one.isprintable() else "\ufffd" for one in text))


def _score(one: Score) -> str:
    return f"{one.mean:.3f} [{one.low:.3f}, {one.high:.3f}]"


def _share(one: Share) -> str:
    if not one.of:
        return "none"
    return f"{one.share:.1%} [{one.low:.1%}, {one.high:.1%}]"


def _percent(share: float) -> str:
    return f"{share:.1%}"
