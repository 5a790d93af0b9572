"""What changed, as text for people: differences of generations, answers to saved questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qwenqa.answers.answer.saved_news import summary, told, where
from qwenqa.cli.output import harmless, one_line
from qwenqa.cli.text.results import listed
from qwenqa.types import BuildReport, Citation, CitationChange, Diff, SavedChange, SourceDiff

State = tuple[str, SavedChange | None]


def different(difference: Diff, *, texts: bool) -> str:
    """The sources that differ, a line each, and with ``texts`` the passages."""
    counts = difference.passages
    lines = [
        f"Generation {difference.old} to {difference.new}.",
        *([f"model: {' -> '.join(difference.model)}"] if difference.model else []),
        f"passages: {counts.added:,} added, {counts.removed:,} removed, {counts.moved:,} moved, "
        f"{counts.kept:,} kept",
        *(f"{source.fate:>9}  {one_line(_source(source))}" for source in difference.sources),
        *listed("skipped", [f"{source.address}: {source.reason}" for source in difference.skipped]),
        *listed("unskipped", [source.address for source in difference.no_longer_skipped]),
    ]
    if texts:
        lines += [
            *_texts("added", difference.texts_added),
            *_texts("removed", difference.texts_removed),
        ]
    return "\n".join(lines) + "\n"


def _source(source: SourceDiff) -> str:
    counts = source.passages
    kinds = (
        (counts.added, "added"),
        (counts.removed, "removed"),
        (counts.moved, "moved"),
        (counts.kept, "kept"),
    )
    figures = ", ".join(f"{count:,} {kind}" for count, kind in kinds if count) or "none"
    address = f"{source.before} -> {source.address}" if source.before else source.address
    return f"{address} (passages: {figures})"


def _texts(what: str, citations: Sequence[Citation]) -> list[str]:
    lines = []
    for citation in citations:
        quote = (f"    {line}".rstrip() for line in harmless(citation.quote).splitlines())
        lines += ["", f"{what}: {one_line(where(citation))}", *quote]
    return lines


def asked_again(report: BuildReport) -> str:
    """What a build changed in the answers to saved questions, in lines; empty without any."""
    if not report.saved:
        return ""
    changed = [change for change in report.saved if not change.same]
    head = f"saved questions: {len(report.saved):,} asked, {len(changed):,} with news"
    return "\n".join([head, *(line for change in changed for line in _news(change))]) + "\n"


def saved(states: Iterable[State]) -> str:
    """The saved questions with their numbers, and what the last build said of each."""
    lines = []
    for number, (question, last) in enumerate(states, start=1):
        lines.append(f"{number:3}. {one_line(question)}")
        lines.append(f"     {one_line(summary(last))}")
    return (
        "\n".join(lines or ["No question is saved. Save one with: qwenqa saved add QUESTION"])
        + "\n"
    )


def _news(change: SavedChange) -> list[str]:
    """A saved question, what became of its answer, and each citation that is not the same."""
    if not change.question:
        return [f"  {one_line(change.failure)}"]
    changed = [cited for cited in change.citations if cited.change != "same"]
    return [
        f"  {one_line(change.question)}",
        f"    {one_line(summary(change))}",
        *(f"    {_kind(change, cited):>11}  {one_line(told(cited))}" for cited in changed),
    ]


def _kind(change: SavedChange, cited: CitationChange) -> str:
    return cited.change if change.before else "cited"
