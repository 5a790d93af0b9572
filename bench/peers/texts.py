"""Texts, questions and vectors for peers to be compared on, the same in every run.

Words are those of the model's own vocabulary, drawn by Zipf's law in its order, which is roughly
that of frequency; a passage has some 130 of them. What a text means plays no part in how long it
takes.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

PER_FILE = 4
SENTENCES, WORDS = 11, 12


def vocabulary(model: Path) -> list[str]:
    """English words of the tokenizer's vocabulary, the frequent ones first."""
    told = json.loads((model / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    words = [word for word, _ in sorted(told.items(), key=lambda one: one[1])]
    return [word for word in words if word.isascii() and word.isalpha() and len(word) > 1]


def draw(words: Sequence[str], dice: random.Random) -> Iterator[str]:
    """Words without end, the one at rank r in proportion to 1 / r."""
    heights = list(itertools.accumulate(1 / rank for rank in range(1, len(words) + 1)))
    while True:
        yield from dice.choices(words, cum_weights=heights, k=1000)


def passage(drawn: Iterator[str]) -> str:
    """A paragraph of which no two fit into one passage."""
    sentences = (" ".join(itertools.islice(drawn, WORDS)) for _ in range(SENTENCES))
    return " ".join(f"{sentence.capitalize()}." for sentence in sentences)


def write_corpus(root: Path, model: Path, passages: int, seed: int) -> list[dict[str, str]]:
    """Files of ``PER_FILE`` passages each; gives each passage's id and text."""
    root.mkdir(parents=True)
    drawn = draw(vocabulary(model), random.Random(seed))
    told = []
    for number in range(passages // PER_FILE):
        told += write_file(root / f"{number:06}.txt", drawn)
    return told


def write_file(path: Path, drawn: Iterator[str]) -> list[dict[str, str]]:
    """One file, anew where it is there already; gives its passages."""
    texts = [passage(drawn) for _ in range(PER_FILE)]
    path.write_text("\n\n".join(texts), "utf-8")
    return [{"id": f"{path.name}#{n}", "text": text} for n, text in enumerate(texts)]


def questions(passages: Sequence[dict[str, str]], count: int) -> list[str]:
    """Each of eight words of some passage, in their order."""
    dice = random.Random(count)
    made = []
    for one in dice.sample(passages, count):
        words = one["text"].replace(".", "").lower().split()
        made.append(" ".join(words[at] for at in sorted(dice.sample(range(len(words)), 8))) + "?")
    return made


def write_vectors(path: Path, count: int, seed: int) -> None:
    """Random unit vectors of the default model's size, float32, shape (count, 384)."""
    made = np.random.default_rng(seed).standard_normal((count, 384), np.float32)
    np.save(path, made / np.linalg.norm(made, axis=1, keepdims=True))
