"""Permalinks: the same answer has the same link, and a changed one says what has changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shells import QUESTION
from written import TEXTS

from qwenqa import Answer, Filter, Library
from qwenqa.answers.answer import permalinks
from qwenqa.answers.answer.permalinks import cited, permalink, since

ASKED = "Which birds hunt at night, and what does a heron wait for?"


def opened(link: str) -> permalinks.Link:
    """What a server reads of a link."""
    assert link.startswith("?")
    return permalinks.read(dict(parse_qsl(link[1:], keep_blank_values=True, strict_parsing=True)))


@given(question=st.text(min_size=1), path=st.text(), since_=st.text())
def test_a_link_asks_what_was_asked(question: str, path: str, since_: str) -> None:
    """Question and filter are read back as they were, whatever characters they have."""
    within = Filter(path=path, since=since_, language="en")
    answer = Answer(question, found=False, confidence=0.0, hits=(), generation=1, model="toy")
    link = opened(permalink(replace(answer, within=within)))
    assert (link.question, link.within) == (question, within)
    assert opened(permalink(answer)).within is None
    assert permalink(answer).isascii()


def test_a_link_opens_the_same_answer(library: Library) -> None:
    """It names as many passages, and says nothing while nothing has changed."""
    answer = library.ask(ASKED, 2, Filter(path="*.md"))
    link = opened(permalink(answer))
    again = library.ask(link.question, link.k, link.within)
    assert again == answer
    assert since(again, link.cite) == ""
    assert len(cited(answer)) == 16 + 2 + 5 * len(answer)


def test_a_rebuild_that_changes_nothing_changes_no_link(library: Library) -> None:
    """A new generation with the same passages, and an index made from nothing, agree."""
    before = library.ask(ASKED, 3)
    (library.settings.corpus / "empty.txt").write_text("Zzz.\n")
    library.rebuild()
    after = library.ask(ASKED, 3)
    assert after.generation == 2
    assert permalink(after) == permalink(before)
    fresh = Library(library.settings.corpus, library.settings.index.with_name("fresh"), "toy")
    assert permalink(fresh.ask(ASKED, 3)) == permalink(after)


def changed(library: Library, address: str, text: str) -> str:
    """What is said of an answer's link after a file has got another text."""
    cite = cited(library.ask(ASKED))
    (library.settings.corpus / address).write_text(text)
    library.rebuild()
    return since(library.ask(ASKED), cite)


def test_new_passages_are_counted(library: Library) -> None:
    """A passage whose words changed is new; the others are not."""
    text = TEXTS["birds.md"].replace("shallow", "deep")
    told = changed(library, "birds.md", text)
    assert told == "The answer has changed since the link was made: 1 of 3 passages is new."


def test_moved_words_are_the_same_passages(library: Library) -> None:
    """What moved in its file says the same; that the file changed is said."""
    text = TEXTS["ships.txt"] + "\n"
    told = changed(library, "ships.txt", text)
    assert told.startswith("A cited file has changed since the link was made;")


def test_lost_passages_are_counted(library: Library) -> None:
    """Passages that are gone, and nothing in their place."""
    cite = cited(library.ask(ASKED))
    assert since(library.ask(ASKED, 2), cite) == (
        "The answer has changed since the link was made: 1 of 3 passages is no longer among its "
        "passages."
    )


def test_another_order_and_another_verdict_are_said(library: Library) -> None:
    """The same passages in another order; an answer where there was none, and the other way."""
    answer = library.ask(QUESTION)
    turned = replace(answer, hits=answer.hits[::-1])
    assert since(turned, cited(answer)).endswith("stand in another order.")
    other = replace(answer, found=not answer.found)
    told = {since(other, cited(answer)), since(answer, cited(other))}
    assert {one.partition(": ")[2] for one in told} == {
        "something answers now.",
        "nothing seems to answer any more.",
    }


@pytest.mark.parametrize(
    "other",
    [
        {"address": "x.md"},
        {"source_sha256": "0" * 64},
        {"start": 1},
        {"end": 999},
        {"quote_sha256": "0" * 64},
    ],
)
def test_each_part_of_a_citation_counts(library: Library, other: dict[str, Any]) -> None:
    """Another file, other bytes, another span or other words are another answer."""
    answer = library.ask(QUESTION)
    first = answer.hits[0]
    changed = replace(first, citation=replace(first.citation, **other))
    assert since(replace(answer, hits=(changed, *answer.hits[1:])), cited(answer)) != ""


@pytest.mark.parametrize(
    "cite", ["x", "0" * 16, "<script>", "0" * 16 + "-1" + ".ffff" * 21, "é", "0" * 10**6]
)
def test_a_link_of_other_form_tells_nothing(library: Library, cite: str) -> None:
    """What was not made here is not believed, and hurts nothing; none is no complaint."""
    answer = library.ask(QUESTION)
    assert since(answer, cite) == "The link does not tell whether the answer has changed since."
    assert since(answer, "") == ""


@given(query=st.dictionaries(st.sampled_from(["q", "k", "path", "since", "cite"]), st.text()))
def test_any_parameters_are_read(query: dict[str, str]) -> None:
    """Nothing that stands in an address is an error; a number of hits is small or not said."""
    link = permalinks.read(query)
    assert link.question == query.get("q", "")
    assert 0 <= link.k <= 100


def test_many_passages_keep_the_link_short(library: Library) -> None:
    """Beyond so many passages only whether anything changed is told."""
    answer = library.ask(QUESTION)
    many = replace(answer, hits=answer.hits * 20)
    assert len(cited(many)) == 18 + 5 * permalinks.LINKED_HITS
    assert since(many, cited(many)) == ""
    assert since(replace(many, hits=many.hits[:-1]), cited(many)) != ""
