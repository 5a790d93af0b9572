"""E-books: chapters in reading order under their titles; protected books are refused."""

from __future__ import annotations

import io
import zipfile

import pytest
from written_laws import keeps_the_laws, keeps_the_laws_on_hostile_bytes, shown

from qwenqa.errors import SourceError
from qwenqa.readers.ebook.epub import read

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book/content.opf"/></rootfiles></container>'
)
METADATA = (
    "<dc:title>The Tide</dc:title><dc:creator>Ann Lee</dc:creator><dc:creator>Bo Ek</dc:creator>"
    "<dc:date>2019-05-02</dc:date><dc:language>en-GB</dc:language>"
)
CHAPTERS = {
    "two.xhtml": "<h1>Second</h1><p>Ebb &amp; flow.</p><aside><p>A note.</p></aside>",
    "one%20a.xhtml": "<header><h3>First</h3></header><p>Dawn.</p>",
}
NAV = (
    '<nav xmlns:epub="http://www.idpf.org/2007/ops" epub:type="toc"><ol>'
    '<li><a href="one%20a.xhtml">Chapter I</a></li><li><a href="two.xhtml#top">Chapter II</a>'
    '<ol><li><a href="two.xhtml#note">A note</a></li></ol></li></ol></nav>'
)
NCX = (
    '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>Old I'
    '</text></navLabel><content src="one%20a.xhtml"/></navPoint></navMap></ncx>'
)


def xhtml(body: str) -> str:
    return f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head><body>{body}</body></html>'


def opf(items: str, order: list[str]) -> str:
    spine = "".join(f'<itemref idref="{each}"/>' for each in order)
    return (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/">{METADATA}</metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )


def book(nav: str = NAV, ncx: str = "", more: dict[str, str] | None = None) -> bytes:
    """An e-book whose first chapter stands second in the archive and in the manifest."""
    items = (
        '<item id="b" href="two.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="a" href="one%20a.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
        '<item id="x" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    )
    entries = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "book/content.opf": opf(items, ["a", "b", "a"]),
        "book/two.xhtml": xhtml(CHAPTERS["two.xhtml"]),
        "book/one a.xhtml": xhtml(CHAPTERS["one%20a.xhtml"]),
        **({"book/nav.xhtml": xhtml(nav)} if nav else {}),
        **({"book/toc.ncx": ncx} if ncx else {}),
        **(more or {}),
    }
    return packed(entries)


def packed(entries: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in entries.items():
            made.writestr(name, text)
    return buffer.getvalue()


def labels(data: bytes) -> list[tuple[int, str]]:
    return [(place.number, place.label) for place in read(data).places]


def test_chapters_in_reading_order():
    """The spine orders the chapters; each is a place with its number, read once, notes kept."""
    document = read(book())
    keeps_the_laws(document)
    assert shown(document) == [
        ("heading", "First"),
        ("paragraph", "Dawn."),
        ("heading", "Second"),
        ("paragraph", "Ebb & flow."),
        ("paragraph", "A note."),
    ]
    assert [document.text[place.start : place.end].split()[0] for place in document.places] == [
        "First",
        "Second",
    ]


def test_titles_of_chapters():
    """Titles come from the newer table of contents, the older, or the chapter's heading."""
    assert labels(book()) == [(1, "Chapter I"), (2, "Chapter II")]
    assert labels(book(nav="", ncx=NCX)) == [(1, "Old I"), (2, "Second")]
    assert labels(book(nav="")) == [(1, "First"), (2, "Second")]


def test_chapter_of_many_entries_has_no_title_of_one():
    """Where several entries of one depth lead into one chapter, none of them is its title."""
    links = "".join(f'<li><a href="two.xhtml#{name}">{name}</a></li>' for name in "pq")
    several = f"<nav><ol>{links}</ol></nav>"
    assert labels(book(nav=several)) == [(1, "First"), (2, "")]


def test_metadata_is_the_package_s_own():
    """Title, authors, date and language are what the package file says."""
    said = read(book())
    assert (said.title, said.author) == ("The Tide", "Ann Lee, Bo Ek")
    assert (said.date, said.language) == ("2019-05-02", "en-GB")


def encryption(method: str) -> dict[str, str]:
    data = f'<EncryptedData><EncryptionMethod Algorithm="{method}"/></EncryptedData>'
    return {"META-INF/encryption.xml": f"<encryption>{data}</encryption>"}


def test_protected_books_are_refused():
    """Copy protection is named; scrambled fonts are none and do not matter."""
    with pytest.raises(SourceError, match=r"DRM.*get a copy without"):
        read(book(more=encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc")))
    assert "Dawn." in read(book(more=encryption("http://www.idpf.org/2008/embedding"))).text


def test_missing_chapter_is_reported():
    """A chapter that the book names and does not hold is a warning; the others are read."""
    broken = book().replace(b"book/two.xhtml", b"book/gone.html")
    document = read(broken)
    assert "Dawn." in document.text
    assert "book/two.xhtml was not read" in document.extraction.warnings[0]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"a.txt": "x"}, "no package file"),
        ({"c.opf": opf("", [])}, "names no chapters"),
        ({"c.opf": opf('<item id="a" href="../../x" media-type="text/html"/>', ["a"])}, "no text"),
        ({"c.opf": '<!DOCTYPE p [<!ENTITY e "x">]><package>&e;</package>'}, "entities"),
    ],
)
def test_what_is_no_book_is_refused(entries: dict[str, str], said: str):
    """An archive without a readable book is named with the reason."""
    with pytest.raises(SourceError, match=said):
        read(packed(entries))


def test_laws_on_hostile_bytes():
    """Any bytes give a document that keeps the laws, or a sentence; so does any cut book."""
    keeps_the_laws_on_hostile_bytes(read)
    whole = book()
    for end in range(0, len(whole), 97):
        with pytest.raises(SourceError):
            read(whole[:end])
