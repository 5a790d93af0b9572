"""Neighbouring passages are one hit, and all that is told of it is true of all of it."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest
from written import MakeCorpus

from qwenqa import Answer, Library, ranking
from qwenqa.types import CitedHit

QUESTION = "Which heron waits for fish in the shallow water of Kent or Essex?"
_LINES = [f"The grey heron number {n} waits in shallow water for fish and eels." for n in range(4)]
HERONS = (
    f"# Herons\n\n{' '.join(_LINES[:2])} They live in Kent.\n\n"
    f"## Still herons\n\n{' '.join(_LINES[2:])} They live in Essex."
)
FILES: dict[str, str | bytes] = {
    "herons.md": f"{HERONS}\n",
    "ships.txt": "The brig left Bristol in 1802. It carried tin and wool.\n",
}


@pytest.fixture
def herons(make_corpus: MakeCorpus, tmp_path: Path) -> Library:
    toy = Library(corpus=make_corpus(FILES), index=tmp_path / "index", model="toy")
    toy.rebuild()
    return toy


def joined(answer: Answer) -> CitedHit:
    """The first hit, which joins several passages."""
    assert len(answer.hits[0].hit.joins) > 1
    return answer.hits[0]


def test_a_joined_hit_is_one_citation_that_holds(herons: Library) -> None:
    """One span of the document with all its passages, cited and verified as it stands."""
    cited = joined(herons.ask(QUESTION))
    text = herons.view("herons.md").text
    passage, citation = cited.hit.passage, cited.citation
    assert passage.text == citation.quote == text[passage.start : passage.end]
    assert cited.verification.verdict == "exact"
    assert herons.verify(citation).verdict == "exact"
    parts = cited.hit.parts
    assert (passage.start, passage.end) == (parts[0].start, parts[-1].end)
    assert passage.headings == parts[0].headings
    assert citation.lines == (parts[0].lines[0], parts[-1].lines[1])
    assert passage.sentences == tuple(span for part in parts for span in part.sentences)
    assert all(passage.start <= start < end <= passage.end for start, end in cited.marks)


def test_joining_makes_no_answer_surer(herons: Library) -> None:
    """Its score, trace, terms and the answer's confidence are those of the passage that ranks."""
    answer, why = herons.ask(QUESTION), herons.why(QUESTION)
    cited = joined(answer)
    best = next(stage for stage in why.stages if stage.name == "fused").passages[0]
    assert cited.hit.passage.id == cited.hit.ranked.id == best.where.passage
    assert cited.hit.score == best.score
    assert sum(term.share for term in cited.terms) == cited.hit.trace.bm25
    assert herons.ask(QUESTION, 1).hits[0] == cited
    with mock.patch.object(ranking, "BESIDE", 1.0):
        alone = Library(settings=herons.settings).ask(QUESTION)
    assert alone.hits[0].hit.joins == ()
    assert alone.confidence == answer.confidence


def test_a_joined_passage_is_told_of(herons: Library) -> None:
    """Why names the passages beside the one that ranks, and why-not says in which hit each is."""
    answer = herons.ask(QUESTION)
    cited, told = joined(answer), herons.why(QUESTION).hits[0]
    beside = [part for part in cited.hit.parts if part != cited.hit.ranked]
    assert told.where.passage == cited.hit.ranked.id
    assert [one.passage for one in told.beside] == [one.id for one in beside]
    assert answer.explain().hits[0].beside == told.beside
    assert told.sentences
    assert len(told.sentences.sentences) == len(cited.hit.ranked.sentences)
    start, end = beside[0].sentences[0]
    sentence = herons.view("herons.md").text[start:end]
    found = herons.why_not(sentence, QUESTION)
    assert found.fate == "shown"
    assert found.standings[0].rank == 1
    assert "shown as hit 1, joined to line" in found.detail


def test_what_is_joined_is_compared_passage_by_passage(herons: Library) -> None:
    """A saved question cites each passage by itself, so that a lost neighbour loses only itself."""
    herons.saved.add(QUESTION)
    (herons.settings.corpus / "ships.txt").write_text("The brig left Hull.\n")
    (change,) = herons.rebuild().saved
    answer = herons.ask(QUESTION)
    parts = [part.text for cited in answer.hits for part in cited.hit.parts]
    assert [one.quote for one in change.cited] == parts
    assert len(parts) > len(answer.hits)


def test_a_joined_hit_travels_as_json(herons: Library) -> None:
    """What is written is read back equal."""
    answer = herons.ask(QUESTION)
    joined(answer)
    assert Answer.from_json(answer.json()) == answer
