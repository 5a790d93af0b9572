"""``qwenqa watch`` and ``serve --watch``: one line for each rebuild, and for what prevents one."""

from __future__ import annotations

import contextlib
from argparse import Namespace
from collections.abc import Iterator
from functools import partial
from threading import Thread

from qwenqa.cli import output
from qwenqa.cli.parser import Exit
from qwenqa.service.library import Library
from qwenqa.service.watching import Outcome, Watch
from qwenqa.types import BuildReport


def watch(library: Library, given: Namespace) -> Exit:
    """Rebuild whenever the documents have settled, until Ctrl-C, which ends it in silence."""
    with contextlib.suppress(KeyboardInterrupt):
        Watch(library, partial(_tell, as_json=given.json), poll=given.poll).run()
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
    told = ", ".join(counts) if done.published else "up to date"
    return (
        f"Generation {done.generation}: {told or 'built anew'}; {done.passages:,} passages, "
        f"{done.encoded:,} encoded ({done.seconds:.1f} s)."
    )
