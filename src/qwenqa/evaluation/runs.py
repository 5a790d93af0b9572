"""Runs of a collection: its index is built, its queries asked, documents ranked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from qwenqa.evaluation.collection import Collection, Run, write_corpus
from qwenqa.search import Candidates
from qwenqa.service.library import Library
from qwenqa.service.retrieval import candidates
from qwenqa.settings import Settings
from qwenqa.types import Progress, Ranking

RETRIEVERS = ("words", "vectors", "fused")


def index_of(
    collection: Collection,
    folder: Path,
    settings: Settings,
    progress: Callable[[Progress], None] = lambda _: None,
) -> tuple[Library, dict[int, str]]:
    """A library over a collection, built below a folder, and the document of each passage id.

    What was built there before is used again, so that a second evaluation encodes only queries.
    """
    ids = write_corpus(collection, folder / "corpus")
    here = replace(settings, corpus=folder / "corpus", index=folder / "index")
    library = Library(settings=here)
    library.rebuild(progress)
    generation, _ = library.opened()
    passages = generation.addresses()
    return library, {id_: ids[address] for id_, address in passages.items()}


def runs_of(
    collection: Collection, library: Library, document_of: Mapping[int, str]
) -> dict[str, Run]:
    """A run for each retriever alone and for their fusion, over the judged queries."""
    queries = collection.judged()
    retrieved = candidates(library, [query.text for query in queries])
    runs: dict[str, Run] = {name: {} for name in RETRIEVERS}
    for query, both in zip(queries, retrieved, strict=True):
        for name, ranking in zip(RETRIEVERS, rankings(both), strict=True):
            runs[name][query.id] = documents(ranking, document_of)
    return runs


def rankings(both: Candidates) -> tuple[Ranking, Ranking, Ranking]:
    """The rankings of one question by words, by vectors, and fused."""
    fused = {id_: trace.fused for id_, trace in both.traces.items()}
    return both.lexical, both.dense, fused


def documents(ranking: Ranking, document_of: Mapping[int, str]) -> dict[str, float]:
    """Documents by the score of their best passage."""
    best: dict[str, float] = {}
    for id_, score in ranking.items():
        document = document_of[id_]
        best[document] = max(score, best.get(document, score))
    return best
