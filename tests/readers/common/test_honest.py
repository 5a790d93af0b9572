"""Honest files of odd make are read; what holds nothing to see, or is cut off, is told as that."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest
from hostile import docx, pages, shown, stream
from office_files import P, R, S

from qwenqa.errors import SourceError
from qwenqa.readers.common.draft import DocumentDraft, Properties
from qwenqa.readers.pdf import quote_boxes
from qwenqa.readers.registry import read
from qwenqa.types import Extraction

TOLD = "The heron waits in shallow water."
_REL = (
    f'<Relationships><Relationship Id="r" Type="{R}/officeDocument" Target="%s"/></Relationships>'
)
_ODF = "urn:oasis:names:tc:opendocument:xmlns"


def _odf(kind: str, body: str) -> dict[str, str | bytes]:
    content = (
        f'<o:document-content xmlns:o="{_ODF}:office:1.0" xmlns:t="{_ODF}:text:1.0"'
        f' xmlns:a="{_ODF}:table:1.0" xmlns:d="{_ODF}:drawing:1.0"><o:body>{body}</o:body>'
        "</o:document-content>"
    )
    return {"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content}


def _entries(suffix: str, text: str = TOLD) -> dict[str, str | bytes]:
    """The parts of a whole file of a format that is a ZIP archive inside."""
    paragraph = f"<t:p>{text}</t:p>"
    if suffix == ".docx":
        with zipfile.ZipFile(io.BytesIO(docx(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"))) as made:
            return {name: made.read(name) for name in made.namelist()}
    if suffix == ".pptx":
        slide = (
            f'<p:sld xmlns:p="{P}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        )
        body = f"<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody>"
        listed = '<p:sldIdLst><p:sldId id="256" r:id="s"/></p:sldIdLst></p:presentation>'
        return {
            "_rels/.rels": _REL % "ppt/presentation.xml",
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{P}" xmlns:r="{R}">{listed}',
            "ppt/_rels/presentation.xml.rels": "<Relationships><Relationship Id='s' "
            f"Type='{R}/slide' Target='slides/slide1.xml'/></Relationships>",
            "ppt/slides/slide1.xml": f"{slide}<p:cSld><p:spTree><p:sp>{body}</p:sp></p:spTree>"
            "</p:cSld></p:sld>",
        }
    if suffix == ".xlsx":
        cell = f'<c r="A1" t="inlineStr"><is><t>{text}</t></is></c>'
        return {
            "_rels/.rels": _REL % "xl/workbook.xml",
            "xl/workbook.xml": f'<workbook xmlns="{S}" xmlns:r="{R}"><sheets>'
            '<sheet name="One" sheetId="1" r:id="s"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": "<Relationships><Relationship Id='s' "
            f"Type='{R}/worksheet' Target='worksheets/sheet1.xml'/></Relationships>",
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{S}"><sheetData><row r="1">{cell}</row>'
            "</sheetData></worksheet>",
        }
    if suffix == ".odt":
        return _odf("text", f"<o:text>{paragraph}</o:text>")
    if suffix == ".ods":
        row = f"<a:table-row><a:table-cell>{paragraph}</a:table-cell></a:table-row>"
        table = f'<a:table a:name="One">{row}</a:table>'
        return _odf("spreadsheet", f"<o:spreadsheet>{table}</o:spreadsheet>")
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": "<container><rootfiles><rootfile full-path='b.opf'/></rootfiles>"
        "</container>",
        "b.opf": "<package><manifest><item id='a' href='a.xhtml' "
        "media-type='application/xhtml+xml'/></manifest><spine><itemref idref='a'/></spine>"
        "</package>",
        "a.xhtml": f"<html xmlns='http://www.w3.org/1999/xhtml'><body><p>{text}</p></body></html>",
    }


def packed(entries: dict[str, str | bytes]) -> bytes:
    """A ZIP archive; what kind it is stands in it unpacked, as e-books and OpenDocument have it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in entries.items():
            out.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else None)
    return made.getvalue()


ZIPPED = {
    ".docx": "Word file",
    ".pptx": "PowerPoint file",
    ".xlsx": "Excel file",
    ".odt": "OpenDocument file",
    ".ods": "OpenDocument file",
    ".epub": "EPUB book",
}


@pytest.mark.parametrize("suffix", ZIPPED)
def test_what_is_never_read_may_be_of_any_size(suffix: str) -> None:
    """A large picture of one colour packs like a bomb; nobody unpacks it."""
    pictured = {**_entries(suffix), "media/white.bmp": b"\xff" * 40_000_000}
    assert TOLD in read(f"a{suffix}", packed(pictured))[0].text


@pytest.mark.parametrize("suffix", ZIPPED)
def test_a_bomb_that_would_be_read_is_refused(suffix: str) -> None:
    """The part that holds the text may not grow like a bomb."""
    entries = _entries(suffix, TOLD + " " * 40_000_000)
    with pytest.raises(SourceError, match=r"made to do harm \(\S+ grows from"):
        read(f"a{suffix}", packed(entries))


@pytest.mark.parametrize("suffix", ZIPPED)
def test_a_cut_file_is_told_as_a_damaged_one_of_its_kind(suffix: str) -> None:
    """Wherever it is cut off, by its parts or else by its suffix; nobody is to unpack it."""
    whole = packed(_entries(suffix))
    for size in (5, 29, 31, 45, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        with pytest.raises(SourceError, match=rf"is a damaged {ZIPPED[suffix]} \(.*; get it again"):
            read(f"a{suffix}", whole[:size])


def test_a_cut_archive_of_nothing_known_is_told_as_that() -> None:
    """An archive stays an archive: it is to be had again, not unpacked."""
    whole = packed({"a.txt": TOLD, "b.txt": TOLD})
    with pytest.raises(SourceError, match="ZIP archive that is cut off; get it again"):
        read("a.zip", whole[:-40])
    with pytest.raises(SourceError, match="unpack it"):
        read("a.zip", whole)


DATES = (
    "1 Jan 99999999999999999999 00:00:00 +0000",
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "Fri, 31 Dec 9999 23:59:59 +99999999999999",
    "Mon, 1 Jan 0001 00:00:00 +1200",
    "0 Jan 0 0:0:0 0",
    f"1 Jan 2020 {'9' * 400}:00:00",
    "\x00\udc80",
    "=?utf-8?q?1_Jan_2020?=",
)


@pytest.mark.parametrize("date", DATES)
def test_a_mail_of_any_date_is_read(date: str) -> None:
    """What cannot be a date is none; the mail is read."""
    mail = f"From: a@b\nTo: c@d\nDate: {date}\nSubject: Bird\n\n{TOLD}\n"
    assert TOLD in read("a.eml", mail.encode("utf-8", "surrogateescape"))[0].text


HUGE = f"1{'0' * 20}.0"
MATRICES = (
    f"{HUGE} 0 0 {HUGE} 0 0",
    f"{HUGE} {HUGE} -{HUGE} {HUGE} {HUGE} {HUGE}",
    f"1 0 0 1 {HUGE} -{HUGE}",
    f"0 {HUGE} {HUGE} 0 0 0",
    "0 0 0 0 0 0",
    "nan inf -inf nan nan nan",
)
BODIES = (
    "q {m} cm {m} cm BT /F {size} Tf 60 700 Td (Nowhere) Tj ET Q",
    "BT /F {size} Tf {m} Tm (Nowhere) Tj ET",
    "q {m} cm {m} cm 0 0 m 500 0 l S 0 0 500 1 re S Q BT /F {size} Tf 9 9 Td (Nowhere) Tj ET",
)


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("size", ["11", HUGE])
def test_a_page_with_what_stands_nowhere_is_read(matrix: str, size: str) -> None:
    """Matrices and sizes beyond all numbers cost no other words of the page, nor their boxes."""
    for body in BODIES:
        odd = body.format(m=matrix, size=size).encode() + b"\n"
        good = b"BT /F 11 Tf 60 300 Td (%s) Tj ET\n" % TOLD.encode()
        for box in (b"[0 0 600 800]", f"[0 0 {HUGE} {HUGE}]".encode()):
            data = pages(stream(good + odd), stream(good)).replace(b"[0 0 600 800]", box)
            document = read("a.pdf", data)[0]
            assert document.text.count("heron") + document.text.count("h e r o n") == 2
            for each in quote_boxes.boxes(data, document, 0, len(document.text)):
                assert all(abs(edge) < 1e8 for edge in each[1:])


def _nest(depth: int, calls: int) -> bytes:
    """A page with text, and a drawing within a drawing and so on, the innermost with text."""
    named = b"/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << "
    forms = {
        100 + n: stream(b"/N Do " * calls, named + b"/XObject << /N %d 0 R >> >>" % (101 + n))
        for n in range(depth)
    }
    inner = stream(shown("", "The innermost drawing."), named + b"/Font << /F 3 0 R >> >>")
    return pages(stream(shown(TOLD) + b"/X100 Do"), forms={**forms, 100 + depth: inner})


def test_drawings_in_drawings_are_read_as_deep_as_they_are() -> None:
    """A nest that each drawing calls once has an end, and its words are read."""
    document = read("a.pdf", _nest(20, 1))[0]
    assert TOLD in document.text
    assert "The innermost drawing." in document.text
    assert document.extraction.warnings == ()


def test_only_drawings_without_end_are_left_out_and_told() -> None:
    """Where each calls the next twice the page's own words are read, and shown as a picture."""
    data = _nest(30, 2)
    document = read("a.pdf", data)[0]
    assert TOLD in document.text
    assert "nested more than 12 deep" in document.extraction.warnings[0]
    assert quote_boxes.boxes(data, document, 0, 5)
    assert quote_boxes.page_image(data, 1, 0.2).startswith(b"\x89PNG")


def test_drawings_in_circles_and_without_a_content_end() -> None:
    """Drawings that use themselves, each other, or nothing that is there leave the page's words."""
    named = (
        b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /N %d 0 R >> >>"
    )
    for uses in ({100: 100}, {100: 101, 101: 100}, {100 + n: 101 + n for n in range(40)}):
        forms = {number: stream(b"/N Do /N Do", named % other) for number, other in uses.items()}
        assert TOLD in read("a.pdf", pages(stream(shown(TOLD) + b"/X100 Do"), forms=forms))[0].text


@pytest.mark.parametrize(
    "names", [b"/A85", b"/AHx", b"/LZW", b"/RL", b"/CCF", b"[/A85 /Fl]", b"/X"]
)
def test_a_page_packed_under_an_old_name_costs_that_page_alone(names: bytes) -> None:
    """Whatever the second library says of a page that shows nothing, the others are read."""
    odd = stream(b"~> 0 0 m" * 9, b"/Filter " + names)
    assert TOLD in read("a.pdf", pages(odd, stream(shown(TOLD))))[0].text


def test_a_large_picture_on_a_page_is_no_bomb() -> None:
    """A scan may unpack to more than may be read: it is not unpacked to read the page."""
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(bytes(2**20)) for _ in range(300)) + packer.flush()
    entries = (
        b"/Type /XObject /Subtype /Image /Width 10240 /Height 10240 /BitsPerComponent 8"
        b" /ColorSpace /DeviceRGB /Filter /FlateDecode"
    )
    image = stream(pixels, entries)
    assert (
        TOLD in read("a.pdf", pages(stream(shown(TOLD) + b"/X100 Do"), forms={100: image}))[0].text
    )
    with pytest.raises(SourceError, match="unpacks to more than"):
        read("a.pdf", pages(stream(pixels, b"/Filter /FlateDecode")))


UNSEEN = "\u200b\u200c\u200d\ufeff\u2060\u00ad\u3164\u2800\U000e0041 \n\u200e"


@pytest.mark.parametrize("suffix", [".txt", ".md", ".rst", ".csv", ".json", ".py", ".yaml", ".tex"])
def test_a_text_that_nobody_can_see_is_empty(suffix: str) -> None:
    """Zero-width and other invisible characters are no text."""
    written = {".json": f'["{UNSEEN.strip()}"]'.replace(" \n", ""), ".csv": UNSEEN + "," + UNSEEN}
    data = written.get(suffix, UNSEEN)
    if suffix in (".json", ".csv"):
        assert read(f"a{suffix}", data.replace("\u2060", "heron").encode())
    else:
        with pytest.raises(SourceError, match="holds no text"):
            read(f"a{suffix}", data.encode())


@pytest.mark.parametrize("suffix", [".docx", ".odt", ".epub", ".pptx"])
def test_an_office_file_that_shows_nothing_is_empty(suffix: str) -> None:
    """The same inside of archives."""
    with pytest.raises(SourceError, match="holds no text"):
        read(f"a{suffix}", packed(_entries(suffix, "\u200b\ufeff\u2060")))


def test_invisible_characters_among_others_stay() -> None:
    """They belong to scripts and emoji; only a text of nothing else is empty."""
    text = "\u200bمی\u200cخواهم 👩\u200d🔬"
    assert read("a.txt", text.encode())[0].text == text


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (
            'a,b\n1,"open\n2,x\n3,y\n',
            "A row opens a quote that no later row closes, the first in row 2",
        ),
        ('a,b\n1,x\n"open,2\n', "the first in row 3"),
        ('a\tb\n"x\ty\n"z\ty\n', "rows open quotes"),
        ('a,b\n1,"open' + "\n2,x" * 1_500 + '"\n', "the first in row 2"),
    ],
)
def test_a_quote_that_is_never_closed_is_told(table: str, told: str) -> None:
    """The lines stay rows of their own, and the report says where the quote began."""
    document = read("a.tsv" if "\t" in table else "a.csv", table.encode())[0]
    assert told in " ".join(document.extraction.remarks)
    assert "".join(document.text.split()) == "".join(table.split())


@pytest.mark.parametrize(
    "table", ['a,b\n1,5" pipe\n2,"x\ny"\n', 'a,b\n"1","2"\n', 'a,b\n"""x""",y\n']
)
def test_closed_and_stray_quotes_are_not_told(table: str) -> None:
    """Cells of several lines, doubled quotes and inches are as they should be."""
    assert read("a.csv", table.encode())[0].extraction.remarks == ()


def test_a_place_ends_where_its_reading_fails() -> None:
    """What is added after a failure stands in no place that was open then."""
    draft = DocumentDraft()
    with pytest.raises(SourceError), draft.place("part", "inner"):
        draft.add("Before.")
        raise SourceError("fails")
    draft.add("After.")
    (place,) = draft.document(Properties(), Extraction()).places
    assert (place.start, place.end) == (0, len("Before."))
