"""Records as text for people: answers on a terminal, what a build did, status, verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from qwenqa.answers.answer.answer import Answer
from qwenqa.answers.answer.rendering import heading, segments, verdict, verdict_lines
from qwenqa.answers.citations.claims import lines_label, place_label
from qwenqa.cli.output import harmless, one_line
from qwenqa.types import BuildReport, Citation, CitedHit, Skipped, Verification

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from qwenqa.index.check import CheckReport
    from qwenqa.service.ask.bundles import CheckedBundle

WIDTH = 80
_LISTED = 20
_STYLES = {(False, True): "underline", (True, False): "bold", (True, True): "bold underline"}


def show_answer(answer: Answer, terminal: Console) -> None:
    """An answer on a terminal: the answering sentences bold, the question's words underlined."""
    from rich.padding import Padding
    from rich.text import Text

    width = min(WIDTH, terminal.width)
    above = [*answer.notes, *verdict_lines(answer)]
    terminal.print(Text(harmless(answer.question), "bold"), width=width)
    terminal.print(Text("\n" + "\n".join(above)), width=width)
    for cited in answer.hits:
        terminal.print(
            Text(f"\n[{cited.hit.rank}] {one_line(heading(cited))}", "cyan"), width=width
        )
        terminal.print(Padding(_passage(cited), (0, 0, 0, 4)), width=width)
        style = "green" if cited.verification.good else "bold red"
        below = _below(cited, found=answer.found)
        terminal.print(Padding(Text(below, style), (0, 0, 0, 4)), width=width)


def _passage(cited: CitedHit) -> Text:
    from rich.text import Text

    passage = cited.hit.passage
    text = Text()
    for piece, mark, word in segments(passage.text, passage.start, cited.marks, cited.matched):
        text.append(harmless(piece).expandtabs(4), _STYLES.get((mark, word)))
    return text


def _below(cited: CitedHit, *, found: bool) -> str:
    twins = [
        f"also in {one_line(twin.source.address)}, {lines_label(twin.lines)}"
        for twin in cited.hit.also_in
    ]
    score = [f"score {cited.hit.score:.2f}"] if found else []
    state = [verdict(cited.verification), *score, *twins]
    return f"({'; '.join(state)})"


def built(report: BuildReport) -> str:
    """What a build did: counts, then the sources that are not as they were."""
    what = "built" if report.published else "is up to date, nothing to do"
    counts = {
        "added": report.added,
        "changed": report.changed,
        "removed": report.removed,
        "moved": report.moved,
        "kept": report.kept,
        "skipped": report.skipped,
        **({"stale": report.stale} if report.stale else {}),
    }
    lines = [
        f"Generation {report.generation} {what} ({report.seconds:.1f} s).",
        "sources: " + ", ".join(f"{len(those):,} {name}" for name, those in counts.items()),
        f"passages: {report.passages:,} ({report.encoded:,} encoded, {report.reused:,} reused)",
        *listed("added", report.added),
        *listed("changed", report.changed),
        *listed("removed", report.removed),
        *listed("moved", [f"{old} -> {new}" for old, new in report.moved]),
        *skipped(report.skipped),
        *stale(report.stale),
    ]
    return "\n".join(lines) + "\n"


def listed(name: str, those: Sequence[str]) -> list[str]:
    """So many of the lines, each after its name, and how many more there are."""
    rest = len(those) - _LISTED
    more = [f"{name:>9}  … and {rest:,} more (--json lists all)"] if rest > 0 else []
    return [f"{name:>9}  {one_line(line)}" for line in those[:_LISTED]] + more


def skipped(those: Iterable[Skipped]) -> list[str]:
    """What is not indexed and why, a line each."""
    return listed("skipped", [f"{source.address}: {source.reason}" for source in those])


def checked(check: CheckReport) -> str:
    """What a check found: a line a finding, what is no damage, the verdict, what to do next."""
    generations = ", ".join(map(str, check.kept)) or "none"
    serving = f"generation {check.serving} answers" if check.serving else "none can answer"
    verdict = "The index is whole" if check.clean else "The index is damaged"
    lines = [
        *(f"damaged  {one_line(finding.detail)}" for finding in check.findings),
        *(f" remark  {one_line(remark)}" for remark in check.remarks),
        *(
            f"remains  {one_line(remain)} (of no meaning; removed by the next build)"
            for remain in check.remains
        ),
        f"{verdict}: {serving}; kept: {generations}; {check.files:,} files read.",
        *([check.advice] if check.advice else []),
    ]
    return "\n".join(lines) + "\n"


def rolled_back(number: int, created: str) -> str:
    """Which generation serves after a rollback, and what ends that."""
    when = created.replace("T", " ").replace("+00:00", " UTC")
    return (
        f"Generation {number}, built {when}, serves now. The next qwenqa build brings the index "
        "up to the documents again.\n"
    )


def stale(those: Iterable[Skipped]) -> list[str]:
    """What could not be read and keeps its old passages, a line each."""
    return listed("stale", [f"{source.address}: {source.reason}" for source in those])


def verified(citation: Citation, verification: Verification) -> str:
    """One line: the verdict, the place, and the sentence that explains it."""
    where = one_line(f"{citation.address}, {place_label(citation)}")
    return f"{verification.verdict:8} {where}: {one_line(verification.detail)}\n"


def bundle_verified(bundle: CheckedBundle) -> str:
    """What checking a bundle gave: a line for the bundle itself, then one for each citation."""
    own = "altered" if bundle.flaws else "unaltered"
    detail = " ".join(bundle.flaws) or "The bundle is as it was written."
    lines = [f"{own:8} {one_line(detail)}\n", *(verified(*one) for one in bundle.checked)]
    return "".join(lines)
