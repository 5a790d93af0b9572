"""A shell for tests: runs qwenqa in this process or in one of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from written import PATIENCE

from qwenqa import Library
from qwenqa.cli import run

QUESTION = "What does a heron wait for in shallow water?"


class Ran(NamedTuple):
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


def no_page(library: Library, host: str, port: int, announce: Callable[[str], None]) -> None:
    announce(f"http://{host}:{port}")


class Shell:
    """Commands over one corpus and index with the toy model, unless others are named."""

    def __init__(self, corpus: Path, index: Path) -> None:
        self.corpus, self.index = corpus, index

    def given(self, *arguments: str) -> list[str]:
        """The arguments with the corpus, the index and the model named before them."""
        named = ["--corpus", str(self.corpus), "--index", str(self.index), "--model", "toy"]
        return [*named, *arguments]

    def __call__(self, *arguments: str, stdin: bytes = b"", serve: Any = no_page) -> Ran:
        """Run in this process; what is named later wins."""
        out, err = _stream(), _stream()
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin))),
        ):
            code = run(self.given(*arguments), serve)
        return Ran(code, _text(out), _text(err))

    def process(
        self, *arguments: str, under: tuple[str, ...] = (), **options: Any
    ) -> subprocess.CompletedProcess[bytes]:
        """Run in a process of its own."""
        command = [*under, sys.executable, "-m", "qwenqa", *self.given(*arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        options = {**pipes, "timeout": PATIENCE, **options}
        options["env"] = {**os.environ, **options.get("env", {})}
        return subprocess.run(command, check=False, **options)

    def answers(self) -> bool:
        """Whether the index still answers what it always did."""
        return self("ask", QUESTION).code == 0


def refusal(ran: Ran, code: int) -> str:
    """The one sentence of a refusal with this code; fails when it is anything else."""
    assert ran.code == code, ran
    assert ran.out == "", ran
    lines = [line for line in ran.err.splitlines() if line.startswith("qwenqa: ")]
    assert len(lines) == 1, ran
    assert ran.err.endswith(f"{lines[0]}\n"), ran
    assert "Traceback" not in ran.err, ran
    return lines[0].removeprefix("qwenqa: ")


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True, newline="")


def _text(stream: io.TextIOWrapper) -> str:
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode("utf-8")
