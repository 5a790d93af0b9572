"""Pairs to train on: the tokens marked are the answer's, however the passage is cut."""

from __future__ import annotations

from random import Random

import pytest

from training.pairs import batches, cropped, padded, tokenizer
from training.spans import LIMIT

SENTENCES = [
    f"Sentence {number} tells of bird {number * 37}, which is rare. " for number in range(40)
]
TEXT = "".join(SENTENCES)


def example(answer: str) -> dict[str, object]:
    """A question about the text above; "" is none that it answers."""
    start = TEXT.index(answer) if answer else -1
    end = start + len(answer)
    return {"question": "Which bird?", "title": "Birds", "text": TEXT, "start": start, "end": end}


@pytest.mark.parametrize("answer", ["bird 0", "bird 740", "bird 1443", "rare. Sentence 2 tells"])
def test_the_answers_tokens_are_marked(answer: str) -> None:
    """Their characters are the answer's, wherever the passage is cut."""
    words = tokenizer()
    for seed in range(30):
        made = cropped(words, example(answer), Random(seed))
        assert made is not None
        places = made.pair.offsets
        first, last = made.start - made.pair.first, made.end - made.pair.first
        assert TEXT[places[first][0] : places[last][1]] == answer
        assert len(made.pair.ids) <= LIMIT


def test_without_an_answer_the_first_token_is_marked() -> None:
    """That stands for there being none."""
    made = cropped(tokenizer(), example(""), Random(1))
    assert made is not None
    assert (made.start, made.end) == (0, 0)


def test_only_the_passages_tokens_and_the_first_may_be_chosen() -> None:
    """Not the question's, the title's, or the padding."""
    words = tokenizer()
    some = [cropped(words, example("bird 740"), Random(seed)) for seed in range(6)]
    wanted = [one for one in some if one]
    batch = padded(wanted)
    for row, one in enumerate(wanted):
        may = batch.allowed[row].nonzero().flatten().tolist()
        assert may == [0, *range(one.pair.first, len(one.pair.ids) - 1)]
        assert batch.mask[row].sum() == len(one.pair.ids)
        assert batch.kinds[row].sum() == len(one.pair.ids) - one.pair.second
    assert batch.allowed[range(len(wanted)), batch.start].all()


def test_every_example_comes_once() -> None:
    """In batches of about one length, and what is counted as done is all of them at the end."""
    rows = [example(f"bird {number * 37}") for number in range(40)]
    made = list(batches(tokenizer(), rows, 4, Random(1)))
    assert sum(used for used, _ in made) == len(rows)
    assert sum(len(batch.ids) for _, batch in made) == len(rows)
