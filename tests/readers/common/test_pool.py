"""The pool of reading processes: a death costs one source, order is kept, all processes end."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from qwenqa.errors import SourceError
from qwenqa.readers.pool import Limits, Pool
from qwenqa.types import Source

pytestmark = pytest.mark.skipif(os.name == "nt", reason="limits and signals of POSIX systems")

# Loaded by every Python that starts with it on its path: adds a reader that obeys its file.
OBEDIENT = """

import sys
if "qwenqa.readers.worker" in sys.orig_argv:
    import os, time
    from qwenqa.readers import registry
    from qwenqa.readers.text import plain

    def obey(data):
        order = data.decode().split()[0]
        if order == "hang":
            time.sleep(600)
        if order == "burn":
            while True:
                pass
        if order == "eat":
            return bytearray(2**40)  # at once: filling memory bit by bit also burns seconds
        if order == "crash":
            os.abort()
        if order == "fail":
            raise ZeroDivisionError
        return plain.read(data)

    identity = registry.ReaderIdentity("obey", 1)
    registry._BY_SUFFIX[".obey"] = registry.Reader(identity, (".obey",), obey)
"""


@pytest.fixture(autouse=True)
def obedient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every process started here has a reader that does what its file says."""
    (tmp_path / "sitecustomize.py").write_text(OBEDIENT)
    paths = (str(tmp_path), os.environ.get("PYTHONPATH"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))


# Limits of processor and memory count what one process does, whatever else the machine does.
PATIENT = Limits(memory_mib=1024, cpu_seconds=5, wall_seconds=3600, processes=2)
DEATHS = {
    "burn": "took more than 5 seconds of computing",
    "eat": "needs more memory",
    "crash": "made its reader crash",
    "fail": "its reader failed",
}


@pytest.mark.slow
def test_each_death_costs_its_own_source_and_order_is_kept() -> None:
    """Burning, greed, crash and defect each give their reason; all others are read."""
    orders = [word for order in DEATHS for word in ("good", order)] + ["good"]
    sources = [Source(f"{n}.obey", "", 0) for n, _ in enumerate(orders)]
    texts = {
        one.address: f"{word} {one.address}" for one, word in zip(sources, orders, strict=True)
    }
    with closing(Pool(PATIENT)) as pool:
        readings = list(pool.read_all(sources, lambda source: texts[source.address].encode()))
    for source, order, reading in zip(sources, orders, readings, strict=True):
        if order in DEATHS:
            assert isinstance(reading, SourceError)
            assert DEATHS[order] in str(reading)
        else:
            assert not isinstance(reading, SourceError), reading
            assert reading[0].text == texts[source.address]


@pytest.mark.slow
def test_a_reader_that_hangs_is_given_up_each_time() -> None:
    """Waiting ends with the limit; the next source has a process and a limit of its own."""
    with closing(Pool(Limits(wall_seconds=2, processes=1))) as pool:
        for _ in range(2):
            with pytest.raises(SourceError, match="took longer than 2 seconds to read"):
                pool.read("a.obey", b"hang")


# In a process of its own: the pools of other tests come and go in this one.
ENDING = """
import os
from contextlib import suppress
from pathlib import Path
from qwenqa.errors import SourceError
from qwenqa.readers.pool import Limits, Pool

pool = Pool(Limits(processes=2))
before = len(list(Path("/proc/self/fd").iterdir()))
for order in (b"good", b"crash", b"good"):
    with suppress(SourceError):
        pool.read("a.obey", order)
during = len(list(Path("/proc/self/fd").iterdir()))
pool.close()
assert len(list(Path("/proc/self/fd").iterdir())) == before < during
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no child")
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux's /proc")
def test_processes_and_descriptors_end_with_the_pool() -> None:
    """After closing there is no child, living or dead, and no descriptor more than before."""
    ran = subprocess.run(
        [sys.executable, "-c", ENDING], capture_output=True, text=True, check=False
    )
    assert (ran.stdout, ran.stderr) == ("no child\n", "")
