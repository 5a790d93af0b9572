"""Collections: documents, queries, and which document answers which query.

A folder holds ``corpus.jsonl`` (id, title, text), ``queries.jsonl`` (id, text) and ``qrels.tsv``
(query, document, relevance, with a heading), the form that BEIR uses (Thakur et al., "BEIR: A
Heterogeneous Benchmark for Zero-shot Evaluation of Information Retrieval Models", NeurIPS 2021).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from qwenqa.errors import CollectionError

_WRITTEN = re.compile(r"\d{7}\.md")
Qrels = dict[str, dict[str, int]]
"""Relevance by query and document; documents that are not named are not relevant."""
Run = dict[str, dict[str, float]]
"""Scores by query and document."""


class Text(msgspec.Struct, frozen=True):
    """A document or a query of a collection."""

    id: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents, queries and judged relevance; queries without a relevant document may be there."""

    name: str
    documents: tuple[Text, ...]
    queries: tuple[Text, ...]
    qrels: Qrels

    def judged(self) -> list[Text]:
        """The queries that have a relevant document."""
        return [query for query in self.queries if any(self.qrels.get(query.id, {}).values())]

    def first(self, limit: int | None) -> Collection:
        """The same documents with the first queries only; all of them for None."""
        queries = self.queries[:limit]
        ids = {query.id for query in queries}
        qrels = {query: judged for query, judged in self.qrels.items() if query in ids}
        return replace(self, queries=queries, qrels=qrels)


def read_collection(folder: Path) -> Collection:
    """The collection in a folder; raises CollectionError naming the file that is malformed."""
    documents = tuple(_records(folder / "corpus.jsonl"))
    queries = read_queries(folder / "queries.jsonl")
    qrels = read_qrels(folder / "qrels.tsv")
    document_ids = {document.id for document in documents}
    for query, judged in qrels.items():
        for document in judged:
            if document not in document_ids:
                raise CollectionError(
                    f"{folder / 'qrels.tsv'} judges {document} for {query}, which is not in "
                    "corpus.jsonl. Complete the corpus or leave the line out."
                )
    return Collection(folder.name, documents, queries, qrels)


def write_corpus(collection: Collection, folder: Path) -> dict[str, str]:
    """Write each document as a Markdown file, its title as heading; document ids by address.

    Files that are there with the same content are not written again; those of another collection
    are removed. Raises CollectionError where the folder holds anything else, and removes nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if strange := [path for path in folder.iterdir() if not _WRITTEN.fullmatch(path.name)]:
        raise CollectionError(
            f"{folder} holds {strange[0].name}, which no evaluation wrote there. Name another "
            "folder to work in."
        )
    ids = {}
    for number, document in enumerate(collection.documents):
        address = f"{number:07}.md"
        heading = f"# {' '.join(document.title.split())}\n\n" if document.title.strip() else ""
        content = f"{heading}{document.text}".encode()
        path = folder / address
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
        ids[address] = document.id
    for path in folder.iterdir():
        if path.name not in ids:
            path.unlink()
    return ids


def read_queries(path: Path) -> tuple[Text, ...]:
    """The queries of a collection; raises CollectionError naming the line that is malformed."""
    return tuple(_records(path))


def _records(path: Path) -> Iterator[Text]:
    seen = set()
    for number, line in enumerate(_lines(path), start=1):
        try:
            record = msgspec.json.decode(line, type=Text)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise CollectionError(
                f"{path}, line {number}, is no record ({error}). Each line is a JSON object with "
                "id and text."
            ) from error
        if record.id in seen:
            raise CollectionError(f"{path}, line {number}: {record.id} stands there twice.")
        seen.add(record.id)
        yield record


def read_qrels(path: Path) -> Qrels:
    """Judged relevance; raises CollectionError naming the line that is malformed."""
    qrels: Qrels = {}
    rows = csv.reader(_lines(path), delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(rows, start=1):
        if number == 1 and row[-1:] == ["score"]:
            continue
        try:
            query, document, relevance = row
            qrels.setdefault(query, {})[document] = int(relevance)
        except ValueError as error:
            raise CollectionError(
                f"{path}, line {number}, is not a query, a document and a whole number, with "
                "tabs between them."
            ) from error
    return qrels


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise CollectionError(
            f"{path} cannot be read ({error}). A collection has corpus.jsonl, queries.jsonl and "
            "qrels.tsv."
        ) from error
