"""HTML of what is indexed: figures, the table of documents, and what a rebuild did."""

from __future__ import annotations

from qwenqa.service.status import SourceStatus, Status
from qwenqa.types import BuildReport, Extraction, Progress, Skipped
from qwenqa.ui.html import words
from qwenqa.ui.html.text import foreign, isolated, joined

_STAGES = {
    "reading": "Reading documents",
    "splitting": "Splitting into passages",
    "encoding": "Encoding passages",
    "indexing": "Indexing words",
    "publishing": "Publishing",
}
_COLUMNS = ("Document", "Reader", "Pages", "Passages", "Characters", "Size", "Warnings")
_SHOWN = 200
"""Rows of a table and addresses of a list that are shown."""


def notice(status: Status) -> str:
    """One sentence when the index is not up to date with the documents, else empty."""
    if not status.generation:
        told = "Nothing is indexed yet. The first question, or Rebuild, builds the index."
    elif status.stale:
        told = "The documents have changed since they were indexed. Press Rebuild to follow them."
    else:
        return ""
    return joined([f'<p class="message stale">{told}</p>'])


def label(status: Status) -> str:
    """The tab's label, with how many documents are indexed."""
    return f"{words.label('Documents')} ({len(status.sources):,})"


def status(status: Status) -> str:
    """Figures of the index, the table of its documents, and what was skipped."""
    state = "up to date" if not status.stale else "the documents have changed"
    created = status.created[:16].replace("T", " ")
    facts = (
        ("Documents", f"{len(status.sources):,}"),
        ("Passages", _passages(status)),
        ("Generation", f"{status.generation}, {state}" if status.generation else "none yet"),
        ("Built", created or "not yet"),
        ("Model", status.model),
        ("Made for", status.languages or "not known"),
        ("Folder", status.corpus),
    )
    rows = "".join(
        f'<div class="fact"><dt>{name}</dt><dd>{isolated(told)}</dd></div>' for name, told in facts
    )
    parts = [f'<dl class="facts">{rows}</dl>', _table(status.sources), _skipped(status.skipped)]
    return joined(parts)


def _passages(status: Status) -> str:
    some = status.encoded < status.passages
    return f"{status.passages:,}" + (f", {status.encoded:,} encoded so far" if some else "")


def _table(sources: tuple[SourceStatus, ...]) -> str:
    if not sources:
        return ""
    head = "".join(f"<th>{name}</th>" for name in _COLUMNS)
    rows = "".join(_row(one) for one in sources[:_SHOWN])
    return (
        f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{_left_out(len(sources))}"
    )


def _row(one: SourceStatus) -> str:
    title = f"<br>{isolated(one.title, 'title')}" if one.title else ""
    stale = (f"stale: {one.stale}",) if one.stale else ()
    remarks = (*stale, *one.extraction.remarks)
    told = "<br>".join(map(isolated, remarks)) if remarks else "none"
    figures = (
        isolated(f"{one.reader} {one.reader_version}"),
        _pages(one.extraction),
        f"{one.passages:,}",
        f"{one.characters:,}",
        _size(one.source.size),
    )
    cells = "".join(f'<td class="figure">{figure}</td>' for figure in figures)
    document = f"{isolated(one.source.address, 'address')}{title}"
    return f"<tr><td>{document}</td>{cells}<td>{told}</td></tr>"


def _pages(given: Extraction) -> str:
    blank = f"<br>{len(given.blank_pages):,} without text" if given.blank_pages else ""
    return "" if given.pages is None else f"{given.pages:,}{blank}"


def kinds(status: Status) -> list[tuple[str, str]]:
    """What can be chosen as kind: each reader that read a source, or any."""
    readers = sorted({one.reader for one in status.sources})
    return [("–", ""), *((one, one) for one in readers)]


def _left_out(count: int) -> str:
    more = count - _SHOWN
    return f"<p>and {more:,} more</p>" if more > 0 else ""


def _size(size: int) -> str:
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:,.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:,.1f} MB"


def _skipped(skipped: tuple[Skipped, ...]) -> str:
    if not skipped:
        return ""
    items = "".join(
        f"<li>{isolated(one.address, 'address')}: {foreign(one.reason)}</li>"
        for one in skipped[:_SHOWN]
    )
    return f'<h3 class="section">Skipped</h3><ul class="skipped">{items}</ul>' + _left_out(
        len(skipped)
    )


def progress(now: Progress) -> str:
    """How far a rebuild is, as words and a bar."""
    share = min(100, 100 * now.done // now.total) if now.total else 0
    told = f"{_STAGES[now.stage]}: {now.told}"
    bar = f'<progress max="100" value="{share}">{share} %</progress>'
    return joined([f'<div class="build"><p>{told}</p>{bar}</div>'])


def report(done: BuildReport, *, last: bool = False) -> str:
    """What a rebuild did, in words; the ``last`` one, or the one just done."""
    what = "Rebuilt" if done.published else "Nothing had changed; looked"
    what = "Last rebuilt" if last else what
    figures = (
        f"{what} in {done.seconds:.1f} s. Generation {done.generation} serves: "
        f"{done.passages:,} passages, {done.encoded:,} encoded, {done.reused:,} reused."
    )
    lists = (
        ("Added", done.added),
        ("Changed", done.changed),
        ("Removed", done.removed),
        ("Moved", tuple(f"{old} → {new}" for old, new in done.moved)),
        ("Skipped", tuple(f"{one.address} ({one.reason})" for one in done.skipped)),
        ("Stale", tuple(f"{one.address} ({one.reason})" for one in done.stale)),
    )
    told = [f'<p class="message {"last" if last else "done"}">{figures}</p>', _news(done)]
    told += [_listed(name, addresses) for name, addresses in lists if addresses]
    return joined(told)


def _news(done: BuildReport) -> str:
    if not done.saved:
        return ""
    news = sum(not one.same for one in done.saved)
    failed = "".join(f"<p>{foreign(one.failure)}</p>" for one in done.saved if not one.question)
    asked = "question was" if len(done.saved) == 1 else "questions were"
    told = f"{len(done.saved):,} saved {asked} asked again, {news:,} with news."
    return failed or f"<p>{told}</p>"


def _listed(name: str, addresses: tuple[str, ...]) -> str:
    shown = ", ".join(isolated(one, "address") for one in addresses[:_SHOWN])
    return f"<p>{name} {len(addresses):,}: {shown}</p>{_left_out(len(addresses))}"
