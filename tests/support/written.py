"""Corpora as tests write them. A module of its own: there is more than one conftest."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 300
"""Seconds after which a test gives up waiting: far beyond what a busy machine needs."""

MakeCorpus = Callable[[Mapping[str, "str | bytes"]], Path]

TEXTS = {
    "birds.md": "# Birds\n\nA wren sings loudly. The owl hunts at night.\n\n"
    "## Herons\n\nA heron waits in shallow water for fish.\n",
    "ships.txt": "Ships and Harbours\n\nThe brig left Bristol in 1802. It carried tin and wool.\n\n"
    "A lighthouse keeper counts passing sails.\n",
    "deep/tea.txt": "Oolong tea is partly oxidised. Its leaves are rolled by hand.\n",
}


def write_corpus(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files by address below a folder, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for address, content in files.items():
        path = folder / address
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return folder


def make_socket(path: Path) -> None:
    """A socket's file; named from beside it, since such names may have 107 bytes only."""
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.bind(path.name)
    finally:
        os.chdir(here)


@contextmanager
def without_a_trap() -> Iterator[None]:
    """What is done within takes no time that grows faster than its input.

    The inputs are so large that a trap takes many minutes of the processor; without one they
    take a second, so that no slow or busy machine comes near the limit.
    """
    began = time.process_time()
    yield
    assert time.process_time() - began < 60
