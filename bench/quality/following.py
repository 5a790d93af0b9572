"""How often a question that stands alone is taken for a follow-up, and what follow-ups find.

``python bench/quality/following.py FOLDER [SET ...]``: for each collection below FOLDER, the share of its
questions that ``answers.questions.context_dependence`` says lean on an earlier one, and how they do. With ``--corpus``
and ``--index``, ``tests/data/follow_ups.json`` is asked of that index, whose corpus must hold the
article: how many of the pairs have their sentence in the first hit, alone and with what they lack.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from qwenqa import Library
from qwenqa.answers.questions.context_dependence import QuestionWords
from qwenqa.evaluation.collection import read_collection

PAIRS = Path(__file__).parents[2] / "tests" / "data" / "follow_ups.json"


def main() -> None:
    """Print a line for each collection, and one for the pairs."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="the folder with the collections' folders")
    options.add_argument("sets", nargs="*")
    options.add_argument("--corpus", type=Path)
    options.add_argument("--index", type=Path)
    given = options.parse_args()
    for name in given.sets:
        queries = list(read_collection(given.folder / name).queries)
        leans = Counter(QuestionWords(query.text).lean for query in queries)
        taken = len(queries) - leans.pop("", 0)
        print(f"{name}: {taken} of {len(queries)} ({taken / len(queries):.1%}); {dict(leans)}")
    if given.index:
        pairs(Library(given.corpus, given.index))


def pairs(library: Library) -> None:
    """Print how many pairs are told apart and answered in the first hit, before and after."""
    library.rebuild()
    found: Counter[str] = Counter()
    for pair in json.loads(PAIRS.read_text("utf-8")):
        asked = library.follow_up(pair["question"], [library.ask(pair["before"])])
        found[f"leans {pair['leans']}, added to {bool(asked.added)}"] += 1
        for what, question in (("alone", pair["question"]), ("with what it lacks", asked.asked)):
            first = library.ask(question, 1).hits[0].hit.passage.text
            right = any(one in first for one in pair["sentences"])
            found[f"leans {pair['leans']}, {what}: in the first hit"] += right
    for told, count in sorted(found.items()):
        print(f"{told}: {count}")


if __name__ == "__main__":
    main()
