"""The status as text: what is indexed, and what reading the sources gave and could not give."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from qwenqa.cli.output import one_line
from qwenqa.cli.text.results import WIDTH, skipped, stale
from qwenqa.service.upkeep.status import SourceStatus, Status
from qwenqa.types import Skipped

_LISTED = 20
_COLUMNS = ("sources", "pages", "characters", "passages", "warned")


def status(status: Status, *, every: bool = False) -> str:
    """What is indexed and whether it is up to date; ``every`` source, or only warned ones."""
    if not status.generation:
        return (
            f"There is no index in {one_line(status.index)} yet. Build it with: qwenqa build\n"
            f"corpus      {one_line(status.corpus)}\nmodel       {one_line(status.model)}\n"
        )
    warned = [source for source in status.sources if source.extraction.remarks]
    lines = [*_figures(status), "", *_by_reader(status.sources)]
    if every:
        lines += ["", "Every source:", *_listed(status.sources, len(status.sources))]
    elif warned:
        lines += ["", "Sources with warnings (--all lists every source):"]
        lines += _listed(warned, _LISTED)
    if kept := [
        Skipped(source.source.address, source.stale) for source in status.sources if source.stale
    ]:
        lines += ["", "Not readable at the last build, found as they were before:", *stale(kept)]
    if status.skipped:
        lines += ["", *skipped(status.skipped)]
    return "\n".join(lines) + "\n"


def _count(number: int, what: str) -> str:
    """A number with what it counts: "1 page", "2,000 pages"."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _figures(status: Status) -> list[str]:
    size = sum(source.source.size for source in status.sources)
    state = (
        "stale: not what a build would give now. Run: qwenqa build"
        if status.stale
        else "up to date"
    )
    return [
        f"corpus      {one_line(status.corpus)} ({_count(len(status.sources), 'source')}, "
        f"{size:,} bytes)",
        f"index       {one_line(status.index)}",
        f"generation  {status.generation}, built {_when(status.created)}",
        f"state       {state}",
        f"model       {one_line(status.model)}",
        f"            ({_vectors(status)}, passages of up to {status.limit} tokens)",
        f"            ({_made_for(status)})",
        f"run by      {_run_by(status)}",
        f"search      {status.dense} and BM25",
        f"passages    {status.passages:,}{_encoded(status)}",
        *([f"damage      {one_line(status.damage)}"] if status.damage else []),
        *_kept(status),
    ]


def _made_for(status: Status) -> str:
    """Which languages the model is made for, its size and its licence, where they are known."""
    if not status.languages:
        return "which languages it is made for is not known"
    return (
        f"made for {status.languages}, {status.parameters:,} million parameters, licence "
        f"{status.license}"
    )


def _run_by(status: Status) -> str:
    """With what questions are encoded, and why that takes seconds to start where it does."""
    return f"torch, as {one_line(status.torch)}" if status.torch else "onnxruntime"


def _vectors(status: Status) -> str:
    cut = "the first " if status.truncated else ""
    half = f" in {status.precision}" if status.precision != "fp32" else ""
    return f"{cut}{status.dimension} dimensions{half}"


def _kept(status: Status) -> list[str]:
    """The other generations there are, and what killed builds left."""
    others = [one for one in status.kept if one.generation != status.generation]
    told = [f"{other.generation} (built {_when(other.created)})" for other in others]
    lines = [f"kept        {', '.join(told)}; to return to one: qwenqa rollback"] if told else []
    if status.remains:
        lines.append(f"remains     {', '.join(status.remains)}; removed by the next build")
    return lines


def _when(created: str) -> str:
    return created.replace("T", " ").replace("+00:00", " UTC")


def _encoded(status: Status) -> str:
    some = status.encoded < status.passages
    return f", {status.encoded:,} of them encoded so far" if some else ""


def _by_reader(sources: Sequence[SourceStatus]) -> list[str]:
    """One row for each reader: sums over the sources that it read."""
    readers = sorted({(source.reader, source.reader_version) for source in sources})
    rows = [
        (
            f"{name} {version}",
            *_sums(
                [
                    source
                    for source in sources
                    if (source.reader, source.reader_version) == (name, version)
                ]
            ),
        )
        for name, version in readers
    ]
    return aligned([("reader", *_COLUMNS), *rows])


def _sums(sources: Sequence[SourceStatus]) -> list[str]:
    pages = [source.extraction.pages for source in sources if source.extraction.pages is not None]
    return [
        f"{len(sources):,}",
        f"{sum(pages):,}" if pages else "-",
        f"{sum(source.characters for source in sources):,}",
        f"{sum(source.passages for source in sources):,}",
        f"{sum(bool(source.extraction.remarks) for source in sources):,}",
    ]


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of a table, the first column to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    ]


def _listed(sources: Sequence[SourceStatus], most: int) -> list[str]:
    lines = [line for source in sources[:most] for line in _source(source)]
    more = len(sources) - most
    return lines + ([f"… and {more:,} more (--all lists every source)"] if more > 0 else [])


def _source(source: SourceStatus) -> list[str]:
    """The source's name, its figures, and each warning, in lines that fit a terminal."""
    extraction = source.extraction
    pages = [_count(extraction.pages, "page")] if extraction.pages is not None else []
    pages += [f"{len(extraction.blank_pages):,} without text"] if extraction.blank_pages else []
    encoding = [extraction.encoding] if extraction.encoding and not extraction.guessed else []
    figures = [
        f"{source.reader} {source.reader_version}",
        *pages,
        _count(source.characters, "character"),
        _count(source.passages, "passage"),
        *encoding,
    ]
    return [
        one_line(source.source.address),
        *_wrapped(", ".join(figures), "  "),
        *(
            line
            for remark in source.extraction.remarks
            for line in _wrapped(f"! {one_line(remark)}", "  ")
        ),
    ]


def _wrapped(text: str, indent: str) -> Iterable[str]:
    return textwrap.wrap(
        one_line(text), WIDTH, initial_indent=indent, subsequent_indent=indent + "  "
    )
