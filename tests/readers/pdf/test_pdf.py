"""The PDF reader: what people read on the page, in their order, each with its place."""

from __future__ import annotations

import io
import os
import re
import struct
import subprocess
import sys
import zlib

import pypdf
import pypdfium2
import pytest

from qwenqa.errors import SourceError
from qwenqa.readers.pdf import bombs, reader
from qwenqa.readers.pdf.page import PDFIUM, Eye
from qwenqa.readers.pdf.pypdf_fallback import SecondLook
from qwenqa.readers.pdf.quote_boxes import Box, boxes, page_image
from qwenqa.readers.pdf.words import words_of
from qwenqa.types import Document

FONTS = b"/Font<</F 1 0 R/B 2 0 R>>"
WORDS = (
    "The committee met in spring and found that the harbour needs a deeper channel before"
    " larger ships can call there and that the old quay must be repaired within two years"
).split()


COLUMNS = "Harbour | What is done there | Service"


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(content), entries, content)


def file_of(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of numbered objects, the last of which is the catalogue."""
    body, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % at for at in offsets)
    end = b"trailer\n<</Size %d/Root %d 0 R%s>>\n" % (len(objects) + 1, len(objects), trailer)
    return body + table + end + b"startxref\n%d\n%%%%EOF\n" % len(body)


def pdf_of(
    *pages: bytes,
    catalogue: bytes = b"",
    trailer: bytes = b"",
    page: bytes = b"",
    more: tuple[bytes, ...] = (),
) -> bytes:
    """A PDF whose pages have these contents; object 5 and on are ``more``."""
    kids_at = 5 + len(more)
    objects = [
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>",
        b"<</Title(Harbour report)/Author(A. Clerk)/CreationDate(D:20240131120000Z)>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>"
        % (len(pages), b" ".join(b"%d 0 R" % (kids_at + 2 * n) for n in range(len(pages)))),
        *more,
    ]
    for number, content in enumerate(pages):
        objects += [
            b"<</Type/Page/Parent 4 0 R/MediaBox[0 0 612 792]/Contents %d 0 R"
            b"/Resources<<%s/XObject<</X 5 0 R>>>>%s>>" % (kids_at + 2 * number + 1, FONTS, page),
            content if content.startswith(b"<<") else stream(content),
        ]
    return file_of([*objects, b"<</Type/Catalog/Pages 4 0 R%s>>" % catalogue], trailer)


def show(x: float, y: float, text: str, size: float = 10, font: str = "F") -> bytes:
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /{font} {size} Tf 1 0 0 1 {x} {y} Tm ({escaped}) Tj ET\n".encode("cp1252")


def paragraph(x: float, y: float, *lines: str, size: float = 10) -> bytes:
    return b"".join(show(x, y - 1.2 * size * n, line, size) for n, line in enumerate(lines))


def numbered_pages(count: int) -> list[bytes]:
    return [
        show(250, 760, "Annual harbour report", 8)
        + paragraph(72, 600 - n, f"Chapter text of sheet {'abcdefghij'[n % 10]} says this.")
        + show(300, 30, str(n + 1), 8)
        for n in range(count)
    ]


def two_columns() -> bytes:
    """Two columns of text, drawn line by line across the page."""
    left = [" ".join(WORDS[n : n + 6]) for n in range(0, 24, 6)]
    right = [line.upper() for line in left]
    return b"".join(
        show(72, 700 - 12 * n, one) + show(330, 700 - 12 * n, other)
        for n, (one, other) in enumerate(zip(left, right, strict=True))
    )


def table() -> bytes:
    rows = [("Harbour", "Ships", "Year"), ("Bremen", "120", "2001"), ("Emden", "45", "2002")]
    return b"".join(
        show(72 + 120 * column, 700 - 14 * row, cell, font="F" if row else "B")
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
    ) + paragraph(72, 600, *[" ".join(WORDS[n : n + 9]) for n in range(0, 27, 9)])


def rule(x: float, y: float, across: float, up: float) -> bytes:
    return f"{x} {y} m {x + across} {y + up} l S\n".encode()


def grid(xs: list[float], ys: list[float]) -> bytes:
    """Rules along all columns and rows."""
    level = [rule(xs[0], y, xs[-1] - xs[0], 0) for y in ys]
    return b"".join([*level, *(rule(x, ys[0], 0, ys[-1] - ys[0]) for x in xs)])


def ruled() -> bytes:
    """A table between rules, its cells filled line by line across the page."""
    lines = [
        (706, ("Harbour", "What is done there", "Service")),
        (686, ("Bremen and", "Fish is landed, and", "Food")),
        (674, ("its islands", "grain is stored", "supply")),
        (654, ("", "Ships are mended", "Repair of")),
        (642, ("Emden", "in the old dock", "steel ships")),
        (630, ("", "by the canal", "")),
    ]
    drawn = b"".join(
        show(76 + 120 * column, y, cell) for y, cells in lines for column, cell in enumerate(cells)
    )
    return drawn + grid([72, 192, 312, 432], [624, 668, 700, 718])


def of_kind(document: Document, kind: str) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks if b.kind == kind]


def page_of(document: Document, text: str) -> int:
    at = document.text.index(text)
    return next(p.number for p in document.places if p.start <= at < p.end)


SAMPLES = {
    "columns": pdf_of(two_columns()),
    "table": pdf_of(table()),
    "numbered": pdf_of(*numbered_pages(6)),
    "ruled": pdf_of(ruled()),
    "turned": pdf_of(
        "".join(
            f"BT /F 10 Tf 0 1 -1 0 {90 + 12 * n} 72 Tm ({line}) Tj ET\n"
            for n, line in enumerate(["Turned text runs", "up the page here."])
        ).encode()
    ),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_blocks_cover_the_text(name: str) -> None:
    """Blocks are in order, apart, trimmed, and leave nothing but white space between them."""
    document = reader.read(SAMPLES[name])
    at = 0
    for block in document.blocks:
        body = document.text[block.start : block.end]
        assert block.start >= at and body and body == body.strip()
        assert document.text[at : block.start].strip() == ""
        at = block.end
    assert document.text[at:].strip() == ""
    assert "\x00" not in document.text


@pytest.mark.parametrize("name", SAMPLES)
def test_places_cover_the_text(name: str) -> None:
    """Every block stands on a page, and pages are named in order of the text."""
    document = reader.read(SAMPLES[name])
    for block in document.blocks:
        assert any(p.start <= block.start and block.end <= p.end for p in document.places)
    starts = [place.start for place in document.places]
    assert starts == sorted(starts)


def test_columns_are_read_one_after_the_other() -> None:
    """Text set in two columns is read down the first before the second, however it is drawn."""
    document = reader.read(SAMPLES["columns"])
    assert (
        " ".join(document.text.split()) == f"{' '.join(WORDS[:24])} {' '.join(WORDS[:24]).upper()}"
    )


@pytest.mark.parametrize(
    ("order", "columns"),
    [
        ("L0-8 R0-8", True),
        ("L0-4 R0-8 L4-8", True),
        ("L0-4 R0-4 L4-8 R4-8", False),
        ("L0-2 R0-2 L2-5 R2-5 L5-8 R5-8", False),
    ],
)
def test_short_lines_are_columns_where_the_file_writes_them_so(order: str, columns: bool) -> None:
    """It may change sides for a quarter of the rows; a table's cells are written row by row."""
    cells = {side: [f"{side.lower()} {word}" for word in WORDS[:8]] for side in "LR"}
    page = b""
    for run in order.split():
        first, last = map(int, run[1:].split("-"))
        for row in range(first, last):
            page += show(72 if run[0] == "L" else 272, 700 - 12 * row, cells[run[0]][row])
    text = reader.read(pdf_of(page)).text
    down = " ".join([*cells["L"], *cells["R"]])
    assert (" ".join(text.split()) == down) == columns


def test_a_title_across_the_columns_goes_first() -> None:
    """What stands over both columns is read before them, what stands under them after."""
    across = "A title that runs across both of the columns of this page and its gutter too"
    under = "A closing line that also runs across both columns of the page and its gutter"
    document = reader.read(pdf_of(two_columns() + show(72, 740, across) + show(72, 600, under)))
    assert document.text.startswith(across) and document.text.endswith(under)


def test_lines_of_a_paragraph_belong_together() -> None:
    """A paragraph keeps its line ends and hyphens; a wider gap begins the next one."""
    first = ["The committee met in spring and found that the har-", "bour needs a deeper channel."]
    page = paragraph(72, 700, *first) + paragraph(72, 660, "Then it went home again, content.")
    document = reader.read(pdf_of(page))
    assert of_kind(document, "paragraph") == ["\n".join(first), "Then it went home again, content."]


@pytest.mark.parametrize(
    ("first", "parted"), [("It was", True), ("Harbourmasterassociations then were", False)]
)
def test_a_line_is_short_where_the_next_ones_first_word_had_fitted(
    first: str, parted: bool
) -> None:
    """Then a paragraph ended there; a line that a long word made short ends none."""
    lines = [" ".join(WORDS[:12]), "they met again in spring and went home late.", first]
    document = reader.read(pdf_of(paragraph(72, 700, *lines, " ".join(WORDS[:12]).lower())))
    assert len(of_kind(document, "paragraph")) == 1 + parted


def test_a_paragraph_goes_on_over_the_page() -> None:
    """A sentence cut by a page's end is one paragraph on two pages."""
    first = paragraph(72, 700, "The committee met in spring and")
    second = paragraph(72, 700, "found the harbour too small.")
    document = reader.read(pdf_of(first, second))
    assert of_kind(document, "paragraph") == [
        "The committee met in spring and\nfound the harbour too small."
    ]
    assert (page_of(document, "spring"), page_of(document, "found")) == (1, 2)


def test_larger_type_heads_and_bullets_list() -> None:
    """Headings are ranked by size; a bullet's line with its rest is one item."""
    body = paragraph(72, 600, *[" ".join(WORDS[n : n + 9]) for n in range(0, 27, 9)])
    items = show(72, 540, "\u2022") + show(86, 540, "dredge the channel until it is")
    items += (
        show(86, 528, "nine metres deep") + show(72, 516, "\u2022") + show(86, 516, "mend the quay")
    )
    page = show(72, 700, "Harbour", 24) + show(72, 650, "Findings", 16) + body + items
    document = reader.read(pdf_of(page))
    headings = {
        document.text[b.start : b.end]: b.level for b in document.blocks if b.kind == "heading"
    }
    assert headings == {"Harbour": 1, "Findings": 2}
    assert of_kind(document, "item") == [
        "\u2022 dredge the channel until it is\nnine metres deep",
        "\u2022 mend the quay",
    ]


def test_a_table_is_read_row_by_row() -> None:
    """Rows are blocks of cells that know their columns' headings."""
    document = reader.read(SAMPLES["table"])
    rows = [b for b in document.blocks if b.kind == "row"]
    assert [(document.text[b.start : b.end], b.context) for b in rows] == [
        ("Harbour | Ships | Year", ""),
        ("Bremen | 120 | 2001", "Harbour | Ships | Year"),
        ("Emden | 45 | 2002", "Harbour | Ships | Year"),
    ]


def test_cells_of_several_lines_stay_whole() -> None:
    """A cell that wraps is read to its end before the next cell of its row."""
    cells = [
        ("Bremen", ["the port on", "the Weser"], "2001"),
        ("Emden", ["the port on", "the Ems"], "2002"),
    ]
    page = b""
    for row, (name, lines, year) in enumerate(cells):
        y = 700 - 40 * row
        page += show(72, y, name) + paragraph(160, y, *lines) + show(300, y, year)
    document = reader.read(pdf_of(page))
    assert of_kind(document, "row") == [
        "Bremen | the port on the Weser | 2001",
        "Emden | the port on the Ems | 2002",
    ]


def rows_of(data: bytes) -> list[tuple[str, str]]:
    """The rows of a file with what heads them."""
    document = reader.read(data)
    return [(document.text[b.start : b.end], b.context) for b in document.blocks if b.kind == "row"]


RULED_ROWS = [
    ("Harbour | What is done there | Service", ""),
    ("Bremen and its islands | Fish is landed, and grain is stored | Food supply", COLUMNS),
    (
        "Emden | Ships are mended in the old dock by the canal | Repair of steel ships",
        COLUMNS,
    ),
]


def test_rules_make_cells() -> None:
    """What stands between rules is one cell, however many lines it has and where they are."""
    assert rows_of(pdf_of(ruled())) == RULED_ROWS


def test_rules_may_be_rectangles() -> None:
    """Boxes drawn around cells, and thin filled ones, are rules too."""
    boxed = b"".join(
        f"{x} {y} 120 {high} re S\n".encode()
        for x in (72, 192, 312)
        for y, high in ((624, 44), (668, 32), (700, 18))
    )
    thin = b"".join(f"{x} 624 1 94 re f\n".encode() for x in (72, 192, 312, 432))
    thin += b"".join(f"72 {y} 360 1 re f\n".encode() for y in (624, 668, 700, 718))
    text = b"".join(part + b"ET\n" for part in ruled().split(b"ET\n")[:-1])
    assert rows_of(pdf_of(text + boxed)) == rows_of(pdf_of(text + thin)) == RULED_ROWS


def test_a_row_across_a_ruled_table_is_text() -> None:
    """A cell that spans the table heads no column, and the table goes on after it."""
    across = show(76, 726, "All harbours of the coast") + grid([72, 432], [718, 740])
    data = pdf_of(across + ruled())
    assert of_kind(reader.read(data), "paragraph") == ["All harbours of the coast"]
    assert rows_of(data) == RULED_ROWS


def test_rows_without_rules_between_them_stay_rows() -> None:
    """Where most cells have a line for each row, a lack of rules joins none."""
    cells = [("Bremen", "120", "14.5"), ("Emden", "45", "3.2"), ("Kiel", "88", "9.1")]
    page = b"".join(
        show(76 + 120 * column, 684 - 12 * row, cell)
        for row, line in enumerate(cells)
        for column, cell in enumerate(line)
    )
    head = ("Harbour", "Ships", "Depth")
    page += b"".join(show(76 + 120 * column, 706, cell) for column, cell in enumerate(head))
    data = pdf_of(page + grid([72, 192, 312, 432], [650, 700, 718]))
    joined = " | ".join(head)
    assert rows_of(data) == [(joined, ""), *((" | ".join(line), joined) for line in cells)]


def test_a_frame_around_text_is_no_table() -> None:
    """Framed columns of text are read as columns; rules beside other text make no rows."""
    framed = two_columns() + grid([60, 320, 580], [640, 720, 730])
    assert rows_of(pdf_of(framed)) == []
    beside = ruled() + paragraph(450, 700, *["A note stands here", "beside the table"] * 4)
    assert all("note" not in row for row, _ in rows_of(pdf_of(beside)))


def test_a_table_goes_on_over_the_page() -> None:
    """Rows on the next page without headings of their own have those of the table's beginning."""
    rest = show(76, 752, "Kiel") + show(196, 752, "Ferries cross from there")
    rest += show(316, 752, "Passengers") + show(76, 732, "Husum") + show(196, 732, "Cattle leaves")
    rest += grid([72, 192, 312, 432], [726, 746, 764])
    found = rows_of(pdf_of(ruled(), rest))
    assert found[3:] == [
        ("Kiel | Ferries cross from there | Passengers", COLUMNS),
        ("Husum | Cattle leaves", COLUMNS),
    ]
    headed = rest.replace(b"/F 10", b"/B 10", 3)
    assert rows_of(pdf_of(ruled(), headed))[4][1] == "Kiel | Ferries cross from there | Passengers"


def test_a_caption_goes_with_its_rows() -> None:
    """The words that number a table, above or below it, head its rows, cut to their room."""
    caption = "Table 3: What the harbours of the coast are for"
    for y in (740, 600):
        assert rows_of(pdf_of(ruled() + show(72, y, caption)))[1][1] == f"{caption} / {COLUMNS}"
    long = rows_of(pdf_of(ruled() + show(72, 740, f"{caption}, {' '.join(WORDS)}", 6)))[1][1]
    assert long.startswith(caption) and long.endswith(COLUMNS) and len(long) <= 204
    assert rows_of(pdf_of(ruled() + show(72, 740, "Tables are laid here")))[1][1] == COLUMNS


def test_years_head_columns() -> None:
    """A first row of years over other figures heads them; a first row of figures does not."""
    years = ("Ships in", "2014", "2015")
    below = [("Bremen", "120", "131"), ("Emden", "45", "52")]
    for first, context in ((years, " | ".join(years)), (("Kiel", "88", "91"), "")):
        page = b"".join(
            show(72 + 120 * column, 700 - 14 * row, cell)
            for row, cells in enumerate([first, *below])
            for column, cell in enumerate(cells)
        )
        assert [one for _, one in rows_of(pdf_of(page))] == ["", context, context]


def test_headings_that_head_nothing_are_text() -> None:
    """A title page has one heading; bold labels in a row are text but for the last."""
    cover = show(72, 600, "Harbour", 30) + show(72, 500, "Survey of the coast", 20)
    cover += show(72, 300, "clerk@harbour.example", 14)
    labels = b"".join(
        show(72, 700 - 30 * n, label, font="B")
        for n, label in enumerate(["Name of the port", "Name of its master", "Depth", "Remarks"])
    )
    body = paragraph(72, 580, *[" ".join(WORDS[n : n + 9]) for n in range(0, 27, 9)])
    document = reader.read(pdf_of(cover, labels + body))
    assert of_kind(document, "heading") == ["Harbour", "Remarks"]


def test_wide_spaces_in_justified_text_are_no_table() -> None:
    """Text with some wide gaps stays text."""
    lines = [WORDS[n : n + 6] for n in range(0, 24, 6)]
    page = b"".join(
        show(72 + 55 * column + 3 * (row % 2) * column, 700 - 12 * row, word)
        for row, line in enumerate(lines[:1])
        for column, word in enumerate(line)
    ) + paragraph(72, 688, *[" ".join(line) for line in lines[1:]])
    assert of_kind(reader.read(pdf_of(page)), "row") == []


def test_running_lines_stand_at_the_end() -> None:
    """What repeats in the margins, and counted page numbers, follow the body, with their page."""
    document = reader.read(SAMPLES["numbered"])
    assert of_kind(document, "furniture") == [
        line for n in range(1, 7) for line in ("Annual harbour report", str(n))
    ]
    first = next(b.start for b in document.blocks if b.kind == "furniture")
    assert "Annual" not in document.text[:first]
    assert all(b.kind == "furniture" for b in document.blocks if b.start >= first)
    last = [p.number for p in document.places if p.start >= first]
    assert last == [1, 2, 3, 4, 5, 6]


def test_a_number_in_the_body_is_no_page_number() -> None:
    """Equal lines in the middle of pages are text, however often they come."""
    pages = [paragraph(72, 400, "See the annual report.") for _ in range(5)]
    assert of_kind(reader.read(pdf_of(*pages)), "furniture") == []


def test_a_first_line_that_counts_pages_is_no_body() -> None:
    """On pages with wide margins too, the number that grows with the page tells a header."""
    text = [" ".join(WORDS[n : n + 9]) for n in range(0, 27, 9)]
    pages = [
        show(150, 650, f"21-13199   Opinion of the Court   {n}") + paragraph(150, 620 - n, *text)
        for n in range(1, 7)
    ]
    document = reader.read(pdf_of(*pages))
    assert [line.split()[-1] for line in of_kind(document, "furniture")] == list("123456")
    assert "Opinion" not in document.text[: document.text.index("21-13199")]
    start = document.text.rindex("Opinion")
    (box,) = boxes(pdf_of(*pages), document, start, start + len("Opinion of the Court"))
    assert box.page == 6 and 645 < box.bottom < box.top < 662


def test_pages_have_their_labels() -> None:
    """A page the file calls "ii" is page 2 with that label; a plain number needs none."""
    labels = b"/PageLabels<</Nums[0<</S/r>>3<</S/D>>]>>"
    document = reader.read(pdf_of(*numbered_pages(6), catalogue=labels))
    body = document.places[:6]
    assert [(p.number, p.label) for p in body][:4] == [(1, "i"), (2, "ii"), (3, "iii"), (4, "1")]
    assert all(p.label == "" for p in reader.read(SAMPLES["numbered"]).places)


def test_properties_are_taken_when_sensible() -> None:
    """Title, author, day and language are the file's own; a file name is no title."""
    document = reader.read(pdf_of(table(), catalogue=b"/Lang(de-DE)", trailer=b"/Info 3 0 R"))
    assert (document.title, document.author) == ("Harbour report", "A. Clerk")
    assert (document.date, document.language) == ("2024-01-31", "de-DE")
    named = pdf_of(table(), trailer=b"/Info 3 0 R").replace(
        b"(Harbour report)", b"(harbour v2.doc)"
    )
    assert reader.read(named).title == ""


def test_a_page_without_text_is_told() -> None:
    """A page that only draws is a scan perhaps; one that draws nothing is empty."""
    document = reader.read(pdf_of(table(), b"0 0 300 300 re f", b" ", table()))
    assert document.extraction.blank_pages == (2, 3)
    assert document.extraction.pages == 4
    assert document.extraction.warnings == ("page 2 has no text (a scan?)", "page 3 is empty")


def test_one_damaged_page_of_ten_leaves_nine() -> None:
    """A page whose content cannot be unpacked costs that page and a warning."""
    pages = numbered_pages(10)
    pages[4] = stream(b"\x78\x9c" + b"\xff" * 60, b"/Filter/FlateDecode")
    document = reader.read(pdf_of(*pages))
    assert sorted({p.number for p in document.places}) == [1, 2, 3, 4, 6, 7, 8, 9, 10]
    assert document.extraction.warnings == ("page 5 is damaged and could not be read",)


def test_pypdf_reads_what_pdfium_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that fails in pdfium is read without its layout, and that is said."""
    calls = []

    def failing(page: object, repair: object) -> object:
        calls.append(page)
        if len(calls) == 2:
            raise pypdfium2.PdfiumError("no")
        return original(page, repair)

    original = reader.see
    monkeypatch.setattr(reader, "see", failing)
    document = reader.read(SAMPLES["numbered"])
    assert "Chapter text of sheet b says this." in document.text
    assert document.extraction.warnings == (
        "page 2 is damaged; its text was read without its layout",
    )
    start = document.text.index("sheet b")
    assert boxes(b"%PDF-", document, start, start + 7) == ()


def test_a_password_is_refused_with_what_to_do() -> None:
    """A locked file says so."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(SAMPLES["table"]))
    writer.encrypt("secret", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    with pytest.raises(SourceError, match="password; save a copy without one"):
        reader.read(locked.getvalue())


LOOP = file_of([b"<</Type/Pages/Kids[1 0 R 1 0 R]/Count 2>>", b"<</Type/Catalog/Pages 1 0 R>>"])
NESTED = tuple(
    stream(
        b"/X Do /X Do",
        b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>" % (6 + n),
    )
    for n in range(30)
)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is no PDF"),
        (b"hello", "is no PDF"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 9, "damaged"),
        (SAMPLES["table"][:200], "damaged|holds no text"),
        (pdf_of(b"0 0 300 300 re f"), r"holds no text: page 1 has no text \(a scan\?\)"),
        (LOOP, "damaged"),
        (pdf_of(b"/X Do", more=NESTED), "nested more than 12 deep.* left out"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(data: bytes, message: str) -> None:
    """Every refusal is a SourceError that says what happened."""
    with pytest.raises(SourceError, match=message):
        reader.read(data)


def test_a_bomb_is_refused_before_it_goes_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that unpacks to more than the limit is counted, not kept."""
    monkeypatch.setattr(bombs, "MAX_UNPACKED_BYTES", 4 * 2**20)
    packed = stream(zlib.compress(bytes(5 * 2**20)), b"/Filter/FlateDecode")
    with pytest.raises(SourceError, match="unpacks to more than 4 MiB"):
        reader.read(pdf_of(packed))
    monkeypatch.setattr(bombs, "MAX_UNPACKED_BYTES", 6 * 2**20)
    assert "Bremen" in reader.read(pdf_of(packed, table())).text


def packed_often(content: bytes, times: int) -> bytes:
    for _ in range(times):
        content = zlib.compress(content)
    return stream(content, b"/Filter[%s]" % (b"/FlateDecode" * times))


def test_data_packed_twice_is_read_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two layers are unpacked to be counted, over all streams together; three are refused."""
    assert "Bremen" in reader.read(pdf_of(packed_often(table(), 2))).text
    monkeypatch.setattr(bombs, "MAX_UNPACKED_BYTES", 4 * 2**20)
    bomb = packed_often(bytes(3 * 2**20), 2)
    assert "Bremen" in reader.read(pdf_of(bomb, table())).text
    with pytest.raises(SourceError, match="unpacks to more than 4 MiB"):
        reader.read(pdf_of(bomb, bomb, table()))
    with pytest.raises(SourceError, match="packed three times"):
        reader.read(pdf_of(packed_often(table(), 3)))


def test_many_operators_are_read() -> None:
    """A page of 100,000 operators is read like any other."""
    drawn = zlib.compress(b"0 0 m 9 9 l S\n" * 100_000 + show(72, 700, "After all that, text."))
    assert (
        reader.read(pdf_of(stream(drawn, b"/Filter/FlateDecode"))).text == "After all that, text."
    )


def test_caps_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages beyond the limits are left out, and that is said."""
    monkeypatch.setattr(reader, "MAX_PAGES", 3)
    document = reader.read(SAMPLES["numbered"])
    assert document.extraction.warnings == (
        "only the first 3 of 6 pages were read; split the document",
    )
    monkeypatch.setattr(reader, "MAX_CHARACTERS", 1)
    assert "only the first 1 of 6" in reader.read(SAMPLES["numbered"]).extraction.warnings[0]


def test_a_cut_file_is_told() -> None:
    """A file without its end is read as far as it goes, with a warning."""
    data = SAMPLES["table"]
    document = reader.read(data[: data.rindex(b"xref")] + b" " * 5000)
    assert "Bremen" in document.text
    assert "the file seems cut off: its end is missing" in document.extraction.warnings


def test_signs_named_by_their_codes_are_read() -> None:
    """Old fonts whose signs are called /G48 /G69 show the letters of those codes."""
    names = b"".join(b"/G%02x" % code for code in b"Harbour papers of the town")
    font = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.1 0 0 .1 0 0]/FirstChar 1"
        b"/LastChar 26/Widths[%s]/CharProcs<<>>/BaseFont/ABCDEF+Old"
        b"/Encoding<</Type/Encoding/Differences[1%s]>>>>" % (b"6 " * 26, names)
    )
    data = pdf_of(table(), more=(font,)).replace(b"/B 2 0 R", b"/B 5 0 R")
    second = SecondLook(data)
    assert "".join(second.sign(1, "Old", code) for code in range(1, 8)) == "Harbour"
    assert second.sign(1, "Old", 99) == ""


def test_the_same_bytes_give_the_same_document() -> None:
    """A new process with another hash seed reads the same."""
    script = (
        "from qwenqa.readers.pdf.reader import read; print(ascii(read(sys.stdin.buffer.read())))"
    )
    result = subprocess.run(
        [sys.executable, "-c", f"import sys; {script}"],
        input=SAMPLES["numbered"],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert result.stdout.decode().strip() == ascii(reader.read(SAMPLES["numbered"]))


def read_back(data: bytes, found: tuple[Box, ...]) -> list[str]:
    """The words in the boxes: characters by their middles, straight from pdfium."""
    with pypdfium2.PdfDocument(data) as file:
        words: list[str] = []
        for box in found:
            textpage = file[box.page - 1].get_textpage()
            inside = ""
            for at in range(textpage.count_chars()):
                left, bottom, right, top = textpage.get_charbox(at)
                character = textpage.get_text_range(at, 1)
                across, up = (left + right) / 2, (bottom + top) / 2
                if not character.strip():
                    inside += " "
                elif box.left <= across <= box.right and box.bottom <= up <= box.top:
                    inside += character
            words += inside.split()
        return words


@pytest.mark.parametrize("name", SAMPLES)
def test_the_words_in_the_boxes_are_the_quotes(name: str) -> None:
    """For every span of words, what stands in its boxes on the page is the quote."""
    data = SAMPLES[name]
    document = reader.read(data)
    words = document.text.split()
    at, spans = 0, []
    for word in words:
        start = document.text.index(word, at)
        at = start + len(word)
        spans.append((start, at))
    for first in range(0, len(spans), 5):
        for length in (1, 12):
            start, end = spans[first][0], spans[min(first + length, len(spans)) - 1][1]
            quote = [word for word in document.text[start:end].split() if word != "|"]
            assert read_back(data, boxes(data, document, start, end)) == quote


def askew(x: float, y: float, text: str) -> bytes:
    return f"BT /F 10 Tf .866 .5 -.5 .866 {x} {y} Tm ({text}) Tj ET\n".encode()


def wide_signs() -> bytes:
    """A font whose codes 1 and 2 are signs beyond 16 bits, and 3 an f-i ligature."""
    pairs = b"<01><DB80DC54><02><DB80DC55><03><00660069>"
    told = b"1 begincodespacerange<00><ff>endcodespacerange 3 beginbfchar%s endbfchar" % (
        pairs.replace(b"><0", b">\n<0")
    )
    font = b"/Type/Font/Subtype/Type1/BaseFont/Odd/FirstChar 0/LastChar 3/Widths[0 600 600 600]"
    page = show(72, 700, "Before") + show(110, 700, "\x01\x02\x03", font="O")
    more = (b"<<%s/FontDescriptor 6 0 R/ToUnicode 7 0 R>>" % font, DESCRIPTOR, stream(told))
    data = pdf_of(page + show(140, 700, "after"), more=more)
    return data.replace(b"/Font<</F", b"/Font<</O 5 0 R/F")


DESCRIPTOR = (
    b"<</Type/FontDescriptor/FontName/Odd/Flags 4/FontBBox[0 0 600 700]/Ascent 700/Descent 0"
    b"/ItalicAngle 0/CapHeight 700/StemV 80>>"
)
HARD_TO_MARK = {
    "askew": pdf_of(
        askew(100, 300, "Askew text climbs") + show(90, 320, "Level words run through it")
    ),
    "disordered": pdf_of(
        show(120, 700, "second") + show(72, 700, "The first") + show(160, 700, "and third.")
    ),
    "shadow": pdf_of(
        show(72, 700, "Specifies the row, initially disabled.")
        + show(72, 660, "Other words stand between.")
        + show(72.5, 699.5, "Specifies")
        + show(160, 660, "S")
        + show(72.2, 660, "Other", 10.1)
    ),
    "fraction": pdf_of(
        show(72, 700, "Half is") + show(110, 703, "1", 7) + show(110, 699, "2", 7)
        + show(110, 701, "-", 9) + show(120, 700, "here")
    ),
    "tiny": pdf_of(
        show(72, 700, "Some text") + show(75, 700, "tiny", 0.01) + show(120, 700, "ends")
    ),
    "pairs": wide_signs(),
}  # fmt: skip


@pytest.mark.parametrize("name", HARD_TO_MARK)
def test_every_word_has_its_box(name: str) -> None:
    """Askew, out of order, twice, tiny or over one another: each span's boxes hold just it."""
    data = HARD_TO_MARK[name]
    document = reader.read(data)
    spans = [found.span() for found in re.finditer(r"\S+", document.text)]
    for first, (start, _) in enumerate(spans):
        for _, end in spans[first : first + 3]:
            quote = sorted("".join(document.text[start:end].split()))
            assert in_boxes(data, boxes(data, document, start, end)) == quote


def in_boxes(data: bytes, found: tuple[Box, ...]) -> list[str]:
    """The characters whose middles lie in the boxes, sorted; what is drawn twice counts once."""
    with PDFIUM, pypdfium2.PdfDocument(data) as file:
        textpage = file[0].get_textpage()
        eye = Eye(textpage, lambda font, code: "")
        inside = []
        for word in words_of(eye):
            for at in range(word.first, word.last + 1):
                left, bottom, right, top = textpage.get_charbox(at)
                across, up = (left + right) / 2, (bottom + top) / 2
                inside += [
                    eye.text(at, at + 1)[0] if eye.units[at] >= "\ud800" else eye.units[at]
                    for box in found
                    if box.left <= across <= box.right and box.bottom <= up <= box.top
                    if not "\udc00" <= eye.units[at] <= "\udfff"
                ]
        return sorted(inside)


def test_what_is_drawn_twice_is_read_once() -> None:
    """A shadow is left out, also where pdfium leaves only some of its letters."""
    assert reader.read(HARD_TO_MARK["shadow"]).text == (
        "Specifies the row, initially disabled.\n\nOther words stand between. S"
    )


def test_letters_drawn_twice_each_are_read_once() -> None:
    """A word whose letters come in pairs at one place has them once; "noon" keeps its own."""
    page = b"".join(
        show(72 + 17 * n, 700, letter, 24) + show(72.4 + 17 * n, 700, letter, 23.9)
        for n, letter in enumerate("SURVEY")
    )
    data = pdf_of(page + show(72, 600, "Llaammaa rest"))
    document = reader.read(data)
    assert document.text == "SURVEY\n\nLlaammaa rest"
    (box,) = boxes(data, document, 0, 6)
    assert 70 < box.left < 76 and 165 < box.right < 180


def test_askew_text_is_read_along_its_lines() -> None:
    """Lines that climb the page are read from their beginning, one below the other."""
    page = askew(100, 300, "Askew text climbs") + askew(106, 289.6, "the page so.")
    assert reader.read(pdf_of(page)).text == "Askew text climbs\nthe page so."


def test_boxes_are_one_for_each_line() -> None:
    """A quote over two lines of a column has two boxes, inside that column."""
    data = SAMPLES["columns"]
    document = reader.read(data)
    end = document.text.index("\n", document.text.index("\n") + 1)
    found = boxes(data, document, 0, end)
    assert [box.page for box in found] == [1, 1]
    assert found[0].bottom > found[1].top
    assert all(box.left >= 72 and box.right < 330 for box in found)


def test_boxes_of_a_running_line_are_on_its_own_page() -> None:
    """Text that the document moved to its end is still found where it stands on the page."""
    data = SAMPLES["numbered"]
    document = reader.read(data)
    start = document.text.rindex("Annual")
    (box,) = boxes(data, document, start, start + len("Annual harbour report"))
    assert box.page == 6 and 755 < box.bottom < box.top < 772


def test_a_page_is_shown_with_its_marks() -> None:
    """The picture has the page's size in pixels, and only a marked page is coloured."""
    data = SAMPLES["table"]
    plain = page_image(data, 1, 1.0)
    assert plain[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", plain[16:24]) == (612, 792)
    assert page_image(data, 1, 1.0, (Box(2, 72, 690, 200, 710),)) == plain
    assert page_image(data, 1, 1.0, (Box(1, 72, 690, 200, 710),)) != plain
    with pytest.raises(SourceError, match="no page 9"):
        page_image(data, 9, 1.0)
