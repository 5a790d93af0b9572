"""What each choice in the analysis of words is worth: collections searched by words alone.

``python bench/quality/analysis.py FOLDER`` reads and splits every collection below a folder as a build
does, and searches it with BM25 as it is and with one switch turned at a time. Prints a row a
switch: what nDCG@10, hit@1 and hit@5 lose or gain, in hundredths, in each half of the queries.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from quality import FIRST_QUERIES

from qwenqa.encoders import open_encoder
from qwenqa.errors import SourceError
from qwenqa.evaluation.collection import Collection, Run, read_collection, write_corpus
from qwenqa.evaluation.metrics import per_query
from qwenqa.lexical import analysis, bm25, languages
from qwenqa.lexical.bm25 import LexicalIndex
from qwenqa.lexical.postings import PostingsDraft
from qwenqa.passages import Measure, encoder_text, split
from qwenqa.readers.registry import read
from qwenqa.settings import Settings

METRICS = ("nDCG@10", "hit@1", "hit@5")
NEVER = re.compile("(?!)")

Switch = dict[str, Any]
SWITCHES: dict[str, Switch] = {
    "as it is": {},
    "English stems for all": {"language_of": lambda *_: languages.ENGLISH},
    "pairs of characters alone": {
        "_of_run": lambda run: [
            (run[at : at + 2], at, min(at + 2, len(run))) for at in range(max(1, len(run) - 1))
        ]
    },
    "what asks in runs is kept": {"_ASKS": NEVER},
    "function words are kept": {"FUNCTION_WORDS": dict.fromkeys(languages.FUNCTION_WORDS, ())},
    "humps are not parts": {"_HUMP": NEVER},
    "joined words count as words of their own": {"_BY_JOINTS": NEVER},
    "heading twice": {"times": 2},
    **{
        f"k1 = {k1}, b = {b}": {"K1": k1, "B": b}
        for k1 in (0.9, 1.2, 1.5)
        for b in (0.4, 0.75, 0.9)
        if (k1, b) != (bm25.K1, bm25.B)
    },
}
Passage = tuple[str, str, str]
"""The id of its document, its context, and its quote."""


def main(folder: Path) -> None:
    """Read, search and print."""
    collections = [
        read_collection(path).first(FIRST_QUERIES.get(path.name))
        for path in sorted(folder.iterdir())
        if (path / "qrels.tsv").exists()
    ]
    encoder = open_encoder()
    for collection in collections:
        passages = passages_of(collection, encoder.count_tokens, encoder.identity.limit)
        print(f"\n{collection.name}\n\n| switch | {' | '.join(METRICS)} | in each half |")
        print("|---|---|---|---|---|")
        base: dict[str, np.ndarray] = {}
        for name, switch in SWITCHES.items():
            values = per_query(collection.qrels, run_of(collection, passages, switch))
            base = base or values
            print(row(name, values, base), flush=True)


def row(name: str, values: dict[str, np.ndarray], base: dict[str, np.ndarray]) -> str:
    """The first row in full, the others as differences from it."""
    if values is base:
        return f"| {name} | " + " | ".join(f"{base[one].mean():.4f}" for one in METRICS) + " | |"
    less = {one: 100 * (values[one] - base[one]) for one in METRICS}
    halves = ", ".join(f"{less['nDCG@10'][at::2].mean():+.2f}" for at in (0, 1))
    return (
        f"| {name} | "
        + " | ".join(f"{less[one].mean():+.2f}" for one in METRICS)
        + f" | {halves} |"
    )


def passages_of(collection: Collection, measure: Measure, limit: int) -> list[Passage]:
    """The collection's passages, as a build with the default model has them."""
    found: list[Passage] = []
    limit = min(limit, Settings().passage_tokens)
    with tempfile.TemporaryDirectory() as folder:
        for address, document in sorted(write_corpus(collection, Path(folder)).items()):
            try:
                text, _ = read(address, Path(folder, address).read_bytes())
            except SourceError:  # an empty one
                continue
            pieces = split(text, measure, limit)
            found += [
                (document, piece.context, text.text[piece.start : piece.end]) for piece in pieces
            ]
    return found


def run_of(collection: Collection, passages: list[Passage], switch: Switch) -> Run:
    """The documents of each judged query by their best passage's score."""
    with turned(switch):
        index, spoken = index_of(passages, switch)
        run: Run = {}
        for query in collection.judged():
            best: dict[str, float] = {}
            for place, score in index.search(analysis.query_terms(query.text, spoken), 100).items():
                best.setdefault(passages[place][0], score)
            run[query.id] = best
        return run


def index_of(passages: list[Passage], switch: Switch) -> tuple[LexicalIndex, tuple[str, ...]]:
    """An index of the passages by place, and their languages, that of most first."""
    quotes: dict[str, list[str]] = {}
    for document, _, quote in passages:
        quotes.setdefault(document, []).append(quote)
    tell = switch.get("language_of", languages.language_of)
    told = {document: tell("\n".join(one)) for document, one in quotes.items()}
    draft = PostingsDraft()
    for document, context, quote in passages:
        whole = encoder_text(context, quote)
        draft.add("\n".join([context] * (switch.get("times", 1) - 1) + [whole]), told[document])
    held = Counter(told[document] for document, _, _ in passages)
    ids = np.arange(len(passages), dtype=np.uint64)
    index = LexicalIndex(ids, [(draft.finish(), ids.astype(np.int64))])
    return index, tuple(sorted(held, key=lambda one: (-held[one], one)))


@contextmanager
def turned(switch: Switch) -> Iterator[None]:
    """The lexical room with other parts in it."""
    analysis._of_word.cache_clear()
    with ExitStack() as patches:
        for name, value in switch.items():
            for room in (analysis, bm25):
                if hasattr(room, name):
                    patches.enter_context(mock.patch.object(room, name, value))
        yield
    analysis._of_word.cache_clear()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
