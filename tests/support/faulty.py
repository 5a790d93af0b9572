"""Calls to the system that fail, or are a process's last, one after the other.

``python tests/faulty.py`` serves: it does actions in processes forked of itself, each of which a
fault may kill. It has everything imported, and has used neither FAISS nor threads, so that
forking is safe and cheap.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

from looping import loop
from toys import model, small, unsynced
from written import TEXTS, write_corpus

from qwenqa import Library
from qwenqa.settings import Settings

PATH_CALLS = {"open": 0, "mkdir": 0, "unlink": 0, "rmdir": 0, "link": 1, "replace": 1, "rename": 1}
"""Calls by the number of the argument that names what they change."""
FILE_CALLS = ("write", "fsync", "fdatasync", "ftruncate")
KILL, HALF = "kill", "half"
ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "EPERM": errno.EPERM}


@dataclass
class Faults:
    """Counts the calls that change what is below a folder, and makes the n-th of them fail.

    ``kind`` is the name of an error, "kill" for the end of the process in place of the call, or
    "half" for its end with half of a write done. ``always`` is from then on; ``only`` looks at one
    kind of call. ``calls`` notes the names of what was called.
    """

    below: Path
    at: int = 0
    kind: str = ""
    always: bool = False
    only: str = ""
    calls: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def __call__(self) -> Iterator[Faults]:
        """Let the faults happen meanwhile."""
        with ExitStack() as patches:
            for name in (*PATH_CALLS, *FILE_CALLS):
                fake = self._fake(name, getattr(os, name))
                patches.enter_context(mock.patch.object(os, name, fake))
            yield self

    def _fake(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            path = self._path(name, given, named)
            if not f"{path}/".startswith(f"{self.below}/") or self.only not in ("", name):
                return real(*given, **named)
            self.calls.append(f"{name} {path}")
            count = len(self.calls)
            if self.at and (count == self.at or (self.always and count > self.at)):
                self._fail(name, path, given)
            return real(*given, **named)

        return call

    def _path(self, name: str, given: tuple[Any, ...], named: dict[str, Any]) -> str:
        if name in FILE_CALLS:
            return os.readlink(f"/proc/self/fd/{given[0]}")
        path = os.fspath(given[PATH_CALLS[name]])
        if (folder := named.get("dir_fd")) is not None:
            return os.path.join(os.readlink(f"/proc/self/fd/{folder}"), path)
        return os.path.abspath(path)

    def _fail(self, name: str, path: str, given: tuple[Any, ...]) -> None:
        if self.kind in ERRORS:
            raise OSError(ERRORS[self.kind], os.strerror(ERRORS[self.kind]), path)
        if self.kind == HALF:
            file, data = given
            os.pwrite(file, bytes(data[: len(data) // 2]), os.lseek(file, 0, os.SEEK_CUR))
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Scenario:
    """Something that is done to an index: from what state, under which settings and model."""

    name: str
    before: Callable[[Path], None]
    step: int = 1000
    weights: str = "toy-1"
    keep: int = 3
    roll_back: bool = False

    def settings(self, base: Path) -> Settings:
        """The settings of the library below a folder."""
        return Settings(base / "corpus", base / "index", "toy", keep_generations=self.keep)

    @contextlib.contextmanager
    def ready(self) -> Iterator[None]:
        """Libraries are small and of the scenario's model meanwhile."""
        with small(self.step, segment_passages=max(1, self.step)), model(self.weights):
            yield

    def act(self, base: Path) -> None:
        """What may be struck by a fault."""
        with self.ready():
            library = Library(settings=self.settings(base))
            if self.roll_back:
                library.roll_back(1)
            else:
                library.rebuild()


def _nothing(base: Path) -> None:
    write_corpus(base / "corpus", TEXTS)


def _built(base: Path) -> None:
    """Two generations, and one document edited, one new, one gone."""
    _nothing(base)
    build(base)
    write_corpus(base / "corpus", {"ships.txt": "The barque left Cardiff in 1900."})
    build(base)
    edit(base)


def _current(base: Path) -> None:
    _built(base)
    build(base)


def _many(base: Path) -> None:
    """More generations than are to be kept, and so many segments that they will be joined."""
    _nothing(base)
    build(base)
    for year in range(1901, 1904):
        write_corpus(base / "corpus", {f"{year}.txt": f"The sloop left Hull in {year}."})
        build(base, keep=9)
    edit(base)


def edit(base: Path) -> None:
    """Change the corpus: a document edited, one new, one gone."""
    write_corpus(
        base / "corpus", {"ships.txt": "The cutter left Bath in 1950.", "new.md": "A tea kettle."}
    )
    (base / "corpus" / "birds.md").unlink()


def build(base: Path, keep: int = 3) -> None:
    """Bring the index up to the corpus."""
    Scenario("build", _nothing, keep=keep).act(base)


SCENARIOS = {
    one.name: one
    for one in (
        Scenario("first", _nothing),
        Scenario("steps", _nothing, step=2),
        Scenario("rebuild", _built),
        Scenario("rebuild in steps", _built, step=1),
        Scenario("other model", _built, step=2, weights="toy-2"),
        Scenario("removal", _many, keep=1),
        Scenario("current", _current),
        Scenario("roll back", _built, roll_back=True),
    )
}


class Server:
    """Does scenarios in processes that may be killed; use it as a context manager."""

    def __enter__(self) -> Server:
        pipe = subprocess.PIPE
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=pipe, stdout=pipe, env={**os.environ, **threads}
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        assert self._process.returncode == 0

    def act(self, scenario: str, base: Path, at: int, kind: str) -> int:
        """The status of a process struck at a call: minus 9 when it was killed."""
        return self._ask("strike", scenario, str(base), at, kind)

    def loop(self, base: Path, seed: int, seconds: float) -> int:
        """The status of a looping builder that is killed after a time: minus 9."""
        return self._ask("loop", str(base), seed, seconds)

    def _ask(self, *wanted: str | float) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(wanted).encode() + b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def serve() -> None:
    """Fork for each line of standard input, and print how the process ended."""
    import qwenqa.service.library  # noqa: F401 - what every process would import
    from qwenqa.readers.text import (
        plain,  # noqa: F401
    )

    for line in sys.stdin:
        what, *wanted = json.loads(line)
        if (child := os.fork()) == 0:
            _do(what, wanted)
        if what == "loop":
            time.sleep(wanted[2])
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _do(what: str, wanted: list[Any]) -> NoReturn:
    """What a forked process does; it never comes back."""
    try:
        if what == "loop":
            loop(Path(wanted[0]), wanted[1])
        scenario, base, at, kind = wanted
        with Faults(Path(base, "index"), at, kind)():
            SCENARIOS[scenario].act(Path(base))
        os._exit(0)
    except BaseException:  # noqa: BLE001 - the server itself must not go on twice
        traceback.print_exc()
        os._exit(1)


def copy(template: Path, base: Path) -> Path:
    """A folder as it was before the scenario."""
    shutil.rmtree(base, ignore_errors=True)
    return Path(shutil.copytree(template, base))


if __name__ == "__main__":
    with unsynced():
        serve()
