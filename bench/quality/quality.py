"""How well documents are found, on collections with judged relevance, and what each choice gives.

``python bench/quality/quality.py FOLDER --cache CACHE`` evaluates every collection below a folder with
the default settings, with 95 % intervals and a paired test, ranks the same candidates in other
ways (``ablations.py``), and writes ``docs/measurements/quality.md``. Indexes are kept in the cache folder, so
that a second run encodes queries only; every second question is reported apart, since the weight
in use was chosen on the others.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from pathlib import Path

from ablations import AS_SHOWN, IN_USE, ROWS, Asked, ablated, shown

from qwenqa.evaluation.collection import Collection, Run, read_collection
from qwenqa.evaluation.metrics import NAMES, compare, per_query, score
from qwenqa.evaluation.runs import RETRIEVERS, documents, index_of, rankings
from qwenqa.lexical.analysis import query_terms
from qwenqa.search import candidates
from qwenqa.settings import Settings

Choices = dict[str, float]
"""nDCG@10 of each way to rank."""
Ways = dict[str, tuple[float, float]]
"""hit@1, and the share of the relevant documents in five hits, of each way to show them."""
FIRST_QUERIES = {"squad_v11_dev": 2_000}
NOTES = """\
# Retrieval quality

Written by `python bench/quality/quality.py FOLDER --cache CACHE` with the default settings, the same for
every collection; {seconds:.0f} s with indexes that were there. Collections in the form of BEIR
(corpus, queries, qrels); intervals are bootstrapped over the queries, p is of a paired
randomisation test. Confidence is in [confidence.md](confidence.md), marks in [marks.md](marks.md).

The weight of the vectors is the one number that was chosen on these collections, at first on all
questions of all but SciFact and the English XQuAD. The questions with even numbers alone (in the
order of their ids) give the same: mean nDCG@10 is .8683 for half at 4 deviations, .8696 at 5,
.8701 at 6, .8696 at 7, .8681 at 8. The first table holds all questions, the second the others.
"""


def main() -> None:
    """Evaluate, print, and write the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="the folder with the collections' folders")
    options.add_argument("--cache", type=Path, required=True, help="where indexes are kept")
    given = options.parse_args()
    began = time.monotonic()
    whole, odd, choices, ways = list(HEAD), list(HEAD), dict[str, Choices](), dict[str, Ways]()
    for folder in sorted(given.folder.iterdir()):
        if (folder / "qrels.tsv").exists() and not _within_documents(folder):
            collection = read_collection(folder).first(FIRST_QUERIES.get(folder.name))
            asked, runs, choices[folder.name], ways[folder.name] = evaluated(
                collection, given.cache / folder.name
            )
            whole += rows(collection, runs)
            queries = sorted(asked)[1::2]
            odd += rows(collection, {name: _some(run, queries) for name, run in runs.items()})
            print("\n".join(whole[-4:]), flush=True)
    text = NOTES.format(seconds=time.monotonic() - began)
    parts = [text, "## All questions", *whole, "", "## Every second question", *odd, ""]
    parts += ["## What each choice is worth", *chosen(choices), "", SHOWN_NOTES, *showing(ways)]
    (Path(__file__).parents[2] / "docs/measurements/quality.md").write_text(
        "\n".join(parts) + "\n", "utf-8"
    )


SHOWN_NOTES = """\
## What is shown

hit@1 / the share of the relevant documents in five hits. A hit is of the documents of all its
passages, so that of copies it does not matter which is named first; above, where documents are
ranked, it does. What joining neighbours shows of the answers themselves, and what lengths of
passages were tried, is in [marks.md](marks.md) and [lengths.md](lengths.md).\
"""
HEAD = (
    "",
    f"| collection | queries | retriever | {' | '.join(NAMES)} |",
    "|---|---|---|" + "---|" * len(NAMES),
)


def _within_documents(folder: Path) -> bool:
    """Whether a collection asks for places in a few long documents; marks.py measures those."""
    return len((folder / "corpus.jsonl").read_text("utf-8").splitlines()) < 10


def _some(run: Run, queries: list[str]) -> Run:
    return {query: run[query] for query in queries}


def evaluated(
    collection: Collection, cache: Path
) -> tuple[dict[str, Asked], dict[str, Run], Choices, Ways]:
    """The judged queries as asked, a run of each retriever, and the figures of each ablation."""
    library, document_of = index_of(collection, cache, Settings())
    generation, encoder = library.opened()
    queries = collection.judged()
    vectors = encoder.encode_queries([query.text for query in queries])
    asked = {}
    for query, vector in zip(queries, vectors, strict=True):
        words = query_terms(query.text, generation.languages)
        found = candidates(generation, lambda one=vector: one[None], words)
        asked[query.id] = Asked(vector[None], words, found)
    runs: dict[str, Run] = {name: {} for name in RETRIEVERS}
    for query_id, one in asked.items():
        for name, ranking in zip(RETRIEVERS, rankings(one.found), strict=True):
            runs[name][query_id] = documents(ranking, document_of)
    told = (collection, generation, asked, document_of)
    return asked, runs, ablated(*told), shown(*told)


def rows(collection: Collection, runs: Mapping[str, Run]) -> list[str]:
    """A line for each retriever, and one for the fusion's gain over the better of the two."""
    qrels = {query: collection.qrels[query] for query in runs["fused"]}
    values = {name: per_query(qrels, run) for name, run in runs.items()}
    lines = []
    for name in RETRIEVERS:
        scores = [score(metric, values[name][metric]) for metric in NAMES]
        told = " | ".join(f"{one.mean:.3f} [{one.low:.3f}, {one.high:.3f}]" for one in scores)
        lines.append(f"| {collection.name} | {scores[0].queries} | {name} | {told} |")
    better = max(("words", "vectors"), key=lambda name: values[name]["nDCG@10"].mean())
    gains = [compare(one, values[better][one], values["fused"][one]) for one in NAMES]
    told = " | ".join(f"{gain.difference:+.3f} (p {gain.p:.3f})" for gain in gains)
    return [*lines, f"| | | fused less {better} | {told} |"]


def chosen(choices: Mapping[str, Mapping[str, float]]) -> list[str]:
    """nDCG@10 of the setting in use, and how much each other choice differs from it."""
    lines = [
        "",
        f"| nDCG@10 | {' | '.join(choices)} | mean |",
        "|---|" + "---|" * (len(choices) + 1),
    ]
    for name in ROWS:
        values = [choice[name] for choice in choices.values()]
        if name != IN_USE:
            values = [
                value - one[IN_USE] for value, one in zip(values, choices.values(), strict=True)
            ]
        form = "{:.3f}" if name == IN_USE else "{:+.3f}"
        told = " | ".join(form.format(value) for value in [*values, sum(values) / len(values)])
        lines.append(f"| {name} | {told} |")
    return lines


def showing(ways: Mapping[str, Ways]) -> list[str]:
    """hit@1 and the share of the relevant documents in five hits, of each way to show them."""
    lines = ["", f"| five hits | {' | '.join(ways)} | mean |", "|---|" + "---|" * (len(ways) + 1)]
    for name in AS_SHOWN:
        values = [way[name] for way in ways.values()]
        values.append(tuple(sum(those) / len(ways) for those in zip(*values, strict=True)))
        lines.append(f"| {name} | {' | '.join(f'{a:.3f} / {b:.3f}' for a, b in values)} |")
    return lines


if __name__ == "__main__":
    main()
