"""An opened source: its hits, lines, tables, pages and finds, without a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import HTTPException
from paged import paged
from pages import HOSTILE
from test_cards import Reading, assert_ours
from written import MakeCorpus

from qwenqa import Filter, Library
from qwenqa.errors import SourceError
from qwenqa.service.open.source_files import View
from qwenqa.types import LineMap, Span
from qwenqa.ui.html.document import state
from qwenqa.ui.html.document.rows import GridRow, tables
from qwenqa.ui.html.document.source import count, sheet
from qwenqa.ui.html.document.state import OpenedDocument, around, opened
from qwenqa.ui.one_time_files import OneTimeFiles
from qwenqa.ui.views.source_state import Opening

ROWS = re.compile(
    r'<div class="line([\w ]*)"(?: id="here")?><span class="number">(\d+)</span>'
    r'<span class="text"><bdi>(.*?)</bdi></span></div>'
)
MakeLibrary = Callable[[dict[str, "str | bytes"]], Library]


def _lines(html: str) -> list[tuple[str, int, str]]:
    """The shown lines: their tint, their number, their text."""
    return [(tint.strip(), int(n), Reading(text).text) for tint, n, text in ROWS.findall(html)]


def _said(view: View, row: GridRow | None) -> list[str]:
    cells = row.cells if row else ()
    return ["".join(view.text[slice(*part)] for part in cell) for cell in cells]


@pytest.fixture
def made(make_corpus: MakeCorpus, tmp_path: Path) -> MakeLibrary:
    """A toy library over some files."""

    def make(files: dict[str, str | bytes]) -> Library:
        library = Library(corpus=make_corpus(files), index=tmp_path / "index", model="toy")
        library.rebuild()
        return library

    return make


@pytest.fixture
def ledger(made: MakeLibrary) -> Library:
    """One long document with what is asked for in its middle."""
    lines = [f"Entry {n} of the ledger.\r\n\r\n" for n in range(4000)]
    lines[2000] = "A pangolin is entered here.\r\n\r\n"
    return made({"ledger.txt": "".join(lines)})


@pytest.fixture
def pictures() -> OneTimeFiles:
    return OneTimeFiles()


@pytest.fixture
def paged_library(library: Library) -> Library:
    lines = ("Nothing is told on this first page.", "A pelican carries a fish.", "An end.")
    (library.settings.corpus / "pages.pdf").write_bytes(paged(lines))
    library.rebuild()
    return library


def test_the_source_opens_at_the_cited_lines(ledger: Library) -> None:
    """The lines shown are the document's own, numbered as it numbers them, around the quote."""
    hits = ledger.ask("pangolin", 1).hits
    view = ledger.view("ledger.txt")
    shown = sheet(opened(hits, 1, view), view)
    rows = _lines(shown.html)
    lines = view.text.split("\r\n")
    assert all(text == lines[number - 1] for _, number, text in rows)
    first, last = hits[0].citation.lines
    assert [number for tint, number, _ in rows if tint] == list(range(first, last + 1))
    assert rows[0][1] < first - 50
    assert rows[-1][1] > last + 50
    assert len(shown.html) < 100_000
    assert (shown.before, shown.after) == (True, True)
    assert "<mark>A <b" in shown.html


def test_all_of_a_long_document_can_be_seen_and_never_at_once(ledger: Library) -> None:
    """Going on passes every line; what is shown stays small, and going back reaches the start."""
    view = ledger.view("ledger.txt")
    one = opened(ledger.ask("pangolin").hits, 1, view)
    seen: set[int] = set()
    for grow in (OpenedDocument.later, OpenedDocument.earlier):
        for _ in range(20):
            one = grow(one, view)
            shown = sheet(one, view)
            assert len(shown.html) < 400_000
            assert shown.html.count('id="here"') == 1
            seen |= {number for _, number, _ in _lines(shown.html)}
    assert seen == set(range(1, len(LineMap(view.text).starts)))
    assert (shown.before, shown.after) == (False, True)


def test_a_quote_that_left_the_text_is_not_marked_in_it(ledger: Library) -> None:
    """After a rebuild without the quote the old hit opens its document, unmarked, and says so."""
    hits = ledger.ask("pangolin", 1).hits
    (ledger.settings.corpus / "ledger.txt").write_bytes(b"A short note instead.\n")
    ledger.rebuild()
    view = ledger.view("ledger.txt")
    html = sheet(opened(hits, 1, view), view).html
    assert "The quote is not in this text." in html
    assert "cited" not in html
    assert "<mark>" not in html


def test_an_enormous_line_is_cut_into_a_window(made: MakeLibrary) -> None:
    """A document of one line of a million characters opens as a small stretch around the quote."""
    filler = "Entry of the ledger without any meaning. " * 2_000
    library = made({"one.txt": f"{filler}A pangolin is entered. {filler}"})
    view = library.view("one.txt")
    shown = sheet(opened(library.ask("pangolin").hits, 1, view), view)
    assert "pangolin" in shown.html
    assert len(shown.html) < 40_000
    assert (shown.before, shown.after) == (True, True)


def test_hits_are_gone_through_whichever_source_they_are_in(library: Library) -> None:
    """Next and previous go round all hits; each opens in its own document, and is counted."""
    answer = library.ask("heron brig oolong")
    opening = Opening(library, OneTimeFiles())
    shown = opening.opened(answer, 1)
    seen = []
    for _ in answer.hits:
        assert shown.opened is not None
        seen.append(shown.opened.cited.citation.address)
        text = Reading(shown.sheet.html).text
        assert f"Hit {shown.opened.rank} of {len(answer.hits)}" in text
        shown = opening.hit(shown.opened, 1)
    assert seen == [hit.citation.address for hit in answer.hits]
    assert len(set(seen)) == 3
    assert shown.opened is not None
    assert shown.opened.rank == 1
    assert opening.hit(shown.opened, -1).opened.rank == len(answer.hits)  # type: ignore[union-attr]


def test_all_hits_in_a_document_are_tinted_and_the_opened_one_most(ledger: Library) -> None:
    """Each hit's lines are tinted where they stand; only the opened one's are marked."""
    hits = ledger.ask("pangolin entry 2001", 5).hits
    view = ledger.view("ledger.txt")
    rows = _lines(sheet(opened(hits, 1, view), view).html)
    tints = {number: tint for tint, number, _ in rows}
    for hit in hits:
        tint = "cited opened" if hit.hit.rank == 1 else "cited"
        lines = range(hit.citation.lines[0], hit.citation.lines[1] + 1)
        assert {tints[line] for line in lines if line in tints} <= {tint}
    assert sum(tint == "cited opened" for tint in tints.values()) == (
        hits[0].citation.lines[1] - hits[0].citation.lines[0] + 1
    )


def test_finds_are_counted_shown_and_gone_through(ledger: Library) -> None:
    """The first find stands at the quote or below it; the next one is brought into view."""
    view = ledger.view("ledger.txt")
    one = opened(ledger.ask("pangolin", 1).hits, 1, view).looked_for("ENTRY 39", view)
    assert Reading(count(one)).text == "12 of 111"  # after 39 and 390 to 399
    now = one.finds.now
    assert now is not None
    assert view.text[slice(*now)] == "Entry 39"
    assert now.start > one.cited.citation.start or one.finds.number == 0
    html = sheet(one, view).html
    assert html.count('class="found now" id="here"') == 1
    after = one.gone(1, view).finds.now
    assert after is not None
    assert after.start > now.start
    around_ = one.gone(-one.finds.number - 1, view)
    assert around_.finds.number == len(one.finds.spans) - 1
    assert Reading(count(one.looked_for("nowhere", view))).text == "Nothing found"
    assert count(one.looked_for(" ", view)) == ""


def test_very_many_finds_are_told_as_more(ledger: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """A count that stops says so."""
    monkeypatch.setattr(state, "MOST_FINDS", 1000)
    view = ledger.view("ledger.txt")
    one = opened(ledger.ask("pangolin").hits, 1, view).looked_for("e", view)
    assert Reading(count(one)).text.endswith("of more than 1,000")


def test_hostile_documents_and_finds_are_inert(made: MakeLibrary) -> None:
    """In lines, cells, counts and notes only elements of ours stand, and the text literally."""
    cell = HOSTILE.replace("|", "")
    library = made(
        {
            "a.csv": f'Zebra,What\nquagga,"{cell.replace(chr(34), "")}"\nzebra,two\n',
            "b.md": f"# Quagga\n\n| Zebra | What |\n|---|---|\n| quagga | {cell} |\n| b | c |\n",
        }
    )
    answer = library.ask("quagga zebra")
    for rank, hit in enumerate(answer.hits, 1):
        view = library.view(hit.citation.address)
        one = opened(answer.hits, rank, view)
        for shown in (one, one.looked_for(HOSTILE, view), one.looked_for("<script>", view)):
            html = sheet(shown, view, "note").html + count(shown)
            assert_ours(html)
            assert "<script>window.pwned=1</script>" in Reading(html).text
            assert "<table>" in html


CSV = 'Country;Capital\r\nPeru;"Lima; on\nthe coast"\r\nChad;"N""Djamena"\r\n;only\r\n'
MARKDOWN = (
    "# Ducks\n\nSome words.\n\n| Name | Home |\n|:--|--:|\n"
    "| Huey | a \\| b |\n| Dewey | |\n\nEnd.\n"
)
HTML = (
    "<h1>Ducks</h1><p>Some words about them.</p><table><tr><th>Name</th><th>Home</th></tr>"
    "<tr><td>Huey</td><td></td></tr><tr><td></td><td>pond</td></tr></table>"
)


@pytest.mark.parametrize(
    ("name", "content", "head", "rows", "names"),
    [
        (
            "a.csv",
            CSV,
            ["Country", "Capital"],
            [["Peru", "Lima; on\nthe coast"], ["Chad", 'N"Djamena'], ["", "only"]],
            ["2", "3", "4"],
        ),
        (
            "a.md",
            MARKDOWN,
            ["Name", "Home"],
            [["Huey", "a \\| b"], ["Dewey", ""]],
            ["7", "8"],
        ),
        ("a.html", HTML, ["Name", "Home"], [["Huey", ""], ["", "pond"]], None),
    ],
)
def test_tables_are_read_off_the_canonical_text(
    made: MakeLibrary,
    name: str,
    content: str,
    head: list[str],
    rows: list[list[str]],
    names: list[str] | None,
) -> None:
    """Headings, rows and cells are those of the file, and rows keep its numbers."""
    library = made({name: content})
    view = library.view(name)
    (table,) = tables(view, Span(0, len(view.text)))
    assert _said(view, table.head) == head
    padded = [
        cells + [""] * (table.columns - len(cells))
        for cells in (_said(view, row) for row in table.rows)
    ]
    assert padded == rows
    if names is not None:
        assert [row.name for row in table.rows] == names


def test_a_spreadsheet_has_its_letters_and_numbers(made: MakeLibrary, workbook: bytes) -> None:
    """Rows and columns are named as in the file; a cell stands below its letter."""
    library = made({"a.xlsx": workbook})
    view = library.view("a.xlsx")
    head, other = tables(view, Span(0, len(view.text)))
    assert _said(view, head.head) == ["Name", "Home", "Eggs"]
    assert [(row.name, row.first) for row in head.rows] == [("2", 1), ("3", 2)]
    assert [_said(view, row) for row in head.rows] == [["Huey", "", "3"], ["pond", "5"]]
    assert other.head is None
    assert [row.name for row in other.rows] == ["7"]


@pytest.fixture
def workbook(tmp_path: Path) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["Name", "Home", "Eggs"], ["Huey", None, 3], [None, "pond", 5]):
        book.active.append(row)
    book.active["B7"] = "alone"
    book.save(tmp_path / "book.xlsx")
    return (tmp_path / "book.xlsx").read_bytes()


def test_a_long_table_keeps_its_headings_and_marks_the_cited_rows(made: MakeLibrary) -> None:
    """Some hundred rows around the citation come, below the headings of the file's first row."""
    rows = "".join(f"land {n},city {n}\n" for n in range(3000))
    library = made({"a.csv": "Country,Capital\n" + rows + "quokkaland,quokka city\n" + rows})
    view = library.view("a.csv")
    one = opened(library.ask("quokka", 1).hits, 1, view)
    shown = sheet(one, view)
    assert shown.tabled
    assert shown.html.count("<tr") < 400
    head = shown.html.split("<tbody>")[0]
    assert "Country" in head
    cited = re.findall(r'<tr class="cited opened">(.*?)</tr>', shown.html)
    assert any("quokka" in row for row in cited)
    plain = sheet(one.otherwise(), view)
    assert plain.tabled
    assert "<table" not in plain.html
    assert "quokkaland,quokka city" in Reading(plain.html).text
    assert one.otherwise().otherwise() == one


def test_bars_in_other_texts_are_no_tables(made: MakeLibrary) -> None:
    """Where the reader says nothing of cells, lines stay lines."""
    library = made({"a.py": "x = a | b\ny = c | d\n", "b.txt": "a | b\nc | d\n"})
    for name in ("a.py", "b.txt"):
        view = library.view(name)
        assert tables(view, Span(0, len(view.text))) == []


def test_what_cannot_be_opened_is_told(library: Library) -> None:
    """A rank that is not there, a lost answer or document give a sentence."""
    opening = Opening(library, OneTimeFiles())
    answer = library.ask("heron")
    for shown in (
        opening.opened(answer, len(answer.hits) + 1),
        opening.opened(None, 1),
        opening.hit(None, 1),
        opening.changed(None, OpenedDocument.later),
    ):
        assert "again" in shown.sheet.html
        assert shown.opened is None


def test_a_pdf_opens_at_the_cited_page_and_can_be_turned(
    pictures: OneTimeFiles, paged_library: Library
) -> None:
    """The image of the cited page comes first, then others, and the text on one press."""
    opening = Opening(paged_library, pictures)
    answer = paged_library.ask("Which pelican carries a fish?", 1, Filter(kind="pdf"))
    shown = opening.opened(answer, 1)
    assert "Page 2 of 3" in Reading(shown.sheet.html).text
    name = re.search(r'src="page-image/([\w-]+)"', shown.sheet.html)
    one = shown.opened
    assert name
    assert one
    view = paged_library.view("pages.pdf")
    expected = paged_library.page_image(state.quoted(one, view), 2)
    assert pictures.fetch(name[1]).body == expected
    last = opening.changed(one, lambda now, _: now.turned(1))
    assert "Page 3 of 3" in Reading(last.sheet.html).text
    assert "The quote begins on page 2." in Reading(last.sheet.html).text
    assert [one.at_page(n).page for n in (-4, 0, 1, 3, 99)] == [1, 1, 1, 3, 3]
    text = opening.changed(last.opened, OpenedDocument.other)
    assert "pelican" in text.sheet.html
    assert "<img" not in text.sheet.html
    assert opening.changed(text.opened, OpenedDocument.other).opened.page == 2  # type: ignore[union-attr]


def test_pages_beside_the_shown_one_are_drawn_ahead(
    pictures: OneTimeFiles, paged_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Turning to a page drawn ahead draws nothing, and shows the image that was fetched."""
    opening = Opening(paged_library, pictures)
    answer = paged_library.ask("Which pelican carries a fish?", 1, Filter(kind="pdf"))
    one = opening.opened(answer, 1).opened
    html = opening.ahead(one)
    after, before = re.findall(r'src="(page-image/[\w-]+)"', html)

    def refuses(*_: Any) -> bytes:
        raise SourceError("pages.pdf took longer than 1 second.")

    monkeypatch.setattr(Library, "page_image", refuses)
    for by, address in ((1, after), (-1, before)):
        turned = opening.changed(one, lambda now, _, by=by: now.turned(by))
        assert f'src="{address}"' in turned.sheet.html
    assert opening.ahead(None) == ""


def test_a_find_in_a_pdf_turns_to_its_page(paged_library: Library) -> None:
    """The page of the find is shown, and there it is tinted instead of the quote."""
    opening = Opening(paged_library, OneTimeFiles())
    answer = paged_library.ask("Which pelican carries a fish?", 1, Filter(kind="pdf"))
    one = opening.opened(answer, 1).opened
    found = opening.changed(one, lambda now, view: now.looked_for("an END", view)).opened
    assert found
    assert found.page == 3
    quote = state.quoted(found, paged_library.view("pages.pdf"))
    assert quote.quote == "An end"
    assert {box.page for box in paged_library.boxes(quote)} == {3}


def test_a_page_that_cannot_be_drawn_gives_way_to_its_text(
    paged_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text is shown with the reason, and nothing is lost."""

    def refuses(*_: Any) -> bytes:
        raise SourceError("pages.pdf took longer than 1 second.")

    answer = paged_library.ask("Which pelican carries a fish?", 1, Filter(kind="pdf"))
    monkeypatch.setattr(Library, "page_image", refuses)
    shown = Opening(paged_library, OneTimeFiles()).opened(answer, 1)
    text = Reading(shown.sheet.html).text
    assert "The page cannot be shown. pages.pdf took longer" in text
    assert "pelican" in text
    assert shown.opened
    assert shown.opened.page == 0


def test_only_so_many_page_images_are_kept() -> None:
    """The oldest are forgotten, and a forgotten one is 404."""
    pictures = OneTimeFiles()
    names = [pictures.keep(b"%d" % n).rpartition("/")[2] for n in range(60)]
    assert pictures.fetch(names[-1]).body == b"59"
    with pytest.raises(HTTPException, match="404"):
        pictures.fetch(names[0])


def test_what_is_shown_at_first_is_around_the_place(ledger: Library) -> None:
    """At the ends of a text it is cut off there."""
    view = ledger.view("ledger.txt")
    assert around(Span(0, 5), view).start == 0
    assert around(Span(len(view.text) - 5, len(view.text)), view).end == len(view.text)
