"""What changed, as text for people: differences of generations, answers to saved questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qwenqa.answers.answer.saved_news import summary, told, where
from qwenqa.cli.output import harmless, one_line
from qwenqa.cli.text.results import listed
from qwenqa.types import BuildReport, Citation, CitationChange, Diff, SavedChange, SourceDiff

State = tuple[str, SavedChange | None]


def different(found: Diff, *, texts: bool) -> str:
    """The sources that differ, a line each, and with ``texts`` the passages."""
    counts = found.passages
    lines = [
        f"Generation {found.old} to {found.new}.",
        *([f"model: {' -> '.join(found.model)}"] if found.model else []),
        f"passages: {counts.added:,} added, {counts.removed:,} removed, {counts.moved:,} moved, "
        f"{counts.kept:,} kept",
        *(f"{source.fate:>9}  {one_line(_source(source))}" for source in found.sources),
        *listed("skipped", [f"{one.address}: {one.reason}" for one in found.skipped]),
        *listed("unskipped", [one.address for one in found.no_longer_skipped]),
    ]
    if texts:
        lines += [*_texts("added", found.texts_added), *_texts("removed", found.texts_removed)]
    return "\n".join(lines) + "\n"


def _source(one: SourceDiff) -> str:
    counts = one.passages
    kinds = (
        (counts.added, "added"),
        (counts.removed, "removed"),
        (counts.moved, "moved"),
        (counts.kept, "kept"),
    )
    figures = ", ".join(f"{count:,} {kind}" for count, kind in kinds if count) or "none"
    address = f"{one.before} -> {one.address}" if one.before else one.address
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
    changed = [one for one in report.saved if not one.same]
    head = f"saved questions: {len(report.saved):,} asked, {len(changed):,} with news"
    return "\n".join([head, *(line for one in changed for line in _news(one))]) + "\n"


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


def _news(one: SavedChange) -> list[str]:
    """A saved question, what became of its answer, and each citation that is not the same."""
    if not one.question:
        return [f"  {one_line(one.failure)}"]
    changed = [cited for cited in one.citations if cited.change != "same"]
    return [
        f"  {one_line(one.question)}",
        f"    {one_line(summary(one))}",
        *(f"    {_kind(one, cited):>11}  {one_line(told(cited))}" for cited in changed),
    ]


def _kind(one: SavedChange, cited: CitationChange) -> str:
    return cited.change if one.before else "cited"
