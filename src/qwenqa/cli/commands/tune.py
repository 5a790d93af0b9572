"""The command ``tune``: train the model on one's own questions, and say what that changed."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from qwenqa.cli import output
from qwenqa.cli.output import one_line
from qwenqa.cli.parser import Exit
from qwenqa.evaluation.tuning import Change, Tuning, tune
from qwenqa.service.library import Library

_UNFOUND = 5
_MAY_BE_CHANCE = 0.05


def run(library: Library, options: Namespace) -> Exit:
    """Tune on a file of questions; the model is kept if it is better."""
    done = tune(library, Path(options.questions), Path(options.to), options.epochs, output.note)
    if options.json:
        output.write_json(done)
    else:
        output.write(told(done))
    return Exit.GOOD if done.better else Exit.NOT_FOUND


def told(done: Tuning) -> str:
    """What tuning changed, as text, and what to do next."""
    lines = [
        f"Tuned {one_line(done.model)} on {done.trained} questions in "
        f"{done.seconds / 60:.1f} minutes.",
        *_unfound(done),
        "",
        f"{done.held_out} questions held out:   before  after  change (95 % interval)     p",
        *map(_row, done.changes),
        "",
        *_next(done),
    ]
    return "\n".join(lines) + "\n"


def _row(change: Change) -> str:
    comparison = change.comparison
    interval = f"{comparison.difference:+.3f} ({comparison.low:+.3f} to {comparison.high:+.3f})"
    return (
        f"{change.retriever:10}{change.before.name:16}"
        f"{change.before.mean:.3f}  {change.after.mean:.3f}  "
        f"{interval:27}{comparison.p:.3f}"
    )


def _unfound(done: Tuning) -> list[str]:
    if not done.unfound:
        return []
    listed = [f"  {one_line(question)}" for question in done.unfound[:_UNFOUND]]
    more = len(done.unfound) - _UNFOUND
    head = f"Left out, as no passage holds what they quote ({len(done.unfound)} questions):"
    return [head, *listed, *([f"  and {more} more"] if more > 0 else [])]


def _next(done: Tuning) -> list[str]:
    if not done.better:
        return ["The tuned model is not better (nDCG@10, fused), so it is not kept."]
    judged = done.change("fused", "nDCG@10").comparison
    chance = ["With so few questions the gain may be chance."] if judged.p > _MAY_BE_CHANCE else []
    folder = one_line(done.folder)
    return [f"The tuned model is in {folder}. Use it with: qwenqa build --model {folder}", *chance]
