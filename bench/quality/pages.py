"""Cited pages of PDFs: how often the evidence page is cited, against BM25 over page text.

``python bench/quality/pages.py FOLDER [--split N]``: FOLDER holds ``pdf/`` and ``queries.jsonl`` (id, text,
doc, answerable, evidence_pages from one, evidence_sources), as MMLongBench-Doc gives them. All PDFs
go into one index; each question is asked within its document. Prints hit@1 and hit@5: whether
an evidence page is the page of the first citation's mark, or of one of the first five.
``--split N`` also prints the first N documents by name, which a reader may be tuned on, apart
from the others, which it may not.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2

from qwenqa import Filter, Library
from qwenqa.answers.citations.claims import cite
from qwenqa.lexical.analysis import query_terms
from qwenqa.lexical.bm25 import LexicalIndex
from qwenqa.lexical.postings import PostingsDraft
from qwenqa.types import CitedHit

DEPTH = 5


def main(folder: Path, split: int) -> None:
    """Build, ask, and print the table."""
    questions = [
        json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").splitlines()
    ]
    with tempfile.TemporaryDirectory() as temporary:
        library = Library(folder / "pdf", Path(temporary) / "index")
        report = library.rebuild()
        for skipped in report.skipped:
            print(f"skipped {skipped.address}: {skipped.reason}")
        print(f"{len(report.added)} PDFs, {report.passages} passages, {report.seconds:.0f} s")
        tuned = {path.name for path in sorted((folder / "pdf").glob("*.pdf"))[:split]}
        baseline = PageText(folder / "pdf")
        counts: dict[str, list[tuple[bool, ...]]] = defaultdict(list)
        for question in filter(lambda question: question["answerable"], questions):
            evidence = set(question["evidence_pages"])
            cited = cited_pages(library, question)
            ranked = baseline.pages(question["text"], question["doc"])
            row = tuple(
                bool(evidence & set(pages[:k])) for pages in (cited, ranked) for k in (1, DEPTH)
            )
            for group in groups(question):
                counts[group].append(row)
                if split:
                    side = "first" if question["doc"] in tuned else "other"
                    counts[f"{group}, {side} documents"].append(row)
    print_table(counts)


def cited_pages(library: Library, question: dict[str, Any]) -> list[int]:
    """The pages of the first citations, one a hit: that of the mark where there is one."""
    answer = library.ask(question["text"], DEPTH, Filter(path=question["doc"]))
    return [page_of(cited) for cited in answer.hits]


def page_of(cited: CitedHit) -> int:
    """The page on which a hit's mark, or the hit itself, begins."""
    citation = cite(cited.hit.passage, cited.marks[0]) if cited.marks else cited.citation
    assert citation.pages
    return citation.pages[0]


def groups(question: dict[str, Any]) -> Iterator[str]:
    """Whether the evidence is text or table, or needs a chart or figure."""
    seen = {name.split(" ")[0] for name in question["evidence_sources"]}
    yield "charts and figures" if seen & {"Chart", "Figure"} else "text and tables"
    yield "all"


class PageText:
    """BM25 over the plain text of each page, as a PDF library gives it."""

    def __init__(self, folder: Path) -> None:
        """Index every page of every PDF of the folder."""
        self._pages: list[tuple[str, int]] = []
        words = PostingsDraft()
        for path in sorted(folder.glob("*.pdf")):
            for number, page in enumerate(pypdfium2.PdfDocument(path), start=1):
                self._pages.append((path.name, number))
                words.add(page.get_textpage().get_text_range())
        ids = np.arange(len(self._pages), dtype=np.uint64)
        self._index = LexicalIndex(ids, [(words.finish(), ids.astype(np.int64))])

    def pages(self, question: str, doc: str) -> list[int]:
        """Page numbers within a document, best first."""
        within = np.asarray([name == doc for name, _ in self._pages])
        found = self._index.search(query_terms(question), DEPTH, within)
        return [self._pages[id_][1] for id_ in found]


def print_table(counts: dict[str, list[tuple[bool, ...]]]) -> None:
    """One row a kind of evidence."""
    print("| questions about | n | hit@1 | hit@5 | BM25 over pages, hit@1 | hit@5 |")
    print("|---|---|---|---|---|---|")
    for group, rows in sorted(counts.items()):
        shares = " | ".join(f"{sum(column) / len(rows):.3f}" for column in zip(*rows, strict=True))
        print(f"| {group} | {len(rows)} | {shares} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Cited pages of PDFs against BM25 over pages.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--split", type=int, default=0, metavar="N")
    arguments = parser.parse_args()
    main(arguments.folder, arguments.split)
