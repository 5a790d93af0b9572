"""Collections, runs and metrics: the figures are those of the formulas written out."""

from __future__ import annotations

from math import log2
from pathlib import Path

import numpy as np
import pytest

from qwenqa.errors import CollectionError
from qwenqa.evaluation.collection import Collection, Text, read_collection, write_corpus
from qwenqa.evaluation.metrics import compare, per_query, read_run, score, write_run
from qwenqa.evaluation.runs import RETRIEVERS, documents, index_of, runs_of
from qwenqa.settings import Settings

QRELS = {"q1": {"a": 1}, "q2": {"b": 1, "c": 1}, "q3": {"d": 1}, "q4": {"a": 0}}
RUN = {"q1": {"x": 3.0, "a": 2.0}, "q2": {"c": 9.0, "x": 8.0, "b": 7.0}}

BIRDS = Collection(
    "birds",
    (
        Text("heron", "A heron waits in shallow water for fish.", "Herons"),
        Text("owl", "The owl hunts at night.\n\nIt hears a mouse.", "Owls"),
        Text("wren", "A wren sings loudly.", ""),
    ),
    (Text("1", "What waits in shallow water?"), Text("2", "Who hunts?"), Text("3", "Nothing?")),
    {"1": {"heron": 1}, "2": {"owl": 1}},
)


def write(folder: Path, corpus: str, queries: str, qrels: str) -> Path:
    """A collection's folder with these files."""
    for name, content in (("corpus.jsonl", corpus), ("queries.jsonl", queries)):
        (folder / name).write_text(content, "utf-8")
    (folder / "qrels.tsv").write_text(qrels, "utf-8")
    return folder


def test_metrics_are_their_formulas() -> None:
    """nDCG, recall, reciprocal rank and hits as arithmetic; an absent query counts as 0."""
    values = per_query(QRELS, RUN)
    ideal = 1 + 1 / log2(3)
    assert values["nDCG@10"] == pytest.approx([1 / log2(3), (1 + 1 / log2(4)) / ideal, 0])
    assert values["recall@10"].tolist() == [1, 1, 0]
    assert values["MRR@10"].tolist() == [0.5, 1, 0]
    assert values["hit@1"].tolist() == [0, 1, 0]
    assert values["hit@3"].tolist() == values["hit@5"].tolist() == [1, 1, 0]


def test_an_interval_holds_the_mean_and_narrows_with_more_queries() -> None:
    """The 95 % interval of a share is about two standard errors to each side."""
    values = np.asarray([0.0, 1.0] * 200)
    wide, narrow = score("hit@1", values[:40]), score("hit@1", values)
    for one in (wide, narrow):
        error = 0.5 / one.queries**0.5
        assert one.low < one.mean == 0.5 < one.high
        assert one.high - one.low == pytest.approx(4 * error, rel=0.2)


def test_a_difference_counts_only_when_it_is_more_than_chance() -> None:
    """Equal runs have p = 1; one that is better on nearly every query a small one."""
    dice = np.random.default_rng(3)
    first = dice.random(100)
    assert compare("MRR@10", first, first).p == 1
    better = compare("MRR@10", first, first + 0.05 + dice.normal(0, 0.05, 100))
    assert better.p < 0.001
    assert better.low > 0
    assert compare("MRR@10", first, first + dice.normal(0, 0.5, 100)).p > 0.01


def test_a_chance_is_never_none() -> None:
    """Of 10,000 draws that all give less, the p-value is 1 of 10,001: the runs count as one."""
    better = compare("MRR@10", np.zeros(60), np.ones(60))
    assert better.p == 1 / 10_001
    assert (better.difference, better.low, better.high) == (1, 1, 1)
    # Of a single query both signs give as much: so do all draws, and the runs themselves.
    assert compare("MRR@10", np.zeros(1), np.ones(1)).p == 1


def test_runs_are_written_and_read_in_trec_form(tmp_path: Path) -> None:
    """What is written is read again; documents stand best first, ties by name."""
    run = {"q1": {"b": 1.0, "a": 1.0, "c": 2.5}}
    write_run(tmp_path / "run", run, "qwenqa")
    lines = (tmp_path / "run").read_text().splitlines()
    assert lines[0] == "q1 Q0 c 1 2.500000 qwenqa"
    assert [line.split()[2] for line in lines] == ["c", "a", "b"]
    assert read_run(tmp_path / "run") == run
    (tmp_path / "run").write_text("q1 Q0 c\n")
    with pytest.raises(CollectionError, match="line 1"):
        read_run(tmp_path / "run")


BAD = {
    "no JSON": ("{", "", ""),
    "no id": ('{"text": "a"}', "", ""),
    "twice": ('{"id": "a", "text": ""}\n' * 2, "", ""),
    "not in corpus": ('{"id": "a", "text": ""}', "", "q\tb\t1"),
    "whole number": ('{"id": "a", "text": ""}', "", "q\ta\tgood"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_malformed_collection_is_named(tmp_path: Path, what: str) -> None:
    """The message names the file, and the line where there is one."""
    with pytest.raises(CollectionError, match=r"corpus\.jsonl|qrels\.tsv"):
        read_collection(write(tmp_path, *BAD[what]))
    with pytest.raises(CollectionError, match="cannot be read"):
        read_collection(tmp_path / "absent")


def test_a_collection_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Documents, queries and relevance; the heading of the table is none of it."""
    folder = write(
        tmp_path,
        '{"id": "a", "title": "T", "text": "Words."}\n',
        '{"id": "q", "text": "What?", "answers": ["x"]}\n',
        "query-id\tcorpus-id\tscore\nq\ta\t1\n",
    )
    read = read_collection(folder)
    assert read.documents == (Text("a", "Words.", "T"),)
    assert (read.queries, read.qrels) == ((Text("q", "What?"),), {"q": {"a": 1}})
    assert read.judged() == [Text("q", "What?")]


def test_a_collection_is_indexed_and_asked(tmp_path: Path) -> None:
    """Each retriever finds the documents, and a second evaluation encodes nothing."""
    library, document_of = index_of(BIRDS, tmp_path, Settings(model="toy"))
    assert set(document_of.values()) == {"heron", "owl", "wren"}
    runs = runs_of(BIRDS, library, document_of)
    assert tuple(runs) == RETRIEVERS
    for run in runs.values():
        assert per_query(BIRDS.qrels, run)["hit@1"].tolist() == [1, 1]
    again, _ = index_of(BIRDS, tmp_path, Settings(model="toy"))
    assert again.generation().number == 1


def test_documents_count_by_their_best_passage() -> None:
    """A document's score is the highest of its passages', whatever their order."""
    assert documents({1: 0.2, 2: 0.9, 3: 0.4}, {1: "a", 2: "b", 3: "a"}) == {"a": 0.4, "b": 0.9}


def test_a_corpus_is_written_once(tmp_path: Path) -> None:
    """Files of the same content are left alone, and those of another collection removed."""
    (tmp_path / "0000009.md").write_text("of another")
    ids = write_corpus(BIRDS, tmp_path)
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert sorted(ids) == sorted(path.name for path in stamps)
    assert (tmp_path / "0000000.md").read_text() == f"# Herons\n\n{BIRDS.documents[0].text}"
    write_corpus(BIRDS, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == stamps


def test_foreign_files_are_never_removed(tmp_path: Path) -> None:
    """A folder that holds what no evaluation wrote is refused and stays as it is."""
    (tmp_path / "thesis.md").write_text("years of work")
    with pytest.raises(CollectionError, match=r"thesis\.md.*another folder"):
        write_corpus(BIRDS, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.md"]
