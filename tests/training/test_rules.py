"""Questions changed by rule: another question, or the same one in other words."""

from __future__ import annotations

from random import Random

import pytest

from training import rules

ARTICLE = [
    "Who led the Norman army in 1066?",
    "When did the Battle of Hastings end?",
    "How many ships did Harald Hardrada lose in 1043?",
    "What were the largest ports of Sicily?",
]


@pytest.mark.parametrize(
    ("rule", "question", "expected"),
    [
        (rules.negated, "When did the war end?", "When didn't the war end?"),
        (rules.negated, "Who did not sign it?", "Who did sign it?"),
        (
            rules.opposite,
            "Who was the tallest and oldest man?",
            "Who was the tallest and youngest man?",
        ),
        (rules.other_unit, "How many acres is it?", "How many hectares is it?"),
        (rules.other_form, "How many ships sank?", "What number of ships sank?"),
        (rules.other_form, "Why did it fail?", "For what reason did it fail?"),
    ],
)
def test_a_rule_changes_what_it_is_named_after(
    rule: rules.Rule, question: str, expected: str
) -> None:
    """The rest of the question stays."""
    assert rule(question, ARTICLE, Random(1)) == expected


def test_a_name_is_replaced_by_another_one_of_the_article() -> None:
    """The question's first word, which has a capital of its own, is no name."""
    question = "Who was beaten by Harold Godwinson?"
    made = {rules.other_name(question, ARTICLE, Random(seed)) for seed in range(20)}
    assert made == {
        f"Who was beaten by {name}?"
        for name in ("Norman", "Battle of Hastings", "Harald Hardrada", "Sicily")
    }


@pytest.mark.parametrize("seed", range(10))
def test_a_year_becomes_another_year(seed: int) -> None:
    """It has as many digits, and is not the one that was asked for."""
    made = rules.other_number("What happened in 1066?", ARTICLE, Random(seed))
    assert made is not None
    year = made.removeprefix("What happened in ").removesuffix("?")
    assert len(year) == 4
    assert year.isdigit()
    assert year != "1066"


def test_no_rule_gives_back_the_question() -> None:
    """Whatever is drawn, something is changed, and the rule's name comes with it."""
    for table in (rules.CHANGES, rules.PARAPHRASES):
        known = {rule.__name__ for rule, _ in table}
        for seed in range(100):
            made = rules.changed(table, ARTICLE[seed % 4], ARTICLE, Random(seed))
            assert made is not None
            assert made[0] in known
            assert made[1] != ARTICLE[seed % 4]


def test_keywords_are_the_questions_own_words() -> None:
    """Those of grammar are left out, whichever case is drawn."""
    made = rules.keywords("How many ships did Harald Hardrada lose in 1043?", (), Random(1))
    assert made is not None
    assert made.lower() == "ships harald hardrada lose 1043"


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("When was the abbey founded?", "1098", "Was the abbey founded in 1098?"),
        ("Where did they land?", "at Pevensey", "Did they land at Pevensey?"),
        ("How many ships did he lose?", "300", "Did he lose 300 ships?"),
        ("Who founded the abbey?", "William", "Was it William who founded the abbey?"),
        ("Why did they land?", "to conquer", None),
    ],
)
def test_a_question_is_asked_for_yes_or_no(
    question: str, answer: str, expected: str | None
) -> None:
    """With the answer in the place that its form has for it."""
    assert rules.yes_or_no(question, answer) == expected
