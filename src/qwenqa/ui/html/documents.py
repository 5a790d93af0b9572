"""HTML of what is indexed: figures, the first steps, and what a rebuild did."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from qwenqa.service.upkeep.status import Status
from qwenqa.types import BuildReport
from qwenqa.ui.html import words
from qwenqa.ui.html.sources import SHOWN, left_out
from qwenqa.ui.html.text import foreign, isolated, joined
from qwenqa.ui.html.words import say

_FOLLOW = "The documents have changed since they were indexed. Press Rebuild to follow them."


def notice(status: Status) -> Markup:
    """The first steps where nothing is indexed, a sentence where the index is behind, or empty."""
    if not status.sources:
        return _steps(status)
    if status.stale:
        return joined([Markup('<p class="message stale">{}</p>').format(say(_FOLLOW))])
    return Markup()


def _steps(status: Status) -> Markup:
    """What to do where there is nothing to ask yet, and how far it is done."""
    folder = isolated(status.corpus, "address")
    steps = (
        Markup("{} {}").format(say("Put documents into the folder {}.", folder), _found(status)),
        say("Open Documents and press Rebuild."),
        say("Ask. The passages that answer come with their place in the file."),
    )
    rows = Markup().join(
        Markup('<li><span class="rank">{}</span><p>{}</p></li>').format(n, step)
        for n, step in enumerate(steps, 1)
    )
    head = Markup("<h2>{}</h2>").format(say("Three steps to your first answer"))
    return joined([Markup('<div class="steps">{}<ol>{}</ol></div>').format(head, rows)])


def _found(status: Status) -> Markup:
    """What is in the folder now."""
    count = len(status.since.new) + len(status.skipped)
    if not status.since.there:
        text = say("It is not there yet: make it first.")
    elif not count:
        text = say("It is empty now.")
    else:
        text = say("Files in it now: {}.", f"{count:,}")
    return Markup('<span class="place">{}</span>').format(text)


def label(status: Status) -> str:
    """The tab's label, with how many documents are indexed."""
    return f"{words.label('Documents')} ({len(status.sources):,})"


def status(status: Status) -> Markup:
    """Figures of the index."""
    state = say("the documents have changed") if status.stale else say("up to date")
    created = status.created[:16].replace("T", " ")
    facts = (
        ("Documents", f"{len(status.sources):,}"),
        ("Passages", _passages(status)),
        (
            "Generation",
            Markup("{}, {}").format(status.generation, state)
            if status.generation
            else say("none yet"),
        ),
        ("Built", foreign(created) or say("not yet")),
        ("Model", isolated(status.model)),
        ("Made for", isolated(status.languages) if status.languages else say("not known")),
        ("Folder", isolated(status.corpus)),
    )
    rows = Markup().join(
        Markup('<div class="fact"><dt>{}</dt><dd>{}</dd></div>').format(say(name), value)
        for name, value in facts
    )
    return joined([Markup('<dl class="facts">{}</dl>').format(rows)])


def _passages(status: Status) -> str:
    text = f"{status.passages:,}"
    if status.encoded < status.passages:
        return say("{}, {} encoded so far", text, f"{status.encoded:,}")
    return text


def kinds(status: Status) -> list[tuple[str, str]]:
    """What can be chosen as kind: each reader that read a source, or any."""
    readers = sorted({source.reader for source in status.sources})
    return [("–", ""), *((reader, reader) for reader in readers)]


def holds(status: Status) -> Markup:
    """How many documents of each kind are indexed, those of most first; empty without any."""
    counts = Counter(sorted(source.reader for source in status.sources)).most_common()
    text = Markup(" · ").join(
        Markup("{} {:,}").format(isolated(kind), count) for kind, count in counts
    )
    return (
        joined([Markup('<p class="holds">{}</p>').format(say("In the index: {}", text))])
        if text
        else Markup()
    )


def report(done: BuildReport, *, last: bool = False) -> Markup:
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
    head = Markup("{} {}").format(say(what, f"{done.seconds:.1f}"), figures)
    parts = [
        Markup('<p class="message {}">{}</p>').format("last" if last else "done", head),
        _news(done),
    ]
    parts += [_listed(name, addresses) for name, addresses in lists if addresses]
    return joined(parts)


def _news(done: BuildReport) -> Markup:
    if not done.saved:
        return Markup()
    news = sum(not one.same for one in done.saved)
    failed = Markup().join(
        Markup("<p>{}</p>").format(foreign(one.failure)) for one in done.saved if not one.question
    )
    parts = say(
        "Saved questions asked again: {}; with news: {}.", f"{len(done.saved):,}", f"{news:,}"
    )
    return failed or Markup("<p>{}</p>").format(parts)


def _listed(name: str, addresses: tuple[str, ...]) -> Markup:
    shown = Markup(", ").join(isolated(address, "address") for address in addresses[:SHOWN])
    return Markup("<p>{}</p>{}").format(
        say(name, f"{len(addresses):,}", shown), left_out(len(addresses))
    )
