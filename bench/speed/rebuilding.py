"""What rebuilding, publishing and the first answer cost, as ratios to something of the same run.

``python bench/speed/rebuilding.py`` prints tables and writes them to ``docs/measurements/rebuilding.md``. The corpus
is made here: files of random words with a fixed seed. Where encoding would take too long the
vectors are random ones made from each text (said so in the table).
"""

from __future__ import annotations

import argparse
import hashlib
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from qwenqa import Library
from qwenqa.corpus import scan
from qwenqa.encoders import ToyEncoder, unit_vectors
from qwenqa.errors import NoGenerationError
from qwenqa.types import EncoderIdentity, Progress, Vectors

SYNTHETIC = "random vectors"
PER_FILE = 4
QUESTION = "What stands in the first file?"


class SyntheticEncoder(ToyEncoder):
    """Random unit vectors of the default model's size, the same for the same text."""

    identity = EncoderIdentity("synthetic", "synthetic-1", 384, 256, "", "")

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of passages, shape (len(texts), 384)."""
        vectors = np.empty((len(texts), 384), np.float32)
        for row, text in enumerate(texts):
            seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
            vectors[row] = np.random.Generator(np.random.SFC64(seed)).standard_normal(384)
        if progress:
            progress(len(texts))
        return unit_vectors(vectors, "synthetic")


def main() -> None:
    """Measure what was asked for, print, and write the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--files", type=int, default=5_000, help="of the changed corpus (5000)")
    options.add_argument("--large", type=int, default=100_000, help="passages published (100000)")
    options.add_argument("--first", type=int, default=20_000, help="passages, first answer (20000)")
    options.add_argument("--synthetic", action="store_true", help="never load the model")
    given = options.parse_args()
    model = SYNTHETIC if given.synthetic else ""
    with tempfile.TemporaryDirectory() as folder:
        tables = [
            rebuilding(Path(folder, "a"), given.files, model),
            publishing(Path(folder, "b"), given.large),
            first_answer(Path(folder, "c"), given.first, model),
            memory(Path(folder, "d"), given.large),
        ]
    told = "\n\n".join(tables)
    print(told)
    head = f"Made by `python {' '.join(['bench/speed/rebuilding.py', *sys.argv[1:]])}`."
    (Path(__file__).parents[2] / "docs/measurements/rebuilding.md").write_text(
        f"{head}\n\n{told}\n", "utf-8"
    )


def library(folder: Path, model: str) -> Library:
    """A library over the folder's corpus, with random vectors or the default model."""
    made = Library(folder / "corpus", folder / "index", "toy" if model == SYNTHETIC else None)
    if model == SYNTHETIC:
        made._serving.models._encoder = SyntheticEncoder()
        made._serving.models._opened = made._serving.models.wanted(None)
    return made


def write_corpus(folder: Path, files: int) -> Path:
    """Files of random words: each about ``PER_FILE`` passages long."""
    dice = random.Random(1)
    words = [
        "".join(dice.choices("abcdefghiklmnoprstuvw", k=dice.randint(3, 8))) for _ in range(9999)
    ]
    root = folder / "corpus"
    root.mkdir(parents=True)
    for number in range(files):
        parts = (" ".join(dice.choices(words, k=30)).capitalize() + "." for _ in range(PER_FILE))
        headed = "\n\n".join(f"## Part {n}\n\n{part}" for n, part in enumerate(parts, 1))
        (root / f"{number:06}.md").write_text(headed, "utf-8")
    return root


def seconds(call: Callable[[], object]) -> float:
    """How long a call takes, by the clock."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def table(title: str, rows: Sequence[tuple[str, float]], reference: float) -> str:
    """Rows of a name and seconds, with their ratio to a reference."""
    lines = [f"{title}\n", "| what | seconds | ratio |", "|---|---|---|"]
    lines += [f"| {name} | {told:.3f} | {told / reference:.4f} |" for name, told in rows]
    return "\n".join(lines)


def rebuilding(folder: Path, files: int, model: str) -> str:
    """A rebuild after one changed file, beside hashing the folder and a build from nothing."""
    root, built = write_corpus(folder, files), library(folder, model)
    whole = seconds(built.rebuild)
    hashing, changed = [], []
    for number in range(5):
        path = root / f"{number:06}.md"
        path.write_text(path.read_text("utf-8") + f"\n\nAdded in round {number}.", "utf-8")
        hashing.append(seconds(lambda: scan(root)))
        changed.append(seconds(built.rebuild))
    one, bare = statistics.median(changed), statistics.median(hashing)
    rows = [
        ("build from nothing", whole),
        ("hashing the folder", bare),
        ("rebuild after one changed file", one),
        ("the same beyond hashing", one - bare),
    ]
    passages = len(built.generation())
    how = model or "default model, loaded"
    return table(f"One changed file of {files:,} ({passages:,} passages; {how})", rows, whole)


def publishing(folder: Path, passages: int) -> str:
    """How long publishing takes when everything is new, and after one change."""
    root, built = write_corpus(folder, passages // PER_FILE), library(folder, SYNTHETIC)
    times: list[float] = []

    def note(told: Progress) -> None:
        if told.stage == "publishing":
            times.append(time.perf_counter())

    whole = seconds(lambda: built.rebuild(note))
    (root / "new.md").write_text("A new file.", "utf-8")
    again = seconds(lambda: built.rebuild(note))
    rows = [
        ("build from nothing", whole),
        ("publishing in it", times[1] - times[0]),
        ("rebuild after one new file", again),
        ("publishing in it", times[3] - times[2]),
    ]
    held = len(built.generation())
    return table(f"Publishing {held:,} passages ({SYNTHETIC})", rows, whole)


def first_answer(folder: Path, passages: int, model: str) -> str:
    """From an empty index to the first answer, which is by words, and until all is encoded."""
    write_corpus(folder, passages // PER_FILE)
    builder, asker = library(folder, model), library(folder, model)
    began = time.perf_counter()
    building = threading.Thread(target=builder.rebuild)
    building.start()
    while True:
        try:
            asker.generation()
            break
        except NoGenerationError:
            time.sleep(0.05)
    answer = asker.ask(QUESTION)
    first = time.perf_counter() - began
    building.join()
    whole = time.perf_counter() - began
    held = len(builder.generation())
    rows = [("all encoded", whole), ("first answer", first)]
    how = model or "default model, loading included"
    told = table(f"From an empty index to the first answer ({held:,} passages; {how})", rows, whole)
    return f"{told}\n\n{'; '.join(answer.notes)}"


def memory(folder: Path, passages: int) -> str:
    """The most memory that a build takes, at several sizes, beside that of its vectors."""
    lines = [f"Memory of a build ({SYNTHETIC})\n"]
    lines += [
        "| passages | most, MB | vectors, MB | most beyond the vectors |",
        "|---|---|---|---|",
    ]
    for size in (passages // 100, passages // 10, passages // 4, passages):
        here = folder / str(size)
        write_corpus(here, size // PER_FILE)
        ran = subprocess.run(
            [sys.executable, __file__, "--build", str(here)], capture_output=True, check=True
        )
        most, held = map(int, ran.stdout.split())
        vectors = held * 384 * 2 / 1e6
        lines.append(
            f"| {held:,} | {most / 1e3:.0f} | {vectors:.0f} | {most / 1e3 - vectors:.0f} |"
        )
    return "\n".join(lines)


def build_alone(folder: Path) -> None:
    """Build, and print the most memory this process had, in kB, and the number of passages."""
    report = library(folder, SYNTHETIC).rebuild()
    # Not getrusage, which also counts what the process had before it became this program.
    status = Path("/proc/self/status").read_text("ascii")
    most = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    print(most, report.passages)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--build"]:
        build_alone(Path(sys.argv[2]))
    else:
        main()
