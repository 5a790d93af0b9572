"""What each command does: asks the library, shows what it said, and gives the exit code."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from qwenqa.answers.answer.answer import Answer
from qwenqa.answers.answer.rendering import NOT_FOUND
from qwenqa.answers.citations.reference_formats import Form, citations
from qwenqa.cli import output
from qwenqa.cli.commands.verify import read_all
from qwenqa.cli.parser import Exit
from qwenqa.cli.text import changes, results, status_report
from qwenqa.errors import (
    NoGenerationError,
    QwenqaError,
    SettingsError,
)
from qwenqa.service.ask.search import checked_question
from qwenqa.service.library import Library
from qwenqa.types import Filter

Serve = Callable[[Library, str, int, Callable[[str], None]], None]

STALENESS_BYTES = 64 * 2**20
"""Indexed bytes up to which ``ask`` looks for changes: a fraction of a second of hashing."""

_CHANGED = "The documents have changed since the index was built. To include that: qwenqa build"


def ask(library: Library, options: Namespace) -> Exit:
    """Answer a question; the index is built first when there is none."""
    question = checked_question(typed(options.question))
    if options.citations and options.json:
        raise SettingsError("--citations names the form already; leave --json out.")
    built(library)
    with output.waiting("loading the model"):
        if options.after:
            question = _followed(library, question, options)
        answer = library.ask(question, options.k, within(options))
    if options.bundle:
        _write_bundle(library, answer, Path(options.bundle))
    if options.citations:
        _show_citations(library, answer, options.citations)
    else:
        _show_answer(answer, as_json=options.json)
    if _seems_stale(library, answer):
        output.note(_CHANGED)
    return Exit.GOOD if answer.found else Exit.NOT_FOUND


def _followed(library: Library, question: str, options: Namespace) -> str:
    """The question with what it lacks from the one before, and a note of that."""
    before = library.ask(options.after, within=within(options))
    follow_up = library.follow_up(question, [before])
    if follow_up.added:
        output.note(f"Asked with these words of the question before: {', '.join(follow_up.added)}.")
    return follow_up.asked


def built(library: Library) -> None:
    """Build the index first when there is none, and say so."""
    try:
        library.generation()
    except NoGenerationError:
        output.note(f"There is no index in {library.settings.index} yet; building it first.")
        with output.bars() as report:
            library.rebuild(report)


def within(options: Namespace) -> Filter | None:
    """Which documents are asked, None for all."""
    chosen = Filter(options.path, options.kind, options.since, options.until, options.language)
    return chosen if chosen != Filter() else None


def build(library: Library, options: Namespace) -> Exit:
    """Bring the index up to the documents and say what that took."""
    with output.bars() as report:
        done = library.rebuild(report, allow_empty=options.allow_empty)
    if options.json:
        output.write_json(done)
    else:
        output.write(results.built(done) + changes.asked_again(done))
    return Exit.GOOD


def serve(library: Library, options: Namespace) -> Exit:
    """Bring the index up to the documents if that can be done, and serve the page."""

    def announce(url: str) -> None:
        if options.json:
            output.write_json({"url": url})
        else:
            output.write(f"Serving on {url} (Ctrl-C stops it)\n")

    from qwenqa.cli.commands.serve_and_watch import brought_up, following  # with what watches files

    # Whoever watches rebuilds at once, and the page is there meanwhile.
    rebuilt = following(library, poll=options.poll) if options.watch else brought_up(library)
    with rebuilt:
        serve_page: Serve = options.serve_page
        serve_page(library, library.settings.host, library.settings.port, announce)
    output.note("Stopped.")
    return Exit.GOOD


def status(library: Library, options: Namespace) -> Exit:
    """Show what is indexed and whether the documents have changed."""
    current = library.status()
    if options.json:
        output.write_json(current)
    else:
        output.write(status_report.status(current, every=options.all))
    return Exit.GOOD


def check(library: Library, options: Namespace) -> Exit:
    """Say whether the index is what was written, a line for each finding."""
    checked = library.check(full=options.full)
    if options.json:
        output.write_json({"clean": checked.clean, "advice": checked.advice, "check": checked})
    else:
        output.write(results.checked(checked))
    return Exit.GOOD if checked.clean else Exit.NOT_FOUND


def rollback(library: Library, options: Namespace) -> Exit:
    """Let an earlier generation serve again and say which one that is."""
    number = library.roll_back(options.generation)
    created = library.generation().header.created
    if options.json:
        output.write_json({"generation": number, "created": created})
    else:
        output.write(results.rolled_back(number, created))
    return Exit.GOOD


def _show_answer(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        output.write_json(answer)
    elif output.is_terminal(sys.stdout):
        results.show_answer(answer, output.console(sys.stdout))
    else:
        output.write(output.harmless(answer.text(results.WIDTH)))


def _show_citations(library: Library, answer: Answer, form: Form) -> None:
    """The citations alone, of passages that answer and verify; how many do not is noted."""
    hits = answer.hits if answer.found else ()
    taken = citations(hits, form, library.generation().date_of)
    if form in ("json", "csl"):
        output.write_json(json.loads(taken))
    else:
        output.write(output.harmless(taken))
    if not answer.found:
        output.note(NOT_FOUND)
    if bad := sum(not hit.verification.good for hit in hits):
        output.note(f"Left out, since they do not verify now: {bad} of {len(hits)} citations.")


def _write_bundle(library: Library, answer: Answer, path: Path) -> None:
    try:
        path.write_text(library.bundle(answer), "utf-8", newline="\n")
    except OSError as error:
        raise SettingsError(
            f"The bundle cannot be written to {path} ({error.strerror}). Name another file."
        ) from error
    output.note(f"The bundle is in {path}. It is checked with: qwenqa verify {path}")


def _seems_stale(library: Library, answer: Answer) -> bool:
    """Whether the documents are known to differ from the index, found out cheaply.

    The cited files were hashed for the answer anyway. The others are hashed only where that
    takes no time to speak of; for large corpora ``status`` tells, when asked.
    """
    cited = [hit.verification for hit in answer.hits]
    if any(
        citation.source_changed or citation.verdict in ("missing", "unreadable")
        for citation in cited
    ):
        return True
    sources = library.generation().documents
    if sum(source.source.size for source in sources) > STALENESS_BYTES:
        return False
    try:
        return library.status().stale
    except QwenqaError:
        return True


def typed(words: list[str]) -> str:
    """The words as one text, or what stands on standard input for ``-``."""
    if words != ["-"]:
        return " ".join(words)
    data = read_all(sys.stdin.buffer) if sys.stdin else b""
    return data.decode("utf-8", "replace").removeprefix("\ufeff")
