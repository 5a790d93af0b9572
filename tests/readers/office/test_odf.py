"""OpenDocument texts, presentations and spreadsheets give what a person reads in them."""

import pytest
from office_files import packed, shown

from qwenqa.errors import SourceError
from qwenqa.readers.office.odf import read_presentation, read_spreadsheet, read_text

NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "style", "draw", "presentation", "meta")
)
META = (
    f'<office:document-meta {NAMES} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
    "<dc:title>The title</dc:title><meta:initial-creator>Ann</meta:initial-creator>"
    "<dc:creator>Editor</dc:creator><dc:date>2024-03-05T10:00:00.5</dc:date>"
    "</office:meta></office:document-meta>"
)


def odf(kind: str, body: str, styles: str = "", **parts: str) -> bytes:
    content = (
        f'<office:document-content {NAMES} xmlns:dc="dc" xmlns:xlink="x">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    return packed({"content.xml": content, "meta.xml": META} | parts)


def p(text: str) -> str:
    return f"<text:p>{text}</text:p>"


def row(*cells: str, repeated: str = "") -> str:
    return f"<table:table-row {repeated}>{''.join(cells)}</table:table-row>"


def cell(text: str, repeated: str = "") -> str:
    return f"<table:table-cell {repeated}>{p(text) if text else ''}</table:table-cell>"


def test_headings_paragraphs_and_properties():
    """Headings keep their level; the first author is the author."""
    document = read_text(odf("text", '<text:h text:outline-level="2">Head</text:h>' + p("body")))
    assert shown(document) == [("heading", "Head"), ("paragraph", "body")]
    assert document.blocks[0].level == 2
    assert (document.title, document.author) == ("The title", "Ann")
    assert document.date == "2024-03-05T10:00:00.5"


def test_spaces_tabs_and_breaks():
    """White space written as elements becomes white space."""
    body = p('a<text:s text:c="3"/>b<text:tab/>c<text:line-break/><text:span>d</text:span>e')
    assert read_text(odf("text", body)).text == "a   b\tc\nde"


def test_lists_carry_their_labels():
    """Numbered levels count, other levels have bullets, a later paragraph has no label."""
    styles = (
        '<text:list-style style:name="L"><text:list-level-style-number text:level="1"'
        ' style:num-format="1" style:num-suffix="."/></text:list-style>'
    )
    body = (
        f'<text:list text:style-name="L"><text:list-item>{p("one")}{p("more")}<text:list>'
        f"<text:list-item>{p('inner')}</text:list-item></text:list></text:list-item>"
        f"<text:list-item>{p('two')}</text:list-item></text:list>"
    )
    texts = ["1. one", "more", "• inner", "2. two"]
    assert shown(read_text(odf("text", body, styles))) == [("item", text) for text in texts]


def test_tables_notes_boxes_and_comments():
    """Rows have their headings; notes stand after the text with the number of their mark."""
    body = (
        "<table:table>" + "<table:table-header-rows>" + row(cell("Name"), cell("2023"))
        + "</table:table-header-rows>" + row(cell("Qwen"), cell("7")) + "</table:table>"
        + p("claim<text:note><text:note-citation>x</text:note-citation>"
            f"<text:note-body>{p('proof')}</text:note-body></text:note>"
            f"<office:annotation><dc:creator>Bo</dc:creator>{p('why?')}</office:annotation>"
            f"<draw:frame><draw:text-box>{p('boxed')}</draw:text-box></draw:frame>")
    )  # fmt: skip
    document = read_text(odf("text", body))
    assert shown(document) == [
        ("row", "Name | 2023"),
        ("row", "Qwen | 7"),
        ("paragraph", "claim[1]"),
        ("paragraph", "boxed"),
        ("paragraph", "[1] proof"),
        ("paragraph", "Comment by Bo: why?"),
    ]
    assert document.blocks[1].context == "Name | 2023"


def test_deletions_are_left_out_and_contents_are_furniture():
    """Deleted text is kept apart in the file; headers and contents stand at the end."""
    body = (
        f"<text:tracked-changes><text:deletion>{p('gone')}</text:deletion></text:tracked-changes>"
        f"<text:table-of-content><text:index-body>{p('Contents 3')}</text:index-body>"
        f"</text:table-of-content>{p('body')}"
    )
    styles = (
        f"<office:document-styles {NAMES}><office:master-styles><style:master-page>"
        f"<style:header>{p('Running')}</style:header></style:master-page></office:master-styles>"
        "</office:document-styles>"
    )
    assert shown(read_text(odf("text", body, **{"styles.xml": styles}))) == [
        ("paragraph", "body"),
        ("furniture", "Contents 3"),
        ("furniture", "Running"),
    ]


def test_slides_are_places_with_title_and_notes():
    """A slide's title comes first, its notes last, its number stays out."""

    def frame(text: str, kind: str) -> str:
        return (
            f'<draw:frame presentation:class="{kind}"><draw:text-box>{p(text)}'
            "</draw:text-box></draw:frame>"
        )

    body = (
        f"<draw:page>{frame('text', 'outline')}{frame('Title', 'title')}{frame('1', 'page-number')}"
        f"{frame('foot', 'footer')}"
        f"<presentation:notes>{frame('say this', 'notes')}</presentation:notes></draw:page>"
        "<draw:page/>"
    )
    document = read_presentation(odf("presentation", body))
    assert shown(document) == [
        ("heading", "Title"),
        ("paragraph", "text"),
        ("paragraph", "Notes: say this"),
        ("furniture", "foot"),
    ]
    assert [(each.number, each.label) for each in document.places] == [(1, "Title"), (1, "Title")]
    assert (document.extraction.pages, document.extraction.blank_pages) == (2, (2,))


def test_sheets_keep_cell_ranges_through_repeated_cells():
    """Repeated empty cells move the range on; equal rows are one block that covers them all."""
    body = (
        '<table:table table:name="Sales">'
        + row(cell("", 'table:number-columns-repeated="2"'), cell("Name"), cell("Year"))
        + row(cell(""), cell(""), cell("Qwen"), cell("2023"))
        + row(cell(""), cell(""), cell("a"), cell("b"), repeated='table:number-rows-repeated="3"')
        + row(cell("", 'table:number-columns-repeated="16384"'),
              repeated='table:number-rows-repeated="1048000"')
        + "</table:table>"
    )  # fmt: skip
    document = read_spreadsheet(odf("spreadsheet", body))
    assert shown(document)[1:] == [("row", "Name | Year"), ("row", "Qwen | 2023"), ("row", "a | b")]
    labels = [each.label for each in document.places if each.kind == "cells"]
    assert labels == ["C1:D1", "C2:D2", "C3:D5"]
    assert document.blocks[2].context == "Name | Year"


def test_cells_repeated_without_end_are_written_once():
    """A short file cannot ask for gigabytes of text; the report says what was shortened."""
    body = '<table:table table:name="S">' + row(
        cell("x" * 200, 'table:number-columns-repeated="99999999"'), cell("y")
    )
    document = read_spreadsheet(odf("spreadsheet", body + "</table:table>"))
    assert document.text == "S\n\n" + "x" * 200
    assert document.extraction.warnings == ("1 repeated cell was written once.",)


def test_hidden_sheets_are_read_and_said():
    """A hidden sheet may hold the answer: it is read, and the report says so."""
    styles = (
        '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
    )
    body = f'<table:table table:name="S" table:style-name="h">{row(cell("x"))}</table:table>'
    document = read_spreadsheet(odf("spreadsheet", body, styles))
    assert document.extraction.warnings == ("The sheet S is hidden; it was read like the others.",)


def test_hidden_rows_and_columns_are_read_and_said():
    """Hidden rows and columns are read, and counted in the report where they hold text."""
    collapsed = 'table:visibility="collapse"'
    body = (
        '<table:table table:name="S"><table:table-column/><table:table-columns><table:table-column'
        ' table:visibility="collapse" table:number-columns-repeated="1000"/></table:table-columns>'
        + row(cell("a"), cell("secret"), cell("wage"))
        + row(cell("b"), repeated='table:visibility="filter" table:number-rows-repeated="2"')
        + f"<table:table-row-group>{row(cell('c'), repeated=collapsed)}</table:table-row-group>"
        + row(cell(""), repeated=collapsed)
        + '</table:table><table:table table:name="T">'
        + row(cell("seen"))
        + "</table:table>"
    )
    document = read_spreadsheet(odf("spreadsheet", body))
    assert "a | secret | wage\nb\nc" in document.text
    assert document.extraction.warnings == (
        "The sheet S holds 3 hidden rows and 2 hidden columns;"
        " what they hold was read like the rest.",
    )


def test_hidden_slides_are_read_and_said():
    """A slide that is not shown in the talk is read like the others, and the report says so."""
    styles = (
        '<style:style style:name="d1" style:family="drawing-page"><style:drawing-page-properties'
        ' presentation:visibility="hidden"/></style:style><style:style style:name="d2">'
        '<style:drawing-page-properties presentation:visibility="visible"/></style:style>'
    )
    body = "".join(
        f'<draw:page draw:style-name="{style}"><draw:frame><draw:text-box>{p(style)}'
        "</draw:text-box></draw:frame></draw:page>"
        for style in ("d1", "d2", "d3")
    )
    document = read_presentation(odf("presentation", body, styles))
    assert document.text == "d1\n\nd2\n\nd3"
    assert document.extraction.warnings == ("1 hidden slide was read like the others.",)


ENCRYPTED = '<m:manifest xmlns:m="m"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7 text", "is no ZIP archive"),
        (odf("text", p("text"))[:-40], "damaged"),
        (packed({"META-INF/manifest.xml": ENCRYPTED, "content.xml": b"\x00\x01"}), "password"),
        (packed({"a": "x"}), r"holds no content\.xml"),
        (odf("presentation", p("text")), "no OpenDocument text"),
        (odf("text", ""), "holds no text"),
        (odf("text", "<text:p>" * 200_000), "cannot be read"),
    ],
    ids=["empty", "pdf", "cut", "locked", "other", "other kind", "blank", "deep"],
)
def test_hostile_files_get_a_sentence(data, said):
    """Each is refused with what it is and what to do."""
    with pytest.raises(SourceError, match=said):
        read_text(data)


def test_deep_but_allowed_nesting_is_read():
    """What the XML parser lets through overruns no stack of ours."""
    nested = p("deep")
    for _ in range(80):
        nested = f"<text:list><text:list-item>{nested}</text:list-item></text:list>"
    assert read_text(odf("text", nested)).text.endswith("deep")
    spans = "<text:span>" * 240 + "deep" + "</text:span>" * 240
    assert read_text(odf("text", p(spans))).text == "deep"


@pytest.mark.parametrize(("kind", "read"), [("text", read_text), ("spreadsheet", read_spreadsheet)])
def test_alternative_text_of_pictures_is_read(kind, read):
    """Title and description of a frame are kept, in texts and in sheets."""
    frame = "<draw:frame><title>Fox</title><desc>It is red.</desc><draw:image/></draw:frame>"
    inside = f"<text:p>Look:{frame}</text:p>"
    sheet = f"<table:table><table:shapes>{frame}</table:shapes>{row(cell('Look:'))}</table:table>"
    texts = [text for _, text in shown(read(odf(kind, inside if kind == "text" else sheet)))]
    assert texts[-2:] == ["Look:", "Picture: Fox: It is red."]
