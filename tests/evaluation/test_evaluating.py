"""Evaluating a collection and an index: by Python and in a shell."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from shells import Shell, refusal
from written import MakeCorpus

from qwenqa import Library
from qwenqa.errors import CollectionError
from qwenqa.evaluation import unlabelled
from qwenqa.evaluation.labelled import compare_runs, evaluate_collection
from qwenqa.evaluation.metrics import per_query, read_run
from qwenqa.evaluation.records import EvaluationReport
from qwenqa.evaluation.run_queries import Asker
from qwenqa.evaluation.unlabelled import evaluate_index, holding
from qwenqa.settings import Settings

HOSTILE = "<script>alert(1)</script><img src=https://evil.example/x onerror=alert(2)>${7*7}"

LOGS = {
    f"log{number}.txt": (
        f"On day {number} the brig {ship} left {port} with {number + 11} barrels of {cargo}. "
        f"Captain {captain} wrote about calm weather and whales near {port} in the evening."
    )
    for number, (ship, port, cargo, captain) in enumerate(
        [
            ("Lydia", "Bristol", "tin ingots", "Anna Moor"),
            ("Hesper", "Cadiz", "colza oil", "Juan Prieto"),
            ("Petrel", "Bergen", "dried cod", "Ole Dahl"),
            ("Walrus", "Riga", "flax bundles", "Ivars Kalns"),
        ]
    )
}


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """Three documents, two answered queries and one that nothing answers."""
    folder = tmp_path / "birds"
    folder.mkdir()
    documents = [
        {"id": "heron", "title": "Herons", "text": "A heron waits in shallow water for fish."},
        {"id": "owl", "title": "Owls", "text": "The owl hunts at night. It hears a mouse."},
        {"id": "wren", "title": HOSTILE, "text": "A wren sings loudly."},
    ]
    queries = [
        {"id": "1", "text": "What waits in shallow water?"},
        {"id": "2", "text": "Who hunts at night?"},
        {"id": "3", "text": "Which bird pays taxes?"},
    ]
    for name, rows in (("corpus", documents), ("queries", queries)):
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, "utf-8")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\theron\t1\n2\towl\t1\n")
    return folder


@pytest.fixture
def logs(make_corpus: MakeCorpus, tmp_path: Path) -> Library:
    """A toy library over documents of which questions can be made, built."""
    library = Library(corpus=make_corpus(LOGS), index=tmp_path / "index", model="toy")
    library.rebuild()
    return library


@pytest.fixture
def shell(logs: Library) -> Shell:
    return Shell(logs.settings.corpus, logs.settings.index)


def measured(collection: Path, **options: object) -> EvaluationReport:
    return evaluate_collection(collection, settings=Settings(model="toy"), **options)  # type: ignore[arg-type]


def test_a_collection_gives_every_retriever_and_trust(collection: Path) -> None:
    """Words, vectors and fused over the judged queries; the unjudged one has no answer."""
    found = measured(collection)
    assert [one.retriever for one in found.retrieval] == ["words", "vectors", "fused"]
    assert {score.queries for one in found.retrieval for score in one.scores} == {2}
    assert found.retrieval[0].recall[-1].y == 1
    assert found.trust
    assert [
        (confidence.kind, len(confidence.values)) for confidence in found.trust.confidences
    ] == [
        ("answerable", 2),
        ("left out", 2),
        ("unanswerable", 1),
    ]
    assert measured(collection, limit=1).retrieval[0].scores[0].queries == 1


def test_evaluated_twice_gives_the_same(collection: Path, tmp_path: Path, logs: Library) -> None:
    """Equal figures, with the index that was kept and without; the second encodes no passage."""
    first = measured(collection, work=tmp_path / "work")
    told = []
    assert measured(collection, work=tmp_path / "work", progress=told.append) == first
    assert not [step for step in told if step.stage == "encoding"]
    assert measured(collection) == first
    assert evaluate_index(logs) == evaluate_index(logs)


def test_runs_are_files_that_compare_as_the_figures_do(collection: Path, tmp_path: Path) -> None:
    """A run for each retriever, from which the report's own metrics follow."""
    found = measured(collection, runs=tmp_path / "runs")
    names = [one.retriever for one in found.retrieval]
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == sorted(
        f"{name}.run" for name in names
    )
    qrels = {"1": {"heron": 1}, "2": {"owl": 1}}
    for one in found.retrieval:
        values = per_query(qrels, read_run(tmp_path / "runs" / f"{one.retriever}.run"))
        assert [values[score.name].mean() for score in one.scores] == [
            pytest.approx(score.mean) for score in one.scores
        ]
    runs = [tmp_path / "runs" / f"{name}.run" for name in ("fused", "fused")]
    assert {comparison.p for comparison in compare_runs(collection, *runs).comparisons} == {1.0}


BAD_RUNS = {
    "not in queries.jsonl": "9 Q0 owl 1 1.0 me\n",
    "line 1, is not": "1 Q0 owl\n",
    "finite": "1 Q0 owl 1 nan me\n",
    "once": "1 Q0 owl 1 1.0 me\n1 Q0 owl 2 0.5 me\n",
}


@pytest.mark.parametrize("what", BAD_RUNS)
def test_a_bad_run_is_refused(collection: Path, tmp_path: Path, what: str) -> None:
    """Unknown queries, torn lines, scores that are none and documents named twice."""
    (tmp_path / "bad.run").write_text(BAD_RUNS[what])
    with pytest.raises(CollectionError, match=what):
        compare_runs(collection, tmp_path / "bad.run", tmp_path / "bad.run")


def test_a_left_out_source_is_never_returned(logs: Library) -> None:
    """Neither the item's own source nor a near-identical one is among the hits."""
    twin = logs.settings.corpus / "twin.txt"
    twin.write_text(LOGS["log0.txt"].upper() + " And one more sentence.", "utf-8")
    logs.rebuild()
    generation, _ = logs.opened()
    passages = unlabelled._sample(generation, 100)
    words = unlabelled.vocabulary_of(generation)
    items = unlabelled.known_items(passages, words, 50)
    assert items
    asker = Asker(logs, [item.question for item in items])
    for item in items:
        gone = holding(generation, item)
        assert item.address in gone
        if item.address in ("log0.txt", "twin.txt"):
            assert set(gone) == {"log0.txt", "twin.txt"}
        left = frozenset(LOGS) - frozenset(gone)
        hits = asker.find(item.question, left).hits
        assert not {hit.passage.source.address for hit in hits} & set(gone)
        assert asker.ask_without(item.question, gone).rank is None  # type: ignore[union-attr]


def test_an_index_is_measured_without_labels(logs: Library) -> None:
    """Ranks add up to the questions, and each question stands on both sides."""
    found = evaluate_index(logs)
    assert found.trust
    kinds = {confidence.kind: len(confidence.values) for confidence in found.trust.confidences}
    assert kinds["answerable"] == kinds["left out"] == sum(found.ranks) > 0
    assert found.retrieval[-1].scores[0].queries == sum(found.ranks)
    assert sum(evaluate_index(logs, 2).ranks) == 2


def test_one_source_alone_claims_no_trust(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    """Nothing can be left out, and the report says so."""
    alone = {"log.txt": LOGS["log0.txt"]}
    library = Library(corpus=make_corpus(alone), index=tmp_path / "i", model="toy")
    library.rebuild()
    found = evaluate_index(library)
    assert found.trust is None
    assert "none can be left out" in " ".join(found.notes)


def test_nothing_to_ask_is_said(library: Library, make_corpus: MakeCorpus) -> None:
    """An index of which no question can be made is refused with what to do instead."""
    make_corpus({"birds.md": "so it is.", "ships.txt": "it was so.", "deep/tea.txt": "well."})
    library.rebuild(allow_empty=True)
    with pytest.raises(CollectionError, match="No question can be made"):
        evaluate_index(library)


def test_a_report_goes_through_json(logs: Library, collection: Path) -> None:
    """What JSON holds makes an equal report."""
    for found in (evaluate_index(logs), measured(collection)):
        assert msgspec.json.decode(msgspec.json.encode(found), type=EvaluationReport) == found


def test_the_shell_evaluates(shell: Shell, collection: Path, tmp_path: Path) -> None:
    """A collection, the index, a comparison: tables, or one JSON object with the same figures."""
    ran = shell("evaluate", str(collection), "--runs", str(tmp_path / "runs"))
    assert ran.code == 0, ran
    assert "nDCG@10" in ran.out
    as_json = shell("evaluate", "--json", str(collection)).json
    assert [one["retriever"] for one in as_json["retrieval"]] == ["words", "vectors", "fused"]
    runs = [str(tmp_path / "runs" / f"{one}.run") for one in ("words", "fused")]
    compared = shell("evaluate", str(collection), "--compare", *runs)
    assert compared.code == 0, compared
    assert "2 judged queries" in compared.out
    assert shell("evaluate", "--json", str(collection), "--compare", *runs).json["queries"] == 2
    own_ = shell("evaluate", "--limit", "3")
    assert own_.code == 0, own_
    assert "over 3 questions" in own_.out


def test_the_shell_refuses_in_a_sentence(shell: Shell, collection: Path, tmp_path: Path) -> None:
    """Missing folders and files, options that say nothing together, places that cannot be used."""
    gone = str(tmp_path / "gone")
    assert "corpus.jsonl cannot be read" in refusal(shell("evaluate", gone), 2)
    assert "needs a collection" in refusal(shell("evaluate", "--runs", gone), 2)
    assert "cannot be read" in refusal(
        shell("evaluate", str(collection), "--compare", gone, gone), 2
    )
    both = ("--compare", gone, gone, "--work", gone)
    assert "with --compare" in refusal(shell("evaluate", str(collection), *both), 2)
    assert "at least 1" in refusal(shell("evaluate", "--limit", "0"), 2)
    mine = tmp_path / "mine"
    (mine / "corpus").mkdir(parents=True)
    (mine / "corpus" / "thesis.md").write_text("years of work")
    ran = shell("evaluate", str(collection), "--work", str(mine))
    assert "thesis.md" in refusal(ran, 2)
    assert (mine / "corpus" / "thesis.md").exists()
