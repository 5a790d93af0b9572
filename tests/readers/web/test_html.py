"""Saved pages: the article is the text, what stands around it is kept apart, nothing is fetched."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest
from written_laws import keeps_the_laws, keeps_the_laws_on_hostile_bytes, shown

from qwenqa.errors import SourceError
from qwenqa.readers.html.reader import read

WORDS = "harbour pilots guided the old ferry past the sandbank before the morning tide turned"
REPLY = "ask the keeper when low water uncovers stones by our northern jetty"
MENU = "".join(f'<li><a href="/topic/{n}">Topic number {n}</a></li>' for n in range(30))


def paragraphs(count: int) -> str:
    """So many different paragraphs, each long enough to be running text."""
    return "".join(
        f"<p>Paragraph {n}: {WORDS}, and {n} more boats followed, as {WORDS}.</p>"
        for n in range(count)
    )


def page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


def body_of(data: bytes) -> str:
    document = read(data)
    keeps_the_laws(document)
    return "\n".join(text for kind, text in shown(document) if kind != "furniture")


def news() -> bytes:
    story = f'<article><div class="story"><h1>The ferry</h1>{paragraphs(8)}</div></article>'
    related = "".join(f'<div class="teaser"><p>Teaser {n} of a tale</p></div>' for n in range(9))
    head = '<meta property="og:type" content="article"><title>The ferry</title>'
    return page(
        f"<nav><ul>{MENU}</ul></nav>{story}<div>{related}</div><footer>Imprint</footer>", head
    )


def test_article_is_apart_from_navigation():
    """Passages come from the article; menus, teasers and the footer are furniture at the end."""
    document = read(news())
    keeps_the_laws(document)
    kinds = [block.kind for block in document.blocks]
    assert kinds == ["paragraph"] * 8 + ["furniture"] * (len(kinds) - 8)
    furniture = document.text[document.blocks[8].start :]
    assert all(said in furniture for said in ("Topic number 7", "Teaser 3", "Imprint", "The ferry"))


def test_page_without_surroundings_is_read_whole():
    """A plain page is no article with a frame: its title, notes and links stay in the text."""
    text = body_of(page('<h1>Notes</h1><p>Short.</p><p><a href="/x">A link</a></p>'))
    assert text == "Notes\nShort.\nA link"


def discussion(head: str) -> bytes:
    answers = "".join(f'<li class="comment"><p>Answer {n}: {REPLY}.</p></li>' for n in range(40))
    question = f"<div class='post'><h1>Which tide?</h1>{paragraphs(3)}</div>"
    return page(f"<nav><ul>{MENU}</ul></nav>{question}<ul id='comments'>{answers}</ul>", head)


def test_page_that_is_no_article_keeps_its_text():
    """Where the extractor finds little of a page that calls itself no article, it is read whole."""
    text = body_of(discussion(""))
    assert "Which tide?" in text
    assert all(f"Answer {n}:" in text for n in range(40))
    assert "Topic number 3" not in text


def test_comments_below_an_article_are_apart():
    """A page that calls itself an article means its article, however long its comments are."""
    text = body_of(discussion('<meta property="article:published_time" content="2024-03-05">'))
    assert "Paragraph 2" in text
    assert "Answer" not in text


def test_article_set_in_several_boxes_is_whole():
    """When the extractor takes one box of an article, its twins beside it belong to it too."""
    box = '<div class="grid"><div class="body">{}</div></div>'
    boxes = box.format(paragraphs(8)) + box.format("<p>Only here: the lighthouse.</p>" * 3)
    head = '<meta property="og:type" content="article">'
    text = body_of(page(f"<ul>{MENU}</ul><div>{boxes}</div>", head))
    assert "Only here: the lighthouse." in text


def test_structure():
    """Headings have levels, items their numbers, code its lines, tables rows with headings."""
    document = read(
        page(
            "<h1>One</h1><h2>Two</h2><p>A <b>bold</b>\n  word.<br>Next line.</p>"
            "<ol start=3><li>three<li><p>four</p></ol><ul><li>dot</ul><dl><dt>Term<dd>Meaning</dl>"
            "<pre>if x:\n    y()</pre><blockquote>Quoted.</blockquote>"
            "<table><caption>Sizes</caption><tr><th>Name<th>Year<tr><td>Ann<td>1990</table>"
        )
    )
    keeps_the_laws(document)
    assert shown(document) == [
        ("heading", "One"),
        ("heading", "Two"),
        ("paragraph", "A bold word.\nNext line."),
        ("item", "3. three"),
        ("item", "4. four"),
        ("item", "dot"),
        ("item", "Term"),
        ("item", "Meaning"),
        ("code", "if x:\n    y()"),
        ("paragraph", "Quoted."),
        ("paragraph", "Sizes"),
        ("row", "Name | Year"),
        ("row", "Ann | 1990"),
    ]
    assert [block.level for block in document.blocks[:3]] == [1, 2, 0]
    assert document.blocks[7].context == "Term"
    assert document.blocks[-1].context == "Name | Year"


def test_cells_that_span():
    """A cell that spans rows is said in each; a heading that spans columns heads each."""
    document = read(
        page(
            "<table><tr><th rowspan=2>City<th colspan=2>Rain<tr><th>May<th>June"
            "<tr><td rowspan=2>Bonn<td>3<td>4<tr><td>5<td>6</table>"
        )
    )
    rows = [
        (text, block.context)
        for (_, text), block in zip(shown(document), document.blocks, strict=True)
    ]
    assert rows[-2:] == [
        ("Bonn | 3 | 4", "City | Rain May | Rain June"),
        ("Bonn | 5 | 6", "City | Rain May | Rain June"),
    ]


def test_tables_that_lay_out_are_no_rows():
    """A table around parts of the page gives paragraphs, and the table inside it rows."""
    inner = "<table><tr><th>K<th>V<tr><td>a<td>b</table>"
    found = shown(read(page(f"<table><tr><td><p>Left.</p><td>{inner}</table>")))
    assert found == [("paragraph", "Left."), ("row", "K | V"), ("row", "a | b")]


def test_programs_and_styles_are_never_text():
    """Scripts, styles, templates and comments are not read; entities are what they stand for."""
    hidden = "<script>var a='</p>'</script><style>b{}</style><template>t</template><!-- c -->"
    assert body_of(page(f"{hidden}<p>a &amp; b &lt; &eacute; &#8364;{hidden}</p>")) == "a & b < é €"


def test_hidden_text_is_set_apart():
    """What a page hides is kept, but no passage is made of it."""
    document = read(page('<p>Seen.</p><p style="display: none">Hidden.</p><p hidden>Too.</p>'))
    assert shown(document) == [
        ("paragraph", "Seen."),
        ("furniture", "Hidden."),
        ("furniture", "Too."),
    ]


def test_metadata_is_the_page_s_own():
    """Title, author, date and language come from the page's head, and from nowhere else."""
    data = (
        '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "author":'
        ' [{"name": "Ann Lee"}, {"name": "Bo Ek"}], "datePublished": "2024-03-05T10:00:00+0100"}]}'
        "</script>"
    )
    said = read(
        page("<p>x</p>", f"<title> A\n title </title>{data}").replace(b"<html", b"<html lang=en_GB")
    )
    assert (said.title, said.author) == ("A title", "Ann Lee, Bo Ek")
    assert (said.date, said.language) == ("2024-03-05T10:00:00+01:00", "en-GB")
    silent = read(page("<p>By Ann, 5 March 2024</p>"))
    assert (silent.title, silent.author, silent.date, silent.language) == ("", "", "", "")


@pytest.mark.parametrize(
    "mark",
    ["[" * 50_000, '{"@type": 7}', '["@type"', "null", '{"@type": ["Article"], "author": 5}'],
)
def test_broken_structured_data_costs_only_itself(mark: str):
    """JSON-LD of any shape leaves the page's text as it is."""
    assert (
        body_of(page(f'<script type="application/ld+json">{mark}</script><p>Text.</p>')) == "Text."
    )


def test_declared_encoding():
    """A page's own charset is believed when its bytes are no UTF-8, and UTF-8 before that."""
    japanese = page("<p>日本語の文章です</p>", "<meta charset=shift_jis>").decode().encode("cp932")
    assert body_of(japanese) == "日本語の文章です"
    assert body_of(page("<p>naïve</p>", "<meta charset=iso-8859-1>")) == "naïve"
    assert body_of(page("<p>plain</p>", "<meta charset=zip>")) == "plain"


def test_xhtml_closes_elements_where_they_open():
    """In XHTML an element closed where it opens holds nothing of what follows."""
    xhtml = (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
        '<head><script src="x.js"/></head><body><p>Read &#233;.</p></body></html>'
    )
    assert body_of(xhtml.encode()) == "Read é."


@pytest.mark.parametrize("tag", ["div", "table", "table><tr><td", "b", "blockquote"])
def test_nesting_without_end_loses_no_text(tag: str):
    """200,000 nested tags cost their structure, are reported, and leave text before and after."""
    document = read(page(f"<p>before</p>{f'<{tag}>' * 200_000}<p>deep &amp; far</p>"))
    keeps_the_laws(document)
    assert ("before" in document.text, "deep & far" in document.text) == (True, True)
    assert "nested too deep" in document.extraction.warnings[0]


def test_long_attribute_is_no_text():
    """An attribute of 20 MB neither hides the page nor appears in it."""
    document = read(page(f'<p title="{"a" * 20_000_000}">short</p>'))
    assert (document.text, document.extraction.warnings) == ("short", ())


def test_spans_are_bounded():
    """Cells that claim to span a million rows and columns do not grow the text beyond bounds."""
    row = '<tr><th colspan="1000000" rowspan="1000000">a b<td>d</tr>'
    data = page(f"<table>{row * 100}</table>")
    assert len(read(data).text) < 20 * len(data)


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch):
    """Reading a page opens no connection, whatever it names."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    names = '<base href="http://127.0.0.1:9/"><link rel=stylesheet href=s.css>'
    doctype = b'<!DOCTYPE html SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY e SYSTEM "file:///etc/hosts">]>'
    data = news().replace(b"</p>", b'<img src="http://127.0.0.1:9/a.png">&e;</p>', 3)
    document = read(doctype + data.replace(b"<head>", b"<head>" + names.encode()))
    assert "Paragraph 7" in document.text
    assert "localhost" not in document.text


@pytest.mark.parametrize("data", [b"", b" \n\x00", b"<html><body></body></html>", b"<!-- only -->"])
def test_page_without_text_is_refused(data: bytes):
    """A page that says nothing is named with what to do."""
    with pytest.raises(SourceError, match=r"(is empty|holds no text).*; put text in it"):
        read(data)


def test_laws_on_hostile_bytes():
    """Any bytes give a document that keeps the laws, or a sentence."""
    keeps_the_laws_on_hostile_bytes(read)


def test_same_document_in_a_new_process():
    """Another process with another hash seed makes the same document of the same bytes."""
    program = (
        "import sys; from qwenqa.readers.html.reader import read;"
        "print(ascii(read(sys.stdin.buffer.read())))"
    )
    other = subprocess.run(
        [sys.executable, "-c", program],
        input=news(),
        capture_output=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)},
    )
    assert other.stdout.decode().strip() == ascii(read(news()))


def test_page_too_large_for_finding_its_article_says_so():
    """More elements than the finder is given: all of the page is read, with a warning."""
    document = read(page("<p>word</p>" * 20_001))
    assert document.text.count("word") == 20_001
    assert "too large" in document.extraction.warnings[0]
