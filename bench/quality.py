"""How well documents are found, on collections with judged relevance.

``python bench/quality.py FOLDER --cache CACHE`` evaluates every collection below a folder with
the default settings, prints a table with 95 % intervals, and writes it to ``bench/quality.md``.
Vectors are kept in the cache folder, so that a second run encodes queries only.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from qwenqa.evaluation.collection import Collection, read_collection
from qwenqa.evaluation.metrics import NAMES, compare, per_query, score
from qwenqa.evaluation.runs import RETRIEVERS, index_of, runs_of
from qwenqa.settings import Settings

FIRST_QUERIES = {"squad_v11_dev": 2_000}


def main() -> None:
    """Evaluate, print, and write the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="the folder with the collections' folders")
    options.add_argument("--cache", type=Path, required=True, help="where indexes are kept")
    given = options.parse_args()
    lines = [f"| collection | queries | retriever | {' | '.join(NAMES)} |"]
    lines.append("|---|---|---|" + "---|" * len(NAMES))
    for folder in sorted(given.folder.iterdir()):
        if (folder / "qrels.tsv").exists():
            began = time.monotonic()
            lines += rows(first(read_collection(folder)), given.cache / folder.name)
            print("\n".join(lines[-4:]), f"\n({time.monotonic() - began:.0f} s)", flush=True)
    Path(__file__).with_name("quality.md").write_text("\n".join(lines) + "\n", "utf-8")


def first(collection: Collection) -> Collection:
    """The collection with as many of its first queries as are asked."""
    queries = collection.queries[: FIRST_QUERIES.get(collection.name)]
    kept = {one.id for one in queries}
    qrels = {query: judged for query, judged in collection.qrels.items() if query in kept}
    return Collection(collection.name, collection.documents, queries, qrels)


def rows(collection: Collection, cache: Path) -> list[str]:
    """A line for each retriever, and one for the fusion's gain over the better of the two."""
    library, document_of = index_of(collection, cache, Settings())
    runs = runs_of(collection, library, document_of)
    values = {name: per_query(collection.qrels, run) for name, run in runs.items()}
    lines = []
    for name in RETRIEVERS:
        scores = [score(metric, values[name][metric]) for metric in NAMES]
        told = " | ".join(f"{one.mean:.3f} [{one.low:.3f}, {one.high:.3f}]" for one in scores)
        lines.append(f"| {collection.name} | {scores[0].queries} | {name} | {told} |")
    better = max(("words", "vectors"), key=lambda name: values[name]["nDCG@10"].mean())
    gains = [compare(one, values[better][one], values["fused"][one]) for one in NAMES]
    told = " | ".join(f"{one.difference:+.3f} (p {one.p:.3f})" for one in gains)
    lines.append(f"| | | fused less {better} | {told} |")
    return lines


if __name__ == "__main__":
    main()
