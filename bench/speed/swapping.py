"""How long questions take while the index is swapped for another generation, again and again.

``python bench/speed/swapping.py --folder FOLDER`` makes a library of drawn texts and vectors there
(``synthetic.py``, 100,000 passages) with two generations, asks it one question after the other,
in rounds with and without a swap in turn, and writes ``docs/measurements/swapping.md``. A swap is what another
process does when it publishes: CURRENT names the other generation, which this process then opens
and verifies beside the one that answers. Both kinds of rounds meet the same load of the machine, so
that what counts is their ratio; on a quiet machine run it again for the times themselves.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Iterator
from datetime import date
from itertools import cycle
from pathlib import Path

from sizes import drawn
from synthetic import rebuild, synthetic, write_corpus

from qwenqa import Library
from qwenqa.index import publish

HERE = Path(__file__)
QUESTIONS = 2_000
"""So many different ones that none is asked again while its hits are kept."""


def main() -> None:
    """Make the library, measure and write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--folder", type=Path, required=True, help="where the library is, or is made"
    )
    options.add_argument("--passages", type=int, default=100_000)
    options.add_argument("--swaps", type=int, default=5)
    options.add_argument(
        "--questions", type=int, default=100, help="asked at least, each round (100)"
    )
    given = options.parse_args()
    library, pair = two_generations(given.folder, given.passages)
    questions = cycle(drawn(library.generation(), QUESTIONS))
    library.ask(next(questions))
    still: list[float] = []
    swapped: list[float] = []
    for number in range(given.swaps):
        still += round_of(library, questions, given.questions, 0)
        swapped += round_of(library, questions, given.questions, pair[number % 2])
    rounds = {"without a swap": still, "while it is swapped": swapped}
    text = page(given.passages, given.swaps, rounds)
    print(text)
    (HERE.parents[2] / "docs/measurements/swapping.md").write_text(text, "utf-8")


def two_generations(folder: Path, passages: int) -> tuple[Library, tuple[int, int]]:
    """The library, and the numbers of two generations, of which the second serves."""
    library = Library(folder / "corpus", folder / "index")
    if not library.kept():
        write_corpus(folder / "corpus", passages)
        rebuild(library, synthetic(library))
    if len(library.kept()) < 2:
        (folder / "corpus" / "new.txt").write_text("New words\n\nOne more of them. And two.\n")
        rebuild(library, synthetic(library))
    first, second = library.kept()[-2:]
    publish.serve(library.settings.index, second)
    return library, (first, second)


def round_of(library: Library, questions: Iterator[str], count: int, swap: int) -> list[float]:
    """The seconds of each question, asked until the swap is done, and as many more as wanted."""
    if swap:
        publish.serve(library.settings.index, swap)
    took = []
    while len(took) < count or (swap and library.generation().number != swap):
        question = next(questions)
        began = time.perf_counter()
        library.ask(question)
        took.append(time.perf_counter() - began)
    return took


def page(passages: int, swaps: int, rounds: dict[str, list[float]]) -> str:
    """The figures in Markdown."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    rows = [
        "| questions | number | median, ms | p99, ms | slowest, ms | slowest of median |",
        "|---|---|---|---|---|---|",
    ]
    for name, took in rounds.items():
        median, p99, most = statistics.median(took), quantile(took, 0.99), max(took)
        figures = " | ".join(f"{1000 * one:.1f}" for one in (median, p99, most))
        rows.append(f"| {name} | {len(took):,} | {figures} | {most / median:.2f} |")
    head = f"{date.today().isoformat()}, {os.cpu_count()} cores, load average {load}; "
    told = f"written by `bench/speed/swapping.py`: {passages:,} passages, {swaps} swaps."
    return "\n".join(["# Swapping", "", head + told, "", *rows]) + "\n"


def quantile(values: list[float], share: float) -> float:
    """The value below which this share of all lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


if __name__ == "__main__":
    main()
