"""Examples: questions made from the documents, each of which they answer."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_citing import passage
from written import MakeCorpus

from qwenqa import Library, Passage, Span
from qwenqa.answers.examples import MOST_CHARACTERS, in_turn, made
from qwenqa.service import examples as service
from qwenqa.types import LineMap

ROOT = Path(__file__).parent.parent


def of(sentence: str, spoken: str = "en") -> Passage:
    """A passage of one sentence, without a heading."""
    whole = passage(sentence, 0, len(sentence))
    span = (Span(0, len(sentence)),)
    return replace(whole, title="", headings=(), sentences=span, spoken=spoken)


@pytest.mark.parametrize(
    ("sentence", "spoken", "question"),
    [
        ("The brig left Bristol in 1802.", "en", "When did the brig leave Bristol?"),
        ("Ada Moor, a clerk, joined Acme on May 3, 2020.", "en", "When did Ada Moor join Acme?"),
        ("The old mill was built by monks in 1310.", "en", "When was the old mill built by monks?"),
        ("Elon Musk praised the release for its wit.", "en", "Who praised the release?"),
        ("- Bowen Yu: Directed research on models", "en", "Who directed research on models?"),
        ("Unsloth, a fine-tuning tool, won fame.", "en", "What is Unsloth?"),
        ("Telenet was the first public network.", "en", "What was Telenet?"),
        ("Ada Moor was an English poet.", "en", "Who was Ada Moor?"),
        ("Newcastle has three cathedrals.", "en", "How many cathedrals does Newcastle have?"),
        ("DECnet es un conjunto de redes.", "es", "¿Qué es DECnet?"),
        ("El Prado fue fundado en 1819.", "es", "¿Cuándo fue fundado el Prado?"),
        ("Acme wurde im Jahr 1920 in Ulm gegründet.", "de", "Wann wurde Acme gegründet?"),
        ("Ulm ist eine Stadt an der Donau.", "de", "Was ist Ulm?"),
        ("Lyon est une ville de France.", "fr", "Qu'est-ce que Lyon ?"),
        ("巴黎第四区是法国首都的一个区。", "en", "巴黎第四区是什么？"),
    ],
)
def test_a_sentence_gives_the_question_that_it_answers(
    sentence: str, spoken: str, question: str
) -> None:
    """Each shape of sentence, in its language."""
    assert [one.question for one in made([of(sentence, spoken)])] == [question]


@pytest.mark.parametrize(
    "sentence",
    [
        "It was built in 1802.",
        "This was the first of them.",
        "Although Kenya is the biggest, it fell.",
        "Faith, for Luther, was a gift.",
        "Elon Musk praised a release.",
        "Ada Moor recorded the song of his father.",
        "Telenet was incorporated in 1973 and started work in 1975.",
        "Rain fell.",
        "Acme <b>is a firm</b>.",
        "Acme`${x}` is a firm.",
        "A" * 200 + " is a word.",
        "",
    ],
)
def test_what_would_be_a_bad_question_gives_none(sentence: str) -> None:
    """Without a name of its own, with markup, or too long."""
    assert made([of(sentence)]) == []


def test_a_heading_stands_in_where_it_says_something() -> None:
    """Some words of the lowest heading; one word or markup is none."""
    whole = of("Rain fell.")
    for heading, offered in (("Grey herons", True), ("Herons", False), ("A <i>b</i> c", False)):
        found = made([replace(whole, headings=("Birds of ponds", heading))])
        assert [one.question for one in found] == ([heading] if offered else [])


@given(text=st.text(max_size=120), spoken=st.sampled_from(["en", "de", "es", "fr", "xx"]))
def test_whatever_stands_in_a_document(text: str, spoken: str) -> None:
    """Examples are short, on one line, and hold no sign of markup."""
    for given_ in (f"Acme {text} is a firm.", f"Acme is {text}.", f"Acme, a {text}, left in 1802."):
        one = replace(of(given_, spoken), headings=(text,))
        for example in made([one]):
            assert len(example.question) <= MOST_CHARACTERS
            assert len(example.question.splitlines()) == 1
            assert not set(example.question) & set('<>{}$`\\"[]()=#/')


def test_order_does_not_matter() -> None:
    """The same passages give the same examples, however they are sorted."""
    several = [replace(of(f"Name{n} is a firm."), id=n + 1) for n in range(9)]
    mixed = random.Random(1).sample(several, len(several))
    assert made(several) == made(mixed)
    assert len(made(several)) == 9


def test_the_next_one_is_unlike_the_last() -> None:
    """Another source and another kind come before more of the same."""
    sources = [replace(of("").source, address=one) for one in ("a.txt", "a.txt", "b.txt")]
    texts = ("Acme is a firm.", "Bolt is a firm.", "Ada Moor led the whole team of firms.")
    several = [
        replace(of(text), id=n, source=source, lines=LineMap(text).lines(0, 1))
        for n, (text, source) in enumerate(zip(texts, sources, strict=True), 1)
    ]
    chosen: list[object] = []
    order = []
    for one in in_turn(made(several), chosen):  # type: ignore[arg-type]
        chosen.append(one)
        order.append(one.address)
    assert sorted(order[:2]) == ["a.txt", "b.txt"]


TOLD = {
    "ships.txt": "The brig left Bristol in 1802. It carried tin and wool.\n",
    "mills.txt": "Acme, a mill of the north, grinds barley and rye.\n",
    "birds.txt": "Ada Moor painted the grey herons of ponds.\n",
}


@pytest.fixture
def told(make_corpus: MakeCorpus, tmp_path: Path) -> Library:
    return Library(make_corpus(TOLD), tmp_path / "index", "toy")


def test_examples_are_answered(told: Library) -> None:
    """Without an index there are none; with one, each has its sentence in the first hit."""
    assert told.examples() == ()
    told.rebuild()
    with mock.patch.object(service, "SURE", 0.0):
        found = told.examples()
    assert set(found) == {
        "When did the brig leave Bristol?",
        "What is Acme?",
        "Who painted the grey herons of ponds?",
    }
    for question in found:
        assert told.ask(question).hits[0].hit.passage.source.address in TOLD


def test_unsure_ones_are_not_offered(told: Library) -> None:
    """What is not answered surely, or by another passage, is left out."""
    told.rebuild()
    others = [
        replace(one, passage=1, sentence="Said nowhere.")
        for one in made(told.generation().all_passages())
    ]
    with (
        mock.patch.object(service, "SURE", 0.0),
        mock.patch("qwenqa.answers.examples.made", lambda _: others),
    ):
        assert told.examples(4) == ()
    with mock.patch.object(service, "SURE", 1.1):
        assert told.examples() == ()


def test_they_are_made_once_a_generation(told: Library) -> None:
    """A second call asks nothing; a rebuild makes them anew."""
    told.rebuild()
    with (
        mock.patch.object(service, "SURE", 0.0),
        mock.patch.object(service, "find", wraps=service.find) as asked,
    ):
        first = told.examples()
        count = asked.call_count
        assert told.examples() == first
        assert asked.call_count == count > 0
        (told.settings.corpus / "ships.txt").write_text("The yacht left Hull in 1903.\n")
        told.rebuild()
        assert "When did the yacht leave Hull?" in told.examples()


def test_a_large_index_is_sampled(told: Library) -> None:
    """Only so many passages are looked at, the same each time, from all over the index."""
    told.rebuild()
    generation = told.generation()
    with mock.patch.object(service, "_SAMPLED", 2):
        few = service._sampled(generation)
    every = service._sampled(generation)
    assert few == [every[0], every[-1]]
    assert every == [int(one) for one in generation.table["id"]]


@pytest.mark.model
def test_the_article_gives_good_questions(tmp_path: Path) -> None:
    """Of the article that ships: proper questions, each answered surely in its first hit."""
    library = Library(ROOT / "corpus", tmp_path / "index")
    library.rebuild()
    found = library.examples(4)
    assert "When did Junyang Lin announce his resignation?" in found
    assert len(found) == 4
    assert all(one.endswith("?") and library.ask(one).confidence >= service.SURE for one in found)
