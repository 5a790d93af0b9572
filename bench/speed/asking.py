"""What a question takes on real texts, and which of its stages take it.

``python bench/speed/asking.py FOLDER --cache CACHE`` asks the first questions of each collection below
FOLDER, whose indexes are kept in the cache folder, and writes ``docs/measurements/asking.md``. Every stage of a
question is timed before the next question, so that all are measured in the same minutes.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median

from qwenqa.evaluation.collection import Collection, read_collection
from qwenqa.evaluation.runs import index_of
from qwenqa.lexical import analysis
from qwenqa.lexical.analysis import query_terms
from qwenqa.search import search
from qwenqa.service.ask.answering import Draft, draft
from qwenqa.service.ask.asked import AskedQuestion
from qwenqa.settings import Settings

QUESTIONS, UNCOUNTED, HITS = 150, 20, 5
STAGES = ("asked", "nine of ten", "encoded", "searched", "marked and cited", "verified, compared")
NOTES = """\
# Asking

{today}, {cores} cores, load average {load:.1f}; written by `bench/speed/asking.py`. Milliseconds of the
clock for one question in a process that has the model and the index open, five hits: medians of
{questions} questions of each collection as people asked them, after {uncounted} others. *Marked
and cited* holds how sure an answer is; *verified, compared* the hashing of the cited files, and the
search for what the hits contradict. Tokens are those of a question, characters those of a hit.

| collection | passages | tokens | characters | {stages} |
|---|---|---|---|{lines}|
"""


def main() -> None:
    """Measure all collections, print, and write the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="folder of collections")
    options.add_argument("--cache", type=Path, required=True, help="folder for their indexes")
    given = options.parse_args()
    page = NOTES.format(
        today=date.today().isoformat(),
        cores=os.cpu_count(),
        load=os.getloadavg()[0],
        questions=QUESTIONS - UNCOUNTED,
        uncounted=UNCOUNTED,
        stages=" | ".join(STAGES),
        lines="|".join("---" for _ in STAGES),
    )
    for path in sorted(given.folder.iterdir()):
        if (path / "corpus.jsonl").exists():
            page += row(read_collection(path), given.cache / path.name)
            print(page.splitlines()[-1], flush=True)
    (Path(__file__).parents[2] / "docs/measurements/asking.md").write_text(page, "utf-8")


def row(collection: Collection, cache: Path) -> str:
    """A collection's line: medians of its questions."""
    library, _ = index_of(collection, cache, Settings())
    generation, encoder = library.opened()
    asked = [one.text for one in collection.judged()[:QUESTIONS]]
    taken: list[list[float]] = []
    shown: list[int] = []
    for question in asked:
        of = AskedQuestion(question, generation, encoder, HITS)
        words = query_terms(question, generation.languages)
        vector = encoder.encode_queries([question])
        stages = (
            partial(library.ask, question, HITS),
            partial(encoder.encode_queries, [question]),
            partial(search, generation, lambda v=vector: v, words, HITS),
            partial(drafted, of),
        )
        whole, encoded, searched, made = map(milliseconds, stages)
        taken.append([whole, encoded, searched, made - encoded - searched, whole - made])
        shown += [len(hit.passage.text) for hit in of.find().hits]
    counted = taken[UNCOUNTED:]
    whole, *others = (median(one) for one in zip(*counted, strict=True))
    slow = sorted(one[0] for one in counted)[9 * len(counted) // 10]
    cells = (
        collection.name,
        f"{len(generation):,}",
        f"{median(encoder.count_tokens(asked)):.0f}",
        f"{median(shown):,.0f}",
        *(f"{one:.1f}" for one in (whole, slow, *others)),
    )
    return f"| {' | '.join(cells)} |\n"


def drafted(asked: AskedQuestion) -> Draft:
    """What asking makes of the hits, whose texts are analysed anew."""
    analysis._naming.cache_clear()
    analysis._analysed.cache_clear()
    return draft(asked)


def milliseconds(call: Callable[[], object]) -> float:
    """How long a call takes, by the clock."""
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
