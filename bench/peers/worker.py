"""What every peer does when told so, and how long it took.

``worker.py PEER PLACE QUESTION`` opens an index in a new process and prints the best texts. Without
QUESTION it obeys lines of JSON on its standard input, so that several peers, each in a process of
its own, can be asked in turn. PLACE is a JSON file that says where the model, the corpus and the
index are.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TextIO

PEERS = {
    "qwenqa": ("qwenqa_peer", "Qwenqa"),
    "forty-onnx": ("forty_peer", "FortyOnnx"),
    "forty-torch": ("forty_peer", "FortyTorch"),
    "txtai": ("txtai_peer", "Txtai"),
    "txtai-hybrid": ("txtai_peer", "TxtaiHybrid"),
    "llamaindex": ("llamaindex_peer", "LlamaIndex"),
    "haystack": ("haystack_peer", "Haystack"),
    "chroma-onnx": ("chroma_peer", "ChromaOnnx"),
    "chroma-torch": ("chroma_peer", "ChromaTorch"),
}
TICKS = os.sysconf("SC_CLK_TCK")
Given = Mapping[str, Any]
"""Vectors by text, for passages that are not to be encoded: float32, shape (dimension,)."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text with its id, which a changed text keeps."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything is: the model's folder, the corpus, the index, an exported graph."""

    model: Path
    corpus: Path
    index: Path
    graph: Path


class Peer(Protocol):
    """What is asked of each: it does so in the way that its documentation shows."""

    def __init__(self, place: Place) -> None:
        """Import what is needed, and load the model."""

    def build(self, place: Place, passages: Sequence[Passage], given: Given) -> None:
        """Encode all passages that are not given, and make the index durable."""

    def open(self, place: Place) -> None:
        """Open an index that was built."""

    def ask(self, question: str) -> list[str]:
        """The five best texts."""

    def change(self, passages: Sequence[Passage]) -> None:
        """Put these in the place of those with the same ids, and make that durable."""


def main() -> None:
    """Answer one question, or obey."""
    name, place, *question = sys.argv[1:]
    module, peer = PEERS[name]
    where = read_place(place)
    made = getattr(importlib.import_module(module), peer)(where)
    if question:
        made.open(where)
        print("\n\n".join(made.ask(question[0])))
    else:
        obey(made)


def read_place(path: str) -> Place:
    """What a file says of where everything is."""
    told = json.loads(Path(path).read_text("utf-8"))
    return Place(**{part: Path(folder) for part, folder in told.items()})


def obey(peer: Peer) -> None:
    """Do what each line says and write how long it took; libraries may print what they like."""
    out, sys.stdout = sys.stdout, sys.stderr
    reply(out, ready=True)
    for line in sys.stdin:
        seconds, processor = timed(action(peer, json.loads(line)))
        reply(out, seconds=seconds, processor=processor)


def action(peer: Peer, told: dict[str, str]) -> Callable[[], object]:
    """What a line asks for; whatever is read for it is read before the clock starts."""
    if told["do"] == "ask":
        return lambda: peer.ask(told["question"])
    if told["do"] == "open":
        place = read_place(told["place"])
        return lambda: peer.open(place)
    passages = [Passage(**json.loads(line)) for line in lines(told["passages"])]
    if told["do"] == "change":
        return lambda: peer.change(passages)
    given = given_vectors(passages, told["vectors"]) if told["vectors"] else {}
    place = read_place(told["place"])
    return lambda: peer.build(place, passages, given)


def lines(path: str) -> list[str]:
    """Lines of a file, which end with a line feed alone."""
    return Path(path).read_text("utf-8").rstrip("\n").split("\n")


def given_vectors(passages: Sequence[Passage], path: str) -> Given:
    """Each passage's row of a file of vectors."""
    import numpy as np

    return dict(zip((passage.text for passage in passages), np.load(path), strict=True))


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Seconds that a call takes, by the clock and of the processor."""
    began, before = time.perf_counter(), used()
    call()
    return time.perf_counter() - began, used() - before


def used() -> float:
    """Seconds of the processor that this process and those that it started have used."""
    ended = os.times()
    found = time.process_time() + ended.children_user + ended.children_system
    return found + sum(used_by(child) for child in children(os.getpid())) / TICKS


def used_by(process: int) -> int:
    """Ticks of a process and those below it, by Linux's account."""
    told = contents(Path("/proc", str(process), "stat")).rpartition(")")[2].split()
    return sum(map(int, told[11:15])) + sum(used_by(child) for child in children(process))


def children(process: int) -> list[int]:
    """Those that run now."""
    threads = Path("/proc", str(process), "task").glob("*/children")
    return [int(one) for one in " ".join(map(contents, threads)).split()]


def contents(path: Path) -> str:
    """What the system says of a process, nothing of one that has ended meanwhile."""
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""


def reply(out: TextIO, **told: object) -> None:
    """Write one line of JSON."""
    out.write(json.dumps(told) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
