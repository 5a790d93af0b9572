"""The pool of reading processes: a death costs one source, order is kept, all processes end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import nullcontext
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
    from qwenqa.readers import plain, table

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
        return plain.READER.read(data)

    table._BY_SUFFIX[".obey"] = table.Reader(plain.READER.identity, (".obey",), obey)
"""


@pytest.fixture
def pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """A pool of two processes with tiny limits and a reader that does what its file says."""
    (tmp_path / "sitecustomize.py").write_text(OBEDIENT)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    made = Pool(Limits(memory_mib=1024, cpu_seconds=2, wall_seconds=20, processes=2))
    yield made
    made.close()


DEATHS = {
    "hang": "took longer than 20 seconds to read",
    "burn": "took more than 2 seconds of computing",
    "eat": "needs more memory",
    "crash": "made its reader crash",
    "fail": "its reader failed",
}


@pytest.mark.slow
def test_each_death_costs_its_own_source_and_order_is_kept(pool: Pool) -> None:
    """Hang, burning, greed, crash and defect each give their reason; all others are read."""
    orders = [word for order in DEATHS for word in ("good", order)] + ["good"]
    sources = [Source(f"{n}.obey", "", 0) for n, _ in enumerate(orders)]
    texts = {
        one.address: f"{word} {one.address}" for one, word in zip(sources, orders, strict=True)
    }
    readings = list(pool.read_all(sources, lambda one: texts[one.address].encode()))
    for source, order, reading in zip(sources, orders, readings, strict=True):
        if order in DEATHS:
            assert isinstance(reading, SourceError)
            assert DEATHS[order] in str(reading)
        else:
            assert not isinstance(reading, SourceError), reading
            assert reading[0].text == texts[source.address]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux's /proc")
def test_processes_and_descriptors_end_with_the_pool(pool: Pool) -> None:
    """After closing there is no child, living or dead, and no descriptor more than before."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    for order in ("good", "crash", "good"):
        with nullcontext() if order == "good" else pytest.raises(SourceError, match="crash"):
            pool.read("a.obey", order.encode())
    pool.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
