"""Archives and XML from strangers are refused with a sentence before they do harm."""

import io
import struct
import threading
import warnings
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from qwenqa.errors import SourceError
from qwenqa.readers.common import archive
from qwenqa.readers.common.archive import open_archive, parse_xml


def packed(entries: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        warnings.simplefilter("ignore", UserWarning)
        for name, data in entries:
            made.writestr(name, data)
    return buffer.getvalue()


def test_entries_are_read_by_name():
    """An honest archive gives its names in order, folders left out, and its bytes."""
    opened = open_archive(packed([("b/", b""), ("b/two.xml", b"<r>2</r>"), ("one", b"1")]))
    assert opened.names == ("b/two.xml", "one")
    assert opened.read("one") == b"1"
    assert opened.xml("b/two.xml").text == "2"
    assert "one" in opened
    assert "b/" not in opened


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7 hello", "is no ZIP archive"),
        (packed([("a", b"text " * 99)])[:60], "damaged"),
        (packed([("../a", b"x")]), "leads out"),
        (packed([("b/../../a", b"x")]), "leads out"),
        (packed([("/etc/a", b"x")]), "leads out"),
        (packed([("C:/a", b"x")]), "leads out"),
        (packed([("..\\a", b"x")]), "leads out"),
        (packed([("a", b"1"), ("a", b"2")]), "two entries"),
    ],
)
def test_hostile_archives_are_refused(data, said):
    """Each is refused on opening, with what is wrong in the sentence."""
    with pytest.raises(SourceError, match=said):
        open_archive(data)


def test_a_bomb_is_refused_when_it_is_to_be_read():
    """What is not read may pack as it likes."""
    opened = open_archive(packed([("a", b"\x00" * 5_000_000), ("b", b"told")]))
    assert opened.read("b") == b"told"
    with pytest.raises(SourceError, match="grows from"):
        opened.read("a")


def test_too_many_entries_are_refused(monkeypatch):
    """The number of entries is limited, counted by the directory itself."""
    monkeypatch.setattr(archive, "MAX_ENTRIES", 3)
    assert len(open_archive(packed([(f"{n}", b"") for n in range(3)])).names) == 3
    for count in (4, 40):
        with pytest.raises(SourceError, match="more than 3 entries"):
            open_archive(packed([(f"{n}", b"") for n in range(count)]))


def test_long_entries_are_refused_when_read(monkeypatch):
    """A long picture does no harm until somebody reads it; then it is refused."""
    monkeypatch.setattr(archive, "MAX_ENTRY_BYTES", 100)
    opened = open_archive(packed([("long", b"x" * 101), ("short", b"y" * 100)]))
    assert opened.read("short") == b"y" * 100
    with pytest.raises(SourceError, match="split the document"):
        opened.read("long")


def test_trees_have_a_limit_of_their_own_and_streams_do_not(monkeypatch):
    """A long part is refused as a tree, and read element by element without it."""
    monkeypatch.setattr(archive, "MAX_TREE_BYTES", 30)
    opened = open_archive(packed([("a.xml", b"<r><row>1</row><x/><row>2<b/>3</row></r>")]))
    with pytest.raises(SourceError, match="split the document"):
        opened.xml("a.xml")
    assert ["".join(row.itertext()) for row in opened.stream("a.xml", "row")] == ["1", "23"]


def test_an_archive_is_read_within_one_budget(monkeypatch):
    """Entries that are each short enough are refused once they are too much together."""
    monkeypatch.setattr(archive, "MAX_READ_BYTES", 150)
    opened = open_archive(packed([("a", b"x" * 100), ("b", b"y" * 100)]))
    opened.read("a")
    with pytest.raises(SourceError, match="split the document"):
        opened.read("b")


def test_absent_damaged_and_locked_entries_are_named():
    """Reading says which entry is absent or damaged, and that a password is needed."""
    data = bytearray(packed([("a.xml", b"some text that is long enough to deflate " * 9)]))
    opened = open_archive(bytes(data))
    with pytest.raises(SourceError, match=r"holds no b\.xml"):
        opened.read("b.xml")
    data[50] ^= 0xFF
    with pytest.raises(SourceError, match=r"damaged ZIP archive \(a\.xml"):
        open_archive(bytes(data)).read("a.xml")
    data[50] ^= 0xFF
    at = data.index(b"PK\x01\x02") + 8
    data[at : at + 2] = struct.pack("<H", 1)
    with pytest.raises(SourceError, match="password"):
        open_archive(bytes(data)).read("a.xml")


def test_every_flipped_byte_gives_bytes_or_a_source_error():
    """No byte of an archive, changed, lets another exception out."""
    data = packed([("a.xml", b"<r>text</r>"), ("b/c.xml", b"<r>more</r>" * 5)])
    for at in range(len(data)):
        for value in (0x00, 0xFF, data[at] ^ 0x01):
            changed = data[:at] + bytes([value]) + data[at + 1 :]
            try:
                opened = open_archive(changed)
                for name in opened.names:
                    opened.read(name)
            except SourceError:
                pass


def test_entities_are_refused_and_nothing_is_fetched(tmp_path):
    """XXE in each form: no file is read and no server asked, and the document is refused."""
    asked: list[str] = []

    class Canary(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)

    server = HTTPServer(("127.0.0.1", 0), Canary)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "canary").write_text("feathers")
    file, web = (tmp_path / "canary").as_uri(), f"http://127.0.0.1:{server.server_port}/x"
    for inside in (
        f'[<!ENTITY e SYSTEM "{file}">]><r>&e;</r>',
        f'[<!ENTITY e SYSTEM "{web}">]><r>&e;</r>',
        f'[<!ENTITY % p SYSTEM "{web}"> %p;]><r/>',
        f'SYSTEM "{web}"><r>&e;</r>',
        '[<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><r>&b;</r>',
        '[<!ENTITY a "aa">]><r x="&a;"/>',
    ):
        with pytest.raises(SourceError) as refused:
            parse_xml(b"<!DOCTYPE r " + inside.encode())
        assert "feathers" not in str(refused.value)
    server.shutdown()
    server.server_close()
    assert asked == []


def test_a_bare_doctype_is_tolerated_and_not_fetched():
    """Old e-books name a DTD that nobody needs: it is not fetched and its text is read."""
    named = b'<!DOCTYPE ncx PUBLIC "-//X" "http://127.0.0.1:9/ncx.dtd"><ncx>text</ncx>'
    assert parse_xml(named).text == "text"


def test_billion_laughs_end_quickly():
    """Entities that would expand to gigabytes are refused, in text and in attributes."""
    lines = ['<!ENTITY l0 "ha">']
    lines += [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12)]
    for root in ("<r>&l11;</r>", '<r a="&l11;"/>'):
        with pytest.raises(SourceError):
            parse_xml(f"<!DOCTYPE r [{''.join(lines)}]>{root}".encode())


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" * 200_000 + b"</a>" * 200_000,
        b'<a b="' + b"x" * 20_000_000 + b'"/>',
        b"<a>",
        b"",
        b"\x00\x00",
        b'<?xml version="1.0" encoding="nonsense"?><a>\xff</a>',
    ],
    ids=["deep", "long attribute", "open", "empty", "NUL", "encoding"],
)
def test_damaged_xml_is_refused(data):
    """Deep, endless and broken XML is a SourceError that names the part."""
    with pytest.raises(SourceError, match=r"part\.xml"):
        parse_xml(data, "part.xml")


def test_comments_do_not_cut_text():
    """A comment or instruction inside a text leaves the text whole."""
    assert parse_xml(b"<a>one<!-- x -->two<?y z?>three</a>").text == "onetwothree"
