"""Why a question has its hits: shares that add up, stages that agree with the search itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest import mock

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shells import Shell
from written import TEXTS, MakeCorpus

from qwenqa import Answer, Filter, Library
from qwenqa.encoders import ToyEncoder, open_encoder
from qwenqa.lexical.analysis import query_terms
from qwenqa.types import Encoder, Explanation, TokenEncoder

QUESTION = "Which bird waits for fish in shallow water at night?"
TWINS = {**TEXTS, "copy.md": TEXTS["birds.md"], "empty.txt": "x\n"}


@pytest.fixture
def twins(make_corpus: MakeCorpus, tmp_path: Path) -> Library:
    toy = Library(corpus=make_corpus(TWINS), index=tmp_path / "index", model="toy")
    toy.rebuild()
    return toy


def test_term_shares_add_up_to_the_score_to_the_last_bit(library: Library) -> None:
    """For every passage that words find: its shares, in the terms' order, are its BM25."""
    lexical = library.generation().lexical
    for question in (QUESTION, "the brig and the tin of 1802", "oolong leaves", "absent zzz"):
        terms = query_terms(question)
        scores = lexical.search(terms, 100)
        shares = lexical.shares(terms, list(scores))
        assert [sum(share.values()) for share in shares] == list(scores.values())
        assert all(list(share) == [name for name, *_ in terms if name in share] for share in shares)
    assert lexical.shares([("heron",)], []) == []


def test_a_hit_is_the_sum_of_what_gave_it(twins: Library) -> None:
    """Terms to BM25 exactly, sentences and rest to the cosine, both parts to the fused score."""
    found = twins.why(QUESTION)
    assert found.hits
    for hit in found.hits:
        trace = hit.trace
        assert sum(term.share for term in hit.terms) == (trace.bm25 or 0)
        assert hit.sentences
        assert hit.sentences.exact
        assert hit.sentences.rest is not None
        total = sum(sentence.share for sentence in hit.sentences.sentences) + hit.sentences.rest
        assert total == pytest.approx(hit.sentences.cosine, abs=1e-6)
        assert hit.sentences.cosine == pytest.approx(trace.cosine, abs=1e-3)
        words = found.stages[1]
        best = words.passages[0].score
        assert trace.fused - trace.dense_part == pytest.approx(
            (words.weight or 0) * (trace.bm25 or 0) / best
        )


def test_a_sentence_gets_what_its_words_give(library: Library) -> None:
    """The sentence that alone shares words with the question has the larger share, by far."""
    (best, *_) = library.why("Who sings loudly?", 1).hits
    assert best.sentences
    sings, hunts = best.sentences.sentences
    assert sings.text == "A wren sings loudly."
    assert sings.share > 5 * abs(hunts.share)


def test_stages_are_those_of_the_search(twins: Library) -> None:
    """The last stage begins with what is shown; every stage goes down; twins are folded."""
    found, answer = twins.why(QUESTION, 3), twins.ask(QUESTION, 3)
    names = [stage.name for stage in found.stages]
    assert names == ["by vectors", "by words", "fused", "folded", "joined"]
    shown = [hit.hit.passage.id for hit in answer.hits]
    assert [passage.where.passage for passage in found.stages[-1].passages][:3] == shown
    assert [hit.trace for hit in found.hits] == [hit.hit.trace for hit in answer.hits]
    for stage in found.stages:
        assert [passage.rank for passage in stage.passages] == list(
            range(1, len(stage.passages) + 1)
        )
        scores = [passage.score for passage in stage.passages]
        assert scores == sorted(scores, reverse=True)
    assert len(found.stages[2].passages) > len(found.stages[3].passages)
    assert found.hits[0].also_in
    first, second, *others = (stage.weight for stage in found.stages)
    assert first + second == pytest.approx(1)
    assert 0 < first < 1
    assert others == [None, None, None]


def test_terms_are_counted_in_the_index(library: Library) -> None:
    """Each term with the passages that hold it; what stands nowhere has none."""
    found = {term.term: term.passages for term in library.why("heron zzz bird").terms}
    assert found == {"heron": 1, "zzz": 0, "bird": 2}


def test_a_model_that_is_no_sum_says_so(library: Library) -> None:
    """Then each sentence has the cosine that it has alone, and nothing claims to add up."""
    with mock.patch.object(ToyEncoder, "encode_tokens", lambda _, texts: [None] * len(texts)):
        (hit,) = library.why(QUESTION, 1).hits
    toy = ToyEncoder()
    assert hit.sentences
    assert not hit.sentences.exact
    assert hit.sentences.rest is None
    texts = [sentence.text for sentence in hit.sentences.sentences]
    alone = toy.encode_passages(texts) @ toy.encode_queries([QUESTION])[0]
    assert [sentence.share for sentence in hit.sentences.sentences] == pytest.approx(alone.tolist())


def test_why_looks_where_the_question_was_asked(library: Library) -> None:
    """A filter holds for every stage."""
    found = library.why(QUESTION, within=Filter(path="ships*"))
    assert {passage.where.address for stage in found.stages for passage in stage.passages} == {
        "ships.txt"
    }


def test_a_score_without_a_rank_is_told(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    """What only its words made a candidate has a cosine too, and no rank by vectors."""
    alike = "Where would they be when"
    files: dict[str, str | bytes] = {f"{n:03}.txt": f"{alike} {n}\n" for n in range(120)}
    files["z.txt"] = f"zzz {'Oolong leaves are rolled by hand. ' * 4}\n"
    shell = Shell(make_corpus(files), tmp_path / "index")
    assert shell("build").code == 0
    ran = shell("why", f"{alike} zzz?", "-k", "1")
    assert ran.code == 0
    assert "(no candidate), BM25" in ran.out
    found = Library(shell.corpus, shell.index, "toy").why(f"{alike} zzz?")
    nearest, weight = found.stages[0].passages[0].score, found.stages[0].weight or 0
    assert weight != 0.5
    for hit in found.hits:
        assert hit.trace.dense_part == pytest.approx(weight * (hit.trace.cosine or 0) / nearest)


def test_a_reranker_is_one_more_stage(library: Library) -> None:
    """Its scores go down, it orders what is shown, and what it casts out is lost there."""
    plain, judged = (
        Library(settings=replace(library.settings, reranker=name)) for name in ("", "toy")
    )
    question = "heron fish water shallow wait it the counts passing a"
    found = judged.why(question, 1)
    assert [stage.name for stage in found.stages][2:] == ["fused", "reranked", "folded", "joined"]
    scores = [passage.score for passage in found.stages[3].passages]
    assert scores == sorted(scores, reverse=True)
    shown = judged.ask(question, 1).hits[0].hit
    assert found.hits[0].trace == shown.trace
    assert found.stages[3].passages[0].where.passage == shown.passage.id
    before = plain.ask(question, 1).hits[0].hit.passage
    assert before.id != shown.passage.id
    lost = judged.why_not(before.text, question, 1)
    assert lost.fate == "lost in reranking"
    assert "after it at place 2" in lost.detail


def test_an_explanation_is_json(library: Library) -> None:
    """What is written is read back equal."""
    found = library.why(QUESTION)
    data = msgspec.json.encode(found)
    assert msgspec.json.decode(data, type=Explanation) == found


def test_an_answer_explains_itself(library: Library) -> None:
    """Scores, ranks and term shares travel with the answer, and agree with the library's."""
    answer = library.ask(QUESTION, within=Filter(kind="md"))
    again = Answer.from_json(answer.json())
    assert again == answer
    assert again.within == Filter(kind="md")
    told, whole = again.explain(), library.why(QUESTION, within=Filter(kind="md"))
    assert told.terms == whole.terms
    assert [hit.terms for hit in told.hits] == [hit.terms for hit in whole.hits]
    assert [hit.trace for hit in told.hits] == [hit.trace for hit in whole.hits]
    for mine, theirs in zip(told.stages, (*whole.stages[:2], whole.stages[-1]), strict=True):
        assert mine.name == theirs.name
        assert set(mine.passages) <= set(theirs.passages)


@given(texts=st.lists(st.text(max_size=40), max_size=4))
def test_toy_tokens_add_up(texts: list[str]) -> None:
    """The rows of each text add up to its vector, and its words are where the spans say."""
    assert_adds_up(ToyEncoder(), texts)


@pytest.mark.model
def test_the_models_tokens_add_up(library: Library, tmp_path: Path) -> None:
    """The default model pools by the mean: its tokens add up, and so do a hit's sentences."""
    assert_adds_up(open_encoder(), ["A heron — naïve café — waits.\nIt fishes. 水很深。", "b", ""])
    real = Library(corpus=library.settings.corpus, index=tmp_path / "real")
    for hit in real.why(QUESTION).hits:
        assert hit.sentences
        assert hit.sentences.exact
        total = sum(sentence.share for sentence in hit.sentences.sentences) + (
            hit.sentences.rest or 0
        )
        assert total == pytest.approx(hit.sentences.cosine, abs=1e-6)
        assert total == pytest.approx(hit.trace.cosine, abs=2e-3)


def assert_adds_up(encoder: Encoder, texts: list[str]) -> None:
    """Tokens add up to the vector, and their spans are inside the text, in order."""
    assert isinstance(encoder, TokenEncoder)
    vectors = encoder.encode_passages(texts)
    for text, vector, tokens in zip(texts, vectors, encoder.encode_tokens(texts), strict=True):
        assert tokens
        assert tokens.vectors.shape == (len(tokens.spans), len(vector))
        assert np.allclose(tokens.vectors.sum(axis=0), vector, atol=1e-5)
        spans = [span for span in tokens.spans if span.end > span.start]
        assert spans == sorted(spans)
        assert all(span.end <= len(text) for span in spans)
        assert "".join(text[a:b] for a, b in spans).split() == "".join(text.split()).split()
