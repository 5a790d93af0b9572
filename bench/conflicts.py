"""What answers report as conflicts, to be read by a person.

``python bench/conflicts.py FOLDER INDEXES [SET ...]``: for each collection below FOLDER that has
an index in INDEXES (as ``bench/quality.py --cache`` leaves it) asks ``--queries`` questions from
``--skip`` on and prints every conflict with its sentences, then how many there were.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

from qwenqa import Answer, Library
from qwenqa.evaluation.collection import read_collection


def main() -> None:
    """Ask, print what differs, count."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="the folder with the collections' folders")
    options.add_argument("indexes", type=Path, help="the folder with an index for each")
    options.add_argument("sets", nargs="*", help="names of collections; all that are there if none")
    options.add_argument("--queries", type=int, default=200, help="how many questions of each")
    options.add_argument("--skip", type=int, default=0, help="of the shuffled ones, to ask others")
    options.add_argument("--hits", type=int, default=5)
    given = options.parse_args()
    for name in given.sets or sorted(path.name for path in given.indexes.iterdir()):
        library = Library(
            corpus=given.indexes / name / "corpus", index=given.indexes / name / "index"
        )
        queries = list(read_collection(given.folder / name).queries)
        random.Random(1).shuffle(queries)
        began, told = time.monotonic(), 0
        chosen = queries[given.skip : given.skip + given.queries]
        for query in chosen:
            told += show(library.ask(query.text, k=given.hits))
        seconds = time.monotonic() - began
        print(
            f"## {name}: {told} conflicts in {len(chosen)} questions ({seconds:.0f} s)\n",
            flush=True,
        )


def show(answer: Answer) -> int:
    """Print an answer's conflicts; how many."""
    for one in answer.conflicts:
        print(f"Q: {answer.question}\n   {one.kind}, about {' '.join(one.about)}")
        for said in one.statements:
            print(f"   [{said.rank}] {said.words} = {said.value} ({said.citation.address})")
            above = " › ".join(said.citation.headings)
            print(f"       {above}: {' '.join(said.citation.quote.split())}")
    return len(answer.conflicts)


if __name__ == "__main__":
    main()
