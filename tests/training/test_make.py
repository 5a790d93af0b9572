"""Examples made of a set: answerable ones point at the answer, others do not hold it."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from training.make import Example, examples
from training.squad import FOLDS, Squad, read_squad

PLACES = ("heron", "otter", "bittern", "kingfisher", "grebe", "plover")


@pytest.fixture
def squad(tmp_path: Path) -> Squad:
    """Twelve articles of two paragraphs, with a question that each answers and one that not."""
    paragraphs, questions = [], []
    for number, bird in enumerate([*PLACES, *(f"young {one}" for one in PLACES)]):
        for part in range(2):
            # Of every second article both paragraphs hold the answer.
            key, count = f"{bird}#{part}", 100 + 10 * number + part * (number % 2)
            text = (
                f"The {bird} lives by the river in part {part}. It eats {count} small fish "
                "a week, of many kinds. It breeds in early spring and its eggs are pale blue."
            )
            paragraphs.append({"id": key, "title": bird, "text": text})
            ask = f"How many fish does the {bird} of part {part} eat in 1990?"
            questions.append(
                {"id": f"{key}a", "text": ask, "paragraph": key, "answers": [str(count)],
                 "answer_starts": [[text.index(str(count))]], "answerable": True}
            )  # fmt: skip
            questions.append(
                {"id": f"{key}b", "text": f"Who feeds the {bird}?", "paragraph": key,
                 "answers": [], "answer_starts": [], "answerable": False}
            )  # fmt: skip
    for name, rows in (("corpus", paragraphs), ("queries", questions)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return read_squad(tmp_path)


def made(squad: Squad, squad2: Squad) -> list[Example]:
    """All examples of several seeds."""
    return [example for seed in range(8) for example in examples(squad, squad2, Random(seed))]


def test_an_answerable_example_points_at_its_answer(squad: Squad) -> None:
    """Its characters are an answer to the question it was made of."""
    answers = {answer for question in squad.questions for answer in question.answers}
    found = [one for one in made(squad, squad) if one.start >= 0]
    assert found
    assert {one.text[one.start : one.end] for one in found} <= answers


def test_another_passage_than_the_one_that_answers_lacks_the_answer(squad: Squad) -> None:
    """Found by search, of the same article, or without the sentence."""
    answer = {
        question.text: question.answers[0] for question in squad.questions if question.answers
    }
    kinds = {"searched", "same article", "sentence gone"}
    found = [one for one in made(squad, squad) if one.kind in kinds]
    assert {one.kind for one in found} == kinds
    assert not [one for one in found if answer[one.question] in one.text or one.start != -1]


def test_a_fold_holds_whole_articles_and_all_folds_hold_all(squad: Squad) -> None:
    """No article stands in two."""
    folds = [squad.folds([number]) for number in range(FOLDS)]
    titles = [{paragraph.title for paragraph in fold.paragraphs.values()} for fold in folds]
    assert sum(map(len, titles)) == len(set().union(*titles)) == 2 * len(PLACES)
    assert sum(len(fold.questions) for fold in folds) == len(squad.questions)


def test_nothing_of_the_held_out_fold_is_trained_on(squad: Squad) -> None:
    """Neither as a question nor as a passage that does not answer."""
    kept, held = squad.folds([1, 2, 3, 4]), squad.folds([0])
    texts = {paragraph.text for paragraph in held.paragraphs.values()}
    asked = {question.text for question in held.questions}
    assert texts
    assert not [one for one in made(kept, kept) if one.text in texts or one.question in asked]


def test_one_seed_makes_one_set_of_examples(squad: Squad) -> None:
    """Another seed makes another."""
    first, again, other = (list(examples(squad, squad, Random(seed))) for seed in (1, 1, 2))
    assert first == again
    assert first != other
