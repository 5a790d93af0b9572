"""A collection with judged relevance measured: every retriever, and what abstaining is worth."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from qwenqa.errors import CollectionError
from qwenqa.evaluation.calibration import trust
from qwenqa.evaluation.collection import (
    Collection,
    Qrels,
    Run,
    read_collection,
    read_qrels,
    read_queries,
)
from qwenqa.evaluation.metrics import NAMES, compare, per_query, read_run, retrieval, write_run
from qwenqa.evaluation.records import EvaluationReport, QuestionOutcome, RunComparison
from qwenqa.evaluation.run_queries import Asker, passages_of
from qwenqa.evaluation.runs import index_of, runs_of
from qwenqa.search import DEPTH as CANDIDATES
from qwenqa.service.library import Library
from qwenqa.settings import Settings, load
from qwenqa.types import Hit, Progress

TRUSTED = 1_000
"""Queries of each kind, the first ones, over which confidence is measured."""


def evaluate_collection(
    folder: Path | str,
    *,
    work: Path | str | None = None,
    runs: Path | str | None = None,
    limit: int | None = None,
    settings: Settings | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> EvaluationReport:
    """How well the documents that answer are found in a collection, and its queries answered.

    ``folder`` holds ``corpus.jsonl``, ``queries.jsonl`` and ``qrels.tsv``. The index is built in
    ``work``, from which a second evaluation takes it, else in a folder that is removed. ``runs``
    is a folder for a run of each retriever; ``limit`` takes the first queries only. Raises
    CollectionError for a malformed collection, and what building and asking raise.
    """
    collection = read_collection(Path(folder)).first(limit)
    if not collection.judged():
        raise CollectionError(
            f"No query of {folder} has a relevant document, so that nothing can be measured."
        )
    with _working(work) as here:
        library, document_of = index_of(collection, here, settings or load({}), progress)
        measured = runs_of(collection, library, document_of)
        if runs is not None:
            _write(Path(runs), measured)
        return _report(collection, library, document_of, measured)


def compare_runs(
    folder: Path | str, first: Path | str, second: Path | str, *, limit: int | None = None
) -> RunComparison:
    """How a second run differs from a first one in each metric, by a paired randomisation test.

    Only ``queries.jsonl`` and ``qrels.tsv`` of the collection are read. A query that a run lacks
    counts as 0 there. Raises CollectionError for what is malformed, and for a run with a query
    that the collection has not.
    """
    queries = read_queries(Path(folder) / "queries.jsonl")
    judged_ids = {query.id for query in queries}
    qrels = read_qrels(Path(folder) / "qrels.tsv")
    asked = Collection(Path(folder).name, (), queries, qrels).first(limit)
    values = [per_query(asked.qrels, _known(Path(path), judged_ids)) for path in (first, second)]
    count = len(values[0][NAMES[0]])
    if not count:
        raise CollectionError(f"No query of {folder} has a relevant document to compare runs by.")
    comparisons = tuple(compare(name, values[0][name], values[1][name]) for name in NAMES)
    return RunComparison(str(first), str(second), count, comparisons)


def _known(path: Path, queries: set[str]) -> Run:
    run = read_run(path)
    if strange := [query for query in run if query not in queries]:
        raise CollectionError(
            f"The run {path} has the query {strange[0]}, which is not in queries.jsonl "
            f"({len(strange):,} such). Compare runs of the same collection."
        )
    return run


@contextmanager
def _working(work: Path | str | None) -> Iterator[Path]:
    if work is not None:
        yield Path(work)
        return
    with tempfile.TemporaryDirectory(prefix="qwenqa-") as folder:
        yield Path(folder)


def _write(folder: Path, measured: Mapping[str, Run]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, run in measured.items():
            write_run(folder / f"{name}.run", run, f"qwenqa-{name}")
    except OSError as error:
        raise CollectionError(
            f"The runs cannot be written to {folder} ({error.strerror}). Name another folder."
        ) from error


def _report(
    collection: Collection,
    library: Library,
    document_of: Mapping[int, str],
    measured: Mapping[str, Run],
) -> EvaluationReport:
    generation, _ = library.opened()
    return EvaluationReport(
        name=collection.name,
        kind="collection",
        model=generation.header.recipe.encoder.name,
        generation=generation.number,
        sources=len(collection.documents),
        passages=len(generation),
        retrieval=tuple(
            retrieval(name, collection.qrels, run, CANDIDATES) for name, run in measured.items()
        ),
        ranks=(),
        trust=trust(_asked(collection, library, document_of)),
        notes=_notes(collection),
    )


def _asked(
    collection: Collection, library: Library, document_of: Mapping[int, str]
) -> list[QuestionOutcome]:
    """The judged queries, each with the relevant documents left out behind it, and the others."""
    judged = collection.judged()[:TRUSTED]
    ids = {one.id for one in collection.judged()}
    others = [query for query in collection.queries if query.id not in ids][:TRUSTED]
    asker = Asker(library, [one.text for one in (*judged, *others)])
    addresses = {document_of[id_]: one for id_, one in asker.generation.addresses().items()}
    asked = []
    for query in judged:
        relevant = _relevant(collection.qrels, query.id)
        holds = partial(_holds, relevant=relevant, document_of=document_of)
        asked.append(asker.ask(query.text, "answerable", holds))
        gone = [addresses[one] for one in sorted(relevant) if one in addresses]
        without = asker.ask_without(query.text, gone)
        asked += [without] if without else []
    return asked + [asker.ask(other.text, "unanswerable", lambda _: False) for other in others]


def _relevant(qrels: Qrels, query: str) -> frozenset[str]:
    return frozenset(
        document for document, relevance in qrels.get(query, {}).items() if relevance > 0
    )


def _holds(hit: Hit, relevant: frozenset[str], document_of: Mapping[int, str]) -> bool:
    return any(document_of[passage.id] in relevant for passage in passages_of(hit))


def _notes(collection: Collection) -> tuple[str, ...]:
    judged = len(collection.judged())
    if judged <= TRUSTED:
        return ()
    return (f"Confidence is measured over the first {TRUSTED:,} of {judged:,} judged queries.",)
