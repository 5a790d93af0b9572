"""Rebuilds beside the page, once or after every change, and ``qwenqa watch``."""

from __future__ import annotations

import contextlib
import time
from argparse import Namespace
from collections.abc import Iterator
from functools import partial
from threading import Event, Thread

from qwenqa.cli import output
from qwenqa.cli.parser import Exit
from qwenqa.cli.text import changes, results
from qwenqa.errors import BuildCancelledError, QwenqaError
from qwenqa.service.library import Library
from qwenqa.service.watching import Outcome, Watch
from qwenqa.types import BuildReport, Progress

WAIT_SECONDS = 15
"""How long a page that could show an older index waits for a newer one."""


def watch(library: Library, options: Namespace) -> Exit:
    """Rebuild whenever the documents have settled, until Ctrl-C, which ends it in silence."""
    with contextlib.suppress(KeyboardInterrupt):
        Watch(library, partial(_tell, as_json=options.json), poll=options.poll).run()
    return Exit.GOOD


@contextlib.contextmanager
def following(library: Library, *, poll: bool) -> Iterator[None]:
    """Rebuild in a thread of its own while something else is done, and end with it."""
    # Beside a result of its own, so never as that result.
    watching = Watch(library, partial(_tell, beside=True), poll=poll)
    thread = Thread(target=watching.run, name="qwenqa-watch")
    thread.start()
    try:
        yield
    finally:
        watching.stop.set()
        thread.join()


@contextlib.contextmanager
def brought_up(library: Library) -> Iterator[None]:
    """Rebuild once beside something else, which begins when there is an index worth asking.

    That is when the rebuild is done, or its passages can be found by their words, or it takes
    long and an older index serves. Raises what the rebuild raises when there is none to serve.
    """
    before = library.serving()
    rebuild = _Rebuild(library)
    rebuild.start()
    try:
        rebuild.wait(before)
        yield
    finally:
        rebuild.stop.set()
        rebuild.join()


class _Rebuild(Thread):
    """A rebuild that can be stopped, with its progress shown and its end told."""

    def __init__(self, library: Library) -> None:
        super().__init__(name="qwenqa-rebuild")
        self.library = library
        self.stop = Event()
        self.error: QwenqaError | None = None

    def run(self) -> None:
        """Rebuild, and tell what that did."""
        try:
            with output.bars() as report:
                done = self.library.rebuild(partial(self._progress, report))
            if done.published:
                output.notes(results.built(done) + changes.asked_again(done))
        except BuildCancelledError:
            output.note("The build was ended; the next one goes on from there.")
        except QwenqaError as error:
            self.error = error
            if self.library.serving():
                output.note(f"The index could not be brought up to date. {error}")
                output.note("Serving the index as it is.")

    def wait(self, before: int) -> None:
        """Wait until there is an index worth asking; raises when there will be none."""
        began = time.monotonic()
        while self.is_alive() and self.library.serving() == before:
            if before and time.monotonic() - began > WAIT_SECONDS:
                output.note("Rebuilding goes on; until it is done the index as it was answers.")
                return
            self.join(0.1)
        if self.is_alive():
            output.note("Passages can be found by their words; encoding goes on.")
        elif self.error and not self.library.serving():
            raise self.error

    def _progress(self, report: output.Report, now: Progress) -> None:
        if self.stop.is_set():
            raise BuildCancelledError("The page was stopped.")
        report(now)


def _tell(outcome: Outcome, *, as_json: bool = False, beside: bool = False) -> None:
    if as_json:
        output.write_record(_record(outcome))
    elif not isinstance(outcome, BuildReport):
        output.note(f"qwenqa: {outcome}")
    elif beside:
        output.note(rebuilt(outcome))
    else:
        output.write(rebuilt(outcome) + "\n")


def _record(outcome: Outcome) -> object:
    if isinstance(outcome, BuildReport):
        return outcome
    return {"error": output.one_line(str(outcome)), "kind": type(outcome).__name__}


def rebuilt(done: BuildReport) -> str:
    """What a rebuild did, on one line."""
    kinds = ("added", "changed", "removed", "moved", "skipped", "stale")
    counts = [f"{len(those):,} {kind}" for kind in kinds if (those := getattr(done, kind))]
    changes = ", ".join(counts) if done.published else "up to date"
    return (
        f"Generation {done.generation}: {changes or 'built anew'}; {done.passages:,} passages, "
        f"{done.encoded:,} encoded ({done.seconds:.1f} s)."
    )
