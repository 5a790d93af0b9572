"""Pairs of a question and a passage as tokens, cut around the answer at random to train on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor

from qwenqa.encoders.model_files.locate import DEFAULT_MODEL, locate
from training.spans import LIMIT, Pair, pair_of

_LENGTHS, _WEIGHTS = (96, 128, 160, LIMIT), (30, 40, 20, 10)
_TITLED = 0.7
_LEAST = 32
_ENDS = frozenset({1012, 1029, 999})  # . ? !


@dataclass(frozen=True, slots=True)
class Wanted:
    """A pair, and its answer's first and last token: 0 where there is none."""

    pair: Pair
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs of different lengths, padded; ``allowed`` are the tokens that may be chosen."""

    ids: Tensor
    kinds: Tensor
    mask: Tensor
    allowed: Tensor
    start: Tensor
    end: Tensor


def tokenizer() -> Tokenizer:
    """The default encoder's, which cuts and pads nothing."""
    made = Tokenizer.from_file(str(locate(DEFAULT_MODEL) / "tokenizer.json"))
    made.no_padding()
    made.no_truncation()
    return made


def cropped(words: Tokenizer, example: dict[str, Any], rng: Random) -> Wanted | None:
    """A pair of random length to train on; None where the answer does not fit."""
    question, text = example["question"], example["text"]
    title = example["title"] if rng.random() < _TITLED else ""
    head = pair_of(words, question, title, "").first + 1
    encoded = words.encode(text, add_special_tokens=False)
    answer = _tokens(encoded.offsets, example["start"], example["end"])
    room = max(rng.choices(_LENGTHS, _WEIGHTS)[0] - head, _LEAST)
    at = _place(encoded.ids, answer, room, rng)
    pair = pair_of(words, question, title, text, slice(at, at + room))
    if answer is None:
        return Wanted(pair)
    start, end = (one - at + pair.first for one in answer)
    return Wanted(pair, start, end) if end < len(pair.ids) - 1 else None


def _place(ids: Sequence[int], answer: tuple[int, int] | None, room: int, rng: Random) -> int:
    """Where to begin: at a sentence's first token, with the answer in the room if there is one."""
    starts = [0, *(at + 1 for at, one in enumerate(ids[:-1]) if one in _ENDS)]
    if answer is None:
        return rng.choice([at for at in starts if at + room // 2 < len(ids)] or [0])
    first, last = answer
    return rng.choice([at for at in starts if at <= first and last < at + room] or [first])


def _tokens(offsets: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """The first and the last token of a span, None for -1."""
    inside = [at for at, (a, b) in enumerate(offsets) if a < end and start < b]
    return (inside[0], inside[-1]) if inside and start >= 0 else None


def padded(wanted: Sequence[Wanted]) -> Batch:
    """A batch of pairs, as long as the longest, rounded up."""
    longest = -(-max(len(one.pair.ids) for one in wanted) // 16) * 16
    shape = len(wanted), longest
    ids, kinds, mask = (torch.zeros(shape, dtype=torch.long) for _ in range(3))
    allowed = torch.zeros(shape, dtype=torch.bool)
    allowed[:, 0] = True
    for row, pair in enumerate(one.pair for one in wanted):
        size = len(pair.ids)
        ids[row, :size] = torch.tensor(pair.ids)
        kinds[row, pair.second : size] = 1
        mask[row, :size] = 1
        allowed[row, pair.first : size - 1] = True
    start, end = (torch.tensor([getattr(one, at) for one in wanted]) for at in ("start", "end"))
    return Batch(ids, kinds, mask, allowed, start, end)


def batches(
    words: Tokenizer, examples: Iterable[dict[str, Any]], size: int, rng: Random
) -> Iterator[tuple[int, Batch]]:
    """Batches of pairs of about one length, with how many examples are done after each."""
    left = iter(examples)
    while pool := list(islice(left, size * 16)):
        wanted = [made for one in pool if (made := cropped(words, one, rng))]
        wanted.sort(key=lambda one: len(one.pair.ids))
        cut = [wanted[at : at + size] for at in range(0, len(wanted), size)]
        rng.shuffle(cut)
        for number, some in enumerate(cut, start=1):
            yield len(pool) if number == len(cut) else 0, padded(some)
