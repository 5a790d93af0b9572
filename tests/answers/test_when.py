"""Of a question for a time the date in the answering sentence is told, where there is one only."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import MakeCorpus

from qwenqa import Library
from qwenqa.answers.marks.asked_date import date_asked_for
from qwenqa.ui.html.answer import answer as page

LONG = "The tower was finished on 31 March 1889 in Paris."


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("When was the tower finished?", LONG, "31 March 1889"),
        ("In which year did it open?", "It opened in 1889.", "1889"),
        ("Wann wurde er gebaut?", "Er wurde am 12. März 2021 gebaut.", "12. März 2021"),
        ("¿En qué año murió?", "Murió en 1943.", "1943"),
        ("它成立于哪一年？", "该公司成立于1998年。", "1998年"),
        ("When did it move after 1900?", "After 1900 it moved in 1911.", "1911"),
        ("Who finished the tower?", LONG, ""),
        ("What was used when the tower opened?", LONG, ""),
        ("When was it open?", "It was open from 1889 to 1911.", ""),
        ("When was it open?", "It was open for long.", ""),
    ],
)
def test_only_the_one_date_of_a_question_for_a_time(
    question: str, sentence: str, words: str
) -> None:
    """In four languages; none for other questions, and none of several dates."""
    found = date_asked_for(question, sentence)
    assert (sentence[slice(*found)] if found else "") == words


@given(st.text(max_size=60) | st.text("0123456789.,-– /:'年月日in May", max_size=60))
def test_any_sentence_is_read(sentence: str) -> None:
    """Whatever stands in a sentence: a date lies inside it and has a digit."""
    told = date_asked_for("When was it?", sentence)
    if told is not None:
        assert 0 <= told.start < told.end <= len(sentence)
        assert any(one.isdigit() for one in sentence[slice(*told)])


def test_an_answer_tells_the_words_asked_for(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    """A span of the document inside the best mark, which leads the page; none for near misses."""
    corpus = make_corpus({"tower.txt": f"A tower of iron.\n\n{LONG}\n"})
    library = Library(corpus=corpus, index=tmp_path / "index", model="toy")
    library.rebuild()
    answer = library.ask("When was the tower finished in Paris?")
    assert answer.found
    assert answer.best
    assert answer.asked_for
    start, end = answer.asked_for
    assert library.view("tower.txt").text[start:end] == "31 March 1889"
    assert answer.best.marks[0].start <= start < end <= answer.best.marks[0].end
    lead, _, _ = page(answer).partition("</blockquote>")
    assert "<mark>" in lead
    assert library.ask("Who finished the tower in Paris?").asked_for is None
