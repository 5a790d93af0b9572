"""Conflicts: what differs about the same thing is shown, and next to nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import chain, combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from test_citing import rendered
from written import MakeCorpus

from qwenqa import Answer, Conflict, Library
from qwenqa.answers.citing import cite
from qwenqa.answers.conflicts import _reaching, conflicts
from qwenqa.answers.dates import dates
from qwenqa.answers.differing import differences
from qwenqa.answers.quantities import quantities
from qwenqa.answers.statements import sentences
from qwenqa.cli.texts import show_answer
from qwenqa.lexical.analysis import Term, analyse, query_terms
from qwenqa.types import (
    CitedHit,
    Hit,
    Passage,
    ReaderIdentity,
    Source,
    Span,
    Trace,
    Verification,
)

Text = str | tuple[str, str]
"""A sentence, or a sentence and the title of its document."""

CONFLICTS = [
    (
        "How many staff does Acme have in its works?",
        "Acme has 250 staff in its works.",
        "In its works Acme now employs 310 staff.",
    ),
    (
        "When did the Globex directors approve the budget for the library in Springfield?",
        "The Globex directors approved the budget for the library in Springfield on 3 May 2021.",
        "The Globex directors approved the budget for the library in Springfield on 7 June 2021.",
    ),
    ("How many staff does Acme have?", "Acme has 250 staff.", "Acme employs 310 staff."),
    (
        "How many staff does Acme have?",
        "Acme, the maker of pumps, has 250 employees.",
        "In total Acme has 310 staff members.",
    ),
    (
        "How tall is the Eiffel Tower?",
        "The Eiffel Tower is 324 metres tall.",
        "The Eiffel Tower has a height of 312 m.",
    ),
    (
        "How tall is the Eiffel Tower?",
        "The Eiffel Tower is 1,063 feet tall.",
        "The Eiffel Tower is 312 m high.",
    ),
    (
        "What is the population of Springfield?",
        "Springfield has a population of 30,720.",
        "The population of Springfield is 116,250.",
    ),
    (
        "What is the population of Springfield?",
        "Springfield has 30,720 inhabitants.",
        "Springfield has a population of 116,250.",
    ),
    ("How long is the warranty?", "The warranty lasts 24 months.", "The warranty is 3 years."),
    (
        "When was Acme founded?",
        "Acme was founded in 1998.",
        "Acme was founded in 1989 by two brothers.",
    ),
    ("When was Acme founded?", "Acme, founded in 1998, makes pumps.", "Acme was founded in 1989."),
    (
        "When does the contract end?",
        "The contract ends on 31 March 2024.",
        "The contract ends on 30 June 2024.",
    ),
    (
        "Does Orion support Windows 7?",
        "Orion supports Windows 7.",
        "Orion no longer supports Windows 7.",
    ),
    (
        "Is smoking allowed in the garden?",
        "Smoking is allowed in the garden.",
        "Smoking is not allowed in the garden.",
    ),
    ("What is the timeout?", "The default timeout is 30 s.", "The default timeout is 1 minute."),
    (
        "What is the minimum password length?",
        "Passwords have at least 8 characters.",
        "Passwords have at least 12 characters.",
    ),
    (
        "Wie viele Mitarbeiter hat Acme?",
        "Acme hat 250 Mitarbeiter.",
        "Acme beschäftigt 310 Mitarbeitende.",
    ),
    (
        "Wann wurde Acme gegründet?",
        "Acme wurde 1998 gegründet.",
        "Acme wurde im Jahr 1989 gegründet.",
    ),
    (
        "¿Cuántos empleados tiene Acme?",
        "Acme tiene 250 empleados.",
        "Acme cuenta con 310 empleados.",
    ),
    ("该公司有多少员工？", "该公司有250名员工。", "该公司有310名员工。"),
    ("公司成立于哪一年？", "公司成立于1998年。", "公司成立于1989年3月。"),
    (
        "What was the revenue of Acme in 2021?",
        "In 2021 the revenue of Acme was $3.5 million.",
        "The revenue of Acme was 4.2 million dollars in 2021.",
    ),
    (
        "How much does the pump weigh?",
        "The pump weighs 12 kg.",
        "The weight of the pump is 15 kilograms.",
    ),
    (
        "Is Orion free?",
        "Orion is not free of charge for schools.",
        "Orion is free of charge for schools.",
    ),
    (
        "Unterstützt Orion Windows 7?",
        "Orion unterstützt Windows 7.",
        "Orion unterstützt Windows 7 nicht.",
    ),
]
NONE = [
    (
        "What were the sales of Acme?",
        "In 2019, the sales of Acme were $5 million.",
        "In 2020, the sales of Acme were $7 million.",
    ),
    (
        "What were the sales of Acme?",
        "In 2019, the sales of Acme were $5 million.",
        "The sales of Acme were $7 million.",
    ),
    ("How many staff does Acme have?", "Acme has 250 staff.", "Acme has 250 employees."),
    ("How many staff does Acme have?", "Acme has about 500 staff.", "Acme has 497 staff."),
    (
        "How many people live in Springfield?",
        "Springfield has 3.5 million inhabitants.",
        "Springfield has 3,512,000 inhabitants.",
    ),
    (
        "How many people live in Springfield?",
        "Springfield has 3,512,000 inhabitants.",
        "Springfield hat 3.512.000 Einwohner.",
    ),
    (
        "What was the revenue of Acme?",
        "In 2019 the revenue of Acme was $5 million.",
        "In 2020 the revenue of Acme was $7 million.",
    ),
    (
        "What was the revenue of Acme?",
        "The revenue of Acme was $5 million.",
        "The revenue of Acme was €7 million.",
    ),
    ("How much does model A weigh?", "Model A weighs 12 kg.", "Model B weighs 15 kg."),
    ("How many staff does Acme have?", "Acme has 250 staff.", "Globex has 310 staff."),
    ("How many staff does Acme have?", "Acme has 250 staff.", "Acme has 310 staff in Berlin."),
    ("How many staff does Acme have?", "Acme has 250 staff.", "Acme hired 310 staff."),
    ("How many staff does Acme have?", "Acme has 250 staff.", "Acme had 310 staff."),
    ("How many staff does Acme have?", "Acme has 250 staff.", "Acme has more than 200 staff."),
    ("How many staff does Acme have?", "Acme has 250 staff.", "Acme plans to have 310 staff."),
    ("How many staff does Acme have?", "Acme has 250 full-time staff.", "Acme has 310 staff."),
    (
        "How many staff does Acme have?",
        "Acme has 250 staff and 310 contractors.",
        "Acme has 310 contractors.",
    ),
    (
        "How many staff does Acme have?",
        "Acme has 250 staff, of whom 40 staff are engineers.",
        "Acme has 310 staff.",
    ),
    ("How tall is the tower?", "The tower is 324 m tall.", "The tower is 324.4 metres tall."),
    ("How tall is the tower?", "The tower is 1,063 feet tall.", "The tower is 324 m tall."),
    ("How tall is the tower?", "The tower is 324 m tall.", "The tower is 125 m wide."),
    ("How long is the warranty?", "The warranty lasts 24 months.", "The warranty lasts two years."),
    ("How long is the trip?", "The trip takes 20 to 30 minutes.", "The trip takes 25 minutes."),
    ("When was Acme founded?", "Acme was founded in March 1998.", "Acme was founded in 1998."),
    (
        "When was Acme founded?",
        "Acme was founded on 12 March 1998.",
        "Acme was founded on March 12, 1998.",
    ),
    ("When was Acme founded?", "Acme was founded in 1998.", "Acme opened its first shop in 2001."),
    (
        "When did the team win the cup?",
        "The team won the cup in 1998.",
        "The team won the cup in 2001.",
    ),
    ("When was he born?", "He was born in 1960.", "He was born in 1971."),
    (
        "When was Acme founded?",
        "Acme was founded on 3/4/1998.",
        "Acme was founded on 4 March 1998.",
    ),
    (
        "When was Acme founded?",
        "Acme was founded in 1998.",
        "Globex, a rival of Acme, was founded in 1989.",
    ),
    (
        "Does Orion support Windows 7?",
        "Orion supports Windows 7.",
        "Orion does not support Windows 8.",
    ),
    (
        "Does Orion support Windows 7?",
        "Orion supports Windows 7.",
        "Orion not only supports Windows 7.",
    ),
    (
        "Does Orion support Windows 7?",
        "Orion no longer supports Windows 7.",
        "Orion does not support Windows 7.",
    ),
    (
        "Is smoking allowed in the garden?",
        "Smoking is allowed in the garden.",
        "Smoking is not allowed in the garden after dusk.",
    ),
    (
        "Is smoking allowed?",
        "Smoking is allowed in the garden.",
        "Smoking is not allowed in the hall.",
    ),
    ("Is it free?", "It is free of charge for schools.", "It is not free of charge for schools."),
    ("How many staff does Acme have?", "Does Acme have 250 staff?", "Acme has 310 staff."),
    (
        "Which version of Orion is current?",
        "The current version of Orion is version 3.2.",
        "The current version of Orion is version 4.1.",
    ),
    (
        "What is on page 4?",
        "The plan is on page 4 of the report.",
        "The plan is on page 9 of the report.",
    ),
    (
        "How many people died?",
        "The first storm killed 32 people.",
        "The second storm killed 12 people.",
    ),
    (
        "How much sugar dissolves?",
        "At 20 °C, water dissolves 2 kg of sugar.",
        "At 80 °C, water dissolves 4 kg of sugar.",
    ),
    (
        "How many meals are served?",
        "The kitchen serves 250 meals per day.",
        "The kitchen serves 1,750 meals per week.",
    ),
    (
        "Wie viele Mitarbeiter hat Acme?",
        "Acme hat 250 Mitarbeiter.",
        "Acme hat 310 Mitarbeiter in Berlin.",
    ),
    ("Wie hoch ist der Turm?", "Der Turm ist 324,5 m hoch.", "Der Turm ist 324.5 m hoch."),
    ("¿Cuántos empleados tiene Acme?", "Acme tiene 250 empleados.", "Acme tenía 310 empleados."),
    ("该公司有多少员工？", "该公司在北京有250名员工。", "该公司在上海有310名员工。"),
    ("该公司有多少用户？", "该公司有350万用户。", "该公司有3500000用户。"),
    (
        "What is the population of Springfield?",
        ("The city has a population of 30,720.", "Springfield"),
        ("The city has a population of 116,250.", "Shelbyville"),
    ),
    (
        "How long is the warranty?",
        ("The warranty lasts 24 months.", "Washer WX"),
        ("The warranty lasts 36 months.", "Dryer DX"),
    ),
    ("How many seats are there?", "Room 5 has 30 seats.", "Room 6 has 40 seats."),
    ("How fast is it?", "The 1990s model of Orion is fast.", "The 1980s model of Orion is fast."),
    ("What share is it?", "45% of members voted.", "45.3 percent of members voted."),
    ("How many students passed?", "12 of 30 students passed.", "14 of 30 pupils passed."),
    ("How large is the file?", "The file of Orion has 1 GB.", "The file of Orion has 1,000 MB."),
    (
        "When does the contract end?",
        "The contract ends in 2024.",
        "The contract ends on 30 June 2024.",
    ),
    ("How many staff does Acme have?", "Acme has 250 staff.", "Acme has 250 staff."),
    ("How many staff does Acme have?", "Acme has 1.234 staff.", "Acme has 1,234 staff."),
    (
        "When did Acme buy Globex?",
        "Acme, which bought Globex in 2001, has offices.",
        "Acme bought Initech in 2004.",
    ),
]


def hit(rank: int, told: Text) -> CitedHit:
    """A verified hit of one marked sentence, which stands at offset 100 of its document."""
    text, title = (told, "") if isinstance(told, str) else told
    span = Span(100, 100 + len(text))
    passage = Passage(
        id=rank,
        source=Source(f"{rank}.md", "0" * 64, 1),
        reader=ReaderIdentity("markdown", 1),
        start=span.start,
        end=span.end,
        text=text,
        title=title,
        headings=(title,) if title else (),
        lines=(1, 1),
        places=(),
        sentences=(span,),
        digest="",
        cut=False,
    )
    found = Hit(passage, rank, 1.0, Trace(None, None, None, None, 1.0))
    return CitedHit(found, cite(passage), Verification("exact", ""), (span,), ())


def weights_of(question: str) -> dict[str, float]:
    """All words of a question with one weight."""
    return {group[0]: 1.0 for group in query_terms(question)}


def english(_: Passage) -> Callable[[str], list[Term]]:
    """Every text is stemmed as English."""
    return analyse


def found_in(question: str, *texts: Text) -> tuple[Conflict, ...]:
    """The conflicts of sentences that are hits in this order."""
    weights = weights_of(question)
    return conflicts([hit(*one) for one in enumerate(texts, start=1)], weights, english)


def values(found: tuple[Conflict, ...]) -> list[list[str]]:
    """The notations of each conflict's values, in order of the alphabet."""
    return [sorted(one.value for one in conflict.statements) for conflict in found]


@pytest.mark.parametrize(("question", "one", "other"), CONFLICTS)
def test_what_differs_is_found(question: str, one: Text, other: Text) -> None:
    """Two sentences about the same thing with other values are one conflict of both."""
    (conflict,) = found_in(question, one, other)
    assert [said.rank for said in conflict.statements] == [1, 2]
    assert conflict.about


@pytest.mark.parametrize(("question", "one", "other"), NONE)
def test_what_does_not_differ_or_is_another_thing_is_none(
    question: str, one: Text, other: Text
) -> None:
    """Rounding, other notations, other things, times, parts, cases: nothing is reported."""
    assert found_in(question, one, other) == ()
    assert found_in(question, other, one) == ()


@pytest.mark.parametrize(("question", "one", "other"), CONFLICTS)
def test_the_order_of_hits_changes_nothing(question: str, one: Text, other: Text) -> None:
    """The hits in another order give the same; with ranks exchanged, the same values."""
    hits = [hit(1, one), hit(2, other)]
    weights = weights_of(question)
    found = conflicts(hits, weights, english)
    assert conflicts(hits[::-1], weights, english) == found
    assert values(found_in(question, other, one)) == values(found)


@pytest.mark.parametrize(("question", "one", "other"), CONFLICTS)
def test_the_span_is_the_value_and_the_citation_is_the_sentence(
    question: str, one: Text, other: Text
) -> None:
    """A statement's span lies in its sentence and holds its value and nothing around it."""
    (conflict,) = found_in(question, one, other)
    for said, text in zip(conflict.statements, (one, other), strict=True):
        assert said.citation.quote == text
        assert said.words == text[said.span.start - 100 : said.span.end - 100]
        assert said.words == said.words.strip()
        assert said.words[0].isalnum() or said.words[0] in "$€"


@pytest.mark.parametrize("first", range(0, len(CONFLICTS), 4))
def test_sentences_that_differ_hold_enough_of_the_question(first: int) -> None:
    """What is left out before sentences are compared is none that differs from any other."""
    question = CONFLICTS[first][0]
    texts = [text for _, *both in (*CONFLICTS[first:], *CONFLICTS[:first])[:12] for text in both]
    hits = [hit(*one) for one in enumerate(texts, start=1)]
    told = [sentences(one, weights_of(question), analyse) for one in hits]
    kept = list(chain.from_iterable(_reaching(told)))
    every = list(chain.from_iterable(told))
    apart = [pair for pair in combinations(every, 2) if any(differences(*pair))]
    assert apart
    assert all(one in kept for pair in apart for one in pair)
    assert len(kept) < len(every)


def test_three_that_differ_are_one_conflict() -> None:
    """All statements of one thing stand together, also those that agree with one of them."""
    texts = ("Acme has 250 staff.", "Acme has 310 staff.", "Acme employs 250 staff.")
    (conflict,) = found_in("How many staff does Acme have?", *texts)
    assert [one.value for one in conflict.statements] == ["250 staff", "310 staff", "250 staff"]
    assert conflict.about == ("Acme",)


def test_what_is_not_verified_is_left_out() -> None:
    """A hit whose quote is gone from its file differs from nothing."""
    one, other = hit(1, "Acme has 250 staff."), hit(2, "Acme has 310 staff.")
    weights = weights_of("How many staff does Acme have?")
    gone = replace(other, verification=Verification("changed", ""))
    assert conflicts([one, other], weights, english)
    assert conflicts([one, gone], weights, english) == ()


def test_one_of_two_that_differ_is_marked() -> None:
    """A marked sentence is compared with all of other hits; two that are not marked never are."""
    one, other = hit(1, "Acme has 250 staff."), hit(2, "Acme has 310 staff.")
    weights, elsewhere = weights_of("How many staff does Acme have?"), (Span(0, 1),)
    assert len(conflicts([one, replace(other, marks=elsewhere)], weights, english)) == 1
    assert len(conflicts([replace(one, marks=elsewhere), other], weights, english)) == 1
    unmarked = [replace(each, marks=elsewhere) for each in (one, other)]
    assert conflicts(unmarked, weights, english) == ()


def test_a_rare_word_of_the_question_stands_in_both() -> None:
    """What one sentence alone says with such a word is of another case."""
    texts = ("As for contracts, Acme has 250 staff.", "Acme has 310 staff.")
    assert len(found_in("How many staff does Acme have?", *texts)) == 1
    assert found_in("How many staff with contracts does Acme have?", *texts) == ()


def test_hits_without_marks_are_read_where_they_hold_the_question() -> None:
    """Without marks the sentences that hold the question's words are compared."""
    hits = [
        replace(hit(rank, text), marks=())
        for rank, text in ((1, "Acme has 250 staff."), (2, "Acme has 310 staff."))
    ]
    weights = weights_of("How many staff does Acme have?")
    assert len(conflicts(hits, weights, english)) == 1
    assert conflicts(hits, {"heron": 1.0}, english) == ()


def test_one_altered_value_in_a_long_sentence_is_found() -> None:
    """Of two versions of a sentence with several values the one that was changed is shown."""
    old = "The heron wing of the museum has 12 halls, 40 m of shelves and 3 lifts for 9 visitors."
    new = old.replace("40 m", "55 m")
    (conflict,) = found_in("How long are the shelves in the heron wing?", old, new)
    assert [said.words for said in conflict.statements] == ["40 m", "55 m"]
    both = new.replace("12 halls", "14 halls")
    assert found_in("How long are the shelves in the heron wing?", old, both) == ()


def test_one_source_is_not_compared_with_itself() -> None:
    """The same sentence of one source with another value is about the next case in it."""
    one, other = (
        hit(1, "The issuance costs are $3 million."),
        hit(2, "The issuance costs are $5 million."),
    )
    weights = weights_of("What are the issuance costs?")
    assert len(conflicts([one, other], weights, english)) == 1
    passage = replace(other.hit.passage, source=one.hit.passage.source)
    same = replace(other, hit=replace(other.hit, passage=passage))
    assert conflicts([one, same], weights, english) == ()


numbers = st.integers(1, 10**9)


def _notations(number: int) -> list[str]:
    """The same number as it is written in several countries."""
    grouped = f"{number:,}"
    return [str(number), grouped, grouped.replace(",", "."), grouped.replace(",", "\u202f")]


@given(number=numbers, pair=st.permutations(range(4)))
def test_another_notation_is_no_conflict(number: int, pair: list[int]) -> None:
    """A number written with other separators, or with a scale word, agrees with itself."""
    first, second = (_notations(number)[at] for at in pair[:2])
    texts = [f"Acme has {one} pumps." for one in (first, second)]
    assert found_in("How many pumps does Acme have?", *texts) == ()
    millions = f"Acme has {number / 1e6:.2f} million pumps."
    if number >= 10**6:
        assert found_in("How many pumps does Acme have?", texts[0], millions) == ()


@given(number=st.integers(2, 10**8), factor=st.integers(2, 9))
def test_a_multiple_is_a_conflict(number: int, factor: int) -> None:
    """Twice the number and more is beyond any rounding, however both are written."""
    question = "How many pumps does Acme have?"
    texts = (f"Acme has {one} pumps." for one in (number, number * factor))
    assert len(found_in(question, *texts)) == 1


@given(st.text(max_size=60) | st.text("0123456789.,-–% $€kmMio()/:'年月日万亿名", max_size=60))
def test_any_text_is_read(text: str) -> None:
    """Whatever stands in a sentence: values lie inside it, apart, and it agrees with itself."""
    told = dates(text)
    found = quantities(text, [(one.start, one.end) for one in told], analyse)
    spans = sorted((one.start, one.end) for one in (*told, *found))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    for one in (*told, *found):
        assert one.agrees(one)  # type: ignore[arg-type]
    assert found_in(text or "x", f"{text} x", f"{text} x") == ()


@given(st.lists(st.text("ab 1234%年,.not()", min_size=1, max_size=30), min_size=2, max_size=4))
def test_the_same_hits_give_the_same_conflicts(texts: list[str]) -> None:
    """Reading twice gives the same, and the hits' order does not count."""
    weights = {"a": 1.0, "b": 2.0}
    hits = [hit(*one) for one in enumerate(texts, start=1)]
    assert conflicts(hits, weights, english) == conflicts(hits[::-1], weights, english)


PUMPS = {
    "old.md": "---\ndate: 2021-05-04\n---\n# Pumps\n\nAcme has 250 pumps in the cellar.\n",
    "new.md": "# Pumps\n\nAcme has 310 pumps in the cellar.\n",
}


@pytest.fixture
def differing(make_corpus: MakeCorpus, tmp_path: Path) -> Answer:
    """The answer of two documents that differ, one of them dated."""
    library = Library(make_corpus(PUMPS), tmp_path / "index", "toy")
    return library.ask("How many pumps does Acme have in the cellar?")


def test_an_answer_holds_its_conflicts_and_their_dates(differing: Answer) -> None:
    """Each statement has the date that its source says of itself, and can be written as JSON."""
    (conflict,) = differing.conflicts
    told = {said.citation.address: (said.words, said.date) for said in conflict.statements}
    assert told == {"old.md": ("250 pumps", "2021-05-04"), "new.md": ("310 pumps", "")}
    assert Answer.from_json(differing.json()) == differing


@pytest.mark.parametrize(
    ("question", "rest", "one", "other"),
    [
        (
            "Wie viele Pumpen hat das Werk von Acme?",
            "Das ist der Bericht, und es wird nicht der letzte sein. Er ist für die Leser.",
            "Das Werk von Acme hat 250 Pumpen.",
            "Das Werk von Acme hat 310 Pumpen.",
        ),
        (
            "¿Cuántas bombas tiene la planta de Acme?",
            "Este es el informe de los lectores, y no es el último que se hace para ellos.",
            "La planta de Acme tiene 250 bombas.",
            "La planta de Acme tiene 310 bombas.",
        ),
        (
            "该公司有多少员工？",
            "这是一份报告。",
            "该公司有250名员工。",
            "该公司有310名员工。",
        ),
    ],
)
def test_documents_in_other_languages_are_compared(
    make_corpus: MakeCorpus, tmp_path: Path, question: str, rest: str, one: str, other: str
) -> None:
    """Documents whose words are stemmed by German, Spanish, or not at all differ as well."""
    files = {"a.txt": f"{one} {rest}\n", "b.txt": f"{other} {rest}\n"}
    library = Library(make_corpus(files), tmp_path / "index", "toy")
    (conflict,) = library.ask(question).conflicts
    assert sorted(said.words[:3] for said in conflict.statements) == ["250", "310"]


def test_near_misses_have_no_conflicts(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    """When nothing answers, what the nearest passages say is not compared."""
    library = Library(make_corpus(PUMPS), tmp_path / "index", "toy")
    answer = library.ask("Zyxgarble quuxification?")
    assert not answer.found
    assert answer.conflicts == ()


def test_a_conflict_is_told_as_a_fact(differing: Answer) -> None:
    """Text, Markdown, HTML and shell have one line with both values, ranks, files and dates."""
    shell = Console(width=200, record=True)
    with shell.capture() as shown:
        show_answer(differing, shell)
    for text in (
        " ".join(differing.text(200).split()),
        rendered(differing.markdown())[1],
        differing._repr_html_(),
        " ".join(shown.get().split()),
    ):
        assert "These passages differ (Acme pumps cellar): " in text.replace(
            "Acme cellar", "Acme pumps cellar"
        )
        assert "(old.md, 2021-05-04)" in text
        assert "(new.md, undated)" in text
