"""A reader that is killed, starved or late never costs a document: it is read by the next build."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from written import MakeCorpus

from qwenqa import Filter, Library
from qwenqa.settings import Settings

pytestmark = pytest.mark.skipif(os.name == "nt", reason="limits and signals of POSIX systems")

# Loaded by every reading process that starts with it on its path: what befalls it is in a file.
FATEFUL = """
import os, sys
if "qwenqa.readers.worker" in sys.orig_argv:
    import pathlib, resource, time
    from qwenqa.readers.text import plain

    fate = pathlib.Path(__file__).with_name("fate")
    read = plain.read

    def befall(data):
        if fate.exists() and data.startswith(b"New"):
            exec(fate.read_text())
        return read(data)

    plain.read = befall
"""
FATES = {
    "killed": ("os.kill(os.getpid(), 9)", "its reader was killed"),
    "crashed": ("os.abort()", "made its reader crash"),
    "ended": ("os._exit(127)", "could not run (status 127)"),
    "starved": ("bytearray(2**44)", "needs more memory"),
    "unlinked": ("raise ImportError('failed to map segment')", "its reader failed"),
    "burnt": (
        "resource.setrlimit(resource.RLIMIT_CPU, (1, 9))\nwhile True: pass",
        "seconds of computing",
    ),
    "late": ("time.sleep(600)", "took longer than 15 seconds"),
}
SHIPS = Filter(path="ships.txt")
Fate = Callable[[str], None]


@pytest.fixture
def fate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fate:
    """Sets what befalls every reader of a text that begins with "New"; nothing when empty."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(FATEFUL)
    paths = (str(folder), os.environ.get("PYTHONPATH"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))

    def meet(order: str) -> None:
        if order:
            (folder / "fate").write_text(order)
        else:
            (folder / "fate").unlink()

    return meet


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=[pytest.mark.slow] * (one == "late")) for one in FATES]
)
def test_what_was_not_read_keeps_its_passages_and_is_read_by_the_next_build(
    make_corpus: MakeCorpus, tmp_path: Path, fate: Fate, name: str
) -> None:
    """Whatever ends a reader: an edited file is stale, a new one left out, both come in later."""
    texts = {"ships.txt": "The brig left Bristol.", "birds.txt": "The heron waits."}
    root = make_corpus(texts)
    # A pool of its own, whose processes are born under the fate.
    wall = 15 if name == "late" else 3_000 + list(FATES).index(name)
    settings = Settings(root, tmp_path / "index", "toy", read_wall_seconds=wall)
    library = Library(settings=settings)
    library.rebuild()
    (root / "ships.txt").write_text("New: the barque left Cardiff.")
    (root / "stars.txt").write_text("New: a comet is seen.")
    order, reason = FATES[name]
    fate(order)
    report = library.rebuild()
    assert [one.address for one in report.stale] == ["ships.txt"]
    assert [one.address for one in report.skipped] == ["ships.txt", "stars.txt"]
    assert all(reason in one.reason for one in report.skipped), report.skipped
    assert (report.removed, report.changed) == ((), ())
    best = library.ask("What left Bristol?", within=SHIPS).hits[0]
    assert "Bristol" in best.citation.quote
    assert best.verification.verdict == "unreadable"
    again = library.rebuild()
    assert (again.published, again.stale, again.skipped) == (False, report.stale, report.skipped)
    fate("")
    report = library.rebuild()
    assert (report.stale, report.skipped) == ((), ())
    assert (report.changed, report.added) == (("ships.txt",), ("stars.txt",))
    assert "Cardiff" in library.ask("What left?", within=SHIPS).hits[0].citation.quote
    assert not library.rebuild().published


LIMITED = """
import sys
from qwenqa.errors import UnreadableError
from qwenqa.readers.pool import Limits, Pool
pool = Pool(Limits(processes=1))
try:
    print(pool.read("a.txt", sys.argv[1].encode())[0].text)
except UnreadableError as error:
    print(error)
pool.close()
"""


@pytest.mark.parametrize(
    ("limit", "order", "told"),
    [
        ("-v 1500000", "", "New year."),
        ("-v 1500000", "bytearray(2**44)", "the system allows a process only 1,464 MiB of memory"),
        ("-v 1500000", "os.abort()", "(ulimit -v); raise that and build again"),
        ("-t 60", "", "New year."),
        ("-t 60", "os.kill(os.getpid(), 9)", "only 60 seconds of computing (ulimit -t)"),
        ("-d 1400000", "bytearray(2**44)", "only 1,367 MiB of data (ulimit -d)"),
    ],
)
def test_limits_of_the_system_below_ours_are_kept_and_named(
    fate: Fate, limit: str, order: str, told: str
) -> None:
    """A reader lives within what the system allows, and what fails there names that limit."""
    fate(order or "pass")
    limited = f'ulimit {limit}; exec "{sys.executable}" -c "$0" "New year."'
    ran = subprocess.run(
        ["sh", "-c", limited, LIMITED], capture_output=True, text=True, check=False
    )
    assert told in ran.stdout, ran.stderr
