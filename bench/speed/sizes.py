"""What a library takes at a thousand to a million passages: built, opened, asked, rebuilt.

``python bench/speed/sizes.py --folder FOLDER`` makes the libraries in the folder that are not there yet
(``synthetic.py``: drawn words and vectors, the real encoder for questions), measures each in a
process of its own and writes ``docs/measurements/data/sizes.json``, ``docs/measurements/sizes.md`` and ``docs/measurements/data/sizes.svg``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from synthetic import rebuild, synthetic, write_corpus

from qwenqa import Library
from qwenqa.corpus import scan
from qwenqa.dense.index import Codes
from qwenqa.index.generation import Generation
from qwenqa.index.header import folder_of, headers
from qwenqa.lexical.analysis import query_terms
from qwenqa.types import Vectors

SIZES = (1_000, 10_000, 100_000, 200_000, 1_000_000)
QUESTIONS, DEPTH, ROUNDS = 30, 100, 5
Figures = dict[str, float]
Timed = Callable[[Callable[[], object]], float]
HERE = Path(__file__)
TABLES = HERE.parents[2] / "docs/measurements"


def main() -> None:
    """Measure the sizes that were asked for, or one of them where this is its process."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", type=Path, help="where the libraries are, or are made")
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options.add_argument("--measure", choices=MEASURES, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.measure:
        print(json.dumps(MEASURES[given.measure](given.folder)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        rows = [of_size(folder / str(size), size) for size in given.sizes]
    (TABLES / "data" / "sizes.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    (TABLES / "sizes.md").write_text(page(rows), "utf-8")
    plot(rows, TABLES / "data" / "sizes.svg")


def of_size(folder: Path, size: int) -> Figures:
    """All figures of one size, those of each kind from a process of its own."""
    if not (folder / "index").exists():
        write_corpus(folder / "corpus", size)
        fresh(folder, "built")
    return {"passages": size, **fresh(folder, "asked"), **fresh(folder, "changed")}


def fresh(folder: Path, measure: str) -> Figures:
    """What a measure says in a new process."""
    command = [sys.executable, str(HERE), "--folder", str(folder), "--measure", measure]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    print(folder.name, found, flush=True)
    return found


def opened(folder: Path) -> Library:
    """The library of a folder."""
    return Library(folder / "corpus", folder / "index")


def built(folder: Path) -> Figures:
    """A build from given vectors."""
    library = opened(folder)
    encoder = synthetic(library)
    encoder.encode_passages(["warm"])
    return {"build": seconds(lambda: rebuild(library, encoder))}


def asked(folder: Path) -> Figures:
    """Opening and asking: times, memory, and what of the time the vectors take."""
    library = opened(folder)
    encoder = library._serving.models.open(library._serving.models.wanted(None))
    encoder.encode_queries(["warm"])
    before = memory(fresh=True)
    found: Figures = {"open": processor(library.generation)}
    generation = library.generation()
    questions = drawn(generation)
    library.ask(questions.pop())
    took = [clocks(lambda q=q: library.ask(q)) for q in questions]
    found["memory"] = memory() - before
    found["ask"], found["ask processor"] = map(statistics.median, zip(*took, strict=True))
    found["encode"] = median(
        [lambda q=q: encoder.encode_queries([q]) for q in questions], processor
    )
    found["lexical"] = median([lambda q=q: by_words(generation, q) for q in questions], processor)
    disk = headers(library.settings.index)[-1].files
    found["disk"] = sum(one.size for one in disk.values())
    found["vectors"] = 2.0 * generation.encoded * generation.header.recipe.encoder.dimension
    first = min(header.generation for header in headers(library.settings.index))
    found["build"] = library.report(first).seconds
    found["verify"] = processor(
        lambda: hashed(folder_of(library.settings.index, generation.number))
    )
    return {**found, **compared(generation, encoder.encode_queries(questions))}


def compared(generation: Generation, questions: Vectors) -> Figures:
    """The search by vectors beside a scan of all, and beside inverted lists of the same time."""
    codes = generation.codes()
    faiss.omp_set_num_threads(1)
    flat = scanning(codes)
    near = around(codes)
    found: Figures = {}
    for name, vectors in (("questions", questions), ("passages", near)):
        rows = [vectors[at : at + 1] for at in range(len(vectors))]
        times: dict[str, list[float]] = {"dense": [], "flat": []}
        recalls = {10: [], 100: []}
        for row in rows:
            ids: dict[int, float] = {}
            times["dense"].append(processor(lambda r=row, i=ids: i.update(dense(generation, r))))
            times["flat"].append(processor(lambda r=row: flat.search(r, DEPTH + 16)))
            exact = generation.encoded_ids[flat.search(row, DEPTH)[1][0]].tolist()
            for depth, shares in recalls.items():
                best = list(ids)[:depth]
                shares.append(len(set(best) & set(exact[:depth])) / len(exact[:depth]))
        for key, taken in times.items():
            found[f"{key} {name}"] = statistics.median(taken)
        for depth, shares in recalls.items():
            found[f"recall@{depth} {name}"] = statistics.mean(shares)
    if len(codes) >= 100_000:
        found |= inverted(codes, flat, near, found["dense passages"])
    return found


def inverted(codes: Codes, flat: Any, near: Vectors, budget: float) -> Figures:
    """Inverted lists, probed as widely as the time of our own search allows: their recall."""
    lists = int(4 * len(codes) ** 0.5)
    quantizer = faiss.IndexFlatIP(codes.shape[1])
    kind = faiss.ScalarQuantizer.QT_fp16
    index = faiss.IndexIVFScalarQuantizer(
        quantizer, codes.shape[1], lists, kind, faiss.METRIC_INNER_PRODUCT, False
    )
    index.cp.niter, index.cp.max_points_per_centroid = 8, 48
    dice = np.random.default_rng(0)
    sample = np.sort(dice.choice(len(codes), min(len(codes), 48 * lists), replace=False))

    def fill() -> None:
        index.train(codes[sample].astype(np.float32))
        for at in range(0, len(codes), 65_536):
            index.add(codes[at : at + 65_536].astype(np.float32))

    made = processor(fill)
    for power in range(11):
        index.nprobe = min(2**power, lists)
        taken = median([lambda v=v: index.search(v[None], DEPTH + 16) for v in near], processor)
        if taken > budget or 2**power >= lists:
            break
    shares = []
    for vector in near:
        exact, ours = (
            flat.search(vector[None], DEPTH)[1][0],
            index.search(vector[None], DEPTH)[1][0],
        )
        shares.append(len(set(exact.tolist()) & set(ours.tolist())) / DEPTH)
    return {
        "ivf build": made,
        "ivf": taken,
        "ivf probes": index.nprobe,
        "ivf lists": lists,
        "ivf recall@100": statistics.mean(shares),
    }


def changed(folder: Path) -> Figures:
    """A rebuild after one changed file, beside hashing all files."""
    library = opened(folder)
    encoder = synthetic(library)
    encoder.encode_passages(["warm"])
    root = library.settings.corpus
    paths = sorted(root.rglob("*.txt"))
    hashing, rebuilding = [], []
    for number in range(3):
        path = paths[(7 + 11 * number) % len(paths)]
        text = path.read_text("utf-8")
        path.write_text(f"{text}\nAdded at {time.time():.3f}, in round {number}.\n", "utf-8")
        hashing.append(processor(lambda: scan(root)))
        rebuilding.append(processor(lambda: rebuild(library, encoder)))
        path.write_text(text, "utf-8")
    rebuild(library, encoder)
    hash_, whole = statistics.median(hashing), statistics.median(rebuilding)
    return {"files": len(paths), "hash": hash_, "rebuild": whole}


MEASURES: dict[str, Callable[[Path], Figures]] = {
    "built": built,
    "asked": asked,
    "changed": changed,
}


def dense(generation: Generation, vector: Vectors) -> dict[int, float]:
    """All that a question asks of the vectors."""
    found = generation.dense_candidates(vector, DEPTH)
    generation.spread(vector)
    generation.dense_scores(vector, generation.encoded_ids[::17][:DEPTH].tolist())
    return dict(found)


def by_words(generation: Generation, question: str) -> None:
    """The candidates by words."""
    generation.lexical_candidates(query_terms(question, generation.languages), DEPTH)


def scanning(codes: Codes) -> Any:
    """FAISS over all vectors in half precision."""
    kind = faiss.ScalarQuantizer.QT_fp16
    index = faiss.IndexScalarQuantizer(codes.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
    faiss.copy_array_to_vector(codes.reshape(-1).view(np.uint8), index.codes)
    index.ntotal = len(codes)
    return index


def around(codes: Codes, count: int = QUESTIONS) -> Vectors:
    """Vectors near some passages', as those of good questions are."""
    dice = np.random.default_rng(9)
    rows = codes[np.sort(dice.choice(len(codes), count, replace=False))].astype(np.float32)
    even = dice.standard_normal(rows.shape).astype(np.float32)
    made = rows + 0.8 * even / np.linalg.norm(even, axis=1, keepdims=True)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def drawn(generation: Generation, count: int = QUESTIONS) -> list[str]:
    """Questions of seven words, each of one passage's."""
    dice = np.random.default_rng(4)
    ids = sorted(dice.choice(generation.encoded_ids, count, replace=False).tolist())
    texts = [passage.text.replace(".", " ").split() for passage in generation.passages(ids)]
    return [f"What of {' '.join(dice.choice(words, 7))}?" for words in texts]


def hashed(folder: Path) -> None:
    """Read every byte below a folder, as opening it does first."""
    scan(folder)


def seconds(call: Callable[[], object]) -> float:
    """How long a call takes, by the clock."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def clocks(call: Callable[[], object]) -> tuple[float, float]:
    """How long a call takes by the clock, and keeps processors busy whatever else they do."""
    began, busy = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - began, time.process_time() - busy


def processor(call: Callable[[], object]) -> float:
    """How long a call keeps processors busy."""
    return clocks(call)[1]


def median(calls: list[Callable[[], object]], timed: Timed = seconds) -> float:
    """The median of the calls' seconds."""
    return statistics.median(map(timed, calls))


def memory(*, fresh: bool = False) -> float:
    """The most bytes that this process has held, from now on where ``fresh``; Linux alone tells."""
    if fresh:
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    told = Path("/proc/self/status").read_text("ascii").splitlines()
    (kibibytes,) = (int(line.split()[1]) for line in told if line.startswith("VmHWM"))
    return 1024.0 * kibibytes


COLUMNS: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("passages", lambda row: f"{row['passages']:,.0f}"),
    ("build, s", lambda row: f"{row['build']:.1f}"),
    (
        "open, s (of hashing its bytes)",
        lambda r: f"{r['open']:.2f} ({r['open'] / r['verify']:.1f})",
    ),
    ("question, ms", lambda row: f"{1000 * row['ask processor']:.1f}"),
    ("by the clock", lambda row: f"{1000 * row['ask']:.1f}"),
    ("of it encoding", lambda row: f"{1000 * row['encode']:.1f}"),
    ("words", lambda row: f"{1000 * row['lexical']:.1f}"),
    ("vectors", lambda row: f"{1000 * row['dense questions']:.1f}"),
    (
        "rebuild after a change, s (of it hashing)",
        lambda r: f"{r['rebuild']:.2f} ({r['hash']:.2f})",
    ),
    ("memory, MB (of the vectors)", lambda r: of_vectors(r, "memory")),
    ("disk, MB (of the vectors)", lambda r: of_vectors(r, "disk")),
)

SEARCHES: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("passages", lambda row: f"{row['passages']:,.0f}"),
    ("vectors near a passage's, ms", lambda row: f"{1000 * row['dense passages']:.2f}"),
    ("a scan of all, ms", lambda row: f"{1000 * row['flat passages']:.2f}"),
    ("ratio", lambda row: f"{row['dense passages'] / row['flat passages']:.2f}"),
    ("recall@10", lambda row: f"{row['recall@10 passages']:.4f}"),
    ("recall@100", lambda row: f"{row['recall@100 passages']:.4f}"),
    ("of drawn questions, ms", lambda row: f"{1000 * row['dense questions']:.2f}"),
    ("recall@100 ", lambda row: f"{row['recall@100 questions']:.4f}"),
    ("inverted lists: ms", lambda row: f"{1000 * row['ivf']:.2f}" if "ivf" in row else ""),
    ("recall@100  ", lambda row: f"{row['ivf recall@100']:.4f}" if "ivf" in row else ""),
    ("made in, s", lambda row: f"{row['ivf build']:.0f}" if "ivf" in row else ""),
)


MADE = (
    "Words and vectors are drawn (`bench/speed/synthetic.py`): passages of two sentences of 17 "
    "words, and vectors of the default model's size around those of the article, which are "
    "given to the build. Questions are encoded by the default model and asked as any; medians "
    f"of {QUESTIONS}. Times are the processor's, of all cores together, but for the build's and "
    "those by the clock. Memory is the most that is held "
    "while opening and asking, above the process with its libraries and the model; the "
    "vectors' size is two bytes a number."
)
BESIDE = (
    "The search by vectors alone, with the scores of what the words found, beside FAISS's "
    "scan of all vectors in half precision on one thread, interleaved: for vectors near a "
    "passage's, as those of good questions are, and for the drawn questions, which are near "
    "nothing. Inverted lists (FAISS, half precision, in memory) are probed until they take "
    "longer than our own search."
)


def of_vectors(row: Figures, name: str) -> str:
    """Megabytes, and how many times the vectors' size in half precision that is."""
    return f"{row[name] / 1e6:.0f} ({row[name] / row['vectors']:.2f})"


def page(rows: list[Figures]) -> str:
    """The tables, with what was measured."""
    load = f"{os.getloadavg()[1]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    head = f"{date.today().isoformat()}, {os.cpu_count()} cores, load average {load}"
    parts = (
        "# Sizes",
        f"{head}; written by `bench/speed/sizes.py`. {MADE}",
        table(COLUMNS, rows),
        "![Seconds by passages](data/sizes.svg)",
        BESIDE,
        table(SEARCHES, rows),
    )
    return "\n\n".join(parts) + "\n"


def table(columns: tuple[tuple[str, Callable[[Figures], str]], ...], rows: list[Figures]) -> str:
    """Rows in Markdown."""
    lines = [" | ".join(name for name, _ in columns), "|".join("---" for _ in columns)]
    lines += [" | ".join(told(row) for _, told in columns) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def plot(rows: list[Figures], path: Path) -> None:
    """Seconds against passages, both by powers of ten."""
    from matplotlib.figure import Figure

    figure = Figure((7, 4.5), layout="constrained")
    axes = figure.subplots()
    passages = [row["passages"] for row in rows]
    for name, label in (
        ("build", "build, given vectors"),
        ("rebuild", "rebuild after one change"),
        ("open", "open, verified"),
        ("ask processor", "question"),
        ("flat passages", "scan of all vectors"),
        ("dense passages", "search by vectors"),
    ):
        axes.plot(passages, [row[name] for row in rows], marker="o", markersize=4, label=label)
    axes.set(xscale="log", yscale="log", xlabel="passages", ylabel="seconds")
    axes.legend(fontsize=8)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
