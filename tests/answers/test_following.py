"""Follow-up questions: what leans gets what it lacks, and what stands alone is left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shells import QUESTION, Shell

from qwenqa import Answer, Library
from qwenqa.answers import FollowUp
from qwenqa.answers.questions.context_dependence import QuestionWords
from qwenqa.answers.questions.follow_up import MOST_ADDED, follow_up

ROOT = Path(__file__).resolve().parents[2]


class Pair(TypedDict):
    """A question after another, and the sentences of the article that answer it."""

    before: str
    question: str
    leans: bool
    sentences: list[str]


PAIRS: list[Pair] = json.loads((ROOT / "tests/data/follow_ups.json").read_text("utf-8"))


def test_the_pairs_are_about_the_article() -> None:
    """Twenty that lean and twenty that do not; every answering sentence stands in the article."""
    text = (ROOT / "corpus" / "qwen-team-departures.txt").read_text("utf-8")
    assert [one["leans"] for one in PAIRS].count(True) == len(PAIRS) / 2 == 20
    assert all(sentence in text for one in PAIRS for sentence in one["sentences"])


@pytest.mark.parametrize("pair", PAIRS, ids=[one["question"] for one in PAIRS])
def test_what_leans_is_told_from_what_stands_alone(pair: Pair) -> None:
    """Each of the forty is taken for what it is."""
    assert bool(QuestionWords(pair["question"]).lean) == pair["leans"]


@pytest.mark.parametrize(
    ("before", "question", "added"),
    [
        ("What did the Qwen team release?", "And who led Coder?", ("Qwen",)),
        ("What did Bowen Yu direct?", "And who led Coder?", ()),
        ("What did Binyuan Hui lead?", "What about Bowen Yu?", ("lead",)),
        ("Who won Super Bowl 50 in Denver?", "In 2023?", ("Super Bowl 50", "Denver", "won")),
        ("How many points did Acme get in 2022?", "And in 2023?", ("Acme", "points", "get")),
        ("Who attended the emergency meeting?", "Why?", ("attended", "emergency", "meeting")),
        ("Which models did Acme's team release?", "Who praised them?", ("Acme", "models", "team")),
        ("¿Qué dirigió Bowen Yu?", "¿Cuándo dimitió?", ("Bowen Yu", "dirigió")),
        ("Was baute Anna Klein?", "Wann trat sie zurück?", ("Anna Klein", "baute")),
        ("通义千问团队发布了什么？", "什么时候？", ("通义千问团队发布",)),
        ("通义千问团队发布了什么？", "那么谁领导Coder？", ("通义千问团队发布",)),
        ("who leads acme", "when did they start", ("leads", "acme")),
    ],
)
def test_what_is_added(before: str, question: str, added: tuple[str, ...]) -> None:
    """Names, else the rarest words; of what asks the same of another, all but the other."""
    found = follow_up(question, [(before, "")])
    assert found.added == added
    assert found.source == (before if added else "")
    assert found.asked == " ".join((question, *added))


def test_a_person_is_named_by_the_answer() -> None:
    """Who "he" is stands in the sentence that answered, where the question names nobody."""
    sentence = "Junyang Lin, lead researcher for Alibaba's Qwen project, resigned on March 4, 2026."
    for question in ("When did he resign?", "And when did he resign?"):
        assert follow_up(question, [("Who leads Qwen?", sentence)]).added == ("Junyang Lin",)
    named = follow_up("When did he resign?", [("What did Bowen Yu direct?", sentence)])
    assert named.added == ("Bowen Yu",)


def test_the_last_question_that_can_give_is_asked() -> None:
    """One that has nothing to give is passed over; a full one stands in front of older ones."""
    earlier = [("Who leads Acme?", ""), ("Why?", "")]
    assert follow_up("Since when?", earlier).source == "Who leads Acme?"
    earlier.append(("What does Zebra sell?", ""))
    assert follow_up("Since when?", earlier).added == ("Zebra", "sell")
    assert follow_up("Since when?", []) == FollowUp("Since when?")


@pytest.mark.parametrize(
    "question",
    [
        "What did Tesla say about his invention?",
        "When did the oil crisis begin and how did it end?",
        "Why is it important that ships carry lights?",
        "Where do they film the new series of Doctor Who?",
        "Which university has its origins in a school of medicine?",
        "What is tempo?",
        "Who wrote Hamlet?",
        "In his speech, what did King ask for?",
        "Which is better for those who fish at night?",
        "¿Quién lideró la serie Qwen-Coder?",
        "Welche Schiffe fuhren nach Bristol?",
        "那不勒斯在哪里？",
        "玩家用什么泡封敌人？",
        "其他国家的城市有哪些？",
        "heron fish",
        "heron",
        "",
        "?!",
    ],
)
def test_what_stands_alone_is_left_alone(question: str) -> None:
    """Pronouns with their noun before them, names, and bare keywords are no follow-ups."""
    assert follow_up(question, [("What did the Qwen team release?", "")]) == FollowUp(question)


_words = st.sampled_from(
    "and what he it why Acme 2023 the 那 他 什么 呢 ？ ? led , in 的 's".split()
)
_questions = st.lists(_words, max_size=8).map(" ".join) | st.text(max_size=30)


@given(question=_questions, before=_questions, quote=st.text(max_size=60))
def test_whatever_is_asked(question: str, before: str, quote: str) -> None:
    """Words are added behind the question, few, each once, none that it has, all from before."""
    found = follow_up(question, [(before, quote)])
    assert found.asked.startswith(question)
    assert len(found.added) <= MOST_ADDED
    assert len(set(found.added)) == len(found.added)
    for word in found.added:
        assert word.casefold() not in question.casefold()
        assert word in before or word in quote
    assert bool(found.added) == bool(found.source)


def test_words_can_be_taken_away() -> None:
    """What a person removes is not asked; without any the question is as it was typed."""
    found = follow_up("Why?", [("Who attended the meeting?", "")])
    assert found.without("attended").asked == "Why? meeting"
    assert found.without("attended").without("meeting") == FollowUp("Why?")
    assert found.without("other") == found


def test_the_library_knows_the_answers(library: Library) -> None:
    """Answers stand for their question and best sentence; a near miss gives no sentence."""
    answer = library.ask("What does the brig carry?")
    assert "brig" in answer.sentence
    found = library.follow_up("When did it leave?", [answer])
    assert "brig" in found.added
    pairs = [(answer.question, answer.sentence)]
    assert library.follow_up("When did it leave?", pairs) == found
    assert Answer("q", found=False, confidence=0, hits=(), generation=1, model="m").sentence == ""


def test_the_shell_tells_what_it_adds(library: Library) -> None:
    """``ask --after`` asks with the words of the question before, and says which."""
    shell = Shell(library.settings.corpus, library.settings.index)
    ran = shell("ask", "And why?", "--after", QUESTION)
    assert "words of the question before: heron" in ran.err
    assert ran.out.splitlines()[0].startswith("And why? heron")
    alone = shell("ask", QUESTION, "--after", "What does the brig carry?")
    assert (alone.out, alone.err) == (shell("ask", QUESTION).out, "")


@pytest.mark.model
def test_follow_ups_are_answered(tmp_path: Path) -> None:
    """With what they lack at least 19 of the twenty have their sentence in the first hit."""
    library = Library(ROOT / "corpus", tmp_path / "index")
    right = 0
    for pair in (one for one in PAIRS if one["leans"]):
        found = library.follow_up(pair["question"], [library.ask(pair["before"])])
        first = library.ask(found.asked, 1).hits[0].hit.passage.text
        right += any(one in first for one in pair["sentences"])
    assert right >= 19
