"""Where the shell's words go: results to standard output, notes and progress to standard error.

Styles and bars appear on a terminal only. A stream that cannot show a character shows its code.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TextIO

import msgspec

from qwenqa.types import Progress

if TYPE_CHECKING:
    from rich.console import Console

Report = Callable[[Progress], None]

LINE_SECONDS = 10
"""Between two lines of progress where there is no terminal."""


class OutputError(Exception):
    """A stream cannot be written; ``closed`` says that its reader went away."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(cause.strerror or str(cause))
        self.closed = isinstance(cause, BrokenPipeError)


def prepare_streams() -> None:
    """Let no character that a stream cannot show end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal that knows bold and underline."""
    return bool(stream and stream.isatty()) and os.environ.get("TERM", "") not in (
        "dumb",
        "unknown",
    )


def console(stream: TextIO) -> Console:
    """A terminal for styled text and bars; honours NO_COLOR."""
    from rich.console import Console

    return Console(file=stream, highlight=False, markup=False, emoji=False)


def write(text: str) -> None:
    """Text to standard output, where there is one."""
    _write(sys.stdout, text)


def write_json(record: object) -> None:
    """A record as one JSON object; only ASCII where the stream has no other characters."""
    data = msgspec.json.encode(record)
    plain = "utf" not in (getattr(sys.stdout, "encoding", None) or "").lower()
    write(json.dumps(json.loads(data), ensure_ascii=plain, indent=2) + "\n")


def write_record(record: object) -> None:
    """A record as JSON on one line, of which more are to follow."""
    data = msgspec.json.encode(record)
    write(json.dumps(json.loads(data)) + "\n")


def note(text: str) -> None:
    """A sentence beside the result, on one line."""
    _write(sys.stderr, one_line(text) + "\n")


def notes(text: str) -> None:
    """Several lines beside the result."""
    _write(sys.stderr, text)


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:  # closed before the program began
        return
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        raise OutputError(error) from error


def one_line(text: str) -> str:
    """Text with line ends, control characters and the like as backslash codes."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def harmless(text: str) -> str:
    """Text of documents without the control characters by which it could steer a terminal."""
    return "".join("\ufffd" if _steers(character) else character for character in text)


def _steers(character: str) -> bool:
    return (character < " " and character not in "\n\t") or "\x7f" <= character <= "\x9f"


@contextlib.contextmanager
def waiting(text: str) -> Iterator[None]:
    """Show on a terminal that something takes its time."""
    if is_terminal(sys.stderr):
        with console(sys.stderr).status(text):
            yield
    else:
        yield


def _lines() -> Report:
    """Tells a build's progress in lines, the first after a while: short builds tell nothing."""
    last = time.monotonic()

    def report(step: Progress) -> None:
        nonlocal last
        if time.monotonic() - last >= LINE_SECONDS:
            last = time.monotonic()
            note(str(step))

    return report


@contextlib.contextmanager
def bars() -> Iterator[Report]:
    """Show the progress of a build: bars on a terminal, elsewhere a line every so often."""
    if not is_terminal(sys.stderr):
        yield _lines()
        return
    from rich import progress

    columns = (
        progress.TextColumn("{task.description:>17}"),
        progress.BarColumn(),
        progress.TextColumn("{task.fields[told]}"),
    )
    with progress.Progress(*columns, console=console(sys.stderr), transient=True) as shown:
        loading = shown.add_task("loading the model", total=None, told="")
        tasks: dict[str, progress.TaskID] = {}

        def report(step: Progress) -> None:
            shown.update(loading, visible=False)
            if step.stage not in tasks:
                tasks[step.stage] = shown.add_task(step.stage, total=step.total, told="")
            shown.update(tasks[step.stage], completed=step.done, total=step.total, told=step.told)

        yield report
