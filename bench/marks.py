"""Where the rules of ``answers.marking`` come from: marks and confidence on SQuAD paragraphs.

``python bench/marks.py FOLDER``: FOLDER holds ``corpus.jsonl`` (id, title, text) and
``queries.jsonl`` (id, text, answers, paragraph, answerable). Of 600 questions drawn with a fixed
seed, prints how often the best sentence of the answering paragraph holds an answer, by each
measure; and a logistic regression of "the first hit is the answering paragraph" on its cosine and
coverage, each question asked with and without that paragraph, fitted on one half.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from qwenqa.answers.marking import coverage, rarity
from qwenqa.dense import DenseIndex
from qwenqa.encoders import open_encoder
from qwenqa.lexical.analysis import analyse, query_terms
from qwenqa.lexical.bm25 import LexicalIndex
from qwenqa.lexical.postings import PostingsDraft
from qwenqa.passages import encoder_text, sentences
from qwenqa.ranking import fuse

QUESTIONS, DEPTH = 600, 100
Row = dict[str, Any]


def main(folder: Path) -> None:
    """Encode the paragraphs, measure, and print."""
    paragraphs = rows(folder / "corpus.jsonl")
    numbers = {row["id"]: number for number, row in enumerate(paragraphs)}
    asked = [row for row in rows(folder / "queries.jsonl") if row.get("answerable", True)]
    asked = random.Random(1).sample(asked, QUESTIONS)
    encoder = open_encoder()
    texts = [encoder_text(row["title"], row["text"]) for row in paragraphs]
    vectors = encoder.encode_passages(texts)
    dense = DenseIndex(np.arange(len(texts), dtype=np.uint64), vectors.astype(np.float16))
    queries = encoder.encode_queries([row["text"] for row in asked])
    held = PostingsDraft()
    for text in texts:
        held.add(text)
    ids = np.arange(len(texts), dtype=np.uint64)
    words = LexicalIndex(ids, [(held.finish(), ids.astype(np.int64))])
    marked: list[tuple[bool, bool, bool]] = []
    signals: list[tuple[float, float, bool]] = []
    for row, query in zip(asked, queries, strict=True):
        terms, gold = query_terms(row["text"]), numbers[row["paragraph"]]
        weights = rarity(terms, words.frequency, len(texts))
        ranked = list(fuse(dense.search(query[None], DEPTH), words.search(terms, DEPTH)))
        without = [one for one in ranked if one != gold]
        for first in (ranked[0], without[0]):
            share = coverage(texts[first], weights, analyse)
            signals.append((float(vectors[first] @ query), share, first == gold))
        spans = sentences(paragraphs[gold]["text"])
        parts = [paragraphs[gold]["text"][start:end] for start, end in spans]
        shares = np.array([coverage(part, weights, analyse) for part in parts])
        cosines = encoder.encode_passages(parts) @ query
        halves = shares / max(shares.max(), 1e-9) + cosines / max(cosines.max(), 1e-9)
        best = (parts[int(np.argmax(score))] for score in (shares, cosines, halves))
        marked.append(tuple(any(a in part for a in row["answers"]) for part in best))  # type: ignore[arg-type]
    print("| mark by | holds an answer |\n|---|---|")
    for name, share in zip(("coverage", "cosine", "half of each"), np.mean(marked, 0), strict=True):
        print(f"| {name} | {share:.3f} |")
    fit(np.array(signals))


def fit(signals: Any) -> None:
    """Print the regression on the first half and how it does on the second."""
    half = len(signals) // 2
    inputs, answered = signals[:, :2], signals[:, 2]
    model = LogisticRegression(C=100).fit(inputs[:half], answered[:half])
    likely = model.predict_proba(inputs[half:])[:, 1]
    print(f"\nweights {model.coef_[0].round(2)}, offset {model.intercept_[0]:.2f}")
    print(f"AUROC on the other half {roc_auc_score(answered[half:], likely):.3f}")
    lost = np.mean(likely[answered[half:] == 1] < 0.1)
    kept = np.mean(likely[answered[half:] == 0] < 0.1)
    print(f"below 0.1: {lost:.1%} of the answered, {kept:.1%} of the unanswered")


def rows(path: Path) -> list[Row]:
    """The records of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
