"""How fast a build encodes beside bare sentence-transformers, and what integers lose.

``python bench/speed/building.py FOLDER --cache CACHE`` writes ``docs/measurements/building.md``. Documents of the
collections and the article are dealt into slices; of each slice, one after the other, an index
is built from nothing and its passages, sorted by length, are encoded by each encoder alone, so
that each slice gives a ratio of the same texts in the same minutes. What is lost is measured on
whole collections, whose indexes are kept in the cache folder.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from qwenqa import Library
from qwenqa.encoders import DEFAULT_MODEL, open_encoder
from qwenqa.encoders.model_files.locate import locate
from qwenqa.evaluation.collection import Collection, Text, read_collection, write_corpus
from qwenqa.evaluation.metrics import Values, compare, per_query
from qwenqa.evaluation.runs import RETRIEVERS, index_of, runs_of
from qwenqa.settings import Settings
from qwenqa.types import Progress

ARTICLE = Path(__file__).resolve().parents[2] / "corpus"
COLLECTIONS = ("scifact_train", "squad_v11_dev", "hotpot100")
JUDGED = {"scifact_train": None, "squad_v11_dev": 2_000}
"""Collections by how many of their first queries are asked; None is all."""
METRICS = ("nDCG@10", "hit@1")
PRECISIONS = ("fp32", "int8")
BARE = "bare `SentenceTransformer.encode`, batches of 32"
ALONE = f"{BARE}, one thread"
NOTES = """\
# Building

Written by `python bench/speed/building.py FOLDER --cache CACHE` on {today}: {cores} cores, load average
{load:.1f}, so ratios count and seconds do not. {passages:,} passages of {documents:,} documents of
{collections} and the article, in {slices} slices. Each figure is the median of the slices, a
ratio the median of their ratios (lowest to highest). A build opens the model, starts readers,
reads, splits, encodes, writes and verifies, from nothing; before its first text is encoded,
{before} of its time have passed. The encoders alone get its passages sorted by length, after the
model was loaded, with a thread for each core. torch's threads wait by spinning, which a load makes
dear; so of a processor's second the ratio is to bare encoding with one thread, which never waits.
"""
LOSS = """\

## What int8 loses

The same passages and queries in both precisions, `cosine` is of a passage's two vectors; p is of
a paired randomisation test over the queries (of SQuAD the first 2,000). Nothing was chosen on
these collections.
"""


class Spent(NamedTuple):
    """Seconds of the clock, and of the processor in this process."""

    clock: float
    processor: float


Row = dict[str, Spent]
Encoders = dict[str, Callable[[list[str]], Any]]


def main() -> None:
    """Measure, print, and write the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="the folder with the collections' folders")
    options.add_argument("--cache", type=Path, required=True, help="where indexes are kept")
    options.add_argument("--documents", type=int, default=240, help="documents to build (240)")
    options.add_argument("--slices", type=int, default=5, help="parts they are dealt into (5)")
    options.add_argument("--only", choices=("rates", "loss"), help="measure this, keep the other")
    given = options.parse_args()
    page = Path(__file__).parents[2] / "docs/measurements/building.md"
    quick, _, less = page.read_text("utf-8").partition(LOSS) if given.only else ("", "", "")
    if given.only != "loss":
        quick = "\n".join([*rates(given.folder, given.documents, given.slices), ""])
    if given.only != "rates":
        less = "\n".join(["", *lost(given.folder, given.cache), ""])
    print(quick + LOSS + less)
    page.write_text(quick + LOSS + less, "utf-8")


def rates(folder: Path, documents: int, slices: int) -> list[str]:
    """How many passages a second each takes, and of bare sentence-transformers."""
    import torch
    from sentence_transformers import SentenceTransformer

    bare = SentenceTransformer(str(locate(DEFAULT_MODEL)), device="cpu")
    bare.encode(["warm"])

    def bare_by(threads: int, texts: list[str]) -> None:
        torch.set_num_threads(threads)
        bare.encode(texts, batch_size=32, show_progress_bar=False)

    cores = torch.get_num_threads()
    encoders: Encoders = {BARE: partial(bare_by, cores), ALONE: partial(bare_by, 1)}
    for one in PRECISIONS:
        encoders[_encode(one)] = open_encoder(precision=one).encode_passages
    chosen, rows, counts, loads = _documents(folder, documents), [], [], []
    for number in range(slices):
        row, count = measured(chosen[number::slices], encoders, number)
        rows.append(row)
        counts.append(count)
        loads.append(os.getloadavg()[0])
        print({name: round(count / one.clock, 1) for name, one in row.items()}, flush=True)
    told = NOTES.format(
        today=date.today().isoformat(),
        cores=os.cpu_count(),
        load=median(loads),
        passages=sum(counts),
        documents=len(chosen),
        collections=", ".join(COLLECTIONS),
        slices=slices,
        before=", ".join(
            f"{median(row[_read(one)].clock / row[_build(one)].clock for row in rows):.0%} ({one})"
            for one in PRECISIONS
        ),
    )
    return [told, *table(rows, counts)]


def _documents(folder: Path, number: int) -> list[Text]:
    """So many documents, of each collection as many, spread over it, and the article."""
    most = number // len(COLLECTIONS)
    article = [Text(path.name, path.read_text("utf-8")) for path in sorted(ARTICLE.glob("*.txt"))]
    found = [read_collection(folder / name).documents for name in COLLECTIONS]
    spread = (one[:: max(1, len(one) // most)][:most] for one in found)
    return [*article, *chain.from_iterable(spread)]


def measured(documents: Sequence[Text], encoders: Encoders, turn: int) -> tuple[Row, int]:
    """What building and encoding these documents takes, and their number of passages."""
    with tempfile.TemporaryDirectory() as work:
        slice_ = Collection("slice", tuple(documents), (), {})
        write_corpus(slice_, Path(work, "corpus"))
        row: Row = {}
        for one in PRECISIONS[:: (-1) ** turn]:
            library = built(Path(work), one, row)
            texts = sorted(_texts(library), key=len)
    order = list(encoders)
    for name in order[turn % len(order) :] + order[: turn % len(order)]:
        row[name] = spent(lambda name=name: encoders[name](texts))
    return row, len(texts)


def built(work: Path, precision: str, row: Row) -> Library:
    """An index built from nothing, with the time of the whole and of what comes before encoding."""
    shutil.rmtree(work / "index", ignore_errors=True)
    library = Library(settings=Settings(work / "corpus", work / "index", precision=precision))
    began, read = time.perf_counter(), []

    def told(one: Progress) -> None:
        if one.stage == "encoding" and not read:
            read.append(time.perf_counter() - began)

    row[_build(precision)] = spent(lambda: library.rebuild(told))
    row[_read(precision)] = Spent(read[0], 0.0)
    return library


def _build(precision: str) -> str:
    return f"whole build, {precision}"


def _encode(precision: str) -> str:
    return f"encoding alone, {precision}"


def _read(precision: str) -> str:
    return f"before encoding, {precision}"


def spent(call: Callable[[], object]) -> Spent:
    """What a call takes."""
    clock, processor = time.perf_counter(), time.process_time()
    call()
    return Spent(time.perf_counter() - clock, time.process_time() - processor)


def _texts(library: Library) -> list[str]:
    """What was encoded of an index, each text once."""
    found = (
        segment.encoder_texts(range(len(segment.table)))
        for segment in library.generation().segments
    )
    return list(dict.fromkeys(chain.from_iterable(found)))


def table(rows: Sequence[Row], counts: Sequence[int]) -> Iterator[str]:
    """A line for each way."""
    yield "| what | passages/s | of the bare | a processor's second | of the bare, one thread |"
    yield "|---|---|---|---|---|"
    builds = [_build(one) for one in PRECISIONS]
    for name in (BARE, ALONE, *builds, *(_encode(one) for one in PRECISIONS)):
        cells = [*_rate(rows, counts, name, BARE, 0)]
        # A build's readers are other processes.
        cells += ["", ""] if name in builds else _rate(rows, counts, name, ALONE, 1)
        yield f"| {name} | {' | '.join(cells)} |"


def _rate(
    rows: Sequence[Row], counts: Sequence[int], name: str, bare: str, kind: int
) -> Iterator[str]:
    """Passages a second, and how many times those of the bare encoding, by the slices."""
    yield f"{median(count / row[name][kind] for row, count in zip(rows, counts, strict=True)):.1f}"
    ratios = sorted(row[bare][kind] / row[name][kind] for row in rows)
    yield f"{median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"


def lost(folder: Path, cache: Path) -> Iterator[str]:
    """A line for each collection, retriever and metric."""
    yield "| collection | passages | lowest, mean cosine | retriever | of | fp32 | int8 | change |"
    yield "|---" * 8 + "|"
    for name, most in JUDGED.items():
        collection = read_collection(folder / name).first(most)
        values, cosines = _both(collection, cache)
        told = f"{name} | {len(cosines)} | {cosines.min():.4f}, {cosines.mean():.4f}"
        for retriever in RETRIEVERS[1:]:
            for metric in METRICS:
                first, second = (values[one][retriever][metric] for one in PRECISIONS)
                change = compare(metric, first, second)
                yield (
                    f"| {told} | {retriever} | {metric} | {first.mean():.4f} | "
                    f"{second.mean():.4f} | {change.difference:+.4f} "
                    f"[{change.low:+.4f}, {change.high:+.4f}] (p {change.p:.3f}) |"
                )


def _both(
    collection: Collection, cache: Path
) -> tuple[dict[str, dict[str, dict[str, Values]]], Values]:
    """Metrics by precision and retriever, and the cosines of the passages' two vectors."""
    values, vectors = {}, []
    for one in PRECISIONS:
        place = cache / f"{collection.name}-{one}"
        library, document_of = index_of(collection, place, replace(Settings(), precision=one))
        runs = runs_of(collection, library, document_of)
        qrels = {query: collection.qrels[query] for query in runs["fused"]}
        values[one] = {name: per_query(qrels, run) for name, run in runs.items()}
        # In the order of the passages' ids, which both have.
        vectors.append(library.generation().codes().astype(np.float32))
    return values, np.asarray((vectors[0] * vectors[1]).sum(axis=1), np.float64)


if __name__ == "__main__":
    main()
