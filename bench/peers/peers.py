"""qwenqa beside what a user would pick instead: the same model, texts and machine, in one run.

``python bench/peers/peers.py`` asks, builds and rebuilds with each (half an hour on two idle cores), and
writes ``docs/measurements/data/peers.json``, from which the plots and tables of ``docs/measurements/peers.md`` are made.
``--parts`` measures some and keeps the other figures, ``--write`` measures nothing. Peers are
installed once, as ``peers/requirements.lock`` says, into a virtual environment of their own.

Every figure is a median of runs taken in turn, one of each peer after the other, so that other
work on the machine burdens all alike. All have all cores: onnxruntime's threads leave a core that
a process is held to. Seconds of the processor are kept beside those of the clock. Nothing is
fetched, and no peer sends telemetry.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "speed"))

import page
import texts
from times import CORPUS, QUESTION, machine, took
from worker import PEERS

FOLDER = Path(__file__).resolve().parent
# With it this project's modules would be compiled again by each new process, and not the peers'.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
ENVIRONMENT = {
    **os.environ,
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "ORT_DISABLE_TELEMETRY": "1",
}
OWN = ("qwenqa", "forty-onnx", "forty-torch")
"""These run with the interpreter of this project, all others with that of their environment."""
CLOCKS = ("seconds", "processor")
PARTS = ("article", "build", "sizes")
UNCOUNTED = 5
"""So many questions come first and are not counted."""
PAUSE = 0.1
"""Seconds before each question: threads that wait by spinning would burden the next peer."""
Runs = dict[str, dict[str, list[float]]]
"""What was measured, by measure and peer."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A corpus, its passages, and a file of vectors where they are given."""

    folder: Path
    passages: list[dict[str, str]]
    vectors: str = ""

    @property
    def corpus(self) -> Path:
        """The folder of documents."""
        return self.folder / "corpus"

    def told(self) -> dict[str, str]:
        """What a worker that builds is told."""
        path = self.folder / "passages.jsonl"
        write_lines(path, self.passages)
        return {"do": "build", "passages": str(path), "vectors": self.vectors}


@dataclass(slots=True)
class Bench:
    """A run: where it works, how the peers are started, and what was found so far."""

    work: Path
    model: Path
    python: str
    workers: dict[str, Worker] = field(default_factory=dict)
    runs: Runs = field(default_factory=dict)

    def note(self, measure: str, peer: str, value: float) -> None:
        """Keep a figure."""
        print(f"{time.strftime('%H:%M:%S')} {measure:24} {peer:14} {value:10.4f}", flush=True)
        self.runs.setdefault(measure, {}).setdefault(peer, []).append(value)

    def place(self, folder: Path, peer: str, name: str = "index") -> str:
        """The file that says where a peer finds everything."""
        path = folder / f"{peer}-{name}.json"
        where = {
            "model": self.model,
            "corpus": folder / "corpus",
            "index": folder / f"{peer}-{name}",
            "graph": self.work / "graph",
        }
        path.write_text(json.dumps({part: str(one) for part, one in where.items()}), "utf-8")
        return str(path)

    def command(self, peer: str, place: str) -> list[str]:
        """Starts a peer, with the interpreter of this project or of the peers' environment."""
        python = sys.executable if peer in OWN else self.python
        return [python, str(FOLDER / "worker.py"), peer, place]

    @contextmanager
    def working(self, peers: Sequence[str]) -> Iterator[None]:
        """All peers in processes of their own, which wait with the model loaded."""
        with ExitStack() as stack:
            for peer in peers:
                command = self.command(peer, self.place(self.work, peer))
                log = stack.enter_context((self.work / f"{peer}.log").open("w"))
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    env=ENVIRONMENT,
                )
                stack.enter_context(process)
                self.workers[peer] = Worker(process)
            yield

    def cold(self, peer: str, folder: Path, question: str) -> dict[str, float]:
        """Seconds and memory of a new process that answers one question."""
        command = [*self.command(peer, self.place(folder, peer)), question]
        if peer == "qwenqa":
            folders = ["--corpus", str(folder / "corpus"), "--index", str(folder / "qwenqa-index")]
            command = [sys.executable, "-m", "qwenqa", "ask", *folders, question]
        alone = [sys.executable, str(FOLDER / "alone.py"), *command]
        told = json.loads(subprocess.check_output(alone, env=ENVIRONMENT))
        # qwenqa says with its status that the documents hold no answer.
        assert told["status"] == 0 or (peer == "qwenqa" and told["status"] == 1), (peer, told)
        return dict(told)


class Worker:
    """A peer in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        """Wait until it is ready."""
        self._process = process
        self._reply()

    def tell(self, **told: str) -> dict[str, Any]:
        """What it made of a command, and how long it took."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        return self._reply()

    def _reply(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self._process.args} ended before it was done.")
        return dict(json.loads(line))


def main() -> None:
    """Measure what was asked for, and write figures, plots and tables."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--repeats", type=int, default=3, help="runs of each (3)")
    options.add_argument("--build", type=int, default=640, help="passages encoded (640)")
    options.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000])
    options.add_argument("--questions", type=int, default=40, help="asked at each size (40)")
    options.add_argument("--parts", nargs="*", default=PARTS, choices=PARTS, help="not all")
    options.add_argument("--peers", nargs="*", default=list(PEERS), choices=PEERS)
    options.add_argument("--work", type=Path, help="folder to work in, else a temporary one")
    options.add_argument("--write", action="store_true", help="measure nothing")
    given = options.parse_args()
    if not given.write:
        with tempfile.TemporaryDirectory(dir=given.work) as work:
            measured(Path(work), given)
    page.write()


def measured(work: Path, given: argparse.Namespace) -> None:
    """Take all figures; what is known is written after each part."""
    python = installed(FOLDER / ".venv")
    bench = Bench(work, prepare(work, python), python)
    load = os.getloadavg()[0]
    with bench.working(given.peers):
        for part in parts(bench, given):
            part()
            told = {
                "date": date.today().isoformat(),
                "machine": machine(),
                "load": [round(load), round(os.getloadavg()[0])],
                "own": {one: version(one) for one in page.OWN_PACKAGES},
                "versions": locked(),
                "questions": given.questions,
                "build": given.build,
                "runs": bench.runs,
            }
            page.keep(told, beside=given.parts != PARTS)


def parts(bench: Bench, given: argparse.Namespace) -> Iterator[Callable[[], None]]:
    """What is measured, one after the other; new processes at the largest size alone."""
    if "article" in given.parts:
        yield partial(cold, bench, article(bench), "article", QUESTION, given.repeats)
    if "build" in given.parts:
        yield partial(building, bench, given.build, given.repeats)
    for size in given.sizes if "sizes" in given.parts else []:
        collection = generated(bench, size, given=True)
        questions = texts.questions(collection.passages, given.questions + UNCOUNTED)
        yield partial(answering, bench, size, collection, questions)
        yield partial(changing, bench, size, collection, given.repeats)
        if size == max(given.sizes):
            yield partial(cold, bench, collection, str(size), questions[0], given.repeats)


def installed(folder: Path) -> str:
    """The interpreter of the peers' environment, which is made when it is not there."""
    python = folder / "bin" / "python"
    if not python.exists():
        lock = str(FOLDER / "requirements.lock")
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "-r", lock], check=True)
    return str(python)


def locked() -> dict[str, str]:
    """What the lock file says of each package."""
    lines = (FOLDER / "requirements.lock").read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if "==" in line)


def prepare(work: Path, python: str) -> Path:
    """The model's folder; writes its graph in both forms, the floor's and Chroma's."""
    from qwenqa.encoders import DEFAULT_MODEL
    from qwenqa.encoders.model_files.locate import locate
    from qwenqa.encoders.onnx.model_config import plan_of
    from qwenqa.encoders.onnx.session import OnnxModel

    model, floor = locate(DEFAULT_MODEL), work / "graph" / "floor"
    floor.mkdir(parents=True)
    graph = OnnxModel(plan_of(model))
    (floor / "graph.onnx").write_bytes(graph.graph)
    (floor / "weights.json").write_text(json.dumps(graph.names), "utf-8")
    command = [python, str(FOLDER / "export.py"), str(model), str(work / "graph/chroma/onnx")]
    subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)
    return model


def article(bench: Bench) -> Collection:
    """The article that ships, in the passages that qwenqa makes of it."""
    from qwenqa import Library

    folder = bench.work / "article"
    folder.mkdir()
    (folder / "corpus").symlink_to(CORPUS)
    library = Library(CORPUS, folder / "split")
    library.rebuild()
    found = library.generation().all_passages()
    passages = [{"id": str(n), "text": one.text} for n, one in enumerate(found)]
    return Collection(folder, passages)


def generated(bench: Bench, passages: int, *, given: bool) -> Collection:
    """A corpus of drawn words, with vectors where it is not to be encoded."""
    folder = bench.work / str(passages)
    made = texts.write_corpus(folder / "corpus", bench.model, passages, seed=passages)
    vectors = folder / "vectors.npy" if given else None
    if vectors:
        texts.write_vectors(vectors, len(made), seed=passages)
    return Collection(folder, made, str(vectors or ""))


def built(bench: Bench, collection: Collection, measure: str, name: str = "index") -> None:
    """Build with each, and note the passages a second."""
    told = collection.told()
    for peer, worker in bench.workers.items():
        place = bench.place(collection.folder, peer, name)
        used = worker.tell(**told, place=place)
        rates = {clock: len(collection.passages) / used[clock] for clock in CLOCKS}
        note_both(bench, measure, peer, rates)


def building(bench: Bench, passages: int, repeats: int) -> None:
    """Passages a second, encoded and made durable, with the model loaded."""
    collection = generated(bench, passages, given=False)
    for run in range(repeats):
        built(bench, collection, "build", f"run{run}")


def cold(bench: Bench, collection: Collection, what: str, question: str, repeats: int) -> None:
    """One question in a new process; the article is built first."""
    if what == "article":
        built(bench, collection, "article")
    for _ in range(repeats):
        for peer in bench.workers:
            told = bench.cold(peer, collection.folder, question)
            note_both(bench, f"cold {what}", peer, told)
            bench.note(f"memory {what}", peer, told["memory"])


def answering(bench: Bench, size: int, collection: Collection, questions: Sequence[str]) -> None:
    """Each question to each in turn, after the passages have been stored with given vectors."""
    built(bench, collection, f"store {size}")
    for peer, worker in bench.workers.items():
        worker.tell(do="open", place=bench.place(collection.folder, peer))
    for number, question in enumerate(questions):
        for peer, worker in bench.workers.items():
            time.sleep(PAUSE)
            used = worker.tell(do="ask", question=question)
            if number >= UNCOUNTED:
                note_both(bench, f"ask {size}", peer, used)


def changing(bench: Bench, size: int, collection: Collection, repeats: int) -> None:
    """One changed file, encoded and made durable; peers are told which, qwenqa finds it."""
    from qwenqa.corpus import scan

    drawn = texts.draw(texts.vocabulary(bench.model), random.Random(size + 1))
    path = collection.folder / "changed.jsonl"
    for run in range(repeats):
        write_lines(path, texts.write_file(collection.corpus / f"{run:06}.txt", drawn))
        bench.note(f"hashing {size}", "qwenqa", took(lambda: scan(collection.corpus)))
        for peer, worker in bench.workers.items():
            used = worker.tell(do="change", passages=str(path))
            note_both(bench, f"change {size}", peer, used)


def note_both(bench: Bench, measure: str, peer: str, used: Mapping[str, float]) -> None:
    """What the clock says, and what the processor."""
    what, _, size = measure.partition(" ")
    bench.note(measure, peer, used["seconds"])
    bench.note(f"{what}-processor {size}".strip(), peer, used["processor"])


def write_lines(path: Path, told: Sequence[Mapping[str, str]]) -> None:
    """A file of one JSON object a line."""
    path.write_text("".join(json.dumps(one) + "\n" for one in told), "utf-8")


if __name__ == "__main__":
    main()
