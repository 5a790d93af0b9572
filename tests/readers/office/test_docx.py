"""Word documents give what a person reads in them, in order, and hostile ones a sentence."""

import contextlib
import io
import struct
import zipfile

import pytest
from office_files import CORE, LOCKED, OLE, A, C, R, W, keeps_the_laws, links, packed, shown

from qwenqa.errors import SourceError
from qwenqa.readers.office.docx import read

STYLES = f"""<w:styles xmlns:w="{W}">
<w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/>
<w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:styleId="Mine"><w:name w:val="My own"/><w:basedOn w:val="berschrift1"/></w:style>
<w:style w:styleId="Loop"><w:name w:val="Loop"/><w:basedOn w:val="Loop"/></w:style>
<w:style w:styleId="V1"><w:name w:val="toc 1"/></w:style>
</w:styles>"""
NUMBERING = f"""<w:numbering xmlns:w="{W}">
<w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/>
<w:lvlText w:val="%1.%2)"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/>
<w:lvlText w:val="x"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">
<w:startOverride w:val="1"/></w:lvlOverride></w:num>
</w:numbering>"""
MAIN = links(
    s="styles styles.xml",
    n="numbering numbering.xml",
    f="footnotes footnotes.xml",
    c="comments comments.xml",
    h="header header1.xml",
    h2="header header2.xml",
    ch="chart charts/chart1.xml",
)


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def styled(text: str, style: str) -> str:
    return p(text, f'<w:pStyle w:val="{style}"/>')


def listed(text: str, number: int, level: int = 0) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def table(*rows: list[str], properties: str = "") -> str:
    made = "".join(
        f"<w:tr>{''.join(f'<w:tc>{cell}</w:tc>' for cell in row)}</w:tr>" for row in rows
    )
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr>{made}</w:tbl>"


def docx(body: str, **parts: str) -> bytes:
    entries = {
        "_rels/.rels": links(m="officeDocument word/document.xml", c="core-properties core.xml"),
        "core.xml": CORE,
        "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{R}" xmlns:a="{A}" xmlns:c="{C}"'
        ' xmlns:mc="mc" xmlns:v="v" xmlns:m="math"><w:body>' + body + "</w:body></w:document>",
        "word/_rels/document.xml.rels": MAIN,
        "word/styles.xml": STYLES,
        "word/numbering.xml": NUMBERING,
    }
    entries |= {
        f"word/{name}.xml": f'<w:x xmlns:w="{W}">{xml}</w:x>' for name, xml in parts.items()
    }
    return packed(entries)


def test_headings_by_style_name_level_and_inheritance():
    """A heading is known by its style in any language, by inheritance, or its own level."""
    body = (
        styled("The Report", "Titel") + styled("One", "berschrift1") + styled("Two", "Mine")
        + p("Three", '<w:outlineLvl w:val="2"/>') + styled("Text", "Loop") + p("", "")
    )  # fmt: skip
    document = read(docx(body))
    assert [(block.kind, block.level) for block in document.blocks] == [
        ("heading", 1),
        ("heading", 1),
        ("heading", 1),
        ("heading", 3),
        ("paragraph", 0),
    ]
    keeps_the_laws(document)


def test_properties_are_those_that_the_file_states():
    """Title, author, date and language come from the core properties."""
    document = read(docx(p("text")))
    assert (document.title, document.author) == ("The title", "Ann Author")
    assert (document.date, document.language) == ("2024-03-05T10:00:00Z", "en-GB")


def test_lists_carry_the_labels_that_word_draws():
    """Numbers count by level, restart below a new parent and where a list says so."""
    body = (
        listed("a", 1) + listed("b", 1, 1) + listed("c", 1, 1) + listed("d", 1)
        + listed("e", 1, 1) + listed("f", 2) + listed("g", 1) + listed("h", 3)
    )  # fmt: skip
    expected = ["1. a", "1.a) b", "1.b) c", "2. d", "2.a) e", "• f", "3. g", "1. h"]
    assert shown(read(docx(body))) == [("item", text) for text in expected]


def test_tables_are_rows_with_their_headings():
    """Cells stand side by side; a first row of names heads the rest, one of figures does not."""
    body = table([p("Name"), p("Year")], [p("Qwen"), p("2023") + p("2024")])
    document = read(docx(body + p("between") + table([p("1"), p("2")], [p("3"), p("4")])))
    assert shown(document) == [
        ("row", "Name | Year"),
        ("row", "Qwen | 2023 2024"),
        ("paragraph", "between"),
        ("row", "1 | 2"),
        ("row", "3 | 4"),
    ]
    assert [block.context for block in document.blocks] == ["", "Name | Year", "", "", ""]


def test_a_table_may_say_that_no_row_heads_it():
    """The table's own setting goes before the look of its first row."""
    look = '<w:tblLook w:firstRow="0"/>'
    document = read(docx(table([p("Ann"), p("Bern")], [p("Bob"), p("Rome")], properties=look)))
    assert {block.context for block in document.blocks} == {""}


def test_layout_tables_are_read_as_text():
    """A table of one column, or with tables or long text in cells, is no table of figures."""
    inner = table([p("A"), p("B")], [p("1"), p("2")])
    document = read(
        docx(table([styled("Head", "berschrift1") + p("text")]) + table([p("l"), inner]))
    )
    assert shown(document) == [
        ("heading", "Head"),
        ("paragraph", "text"),
        ("paragraph", "l"),
        ("row", "A | B"),
        ("row", "1 | 2"),
    ]


def test_tracked_changes_read_as_accepted():
    """Deletions and moved-away text are gone; insertions stay, rows and paragraphs too."""
    run = "<w:r><w:t>{}</w:t></w:r>"
    body = (
        f"<w:p>{run.format('kept ')}<w:ins>{run.format('new')}</w:ins><w:del><w:r>"
        f"<w:delText>old</w:delText></w:r></w:del><w:moveFrom>{run.format('gone')}</w:moveFrom></w:p>"
        f"<w:ins>{p('more')}</w:ins>"
    )
    assert [text for _, text in shown(read(docx(body)))] == ["kept new", "more"]


def test_signs_and_codes():
    """Tabs, breaks, hyphens and symbols become characters; field codes and hidden text go."""
    body = (
        "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/>"
        '<w:t>d</w:t><w:sym w:font="Wingdings" w:char="F0FE"/><w:instrText>PAGE</w:instrText></w:r>'
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r></w:p>"
    )
    document = read(docx(body))
    assert document.text == "a\tb\nc\u2011d☑"
    assert document.extraction.warnings == ("1 hidden text was left out.",)


def test_text_boxes_are_read_once():
    """Of the two forms of a text box one is read, as paragraphs after its anchor."""
    box = f"<w:txbxContent>{p('boxed')}</w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>anchor</w:t><mc:AlternateContent><mc:Choice>" + box + "</mc:Choice>"
        "<mc:Fallback>" + box + "</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert [text for _, text in shown(read(docx(body)))] == ["anchor", "boxed"]


def test_formulas_read_from_left_to_right():
    """Fractions, powers and roots keep their parts apart."""

    def part(name: str, text: str) -> str:
        return f"<m:{name}><m:r><m:t>{text}</m:t></m:r></m:{name}>"

    body = (
        f"<w:p><m:oMath><m:f>{part('num', 'a+b')}{part('den', '2')}</m:f></m:oMath>"
        f"<m:oMath><m:sSup>{part('e', 'x')}{part('sup', '2')}</m:sSup></m:oMath></w:p>"
    )
    assert read(docx(body)).text == "(a+b)/2 x^2"


def test_notes_comments_and_charts_are_kept():
    """Footnotes carry the number of their mark, comments their author, charts their values."""
    body = (
        '<w:p><w:r><w:t>claim</w:t><w:footnoteReference w:id="2"/></w:r>'
        '<w:r><c:chart r:id="ch"/></w:r></w:p>'
    )
    notes = f'<w:footnote w:type="separator" w:id="0">{p("x")}</w:footnote>'
    notes += f'<w:footnote w:id="2">{p("proof")}</w:footnote>'
    value = "<c:pt idx='0'><c:v>{}</c:v></c:pt>"
    parts = {
        "footnotes": notes,
        "comments": f'<w:comment w:author="Bo">{p("why?")}</w:comment>',
        "charts/chart1": f'<c:ser xmlns:c="{C}"><c:tx>{value.format("Sales")}</c:tx>'
        f"<c:cat>{value.format('May')}</c:cat><c:val>{value.format('4.4000000000000004')}</c:val></c:ser>",
    }
    assert shown(read(docx(body, **parts))) == [
        ("paragraph", "claim[1]"),
        ("row", "| Sales"),
        ("row", "May | 4.4"),
        ("paragraph", "[1] proof"),
        ("paragraph", "Comment by Bo: why?"),
    ]


def test_headers_footers_and_contents_are_furniture_at_the_end():
    """What repeats on pages stands once, after the body, and so does a table of contents."""
    body = styled("One\t3", "V1") + p("body")
    document = read(docx(body, header1=p("Running"), header2=p("Running"), footnotes=""))
    assert shown(document) == [
        ("paragraph", "body"),
        ("furniture", "One\t3"),
        ("furniture", "Running"),
    ]


def test_the_strict_edition_is_read_like_the_usual_one():
    """Names of elements count, not which edition's namespace they are in."""
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    xml = f'<w:document xmlns:w="{strict}"><w:body>{p("text")}</w:body></w:document>'
    assert read(packed({"word/document.xml": xml})).text == "text"


BOMB = b'<w:document xmlns:w="' + W.encode() + b'"><w:body>' + b"<w:p/>" * 3_000_000


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7 text", "is no ZIP archive"),
        (docx(p("text" * 99))[:-40], "damaged"),
        (LOCKED, "password"),
        (OLE + b"\x00" * 900, "save it as .docx"),
        (packed({"a.txt": "x"}), r"holds no word/document\.xml"),
        (packed({"word/document.xml": "<x/>"}), "no Word document"),
        (packed({"word/document.xml": "<w:document"}), "cannot be read"),
        (packed({"word/document.xml": BOMB}), "made to do harm"),
        (docx(""), "holds no text"),
        (docx("<w:p>" * 200_000), "cannot be read"),
    ],
    ids=[
        "empty",
        "pdf",
        "cut",
        "locked",
        "old",
        "other",
        "not word",
        "xml",
        "bomb",
        "blank",
        "deep",
    ],
)
def test_hostile_files_get_a_sentence(data, said):
    """Each is refused with what it is and what to do."""
    with pytest.raises(SourceError, match=said):
        read(data)


def test_a_doubled_main_part_is_refused():
    """Two parts of one name are an attack on whoever checks the other one."""
    buffer = io.BytesIO(docx(p("one")))
    with zipfile.ZipFile(buffer, "a") as made, pytest.warns(UserWarning, match="Duplicate"):
        made.writestr("word/document.xml", docx(p("two")))
    with pytest.raises(SourceError, match="two entries"):
        read(buffer.getvalue())


def test_a_text_part_of_300_mb_is_refused_unread():
    """The size that the directory states is enough to refuse it, whatever the ratio."""
    data = bytearray(packed({"word/document.xml": "<w:p/>"}))
    directory = data.index(b"PK\x01\x02")
    data[directory + 20 : directory + 28] = struct.pack("<II", 299_000_000, 300_000_000)
    with pytest.raises(SourceError, match="300 MB"):
        read(bytes(data))


def test_deep_but_allowed_nesting_is_read():
    """What the XML parser lets through overruns no stack of ours."""
    opening = "<w:sdt><w:sdtContent>" * 120
    body = opening + p("deep") + "</w:sdtContent></w:sdt>" * 120
    assert read(docx(body)).text == "deep"
    inner = p("x")
    for _ in range(80):
        inner = f"<w:tbl><w:tr><w:tc>{inner}</w:tc><w:tc>{p('y')}</w:tc></w:tr></w:tbl>"
    assert read(docx(inner)).text.count("y") == 80


def test_every_flipped_byte_gives_a_document_or_a_source_error():
    """No byte of a file, changed, lets another exception out."""
    data = packed(
        {"word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{p("x")}</w:body></w:document>'}
    )
    for at in range(len(data)):
        with contextlib.suppress(SourceError):
            keeps_the_laws(read(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]))


def test_alternative_text_of_pictures_is_read_after_their_paragraph():
    """What is said of a picture is kept once, in body, cells and headers; bare names are not."""
    said = '<w:docPr descr="A red fox"/><w:cNvPr descr="A red fox"/>'
    named = '<w:docPr descr="Picture 1"/><w:docPr descr="scan.png"/><w:docPr title="Fox 2"/>'
    drawn = f"<w:p><w:r><w:t>Look:</w:t><w:drawing>{said}{named}</w:drawing></w:r></w:p>"
    document = read(docx(drawn + p("after"), header1=drawn))
    body = [
        ("paragraph", text) for text in ("Look:", "Picture: A red fox", "Picture: Fox 2", "after")
    ]
    assert shown(document)[:4] == body
    assert shown(document)[4] == ("furniture", "Look:\nPicture: A red fox\nPicture: Fox 2")
