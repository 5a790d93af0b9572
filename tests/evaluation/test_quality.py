"""Retrieval on small public collections stays as good as it was measured.

Runs where ``QWENQA_COLLECTIONS`` names a folder with them, as ``bench/quality/quality.py``
reads it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qwenqa.evaluation.collection import Collection, read_collection
from qwenqa.evaluation.metrics import per_query
from qwenqa.evaluation.runs import index_of, runs_of
from qwenqa.settings import Settings

FOLDER = Path(os.environ.get("QWENQA_COLLECTIONS", ""))
pytestmark = [
    pytest.mark.model,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (FOLDER / "xquad_zh").is_dir(), reason="QWENQA_COLLECTIONS names no collections"
    ),
]
_DOCUMENTS, _QUERIES = 240, 300


def part(name: str) -> Collection:
    """The first documents of a collection, and the first queries that these answer."""
    whole = read_collection(FOLDER / name)
    documents = whole.documents[:_DOCUMENTS]
    kept = {document.id for document in documents}
    queries = [one for one in whole.judged() if kept.issuperset(whole.qrels[one.id])][:_QUERIES]
    qrels = {query.id: whole.qrels[query.id] for query in queries}
    return Collection(name, documents, tuple(queries), qrels)


@pytest.mark.parametrize(
    ("name", "least", "gain"),
    [("squad_v11_dev", 0.90, 0.0), ("xquad_zh", 0.94, -0.01), ("xquad_es", 0.94, -0.01)],
)
def test_documents_are_found_as_measured(
    name: str, least: float, gain: float, tmp_path: Path
) -> None:
    """nDCG@10 is at least this, and the fusion at least this much above its better half."""
    collection = part(name)
    library, document_of = index_of(collection, tmp_path, Settings())
    runs = runs_of(collection, library, document_of)
    found = {one: per_query(collection.qrels, run)["nDCG@10"].mean() for one, run in runs.items()}
    assert found["fused"] >= least
    assert found["fused"] >= max(found["words"], found["vectors"]) + gain
