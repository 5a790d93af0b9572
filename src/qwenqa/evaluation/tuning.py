"""A tuned model, and whether it is better on questions that it was not tuned on."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from qwenqa.errors import CollectionError, SettingsError
from qwenqa.evaluation.collection import Qrels, Run
from qwenqa.evaluation.metrics import Values, compare, per_query, score
from qwenqa.evaluation.questions import answered, read_questions
from qwenqa.evaluation.records import MetricDifference, Score
from qwenqa.evaluation.runs import RETRIEVERS, rankings
from qwenqa.service.library import Library
from qwenqa.service.retrieval import candidates
from qwenqa.service.training import EPOCHS, require_trainer, train

FEWEST = 30
"""Questions, with fewer of which nothing can be said of those held out."""

TOLD = ("hit@1", "MRR@10", "nDCG@10")
_JUDGED_BY = ("fused", "nDCG@10")
_HELD_OUT = 3  # one question in so many

Answers = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """A metric of one retriever before and after, over the held-out questions."""

    retriever: str
    before: Score
    after: Score
    comparison: MetricDifference


@dataclass(frozen=True, slots=True)
class Tuning:
    """What tuning gave: how many questions were trained on and held out, and every change.

    ``better`` says whether the fused nDCG@10 rose, and with it whether ``folder`` holds the
    model. ``unfound`` are questions whose quote stands in no passage.
    """

    model: str
    folder: str
    better: bool
    trained: int
    held_out: int
    unfound: tuple[str, ...]
    changes: tuple[Change, ...]
    seconds: float

    def change(self, retriever: str, metric: str) -> Change:
        """One of the changes."""
        return next(
            change
            for change in self.changes
            if (change.retriever, change.before.name) == (retriever, metric)
        )


def tune(
    library: Library,
    file: Path,
    folder: Path,
    epochs: int = EPOCHS,
    say: Callable[[str], None] = lambda _: None,
) -> Tuning:
    """Tune the index's model on a file of questions and keep it in a folder if it is better.

    One question in three is held out, by its own SHA-256, and asked before and after, each time
    of an index that was built with the model. ``say`` is told each step. Raises
    CollectionError for a file that cannot be used, SettingsError for a folder that is there,
    EncoderError where a package is missing or training fails.
    """
    started = time.monotonic()
    require_trainer()
    if folder.exists():
        raise SettingsError(f"{folder} is there already. Name a folder that is not.")
    library.rebuild()
    answered_questions = answered(read_questions(file), library.generation().all_passages())
    learnt, held_out = _split(answered_questions.passages, file, len(answered_questions.unfound))
    say(f"Training on {len(learnt)} questions, {len(held_out)} are held out.")
    with tempfile.TemporaryDirectory(prefix="qwenqa-tune-") as work:
        trained = Path(work, "model")
        train(library, learnt, trained, epochs)
        say("Encoding the documents with the tuned model.")
        built = library.generation().header.recipe.encoder
        after = Library(
            settings=replace(
                library.settings,
                model=str(trained),
                dimension=built.dimension if built.truncated else 0,
                precision=built.precision,
                index=Path(work, "index"),
            )
        )
        after.rebuild()
        changes = _changes(_values(library, held_out), _values(after, held_out))
        done = Tuning(
            model=built.name,
            folder=str(folder),
            better=_rose(changes),
            trained=len(learnt),
            held_out=len(held_out),
            unfound=answered_questions.unfound,
            changes=changes,
            seconds=time.monotonic() - started,
        )
        if done.better:
            _keep(trained, folder)
    return done


def _split(answers: Answers, file: Path, unfound: int) -> tuple[Answers, Answers]:
    """The questions to train on and those held out, whatever their order in the file."""
    if len(answers) < FEWEST:
        raise CollectionError(
            f"{file} has {len(answers)} questions whose answer stands in the index, and "
            f"{unfound} whose does not; at least {FEWEST} are needed. Quote the documents' own "
            "words, and name the address where it helps."
        )
    order = sorted(answers, key=lambda answer: hashlib.sha256(answer.encode("utf-8")).hexdigest())
    held_out = {question: answers[question] for question in order[::_HELD_OUT]}
    return {one: answers[one] for one in order if one not in held_out}, held_out


def _values(library: Library, held_out: Answers) -> dict[str, dict[str, Values]]:
    """Each metric of each retriever for each held-out question, passages being what is judged."""
    names = {f"q{number:06}": question for number, question in enumerate(held_out)}
    qrels: Qrels = {
        name: {str(id_): 1 for id_ in held_out[question]} for name, question in names.items()
    }
    runs: dict[str, Run] = {retriever: {} for retriever in RETRIEVERS}
    retrieved = candidates(library, list(names.values()))
    for name, both in zip(names, retrieved, strict=True):
        for retriever, ranking in zip(RETRIEVERS, rankings(both), strict=True):
            runs[retriever][name] = {str(id_): value for id_, value in ranking.items()}
    return {retriever: per_query(qrels, run) for retriever, run in runs.items()}


def _changes(
    before: dict[str, dict[str, Values]], after: dict[str, dict[str, Values]]
) -> tuple[Change, ...]:
    return tuple(
        Change(
            retriever,
            score(name, before[retriever][name]),
            score(name, after[retriever][name]),
            compare(name, before[retriever][name], after[retriever][name]),
        )
        for retriever in RETRIEVERS[1:]  # words are the same
        for name in TOLD
    )


def _rose(changes: tuple[Change, ...]) -> bool:
    judged = next(
        change for change in changes if (change.retriever, change.before.name) == _JUDGED_BY
    )
    return judged.comparison.difference > 0


def _keep(trained: Path, folder: Path) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(trained, folder)
    except OSError as error:
        raise SettingsError(
            f"The tuned model cannot be written to {folder} ({error.strerror}). Name another one."
        ) from error
