"""Citations are claims that can be checked: made, verified, written and read back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qwenqa import (
    Citation,
    Passage,
    Source,
    Span,
    citation_from_json,
    citation_json,
    citation_markdown,
    citation_text,
    cite,
)
from qwenqa.answers.citations.claims import pages_label, place_label, verify
from qwenqa.errors import CitationError
from qwenqa.types import LineMap, Place, PlaceKind, ReaderIdentity, sha256_text

TEXT = "# Birds\r\n\r\nA wren sings. The owl\r\nhunts. A wren sings.\r\n"
FILE = "f" * 64


def passage(text: str = TEXT, start: int = 11, end: int = 40) -> Passage:
    """A passage of a document, with pages."""
    places = (Place(0, 30, "page", 3, "iii"), Place(30, len(text), "page", 4, "iv"))
    return Passage(
        id=1,
        source=Source("birds.md", FILE, len(text)),
        reader=ReaderIdentity("markdown", 1),
        start=start,
        end=end,
        text=text[start:end],
        title="Birds",
        headings=("Birds",),
        lines=LineMap(text).lines(start, end),
        places=places,
        sentences=(Span(11, 24), Span(25, 40)),
        digest="",
        cut=False,
    )


def test_a_citation_says_everything_needed_to_check_it() -> None:
    """File, digest of its bytes, reader, span, lines, pages, quote and the quote's digest."""
    citation = cite(passage())
    assert citation == Citation(
        address="birds.md",
        source_sha256=FILE,
        reader="markdown",
        reader_version=1,
        start=11,
        end=40,
        lines=(3, 4),
        pages=(3, 4),
        places=passage().places,
        headings=("Birds",),
        quote="A wren sings. The owl\r\nhunts.",
        quote_sha256=sha256_text(TEXT[11:40]),
    )


@given(data=st.data())
def test_any_span_inside_is_cited_with_its_own_lines_and_pages(data: st.DataObject) -> None:
    """The quote is the slice, its lines are the document's, and only touched pages are named."""
    whole = passage()
    start = data.draw(st.integers(whole.start, whole.end - 1))
    end = data.draw(st.integers(start + 1, whole.end))
    citation = cite(whole, Span(start, end))
    assert citation.quote == TEXT[start:end]
    first = 1 + TEXT.count("\r\n", 0, start)
    assert citation.lines[0] == first or TEXT[start - 1 : start + 1] == "\r\n"
    assert citation.lines[0] <= citation.lines[1] <= whole.lines[1]
    assert citation.pages == (3 if start < 30 else 4, 4 if end > 30 else 3)


@pytest.mark.parametrize("span", [Span(10, 20), Span(11, 41), Span(15, 15), Span(20, 15)])
def test_a_span_outside_the_passage_is_refused(span: Span) -> None:
    """Nothing is cited that the passage does not hold."""
    with pytest.raises(CitationError, match="not inside"):
        cite(passage(), span)


QUOTED = cite(passage(), Span(11, 24))  # "A wren sings.", which stands in the text twice


@pytest.mark.parametrize(
    ("text", "sha256", "verdict", "found", "changed"),
    [
        (TEXT, FILE, "exact", Span(11, 24), False),
        (TEXT + "More.", "e" * 64, "exact", Span(11, 24), True),
        ("New. " + TEXT, "e" * 64, "moved", Span(16, 29), True),
        (TEXT.replace("A wren sings. The", "The"), "e" * 64, "moved", Span(27, 40), True),
        (TEXT.replace("wren", "robin"), "e" * 64, "changed", None, True),
        ("A wren  sings.", "e" * 64, "changed", None, True),
        ("", "e" * 64, "changed", None, True),
        (None, "", "missing", None, False),
        ("Other text of the same bytes.", FILE, "missing", None, False),
    ],
)
def test_each_verdict(
    text: str | None, sha256: str, verdict: str, found: Span | None, changed: bool
) -> None:
    """Exact, moved, changed or missing; good only while the words stand in the source."""
    got = verify(QUOTED, text, sha256)
    assert (got.verdict, got.found, got.source_changed) == (verdict, found, changed)
    assert got.good == (verdict in ("exact", "moved"))
    assert got.detail.endswith(".")


@pytest.mark.parametrize(
    "altered",
    [
        {"quote": "A wren sang."},
        {"quote": ""},
        {"quote": "", "quote_sha256": sha256_text("")},
        {"quote_sha256": "0" * 64},
        {"quote": "The robin hunts.", "quote_sha256": sha256_text("The robin hunts.")},
    ],
)
def test_an_altered_quote_never_verifies(altered: dict[str, str]) -> None:
    """Whoever changes the quote, its digest or both gets no good verdict."""
    assert verify(replace(QUOTED, **altered), TEXT, FILE).verdict == "missing"  # type: ignore[arg-type]


def test_a_shifted_span_is_moved_to_where_the_words_are() -> None:
    """A wrong span is not confirmed; the true place is named."""
    got = verify(replace(QUOTED, start=12, end=25), TEXT, FILE)
    assert (got.verdict, got.found) == ("moved", Span(11, 24))


@given(gaps=st.lists(st.integers(0, 6), min_size=1, max_size=6), start=st.integers(0, 60))
def test_of_several_places_the_nearest_is_found(gaps: list[int], start: int) -> None:
    """A quote that moved and stands in several places is located next to its old one."""
    text = "".join("." * gap + "wren" for gap in gaps)
    places = [at for at in range(len(text)) if text.startswith("wren", at)]
    citation = replace(
        QUOTED, quote="wren", quote_sha256=sha256_text("wren"), start=start, end=start + 4
    )
    got = verify(citation, text, "e" * 64)
    assert got.found is not None
    assert abs(got.found.start - start) == min(abs(at - start) for at in places)
    assert text[got.found.start : got.found.end] == "wren"


_texts = st.text(max_size=30)
_places = st.builds(
    Place, st.integers(0, 9), st.integers(10, 20), st.sampled_from(["page", "cells"]),
    st.integers(1, 9), _texts,
)  # fmt: skip
citations = st.builds(
    Citation,
    address=_texts,
    source_sha256=st.just(FILE),
    reader=st.just("plain"),
    reader_version=st.integers(1, 9),
    start=st.integers(0, 9),
    end=st.integers(10, 10**9),
    lines=st.tuples(st.integers(1, 9), st.integers(10, 20)),
    pages=st.none() | st.tuples(st.integers(1, 9), st.integers(9, 20)),
    places=st.lists(_places, max_size=2).map(tuple),
    headings=st.lists(_texts, max_size=3).map(tuple),
    quote=st.text(min_size=1, max_size=60),
    quote_sha256=st.just("0" * 64),
)


@given(citation=citations)
def test_json_round_trips(citation: Citation) -> None:
    """What is written as JSON is read back equal, whatever the text in it."""
    written = citation_json(citation)
    assert citation_from_json(written) == citation
    assert citation_from_json(written.encode()) == citation


@pytest.mark.parametrize(
    "data",
    [
        "",
        "not json",
        "{}",
        "[]",
        b"\xff\xfe",
        citation_json(QUOTED)[:-20],
        citation_json(QUOTED).replace('"start": 11', '"start": "11"'),
        citation_json(QUOTED).replace('"start": 11', '"start": -1'),
        citation_json(QUOTED).replace('"start": 11', '"start": 24'),
        citation_json(QUOTED).replace('"start": 11', '"start": 1e99'),
        "[" * 100_000,
    ],
)
def test_what_is_no_citation_is_refused(data: str | bytes) -> None:
    """Cut, altered or foreign JSON is one clear error."""
    with pytest.raises(CitationError, match=r"Copy it"):
        citation_from_json(data)


_HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](http://evil/x.png) [y](javascript:1) <http://evil>",
    "# heading",
    "title\n===\nnext\n---",
    "1. one\n2. two",
    "- item\n+ item\n* item",
    "text\n\n    code\n\n\tcode",
    "```\nfence\n```",
    "**bold** _em_ `code` ~~del~~ | a | b |",
    "&lt;b&gt; &#60; \\ \\* $x$",
    "> quote\r\n> more\rlone",
    "[ref]: http://evil\n[ref]",
    "line\u2028separator\x0bvertical\x0cfeed\x85next",
]


def rendered(markdown: str) -> tuple[set[str], str]:
    """Names of the HTML elements that Markdown becomes, and its words."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    kinds: set[str] = set()
    words = []
    for token in tokens.parse(markdown):
        for child in token.children or [token]:
            kinds |= {child.tag or child.type} if child.type != "text" else set()
            words.append(child.content if child.type == "text" else "\n")
    return kinds, "".join(words)


@pytest.mark.parametrize("hostile", _HOSTILE)
def test_markdown_shows_a_quote_as_it_is(hostile: str) -> None:
    """No text of a document becomes a link, a picture, a heading, a list or HTML."""
    citation = replace(QUOTED, quote=hostile, address=f"{hostile}.md")
    kinds, words = rendered(citation_markdown(citation))
    assert kinds <= {"blockquote", "p", "br", "code", "inline"}
    shown = " ".join(words.split())
    assert " ".join(hostile.split()) in shown


@pytest.mark.parametrize("hostile", _HOSTILE)
def test_text_is_one_line(hostile: str) -> None:
    """A citation in plain text has one line, however many its quote has."""
    assert len(citation_text(replace(QUOTED, quote=hostile)).splitlines()) == 1


def test_places_are_named_in_the_sources_own_terms() -> None:
    """Pages with the labels that differ, slides and cells by label, else lines."""
    assert place_label(QUOTED) == "page 3 (iii)"
    assert pages_label(passage().places) == "pages 3 (iii)-4 (iv)"
    assert place_label(replace(QUOTED, places=())) == "line 3"
    assert place_label(replace(QUOTED, places=(), lines=(3, 5))) == "lines 3-5"
    cells = (Place(0, 9, "sheet", 1, "Sales"), Place(0, 9, "cells", 1, "A2:D2"))
    assert place_label(replace(QUOTED, places=cells)) == "sheet Sales, cells A2:D2"


def test_places_read_as_people_write_them() -> None:
    """Slides and chapters by number and title, cells as one range, crossing pages said so."""

    def told(*places: tuple[PlaceKind, int, str]) -> str:
        made = tuple(Place(0, 1, kind, number, label) for kind, number, label in places)
        return place_label(replace(QUOTED, places=made))

    assert told(("page", 3, ""), ("page", 4, "")) == "crosses pages 3-4"
    assert told(("slide", 3, "Results")) == "slide 3 “Results”"
    assert told(("chapter", 2, "Loomings"), ("chapter", 3, "")) == "chapters 2 “Loomings” to 3"
    rows: tuple[tuple[PlaceKind, int, str], ...] = (
        ("cells", 1, "B9:D9"),
        ("cells", 2, "A10:AA10"),
        ("cells", 3, "C11"),
    )
    assert told(("sheet", 1, "Sales"), *rows) == "sheet Sales, cells A9:AA11"
    two = told(("sheet", 1, "A"), ("sheet", 2, "B"), ("cells", 1, "A1"), ("cells", 2, "A9"))
    assert two == "sheets A to B, cells A1 to A9"
    assert told(("time", 1, "00:00:01"), ("time", 2, "00:00:05")) == "time 00:00:01 to 00:00:05"
