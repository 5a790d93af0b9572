"""Tuning: which passages answer, what is held out, and that a model is kept only if better."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny
from hypothesis import given
from hypothesis import strategies as st
from shells import Shell
from written import MakeCorpus

from qwenqa import Library
from qwenqa.encoders import open_encoder
from qwenqa.encoders.torch.encoder import SentenceEncoder
from qwenqa.encoders.torch.tuning import require_trainer
from qwenqa.errors import CollectionError, EncoderError, SettingsError
from qwenqa.evaluation import tuning
from qwenqa.evaluation.questions import Question, answered, read_questions

BIRDS = "heron owl crane stork ibis egret kite plover curlew snipe avocet bittern".split()
PLACES = "bay reef marsh barn field tower lake".split()


def questions_of(corpus: dict[str, str]) -> list[dict[str, str]]:
    """A question about each document, with words of its first line."""
    return [
        {"question": f"Which bird is {address}?", "quote": text.split(".")[0].upper()}
        for address, text in corpus.items()
    ]


@pytest.fixture
def corpus() -> dict[str, str]:
    """Sixty small documents, each with one bird in one place."""
    return {
        f"{bird}-{place}.txt": f"The {bird} waits in the {place}. It is seen at dawn."
        for bird in BIRDS
        for place in PLACES[:5]
    }


def written(path: Path, lines: list[dict[str, str]]) -> Path:
    """The lines as a file of questions."""
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return path


def test_a_quote_is_found_whatever_its_spaces_and_case(library: Library) -> None:
    """The passages that hold the words, in any document or in the one named."""
    passages = list(library.generation().all_passages())
    asked = [
        Question("heron", quote="a HERON  waits\nin shallow water"),
        Question("there", quote="heron waits", address="birds.md"),
        Question("elsewhere", quote="heron waits", address="tea.txt"),
        Question("whole", address="birds.md"),
        Question("none", quote="no such words"),
    ]
    found = answered(asked, passages)
    of = {passage.id: passage for passage in passages}
    (heron,) = found.passages["heron"]
    assert "A heron waits in shallow water" in of[heron].text
    assert found.passages["there"] == (heron,)
    whole = [passage.id for passage in passages if passage.source.address == "birds.md"]
    assert found.passages["whole"] == tuple(whole)
    assert found.unfound == ("elsewhere", "none")


def test_a_question_may_have_several_answers(library: Library) -> None:
    """Lines with the same question are one question."""
    passages = list(library.generation().all_passages())
    lines = [Question("birds", address=one) for one in ("birds.md", "no.md", "birds.md")]
    found = answered(lines, passages)
    assert list(found.passages) == ["birds"]
    assert found.unfound == ()


@pytest.mark.parametrize(
    "line", ["[]", "{", '{"question": "a"}', '{"quote": "a"}', '{"question": " ", "quote": "a"}']
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str) -> None:
    """The sentence says which line of which file."""
    path = tmp_path / "questions.jsonl"
    path.write_text(f'{{"question": "a", "quote": "b"}}\n\n{line}\n', "utf-8")
    with pytest.raises(CollectionError, match=r"questions\.jsonl, line 3"):
        read_questions(path)


@given(st.sets(st.text(min_size=1), min_size=tuning.FEWEST, max_size=60))
def test_what_is_held_out_is_not_trained_on(asked: set[str]) -> None:
    """Each question is on one side, a third held out, whatever their order in the file."""
    answers = dict.fromkeys(sorted(asked), (1,))
    learnt, held = tuning._split(answers, Path("file"), 0)
    assert learnt.keys().isdisjoint(held)
    assert learnt.keys() | held.keys() == asked
    assert len(held) == -(-len(asked) // 3)
    assert tuning._split(dict(reversed(answers.items())), Path("file"), 0) == (learnt, held)


def test_what_is_trained_on_is_what_was_encoded(library: Library) -> None:
    """A passage's text for training gives the vector that the index has."""
    generation = library.generation()
    ids = [passage.id for passage in generation.all_passages()]
    vectors = open_encoder("toy").encode_passages(generation.encoder_texts(ids))
    for id_, vector in zip(ids, vectors, strict=True):
        found = generation.dense_candidates(vector[None], len(ids))
        assert found[id_] == pytest.approx(1, abs=1e-3)


def test_too_few_questions_are_refused(library: Library, tmp_path: Path) -> None:
    """The sentence counts those that were found and those that were not."""
    file = written(
        tmp_path / "q.jsonl",
        [{"question": "a", "address": "birds.md"}, {"question": "b", "quote": "no such words"}],
    )
    with pytest.raises(CollectionError, match=r"has 1 questions .* and 1 whose .* at least 30"):
        tuning.tune(library, file, tmp_path / "tuned")
    with pytest.raises(SettingsError, match="is there already"):
        tuning.tune(library, file, tmp_path)


def test_without_the_trainer_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The packages are named, and the command that installs them."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EncoderError, match=r'datasets and accelerate.*"qwenqa\[tune\]"'):
        require_trainer()


def test_a_model_that_is_not_better_is_not_kept(
    corpus: dict[str, str],
    make_corpus: MakeCorpus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Equal is not better: the folder is not made, and the exit code and a sentence say so."""
    monkeypatch.setattr(tuning, "require_trainer", lambda: None)
    monkeypatch.setattr(tuning, "train", lambda *_: None)
    monkeypatch.setattr(tuning, "replace", lambda settings, **_: settings)  # the same model again
    file = written(tmp_path / "q.jsonl", questions_of(corpus))
    target = tmp_path / "tuned"
    shell = Shell(make_corpus(corpus), tmp_path / "other")
    ran = shell("tune", str(file), "--to", str(target))
    assert ran.code == 1
    assert "not better (nDCG@10, fused), so it is not kept" in ran.out
    assert "40 questions" in ran.out
    assert not target.exists()


@pytest.mark.model
@pytest.mark.slow
def test_a_model_is_tuned_and_kept(
    corpus: dict[str, str], make_corpus: MakeCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It learns, opens with the same prompts as before, and is the same model each time."""
    pytest.importorskip("datasets")
    monkeypatch.setattr("qwenqa.encoders.torch.tuning._RATE", 1e-2)
    model = tiny.multilingual_e5(tmp_path / "multilingual-e5-base")
    library = Library(corpus=make_corpus(corpus), index=tmp_path / "index", model=str(model))
    file = written(tmp_path / "q.jsonl", questions_of(corpus))
    done = [tuning.tune(library, file, tmp_path / name, epochs=6) for name in ("one", "two")]
    first, again = (replace(one, seconds=0, folder="") for one in done)
    assert first == again
    change = done[0].change("vectors", "nDCG@10")
    assert change.comparison.difference > 0.1, change
    if done[0].better:
        tuned, other = (open_encoder(str(tmp_path / name)) for name in ("one", "two"))
        assert isinstance(tuned, SentenceEncoder)
        before = open_encoder(str(model))
        assert tuned.identity == other.identity
        assert tuned.identity.weights != before.identity.weights
        assert tuned.identity.query_prompt == before.identity.query_prompt == "query: "
        assert not np.allclose(tuned.encode_queries(["a"]), before.encode_queries(["a"]))
