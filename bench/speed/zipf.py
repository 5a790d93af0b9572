"""A corpus of words as frequent as in language (Zipf), the same each time."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

_A_FILE = 250
_SENTENCES, _WORDS = 4, 14


def write_corpus(root: Path, passages: int, questions: int) -> list[str]:
    """Files of headed paragraphs; questions made of words of some of their sentences."""
    dice = random.Random(1)
    words = [
        "".join(dice.choices("abcdefghiklmnoprstuvw", k=dice.randint(3, 9))) for _ in range(50_000)
    ]
    shares = 1 / np.arange(1, len(words) + 1)
    draws = np.random.default_rng(1).choice(
        len(words), (passages, _SENTENCES, _WORDS), p=shares / shares.sum()
    )
    root.mkdir(parents=True)
    asked: list[str] = []
    for first in range(0, passages, _A_FILE):
        parts = []
        for number in range(first, min(first + _A_FILE, passages)):
            told = [" ".join(words[one] for one in sentence) for sentence in draws[number]]
            if number % (passages // questions) == 0:
                rare = sorted(draws[number, 1].tolist())[-6:]
                asked.append(" ".join(["What", *(words[one] for one in rare)]) + "?")
            text = " ".join(one.capitalize() + "." for one in told)
            parts.append(f"## Part {number}\n\n{text}")
        (root / f"{first:07}.md").write_text("\n\n".join(parts), "utf-8")
    return asked[:questions]
