"""Presentations give slides in order, each a place with its title, texts, tables and notes."""

import pytest
from office_files import CORE, LOCKED, A, C, P, R, links, packed, shown

from qwenqa.errors import SourceError
from qwenqa.readers.office.pptx import read


def lines(*texts: str) -> str:
    return "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in texts)


def box(content: str, kind: str = "", top: int | None = None, left: int = 0) -> str:
    placeholder = f'<p:nvPr><p:ph type="{kind}" idx="1"/></p:nvPr>' if kind else "<p:nvPr/>"
    where = "" if top is None else f'<a:xfrm><a:off x="{left}" y="{top}"/></a:xfrm>'
    return (
        f"<p:sp><p:nvSpPr>{placeholder}</p:nvSpPr><p:spPr>{where}</p:spPr>"
        f"<p:txBody>{content}</p:txBody></p:sp>"
    )


def slide(shapes: str, attributes: str = "") -> str:
    return (
        f'<p:sld xmlns:p="{P}" xmlns:a="{A}" xmlns:r="{R}" xmlns:c="{C}" {attributes}>'
        f"<p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"
    )


def pptx(*slides: str, **parts: str) -> bytes:
    numbers = range(1, len(slides) + 1)
    listed = "".join(f'<p:sldId r:id="s{number}"/>' for number in reversed(numbers))
    slide_links = {f"s{number}": f"slide slides/slide{number}.xml" for number in numbers}
    entries = {
        "_rels/.rels": links(m="officeDocument ppt/presentation.xml", c="core-properties core.xml"),
        "core.xml": CORE,
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{P}" xmlns:r="{R}">'
        f"<p:sldIdLst>{listed}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": links(**slide_links),
    }
    # The list of slides, not the names of the parts, is the order.
    for number, xml in zip(numbers, reversed(slides), strict=True):
        entries[f"ppt/slides/slide{number}.xml"] = xml
    return packed(entries | {f"ppt/{name}": xml for name, xml in parts.items()})


def test_slides_are_places_in_the_order_of_the_list():
    """Each slide is a place with number and title, whatever its part is called."""
    document = read(pptx(slide(box(lines("First"), "ctrTitle")), slide(box(lines("Second")))))
    assert shown(document) == [("heading", "First"), ("paragraph", "Second")]
    assert [(each.number, each.label) for each in document.places] == [(1, "First"), (2, "")]
    assert document.extraction.pages == 2
    assert document.title == "The title"


def test_boxes_are_read_from_the_title_down_and_from_left_to_right():
    """Neither the file's order nor small differences in height decide."""
    shapes = (
        box(lines("bottom"), top=4_000_000) + box(lines("right"), top=2_000_100, left=5_000_000)
        + box(lines("left"), top=2_000_900) + box(lines("Title"), "title", top=5_000_000)
    )  # fmt: skip
    texts = [text for _, text in shown(read(pptx(slide(shapes))))]
    assert texts == ["Title", "left", "right", "bottom"]


def test_a_placeholder_stands_where_its_layout_puts_it():
    """A shape without a position of its own takes that of the layout."""
    shapes = box(lines("inherited"), "body") + box(lines("above"), top=1_000_000)
    document = read(
        pptx(
            slide(shapes),
            **{
                "slides/_rels/slide1.xml.rels": links(l="slideLayout ../layout.xml"),
                "layout.xml": slide(box("", "body", top=3_000_000)),
            },
        )
    )
    assert [text for _, text in shown(document)] == ["above", "inherited"]


def test_bodies_of_several_paragraphs_are_items_and_numbers_are_counted():
    """Bullets make items; automatic numbers are written out, a box's one sentence is text."""
    numbered = (
        '<a:p><a:pPr><a:buAutoNum type="alphaLcParenR"/></a:pPr><a:r><a:t>{}</a:t></a:r></a:p>'
    )
    shapes = box(lines("one", "two"), "body") + box(lines("alone"))
    shapes += box(numbered.format("x") + numbered.format("y"))
    assert shown(read(pptx(slide(shapes)))) == [
        ("item", "one"),
        ("item", "two"),
        ("paragraph", "alone"),
        ("item", "a) x"),
        ("item", "b) y"),
    ]


def test_tables_charts_notes_and_comments_are_kept():
    """A slide's place holds all that belongs to it; rows have their headings."""
    row = "<a:tr>{}</a:tr>".format
    cell = "<a:tc><a:txBody>{}</a:txBody></a:tc>".format
    table = row(cell(lines("Name")) + cell(lines("Year")))
    table += row(cell(lines("Qwen")) + cell(lines("2023")))
    frame = f'<p:graphicFrame><a:tbl><a:tblPr firstRow="1"/>{table}</a:tbl></p:graphicFrame>'
    frame += '<p:graphicFrame><c:chart r:id="c"/></p:graphicFrame>'
    point = '<c:pt idx="0"><c:v>{}</c:v></c:pt>'.format
    data = pptx(
        slide(frame),
        **{
            "slides/_rels/slide1.xml.rels": links(
                n="notesSlide ../notes.xml", c="chart ../chart.xml", k="comments ../k.xml"
            ),
            "notes.xml": slide(box(lines("say this"), "body") + box(lines("7"), "sldNum")),
            "chart.xml": f'<c:x xmlns:c="{C}"><c:ser><c:tx>{point("Sum")}</c:tx>'
            f"<c:cat>{point('May')}</c:cat><c:val>{point('3')}</c:val></c:ser></c:x>",
            "k.xml": "<l><cm><text>why?</text></cm></l>",
        },
    )
    document = read(data)
    assert [text for _, text in shown(document)] == [
        "Name | Year",
        "Qwen | 2023",
        "| Sum",
        "May | 3",
        "Notes: say this",
        "Comment: why?",
    ]
    assert document.blocks[1].context == "Name | Year"
    assert document.places[0].end == len(document.text)


def test_footers_are_furniture_at_the_end_with_their_slide():
    """A footer stands after all slides and still says which slide it is from."""
    document = read(
        pptx(slide(box(lines("foot"), "ftr") + box(lines("1"), "sldNum") + box(lines("x"))))
    )
    assert shown(document) == [("paragraph", "x"), ("furniture", "foot")]
    assert [(each.kind, each.number) for each in document.places] == [("slide", 1), ("slide", 1)]


def test_hidden_and_blank_slides_are_said():
    """A hidden slide is read and said; a slide without text is named by its number."""
    document = read(pptx(slide(""), slide(box(lines("hidden")), 'show="0"')))
    assert document.extraction.blank_pages == (1,)
    assert document.extraction.warnings == ("1 hidden slide was read like the others.",)
    assert document.places[0].number == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7 text", "is no ZIP archive"),
        (pptx(slide(box(lines("text"))))[:-40], "damaged"),
        (LOCKED, "password"),
        (packed({"a": "x"}), r"holds no ppt/presentation\.xml"),
        (pptx(), "without slides"),
        (pptx(slide("")), "holds no text"),
        (pptx(slide("<p:sp>" * 200_000)), "cannot be read"),
        (pptx("<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><x>&e;</x>"), "entities"),
    ],
    ids=["empty", "pdf", "cut", "locked", "other", "no slides", "blank", "deep", "entity"],
)
def test_hostile_files_get_a_sentence(data, said):
    """Each is refused with what it is and what to do."""
    with pytest.raises(SourceError, match=said):
        read(data)


def test_alternative_text_of_pictures_is_read_in_their_place():
    """A slide with nothing but a described picture is not blank."""
    picture = '<p:pic><p:nvPicPr><p:cNvPr descr="A red fox"/><p:nvPr/></p:nvPicPr></p:pic>'
    document = read(pptx(slide(picture)))
    assert shown(document) == [("paragraph", "Picture: A red fox")]
    assert document.extraction.blank_pages == ()
