"""HTML of how good the answers are: figures with their intervals, and bars."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from qwenqa.evaluation.records import EvaluationReport, Kind, Score, Share, Trust
from qwenqa.ui.html.text import bar, bars, foreign, isolated, joined, sentence
from qwenqa.ui.html.words import say

Rows = Sequence[Sequence[str]]
_KINDS: dict[Kind, str] = {
    "answerable": "answerable",
    "left out": "left out",
    "unanswerable": "unanswerable",
}
_RISKS = 10
"""Steps from few questions answered to all, at most about."""


def report(evaluation: EvaluationReport, serving: int) -> Markup:
    """What was measured; ``serving`` is the number of the generation now."""
    parts = [
        _about(evaluation, serving),
        Markup('<h2 class="section">{}</h2>{}{}').format(
            say("What is found"), _scores(evaluation), _recall(evaluation)
        ),
        *(_trusted(evaluation.trust) if evaluation.trust else ()),
        Markup().join(
            Markup('<p class="place">{}</p>').format(foreign(note)) for note in evaluation.notes
        ),
    ]
    return joined(parts)


def _trusted(trust: Trust) -> tuple[Markup, ...]:
    return (
        Markup('<h2 class="section">{}</h2>{}').format(
            say("Answering and abstaining"), _levels(trust)
        ),
        Markup('<h2 class="section">{}</h2>').format(say("Confidence")),
        _reliability(trust),
        _risk(trust),
        _distributions(trust),
    )


def nothing() -> Markup:
    """What measuring does, where nothing is measured yet."""
    text = (
        "Questions are made from your documents by rules, asked as they are and with their "
        "sources left out, and the answers are counted. Nothing leaves this machine. It takes a "
        "minute or more; the page can be used meanwhile."
    )
    return joined([Markup("<p>{}</p>").format(say(text))])


def failed(why: str) -> Markup:
    """Why there is nothing to show."""
    return sentence(why, "error")


def _about(evaluation: EvaluationReport, serving: int) -> Markup:
    text = say(
        "Measured on generation {}: {} documents, {} passages, {} questions that have an answer.",
        *(
            f"{one:,}"
            for one in (
                evaluation.generation,
                evaluation.sources,
                evaluation.passages,
                evaluation.retrieval[0].scores[0].queries,
            )
        ),
    )
    old = say("The index has changed since: generation {} serves now.", f"{serving:,}")
    since = (
        ""
        if serving == evaluation.generation
        else Markup('<p class="message last">{}</p>').format(old)
    )
    return Markup("{}<p>{} {}: {}.</p>").format(
        since, text, say("Model"), isolated(evaluation.model)
    )


def _scores(found: EvaluationReport) -> Markup:
    rows = [
        (score.name, f"{score.mean:.3f}", _between(score)) for score in found.retrieval[0].scores
    ]
    return _table((say("Metric"), say("Mean"), say("95 % interval")), rows)


def _levels(trust: Trust) -> Markup:
    rows = [
        (say("Of the answers given, no passage shown answers"), trust.wrong),
        (say("Of all questions, half of them without an answer, answered"), trust.shown),
        (say("Of those found first, turned away"), trust.missed),
        (say("Of those that nothing answers, answered"), trust.shown_unanswerable),
    ]
    told = [(name, _percent(one), _share_between(one), f"{one.of:,}") for name, one in rows if one]
    told += [
        (
            say("AUROC, answerable against {}", say(_KINDS[separation.against])),
            f"{separation.auroc.mean:.3f}",
            _between(separation.auroc),
            f"{separation.auroc.queries:,}",
        )
        for separation in trust.separations
    ]
    error = trust.calibration_error
    told.append(
        (say("Calibration error"), f"{error.mean:.3f}", _between(error), f"{error.queries:,}")
    )
    return _table((say("Metric"), say("Measured"), say("95 % interval"), say("Of")), told)


def _recall(found: EvaluationReport) -> Markup:
    text = say("How often the answer is among the first hits.")
    rows = [
        bar(f"{point.x:.0f}", point.y, 1, f"{point.y:.3f}") for point in found.retrieval[0].recall
    ]
    return Markup("<p>{}</p>{}").format(text, bars(rows))


def _reliability(trust: Trust) -> Markup:
    text = say("Is confidence true? Beside each confidence, how many of its answers are right.")
    rights = [(point.confidence, point.right) for point in trust.bins]
    rows = [
        bar(f"{confidence:.0%}", right.share, 1, f"{_percent(right)} / {right.of:,}")
        for confidence, right in rights
    ]
    return Markup("<p>{}</p>{}").format(text, bars(rows))


def _risk(trust: Trust) -> Markup:
    text = say(
        "What caution buys: the fewer questions are answered, the surest first, the fewer answers "
        "are wrong. Half of these questions have no answer."
    )
    last = len(trust.risk) - 1
    shown = trust.risk[last % max(1, last // _RISKS) :: max(1, last // _RISKS)]
    rows = [bar(f"{point.x:.0%}", point.y, 1, f"{point.y:.1%}") for point in shown]
    return Markup("<p>{}</p>{}").format(text, bars(rows))


def _distributions(trust: Trust) -> Markup:
    text = say(
        "Confidence of questions with an answer, of the same ones when their sources are left "
        "out, and of others that nothing answers."
    )
    rows = [
        (
            say(_KINDS[confidence.kind]),
            f"{len(confidence.values):,}",
            *(_at(confidence.values, at) for at in (0.25, 0.5, 0.75)),
        )
        for confidence in trust.confidences
    ]
    below = (say("{} are below", f"{at} %") for at in (25, 50, 75))
    return Markup("<p>{}</p>{}").format(
        text, _table((say("Questions"), say("Number"), *below), rows)
    )


def _table(heads: Sequence[str], rows: Rows) -> Markup:
    """A table of our own words and figures."""
    top = Markup().join(Markup('<th scope="col">{}</th>').format(head) for head in heads)
    body = Markup().join(_row(row) for row in rows)
    table = Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(top, body)
    return Markup('<div class="scroll" tabindex="0">{}</div>').format(table)


def _row(row: Sequence[str]) -> Markup:
    first, *others = row
    cells = Markup().join(Markup('<td class="figure">{}</td>').format(other) for other in others)
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(first, cells)


def _between(score: Score) -> str:
    return f"{score.low:.3f} – {score.high:.3f}"


def _percent(share: Share) -> str:
    return f"{share.share:.1%}" if share.of else "–"


def _share_between(share: Share) -> str:
    return f"{share.low:.1%} – {share.high:.1%}" if share.of else "–"


def _at(values: Sequence[float], share: float) -> str:
    return f"{values[min(len(values) - 1, int(share * len(values)))]:.0%}" if values else "–"
