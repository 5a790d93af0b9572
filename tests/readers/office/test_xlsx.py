"""Workbooks give rows with their cells' range and the headings of their columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office_files import CORE, LOCKED, R, S, links, packed, shown

from qwenqa.errors import SourceError
from qwenqa.readers.common import draft, grid
from qwenqa.readers.office.hidden_cells import Unshown
from qwenqa.readers.office.xlsx import read

STYLES = (
    f'<styleSheet xmlns="{S}"><numFmts><numFmt numFmtId="164" formatCode="d mmm yyyy"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="164"/></cellXfs></styleSheet>'
)


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def text(at: str, value: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'


def number(at: str, value: object, style: int = 0) -> str:
    return f'<c r="{at}" s="{style}"><f>1+1</f><v>{value}</v></c>'


def xlsx(*sheets: str, state: str = "", strings: str = "", **parts: str) -> bytes:
    names = [f"Sheet {at}" for at in range(1, len(sheets) + 1)]
    listed = "".join(
        f'<sheet name="{name}" {state} r:id="r{at}"/>' for at, name in enumerate(names, 1)
    )
    targets = {f"r{at}": f"worksheet s{at}.xml" for at in range(1, len(sheets) + 1)}
    entries = {
        "_rels/.rels": links(m="officeDocument xl/workbook.xml", c="core-properties core.xml"),
        "core.xml": CORE,
        "xl/workbook.xml": f'<workbook xmlns="{S}" xmlns:r="{R}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": links(
            **targets, st="styles styles.xml", ss="sharedStrings strings.xml"
        ),
        "xl/styles.xml": STYLES,
        "xl/strings.xml": f'<sst xmlns="{S}">{strings}</sst>',
    }
    for at, rows in enumerate(sheets, 1):
        entries[f"xl/s{at}.xml"] = (
            f'<worksheet xmlns="{S}"><sheetData>{rows}</sheetData></worksheet>'
        )
    return packed(entries | {f"xl/{name}": xml for name, xml in parts.items()})


def test_rows_have_their_range_and_the_headings_of_their_columns():
    """A row is one block and one place; the row of names above it is its context."""
    rows = row(2, text("B2", "Name"), text("C2", "Year")) + row(
        3, text("B3", "Qwen"), number("C3", 2023)
    )
    document = read(xlsx(rows))
    assert shown(document) == [
        ("heading", "Sheet 1"),
        ("row", "Name | Year"),
        ("row", "Qwen | 2023"),
    ]
    assert [block.context for block in document.blocks] == ["", "", "Name | Year"]
    assert [(each.kind, each.number, each.label) for each in document.places] == [
        ("sheet", 1, "Sheet 1"),
        ("cells", 1, "B2:C2"),
        ("cells", 2, "B3:C3"),
    ]
    last = document.places[-1]
    assert document.text[last.start : last.end] == "Qwen | 2023"


def test_values_read_as_the_cell_shows_them():
    """Shared and formatted strings, shares, dates, truths and errors; formulas by their value."""
    strings = "<si><t>plain</t></si><si><r><t>ri</t></r><r><t>ch</t></r><rPh><t>x</t></rPh></si>"
    rows = row(
        1, '<c r="A1" t="s"><v>0</v></c>', '<c r="B1" t="s"><v>1</v></c>',
        '<c r="C1" t="s"><v>9</v></c>', number("D1", 0.25, 1), number("E1", 45356, 2),
        '<c r="F1" t="b"><v>1</v></c>', '<c r="G1" t="e"><v>#DIV/0!</v></c>',
        '<c t="str"><v>a_x0041_</v></c>',
    )  # fmt: skip
    document = read(xlsx(rows, strings=strings))
    assert document.text.split("\n\n")[1] == (
        "plain | rich |  | 25% | 5 Mar 2024 | TRUE | #DIV/0! | aA"
    )


def test_headings_end_with_their_table():
    """After an empty row other headings hold, and a single cell has none."""
    rows = (
        row(1, text("A1", "Name"), text("B1", "Year")) + row(2, text("A2", "Q"), number("B2", 1))
        + row(5, text("A5", "City"), text("B5", "Land"))
        + row(6, text("A6", "Bern"), text("B6", "CH"))
        + row(7, text("A7", "a remark"))
    )  # fmt: skip
    contexts = [block.context for block in read(xlsx(rows)).blocks[1:]]
    assert contexts == ["", "Name | Year", "", "City | Land", ""]


def test_a_table_that_the_file_declares_names_its_headings():
    """Declared headings hold even if they look like figures, to the table's last row."""
    rows = row(1, number("A1", 1), number("B1", 2)) + row(2, number("A2", 3), number("B2", 4))
    rows += row(3, number("A3", 5), number("B3", 6))
    table = f'<table xmlns="{S}" ref="A1:B2"/>'
    parts = {"_rels/s1.xml.rels": links(t="table t.xml"), "t.xml": table}
    contexts = [block.context for block in read(xlsx(rows, **parts)).blocks[1:]]
    assert contexts == ["", "1 | 2", ""]


def test_sheets_hidden_ones_too_are_read_and_said():
    """A hidden sheet may hold the answer: it is read, and the report says so."""
    document = read(
        xlsx(row(1, text("A1", "one")), row(1, text("A1", "two")), state='state="hidden"')
    )
    assert [each.label for each in document.places if each.kind == "sheet"] == [
        "Sheet 1",
        "Sheet 2",
    ]
    assert document.extraction.warnings[0] == (
        "The sheet Sheet 1 is hidden; it was read like the others."
    )


def test_hidden_rows_and_columns_are_read_and_said():
    """Hidden rows and columns are read, and counted in the report where they hold text."""
    hidden = '<row r="{}" hidden="{}">{}</row>'
    rows = (
        row(1, text("A1", "a"), text("C1", "secret"))
        + hidden.format(2, "1", text("A2", "b"))
        + hidden.format(3, "true", "")
        + hidden.format(4, "0", text("B4", "c"))
    )
    columns = '<cols><col min="3" max="16384" hidden="1"/><col min="1" max="1"/></cols>'
    sheet = f'<worksheet xmlns="{S}">{columns}<sheetData>{rows}</sheetData></worksheet>'
    document = read(xlsx("", row(1, text("A1", "seen")), **{"s1.xml": sheet}))
    assert "a |  | secret\nb\nc" in document.text
    assert document.extraction.warnings == (
        "The sheet Sheet 1 holds 1 hidden row and 1 hidden column;"
        " what they hold was read like the rest.",
    )


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8),
    st.sets(st.integers(1, 30)),
)
def test_hidden_columns_are_counted_once(ranges: list[tuple[int, int]], used: set[int]):
    """However hidden ranges overlap, each column with text in it counts once."""
    unshown = Unshown()
    for first, last in ranges:
        unshown.hide_columns(first, last)
    unshown.row(used, 0)
    count = sum(any(first <= each <= last for first, last in ranges) for each in used)
    said = " ".join(unshown.warnings("S"))
    assert (f" {count} hidden column" in said) if count else not said


def test_comments_name_their_cell():
    """A comment stands after its sheet's rows, in the sheet's place."""
    comments = (
        f'<comments xmlns="{S}"><authors><author>Bo</author></authors>'
        '<comment ref="A1" authorId="0"><text><t>why?</t></text></comment></comments>'
    )
    parts = {"_rels/s1.xml.rels": links(c="comments c.xml"), "c.xml": comments}
    document = read(xlsx(row(1, text("A1", "one")), **parts))
    assert shown(document)[-1] == ("paragraph", "Comment by Bo on A1: why?")
    assert document.places[0].end == len(document.text)


def test_pictures_say_what_their_author_says_of_them():
    """A picture's description is read after its sheet; one that is only a name is not."""
    drawing = (
        '<wsDr xmlns="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing">'
        '<pic><nvPicPr><cNvPr id="1" name="a" descr="Sales rise in spring"/></nvPicPr></pic>'
        '<pic><nvPicPr><cNvPr id="2" name="b" descr="Picture 2"/></nvPicPr></pic></wsDr>'
    )
    parts = {"_rels/s1.xml.rels": links(d="drawing d.xml"), "d.xml": drawing}
    document = read(xlsx(row(1, text("A1", "Qwen")), **parts))
    assert "Picture: Sales rise in spring" in [words for _, words in shown(document)]
    assert "Picture 2" not in document.text


def test_far_cells_make_no_endless_row():
    """Two cells at the two ends of a row stand side by side, with their true range."""
    document = read(xlsx(row(1, text("A1", "left"), text("XFD1", "right"))))
    assert document.text.endswith("left |  | right")
    assert document.places[1].label == "A1:XFD1"


def test_the_same_text_a_million_times_is_refused(monkeypatch):
    """A small file that refers to one long string again and again has a limit."""
    strings = f"<si><t>{'x' * 600}</t></si>"
    cells = [f'<c r="{letter}1" t="s"><v>0</v></c>' for letter in "AB"]
    with monkeypatch.context() as patched, pytest.raises(SourceError, match="split the table"):
        patched.setattr(grid, "MAX_ROW_CHARACTERS", 1000)
        read(xlsx(row(1, *cells), strings=strings))
    monkeypatch.setattr(draft, "MAX_CHARACTERS", 1000)
    with pytest.raises(SourceError, match="split the document"):
        read(xlsx(row(1, cells[0]) + row(2, cells[0]), strings=strings))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"Name,Year\n", "is no ZIP archive"),
        (xlsx(row(1, text("A1", "text")))[:-40], "damaged"),
        (LOCKED, "password"),
        (packed({"a": "x"}), r"holds no xl/workbook\.xml"),
        (xlsx(""), "holds no text"),
        (xlsx("<row>" * 200_000), "cannot be read"),
        (xlsx("<row><c><v>&e;</v></c></row>"), "cannot be read"),
        (xlsx("x", **{"s1.xml": "<!DOCTYPE x [<!ENTITY e 'a'>]><x><row/></x>"}), "entities"),
    ],
    ids=["empty", "csv", "cut", "locked", "other", "blank", "deep", "undeclared", "entity"],
)
def test_hostile_files_get_a_sentence(data, said):
    """Each is refused with what it is and what to do."""
    with pytest.raises(SourceError, match=said):
        read(data)
