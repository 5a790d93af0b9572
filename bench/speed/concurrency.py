"""Four processes ask while a fifth rebuilds back to back: does every answer belong to one state?

``python bench/speed/concurrency.py --seconds 60`` prints counts of answers, generations and errors, and
the memory and descriptors of the asking processes after a third of the time and at the end.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from qwenqa import Library

ASKERS = 4
QUESTION = "Where does the heron wait in the morning?"
Texts = dict[str, str]


def library(folder: Path) -> Library:
    """The toy library of a folder."""
    return Library(corpus=folder / "corpus", index=folder / "index", model="toy")


def texts(round_: int) -> Texts:
    """The corpus of one round: one source comes and goes, one changes, the others stay."""
    stay = {f"bird{n}.txt": f"Bird {n} sings in the morning.\n" for n in range(20)}
    comes = {"late.txt": f"A late heron waits at pier {round_}.\n"} if round_ % 2 else {}
    return {**stay, **comes, "heron.md": f"# Heron\n\nThe heron waits in bay {round_}.\n"}


def write(folder: Path, wanted: Texts) -> None:
    """Make the corpus hold these sources and no others."""
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for path in corpus.iterdir():
        if path.name not in wanted:
            path.unlink()
    for address, text in wanted.items():
        (corpus / address).write_text(text, "utf-8")


def build(folder: Path, until: float, results: Any) -> None:
    """Change the corpus and rebuild until the time is over; which generation held what."""
    builder, held, errors, round_ = library(folder), {}, [], 1
    while time.monotonic() < until:
        round_ += 1
        write(folder, texts(round_))
        try:
            held[builder.rebuild().generation] = round_
        except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
            errors.append(repr(error))
    results.put({"held": held, "errors": errors})


def ask(folder: Path, began: float, until: float, results: Any) -> None:
    """Ask until the time is over; what was quoted from which generation, and what it took."""
    asker, quotes, errors, count = library(folder), set(), [], 0
    early: tuple[int, int] | None = None
    while time.monotonic() < until:
        try:
            # What was asked before of the same generation would not be searched again.
            answer = asker.ask(f"{QUESTION} {count}")
        except Exception as error:  # noqa: BLE001
            errors.append(repr(error))
            continue
        count += 1
        for hit in answer.hits:
            quotes.add((answer.generation, hit.citation.address, hit.citation.quote))
        errors += [f"note: {note}" for note in answer.notes]
        if early is None and time.monotonic() > began + (until - began) / 3:
            early = taken()
    last = taken()
    results.put(
        {"answers": count, "quotes": quotes, "errors": errors, "early": early or last, "late": last}
    )


def taken() -> tuple[int, int]:
    """Resident memory in MiB and open descriptors of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20, len(list(Path("/proc/self/fd").iterdir()))


def measure(folder: Path, seconds: float) -> dict[str, Any]:
    """Run all processes and compare each quote with what its generation held."""
    write(folder, texts(1))
    held = {library(folder).rebuild().generation: 1}
    context = multiprocessing.get_context("spawn")
    results: Any = context.Queue()
    began = time.monotonic() + 3
    until = began + seconds
    jobs = [context.Process(target=build, args=(folder, until, results))]
    jobs += [
        context.Process(target=ask, args=(folder, began, until, results)) for _ in range(ASKERS)
    ]
    for job in jobs:
        job.start()
    found = [results.get(timeout=600 + seconds) for _ in jobs]
    for job in jobs:
        job.join()
    held |= next(one["held"] for one in found if "held" in one)
    askers = [one for one in found if "quotes" in one]
    quotes = set().union(*(asker["quotes"] for asker in askers))
    wrong = [
        (generation, address, quote)
        for generation, address, quote in sorted(quotes)
        if generation not in held or quote not in texts(held[generation]).get(address, "")
    ]
    return {
        "seconds": seconds,
        "answers": sum(asker["answers"] for asker in askers),
        "builds": len(held),
        "generations": len({generation for generation, _, _ in quotes}),
        "wrong": wrong,
        "errors": [error for one in found for error in one["errors"]],
        "early": [asker["early"] for asker in askers],
        "late": [asker["late"] for asker in askers],
        "clean": library(folder).check(full=True).clean,
    }


def main() -> None:
    """Print the figures as JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), given.seconds), indent=1))


if __name__ == "__main__":
    main()
