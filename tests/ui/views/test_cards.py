"""HTML made from documents: literal, inert, and honest about what was verified."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import HOSTILE, HOSTILE_NAME

from qwenqa import Library
from qwenqa.answers.answer.answer import Answer
from qwenqa.answers.answer.rendering import percent
from qwenqa.answers.citations.claims import citation_json, citation_markdown, citation_text
from qwenqa.answers.citations.reference_formats import citation_bibtex, citation_csl
from qwenqa.answers.questions.follow_up import FollowUp
from qwenqa.types import Progress, Skipped
from qwenqa.ui.html import answer as cards
from qwenqa.ui.html import documents, sources, why
from qwenqa.ui.html.document.source import sheet
from qwenqa.ui.html.document.state import opened
from qwenqa.ui.html.map import corpus_map
from qwenqa.ui.html.progress import progress
from qwenqa.ui.html.text import foreign, sentence

OWN_ELEMENTS = set(
    "div p h2 h3 bdi b mark blockquote article span button details summary pre br "
    "dl dt dd table thead tbody tr th td ul li progress".split()
)
OWN_ATTRIBUTES = {"class", "id", "tabindex", "max", "value"}
NAMED = re.compile(r"U\+([0-9A-F]{4})")


class Reading(HTMLParser):
    """What a browser would make of HTML: its text, and every element and attribute in it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(str(html))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element; a line break is a line end."""
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.text += "\n" if tag == "br" else ""

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.text += data


DRAWN = set("ol svg path g circle line text title".split())
DRAWN_ATTRIBUTES = set("style d cx cy r x1 y1 x2 y2 dy text-anchor transform".split())


def assert_ours(html: str, elements: Iterable[str] = (), attributes: Iterable[str] = ()) -> None:
    """The HTML has only elements and attributes that we write, on one line."""
    reading = Reading(html)
    assert reading.elements <= OWN_ELEMENTS | {*elements}, reading.elements - OWN_ELEMENTS
    allowed = OWN_ATTRIBUTES | {"scope", *attributes}
    assert reading.attributes <= allowed, reading.attributes - allowed
    assert "\n" not in html
    assert "\r" not in html


@pytest.fixture
def hostile(tmp_path: Path) -> Library:
    """A corpus of one document whose name, title, heading and text are all attacks."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    text = f"# {HOSTILE}\n\nA quagga is a zebra. {HOSTILE}\n"
    (corpus / HOSTILE_NAME).write_text(text, encoding="utf-8")
    (corpus / "twin.md").write_text(text, encoding="utf-8")
    library = Library(corpus=corpus, index=tmp_path / "index", model="toy")
    library.rebuild()
    return library


@given(st.text() | st.text("<>&\"'`$*_{}[]()!|~\\:@=\r\n\u202e\x00\x1b#; x"))
def test_foreign_text_reads_as_it_is(text: str) -> None:
    """A browser shows the very text; only invisible signs are named instead."""
    html = foreign(text)
    reading = Reading(html)
    lines = re.sub("\r\n|\r", "\n", text)
    shown = "".join(
        f"U+{ord(line):04X}" if line != "\n" and foreign(line).startswith("<span") else line
        for line in lines
    )
    assert reading.text == shown
    assert reading.elements <= {"br", "span"}
    bare = re.sub(r"<br>|<span class=\"hidden-sign\">|</span>|&#?\w+;", "", html)
    assert not set(bare) & set("<>&\"'`$*_{}[]()!|~\\:@=\r\n\u202e\x00\x1b")


def test_every_view_of_a_hostile_document_is_inert(hostile: Library) -> None:
    """Answer, source, status, report and errors hold only elements of ours, and the text."""
    answer = hostile.ask(f"quagga zebra {HOSTILE}")
    assert answer.hits[0].hit.also_in
    followed = FollowUp(HOSTILE, (HOSTILE,), HOSTILE)
    dates = {answer.hits[0].citation.address: HOSTILE}
    view = hostile.view(answer.hits[0].citation.address)
    attack = "<script>window.pwned=1</script>"
    for html in (
        cards.answer(answer),
        cards.answer(answer, cards.Circumstances(dates, followed, HOSTILE)),
        sheet(opened(answer.hits, 1, view), view).html,
        sentence(f"Cannot read {HOSTILE}", "error"),
    ):
        assert_ours(html)
        assert attack in Reading(html).text
    whole = hostile.why_not(f"A quagga is a zebra. {HOSTILE}", HOSTILE)
    unread = replace(whole, unread=(Skipped(HOSTILE_NAME, HOSTILE),))
    for html in (
        why.why(hostile.why(f"quagga zebra {HOSTILE}"), answered_by=7),
        why.why(answer.explain(), answer.generation),
        why.why_not(unread),
        why.why_not(hostile.why_not(f"{HOSTILE} that nobody wrote", HOSTILE)),
    ):
        assert_ours(html)
    assert attack in Reading(why.why(hostile.why("quagga"), 1)).text
    assert "src=x" in Reading(why.why_not(unread)).text
    report = hostile.rebuild()
    status = hostile.status()
    skipped = (Skipped(HOSTILE_NAME, HOSTILE),)
    for html in (
        documents.status(replace(status, skipped=skipped, model=HOSTILE, corpus=HOSTILE)),
        documents.report(replace(report, added=(HOSTILE_NAME,), skipped=skipped)),
        sources.table(replace(status, skipped=skipped)),
        progress(Progress("encoding", 3, 9)),
    ):
        assert_ours(html)
    assert "src=x" in Reading(sources.table(status)).text
    drawn = corpus_map(hostile.map(answer))
    assert_ours(drawn, DRAWN, DRAWN_ATTRIBUTES)
    assert "src=x" in Reading(drawn).text


def test_the_best_sentence_comes_first_with_its_place_and_proof(library: Library) -> None:
    """The lead quotes the marked sentence, its file and line, the verdict and the confidence."""
    answer = library.ask("Which bird waits for fish in shallow water?")
    lead = Reading(cards.answer(answer)).text.split("Passages")[0]
    assert "A heron waits in shallow water for fish." in lead
    assert "birds.md, line 7" in lead
    assert "Verified: exact" in lead
    assert percent(answer) in lead


def test_marks_and_matched_words_are_different_elements(library: Library) -> None:
    """The answering sentence is in <mark>, each matched word in <b>, at their very spans."""
    answer = library.ask("Which bird waits for fish?")
    html = cards.answer(answer).split("<article")[1]
    (marked,) = re.findall("<mark>(.*?)</mark>", html)
    start, end = answer.hits[0].marks[0]
    offset = answer.hits[0].hit.passage.start
    assert Reading(marked).text == answer.hits[0].hit.passage.text[start - offset : end - offset]
    words = re.findall('<b class="term">(.*?)</b>', html)
    assert words == [
        answer.hits[0].hit.passage.text[a - offset : b - offset] for a, b in answer.hits[0].matched
    ]


@pytest.mark.parametrize("what", ["changed", "missing"])
def test_a_failed_citation_is_never_shown_as_good(
    library: Library, tmp_path: Path, what: str
) -> None:
    """When the file lost the quote, nothing of it is marked, praised or called verified."""
    path = tmp_path / "corpus" / "birds.md"
    if what == "changed":
        path.write_text("Nothing of the old text.\n", encoding="utf-8")
    else:
        path.unlink()
    answer = library.ask("Which bird waits for fish in shallow water?", k=1)
    assert answer.hits[0].verification.verdict == what
    html = cards.answer(answer)
    assert f"Not verified: {what}" in html
    assert "can no longer be verified" in html
    assert "✓" not in html
    assert "<mark>" not in html
    assert "badge good" not in html


def test_a_moved_quote_says_that_it_moved(library: Library, tmp_path: Path) -> None:
    """A quote that stands elsewhere in its file is verified as moved, with its new lines."""
    path = tmp_path / "corpus" / "birds.md"
    path.write_text("New first line.\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    answer = library.ask("Which bird waits for fish in shallow water?", k=1)
    text = Reading(cards.answer(answer)).text
    assert "Verified: moved" in text
    assert "now stands at" in text


def test_near_misses_are_labelled_and_not_marked(library: Library) -> None:
    """When nothing answers, that is said first; the hits are near misses without marks."""
    answer = replace(library.ask("heron"), found=False)
    html = cards.answer(answer)
    text = Reading(html).text
    assert text.index("Not found in the indexed documents.") < text.index("near miss")
    assert html.count("near-label") == len(answer.hits)
    assert "score" not in html
    assert "<mark>" not in html
    assert "Confidence" not in text


def test_an_answer_without_hits_says_so() -> None:
    """No hit at all is an answer too."""
    html = cards.answer(Answer("x", found=False, confidence=0.0, hits=(), generation=1, model="m"))
    assert "no passage that comes near" in html
    assert_ours(html)


def test_citations_are_there_to_copy_in_five_forms(library: Library) -> None:
    """Each card holds its citation in every form, character for character."""
    answer = library.ask("Which bird waits for fish?")
    html = cards.answer(answer)
    for cited in answer.hits:
        title = cited.hit.passage.title
        for form, made in (
            ("text", citation_text(cited.citation)),
            ("markdown", citation_markdown(cited.citation)),
            ("json", citation_json(cited.citation)),
            ("bibtex", citation_bibtex(cited.citation, title)),
            ("csl", citation_csl(cited.citation, title)),
        ):
            (told,) = re.findall(f'<pre id="cite-{form}-{cited.hit.rank}".*?>(.*?)</pre>', html)
            assert Reading(told).text == made.rstrip()
