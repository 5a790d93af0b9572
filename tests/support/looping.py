"""A builder that never ends: it changes its corpus and rebuilds, until it is killed."""

from __future__ import annotations

import json
import os
import random
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

from states import WORDS
from toys import MODELS, model, small

from qwenqa import Library
from qwenqa.settings import Settings

STEP, SEGMENT_PASSAGES = 3, 4


@dataclass(frozen=True)
class Begun:
    """What a build was begun with; it is noted before, and once more when the build has ended."""

    files: dict[str, str]
    weights: str = "toy-1"
    tokens: int = 64
    done: bool = False


def settings(base: Path, begun: Begun) -> Settings:
    """The settings of the builder below a folder."""
    return Settings(base / "corpus", base / "index", "toy", passage_tokens=begun.tokens)


def loop(base: Path, seed: int) -> NoReturn:
    """Change, note, rebuild, note, again and again."""
    dice = random.Random(seed)
    weights = dice.choice(sorted(MODELS))
    with small(STEP, SEGMENT_PASSAGES), model(weights):
        while True:
            _change(dice, base / "corpus")
            begun = Begun(files(base / "corpus"), weights, dice.choice([64, 64, 24]))
            _note(base, begun)
            Library(settings=settings(base, begun)).rebuild(allow_empty=True)
            _note(base, Begun(**{**asdict(begun), "done": True}))


def noted(base: Path) -> list[Begun]:
    """The notes of the builder, which are removed."""
    path = base / "journal"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return [Begun(**json.loads(line)) for line in lines]


def files(corpus: Path) -> dict[str, str]:
    """The corpus by address."""
    return {path.name: path.read_text() for path in sorted(corpus.iterdir())}


def text(dice: random.Random) -> str:
    """A few sentences of a few words."""
    sentences = [" ".join(dice.choices(WORDS, k=9)).capitalize() for _ in range(dice.randint(1, 9))]
    return ". ".join(sentences) + ".\n"


def _change(dice: random.Random, corpus: Path) -> None:
    """Add or edit a file, and now and then remove or rename one."""
    path = corpus / f"{dice.randint(0, 7)}.txt"
    path.write_text(text(dice))
    old = dice.choice(sorted(corpus.iterdir()))
    if dice.random() < 0.2:
        old.unlink()
    elif dice.random() < 0.2:
        old.rename(corpus / f"{dice.randint(0, 7)}.txt")


def _note(base: Path, begun: Begun) -> None:
    """A line in the journal, written whole in one call."""
    file = os.open(base / "journal", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, json.dumps(asdict(begun)).encode() + b"\n")
    os.close(file)
