"""Trains the QA model, for so many minutes of the clock, and goes on where it was stopped.

``python -m training.train --examples EXAMPLES.jsonl --squad2 FOLDER --out FOLDER --minutes 110``.
The rate of learning rises over the first twentieth of the minutes and then falls to nothing, so
that a run is whole whatever else the machine does. ``OUT/last.pt`` is written every few minutes;
the same command goes on from it. ``--start`` begins a new run from the weights of an earlier one.
``OUT/log.jsonl`` has a line for each measurement on the held-out fold.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import nn

from training.measure import measured
from training.model import QANet, fresh, loss_of, opened
from training.pairs import Batch, batches, tokenizer
from training.squad import read_squad

_WARMUP = 0.05
_NEW = 5.0  # the scores on top begin with nothing and learn so many times as fast


class Training:
    """A model in half precision, its weights in single precision, and how far it is."""

    def __init__(self, net: QANet, rate: float, minutes: float) -> None:
        """Begin with a model's weights."""
        self._rate, self._seconds = rate, minutes * 60
        self.examples, self.steps, self.elapsed = 0, 0, 0.0
        self.net = net.to(torch.bfloat16)
        names = [(name, one) for name, one in net.named_parameters() if one.requires_grad]
        self._halves = [one for _, one in names]
        self._names = [name for name, _ in names]
        self._wholes = [halve.detach().float().requires_grad_() for halve in self._halves]
        new = [not name.startswith("body.") for name, _ in names]
        self._optimizer = torch.optim.AdamW(
            [
                {"params": self._some(new, chosen), "factor": _NEW if chosen else 1.0}
                for chosen in (False, True)
            ],
            weight_decay=0.01,
            fused=True,
        )

    def _some(self, new: list[bool], chosen: bool) -> list[torch.Tensor]:
        return [one for one, is_new in zip(self._wholes, new, strict=True) if is_new == chosen]

    def done(self) -> bool:
        """Whether the minutes are over."""
        return self.elapsed >= self._seconds

    def step(self, batch: Batch) -> float:
        """Learn from a batch; gives its loss."""
        began = time.monotonic()
        scores = self.net(batch.ids, batch.kinds, batch.mask, batch.allowed)
        loss = loss_of(scores, batch.start, batch.end)
        loss.backward()
        for whole, half in zip(self._wholes, self._halves, strict=True):
            whole.grad, half.grad = half.grad.float(), None
        nn.utils.clip_grad_norm_(self._wholes, 1.0)
        part = self.elapsed / self._seconds
        rate = self._rate * min(part / _WARMUP, 1.0, max(1 - part, 0.0) / (1 - _WARMUP))
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        self._optimizer.step()
        with torch.no_grad():
            torch._foreach_copy_(self._halves, self._wholes)
        self.steps += 1
        self.examples += len(batch.ids)
        self.elapsed += time.monotonic() - began
        return loss.item()

    def state(self, taken: int) -> dict[str, Any]:
        """What is needed to go on, or to use the model: weights in single precision."""
        weights = {name: one.float() for name, one in self.net.state_dict().items()}
        weights |= dict(zip(self._names, (whole.detach() for whole in self._wholes), strict=True))
        numbers = {"taken": taken, "examples": self.examples, "steps": self.steps}
        numbers["elapsed"] = self.elapsed
        return {"weights": weights, "optimizer": self._optimizer.state_dict(), **numbers}

    def go_on(self, state: dict[str, Any]) -> int:
        """Take up a state; gives how many examples were taken."""
        with torch.no_grad():
            for name, whole, half in zip(self._names, self._wholes, self._halves, strict=True):
                whole.copy_(state["weights"][name])
                half.copy_(whole)
        self._optimizer.load_state_dict(state["optimizer"])
        self.examples, self.steps = state["examples"], state["steps"]
        self.elapsed = state["elapsed"]
        return int(state["taken"])


def _examples(path: Path, taken: int) -> Iterator[dict[str, object]]:
    """The file's examples from there on, again and again."""
    for _ in count():
        with path.open(encoding="utf-8") as lines:
            total = 0
            for total, line in enumerate(lines, start=1):
                if total > taken:
                    yield json.loads(line)
        taken = max(taken - total, 0)


def run(args: argparse.Namespace) -> None:
    """Train until the minutes are over."""
    last = args.out / "last.pt"
    net = opened(args.start).train() if args.start else fresh().train()
    training = Training(net, args.rate, args.minutes)
    taken = training.go_on(torch.load(last, weights_only=True)) if last.exists() else 0
    words = tokenizer()
    held_out = read_squad(args.squad2).folds([args.held_out])
    saved, looked, losses = time.monotonic(), time.monotonic(), []
    for used, batch in batches(words, _examples(args.examples, taken), args.batch, Random(taken)):
        losses.append(training.step(batch))
        taken += used
        now, over = time.monotonic(), training.done()
        if over or now - looked > args.look * 60:
            figures = measured(training.net, words, held_out, args.sample)
            _log(args.out, training, sum(losses) / len(losses), figures)
            losses, looked = [], time.monotonic()
        if over or now - saved > args.save * 60:
            save(training.state(taken), last)
            saved = time.monotonic()
        if over:
            break


def _log(out: Path, training: Training, loss: float, figures: dict[str, float]) -> None:
    row = {"at": time.strftime("%H:%M:%S"), "minutes": round(training.elapsed / 60, 1)}
    row |= {"steps": training.steps, "examples": training.examples, "loss": round(loss, 4)}
    row |= {name: round(value, 4) for name, value in figures.items()}
    with (out / "log.jsonl").open("a") as log:
        log.write(json.dumps(row) + "\n")
    print(row, flush=True)


def save(state: dict[str, Any], path: Path) -> None:
    """Never half: the old checkpoint is there until the new one is whole."""
    new = path.with_suffix(".new")
    torch.save(state, new)
    new.replace(path)


def main() -> None:
    """Read what is asked, and train."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--examples", type=Path, required=True, help="made by training.make")
    parser.add_argument("--squad2", type=Path, required=True, help="measured on its held-out fold")
    parser.add_argument("--held-out", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--start", type=Path, help="a checkpoint whose weights a new run begins with"
    )
    parser.add_argument("--minutes", type=float, default=110)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--sample", type=int, default=400, help="questions measured on")
    parser.add_argument("--save", type=float, default=5, help="minutes between checkpoints")
    parser.add_argument("--look", type=float, default=10, help="minutes between measurements")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    run(args)


if __name__ == "__main__":
    main()
