"""HTML of what is indexed: figures, the first steps, and what a rebuild did."""

from __future__ import annotations

from collections import Counter

from qwenqa.service.status import Status
from qwenqa.types import BuildReport
from qwenqa.ui.html import words
from qwenqa.ui.html.sources import SHOWN, left_out
from qwenqa.ui.html.text import foreign, isolated, joined
from qwenqa.ui.html.words import say

_FOLLOW = "The documents have changed since they were indexed. Press Rebuild to follow them."


def notice(status: Status) -> str:
    """The first steps where nothing is indexed, a sentence where the index is behind, or empty."""
    if not status.sources:
        return _steps(status)
    if status.stale:
        return joined([f'<p class="message stale">{say(_FOLLOW)}</p>'])
    return ""


def _steps(status: Status) -> str:
    """What to do where there is nothing to ask yet, and how far it is done."""
    folder = isolated(status.corpus, "address")
    steps = (
        say("Put documents into the folder {}.", folder) + f" {_found(status)}",
        say("Open Documents and press Rebuild."),
        say("Ask. The passages that answer come with their place in the file."),
    )
    rows = "".join(
        f'<li><span class="rank">{n}</span><p>{one}</p></li>' for n, one in enumerate(steps, 1)
    )
    head = f"<h2>{say('Three steps to your first answer')}</h2>"
    return joined([f'<div class="steps">{head}<ol>{rows}</ol></div>'])


def _found(status: Status) -> str:
    """What is in the folder now."""
    count = len(status.since.new) + len(status.skipped)
    if not status.since.there:
        told = say("It is not there yet: make it first.")
    elif not count:
        told = say("It is empty now.")
    else:
        told = say("Files in it now: {}.", f"{count:,}")
    return f'<span class="place">{told}</span>'


def label(status: Status) -> str:
    """The tab's label, with how many documents are indexed."""
    return f"{words.label('Documents')} ({len(status.sources):,})"


def status(status: Status) -> str:
    """Figures of the index."""
    state = say("the documents have changed") if status.stale else say("up to date")
    created = status.created[:16].replace("T", " ")
    facts = (
        ("Documents", f"{len(status.sources):,}"),
        ("Passages", _passages(status)),
        ("Generation", f"{status.generation}, {state}" if status.generation else say("none yet")),
        ("Built", foreign(created) or say("not yet")),
        ("Model", isolated(status.model)),
        ("Made for", isolated(status.languages) if status.languages else say("not known")),
        ("Folder", isolated(status.corpus)),
    )
    rows = "".join(
        f'<div class="fact"><dt>{say(name)}</dt><dd>{told}</dd></div>' for name, told in facts
    )
    return joined([f'<dl class="facts">{rows}</dl>'])


def _passages(status: Status) -> str:
    told = f"{status.passages:,}"
    if status.encoded < status.passages:
        return say("{}, {} encoded so far", told, f"{status.encoded:,}")
    return told


def kinds(status: Status) -> list[tuple[str, str]]:
    """What can be chosen as kind: each reader that read a source, or any."""
    readers = sorted({one.reader for one in status.sources})
    return [("–", ""), *((one, one) for one in readers)]


def holds(status: Status) -> str:
    """How many documents of each kind are indexed, those of most first; empty without any."""
    counts = Counter(sorted(one.reader for one in status.sources)).most_common()
    told = " · ".join(f"{isolated(kind)} {count:,}" for kind, count in counts)
    return joined([f'<p class="holds">{say("In the index: {}", told)}</p>']) if told else ""


def report(done: BuildReport, *, last: bool = False) -> str:
    """What a rebuild did, in words; the ``last`` one, or the one just done."""
    what = "Rebuilt in {} s." if done.published else "Nothing had changed; looked in {} s."
    what = "Last rebuilt in {} s." if last else what
    figures = say(
        "Generation {} serves: {} passages, {} encoded, {} reused.",
        *(f"{one:,}" for one in (done.generation, done.passages, done.encoded, done.reused)),
    )
    lists = (
        ("Added {}: {}", done.added),
        ("Changed {}: {}", done.changed),
        ("Removed {}: {}", done.removed),
        ("Moved {}: {}", tuple(f"{old} → {new}" for old, new in done.moved)),
        ("Skipped {}: {}", tuple(f"{one.address} ({one.reason})" for one in done.skipped)),
        ("Stale {}: {}", tuple(f"{one.address} ({one.reason})" for one in done.stale)),
    )
    head = f"{say(what, f'{done.seconds:.1f}')} {figures}"
    told = [f'<p class="message {"last" if last else "done"}">{head}</p>', _news(done)]
    told += [_listed(name, addresses) for name, addresses in lists if addresses]
    return joined(told)


def _news(done: BuildReport) -> str:
    if not done.saved:
        return ""
    news = sum(not one.same for one in done.saved)
    failed = "".join(f"<p>{foreign(one.failure)}</p>" for one in done.saved if not one.question)
    told = say(
        "Saved questions asked again: {}; with news: {}.", f"{len(done.saved):,}", f"{news:,}"
    )
    return failed or f"<p>{told}</p>"


def _listed(name: str, addresses: tuple[str, ...]) -> str:
    shown = ", ".join(isolated(one, "address") for one in addresses[:SHOWN])
    return f"<p>{say(name, f'{len(addresses):,}', shown)}</p>{left_out(len(addresses))}"
