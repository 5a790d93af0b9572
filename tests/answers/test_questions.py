"""Made questions: their answers are known, and nothing about them is chance."""

from __future__ import annotations

import math
import os
import random
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwenqa.answers.questions.known_item import KnownItem, Vocabulary, hard_items, known_items
from qwenqa.lexical.analysis import analyse, query_terms
from qwenqa.types import Group, Passage, ReaderIdentity, Source, Span, sha256_text

SENTENCES = (
    "The brig Lydia left Bristol in 1802 with tin, wool and forty sailors aboard.",
    "Captain Anna Moor sold the cargo of rolled oolong leaves to a merchant in Cadiz.",
    "A heron waits in shallow water near the old mill of Westbury until a fish passes.",
    "The lighthouse at Start Point burned 240 barrels of colza oil in every dark winter.",
    "it is so.",
    "Keepers counted passing sails and wrote them into Ledger Seven before supper each evening.",
    "黑豹队在2015年的常规赛中只丢了308分，防守排名联盟第六，并且完成了24次拦截。",
    "El faro de Cádiz consumió 240 barriles de aceite durante el oscuro invierno de 1802.",
)


def passage(text: str, number: int, title: str = "") -> Passage:
    """A passage of one sentence, in a source of its own."""
    source = Source(f"{number}.txt", sha256_text(text), len(text))
    return Passage(
        number + 1, source, ReaderIdentity("plain", 1), 0, len(text), text, title, (), (1, 1), (),
        (Span(0, len(text)),), sha256_text(text), cut=False,
    )  # fmt: skip


PASSAGES = [passage(text, number) for number, text in enumerate(SENTENCES)]


def vocabulary(passages: list[Passage]) -> Vocabulary:
    """The rarities of some passages, counted one by one."""

    def rarity(terms: Group) -> float:
        held = sum(any(term in terms for term, _, _ in analyse(it.text)) for it in passages)
        return math.log(1 + (len(passages) - held + 0.5) / (held + 0.5))

    return Vocabulary(analyse, query_terms, rarity)


def made(passages: list[Passage], limit: int = 20) -> list[KnownItem]:
    return known_items(passages, vocabulary(PASSAGES), limit)


def test_questions_are_made_of_sentences_with_something_to_ask_for() -> None:
    """Each names its passage, its sentence and the words taken away; short ones give none."""
    items = made(PASSAGES)
    assert {item.passage for item in items} == {one.id for one in PASSAGES} - {5}
    for item in items:
        text = PASSAGES[item.passage - 1].text
        assert item.answer in text
        assert item.sentence == (0, len(text))
        assert item.address == f"{item.passage - 1}.txt"


def test_the_answer_is_not_in_the_question() -> None:
    """None of the answer's terms is asked with."""
    for item in made(PASSAGES):
        asked = {term for term, _, _ in analyse(item.question)}
        assert not asked & {term for term, _, _ in analyse(item.answer)}, item


def test_the_order_of_passages_does_not_show() -> None:
    """Shuffled passages give the same questions in the same order, and a limit the first ones."""
    items = made(PASSAGES)
    for seed in range(5):
        shuffled = random.Random(seed).sample(PASSAGES, len(PASSAGES))
        assert made(shuffled) == items
        assert made(shuffled, 3) == items[:3]


def test_the_hash_seed_does_not_show() -> None:
    """Two processes with different hash seeds make the same questions."""
    code = "import test_questions as t; print([i.question for i in t.made(t.PASSAGES)])"
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
    assert b"[" in told.pop()


WORDS = st.sampled_from(re.findall(r"\w+", " ".join(SENTENCES)))
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=25).map(" ".join), min_size=1, max_size=6)


@given(TEXTS)
def test_no_question_is_a_piece_of_its_passage(texts: list[str]) -> None:
    """Whatever the texts: none is asked in the passage's own words, and hard ones cross sources."""
    passages = [passage(f"{text}.", number) for number, text in enumerate(texts)]
    for item in known_items(passages, vocabulary(passages), 10):
        assert item.question.casefold() not in passages[item.passage - 1].text.casefold()
        assert item.question.strip()
    for hard in hard_items(passages, vocabulary(passages), 10):
        assert hard.addresses[0] != hard.addresses[1]


def test_the_subject_comes_from_the_heading() -> None:
    """A sentence that names nothing of its heading is asked about with the heading's rare words."""
    text = "It was built of granite in 1802 and burned oil until the storm of the next winter."
    bare = passage(text, 50)
    titled = replace(bare, title="Eddystone Lighthouse")
    (without,), (named,) = made([bare]), made([titled])
    assert "Eddystone" not in without.question
    assert named.question == f"Eddystone Lighthouse {without.question}"


def test_hard_questions_have_words_of_two_sources_and_of_no_single_one() -> None:
    """All their words are known, and no passage has all of them."""
    hard = hard_items(PASSAGES[:4] + PASSAGES[5:6], vocabulary(PASSAGES), 3)
    assert len(hard) == 3
    known = {term for it in PASSAGES for term, _, _ in analyse(it.text)}
    for item in hard:
        terms = {one for group in query_terms(item.question) for one in group}
        assert terms <= known
        assert not any(terms <= {term for term, _, _ in analyse(it.text)} for it in PASSAGES)


def test_nothing_to_ask_is_no_error() -> None:
    """No passages, and passages without sentences, give no question."""
    assert made([]) == []
    assert made([replace(PASSAGES[0], sentences=())]) == []
    assert hard_items(PASSAGES[:1], vocabulary(PASSAGES), 5) == []


@pytest.mark.parametrize("number", [6, 7])
def test_other_languages_are_asked_too(number: int) -> None:
    """Chinese and Spanish sentences give questions of their own characters."""
    (item,) = made([PASSAGES[number]])
    assert len(query_terms(item.question)) >= 3
