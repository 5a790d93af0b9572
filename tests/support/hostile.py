"""Files that are meant to do harm, made from nothing, and the good ones that stand beside them."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from qwenqa.readers.registry import READERS

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="xml" ContentType="application/xml"/><Default '
    'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/'
    '2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
_LINE = "<w:p><w:r><w:t>One of very many paragraphs.</w:t></w:r></w:p>"
_MIMETYPES = {
    ".odt": "application/vnd.oasis.opendocument.text",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".epub": "application/epub+zip",
}
_PARTS = {
    **dict.fromkeys((".docx", ".docm", ".dotx"), "word/document.xml"),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx"), "ppt/presentation.xml"),
    **dict.fromkeys((".xlsx", ".xlsm"), "xl/workbook.xml"),
    ".xlsb": "xl/workbook.bin",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(20) + b"\xfe\xff\x09\x00\x06\x00" + bytes(900)


def archive(*entries: tuple[str, str | bytes], level: int = 6) -> bytes:
    """A ZIP archive of the entries, in order, doubled names and all."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as out:
        for name, content in entries:
            out.writestr(name, content)
    return made.getvalue()


def docx(body: str | bytes, *more: tuple[str, str | bytes], declared: str = "") -> bytes:
    """A Word document of a body, with whatever else the archive is to hold."""
    body = body.encode() if isinstance(body, str) else body
    start = f"{declared}<w:document {WORD}><w:body>".encode()
    main = start + body + b"</w:body></w:document>"
    return archive(*_frame(), ("word/document.xml", main), *more, level=1)


def _frame() -> tuple[tuple[str, str], tuple[str, str]]:
    return ("[Content_Types].xml", _TYPES), ("_rels/.rels", _RELATIONS)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object of a PDF."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def pdf(objects: Mapping[int, bytes], trailer: bytes = b"") -> bytes:
    """A PDF of numbered objects, the first its catalog, with a right table of places."""
    made, places = bytearray(b"%PDF-1.7\n"), {}
    for number, body in sorted(objects.items()):
        places[number] = len(made)
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    at, size = len(made), max(objects) + 1
    made += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        made += b"%010d 00000 %c \n" % (places.get(number, 0), b"n" if number in places else b"f")
    made += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (size, trailer)
    return bytes(made + b"startxref\n%d\n%%%%EOF\n" % at)


_THINGS = "anchor bell candle drum easel flute gate hammer inkwell jug".split()
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def pages(*contents: bytes, forms: Mapping[int, bytes] | None = None) -> bytes:
    """A PDF with a page for each content stream object, and the forms by object number."""
    first = 10
    kids = b" ".join(b"%d 0 R" % (first + 2 * n) for n in range(len(contents)))
    called = b" ".join(b"/X%d %d 0 R" % (n, n) for n in forms or {})
    resources = b"<< /Font << /F 3 0 R >> /XObject << %s >> >>" % called
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(contents)),
        3: _FONT,
        **(forms or {}),
    }
    for n, content in enumerate(contents):
        objects[first + 2 * n] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800]/Resources %s/Contents %d 0 R >>"
        ) % (resources, first + 2 * n + 1)
        objects[first + 2 * n + 1] = content
    return pdf(objects)


def shown(*lines: str) -> bytes:
    """Content that shows lines of text."""
    return b"".join(
        b"BT /F 11 Tf 60 %d Td (%s) Tj ET\n" % (740 - 16 * n, line.encode("cp1252"))
        for n, line in enumerate(lines)
    )


def packed(size: int, content: bytes = b" ") -> bytes:
    """A stream object that unpacks to so many times the content."""
    packer = zlib.compressobj(9)
    piece = content * (2**20 // len(content))
    body = b"".join(packer.compress(piece) for _ in range(size // len(piece))) + packer.flush()
    return stream(body, b"/Filter /FlateDecode")


def good(word: str) -> str:
    """Two sentences that no other file holds."""
    return f"The {word} keeper counts {word} lanterns at dusk. Nobody else knows the {word} song."


def neighbours() -> Iterator[tuple[str, bytes, str]]:
    """Good files with their address and the word that only they hold."""
    yield "good/a.txt", good("amber").encode(), "amber"
    yield "good/b.md", f"# Notes\n\n{good('basalt')}\n".encode(), "basalt"
    yield "good/c.pdf", pages(stream(shown(*good("cobalt").split(". ")))), "cobalt"
    yield "good/d.docx", docx(f"<w:p><w:r><w:t>{good('damask')}</w:t></w:r></w:p>"), "damask"
    text = f"<html><body><article><p>{good('ebony')}</p></article></body></html>"
    yield "good/e.html", text.encode(), "ebony"
    yield "good/f.csv", f"name,told\nkeeper,{good('fennel')}\n".encode(), "fennel"
    yield "good/g.json", f'{{"told": "{good("garnet")}"}}'.encode(), "garnet"
    yield "zz/last.txt", good("zircon").encode(), "zircon"


def sample(suffix: str) -> bytes:
    """Bytes that a file of a suffix may hold, if only in its outline."""
    if suffix == ".pdf":
        return pages(stream(shown(good("sample"))))
    if suffix in _MIMETYPES:
        return archive(("mimetype", _MIMETYPES[suffix]), ("content.xml", "<x>" * 500))
    if suffix in _PARTS:
        return archive(*_frame(), (_PARTS[suffix], f"<x>{good('sample')}</x>" * 50))
    if suffix in (".doc", ".ppt", ".xls", ".msg"):
        return _OLE
    if suffix == ".rtf":
        return rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 Half a letter \'e9 {\b with groups"
    return f'<p a="1">\u00e9\u4e16 {{"a": ["b", "{good("sample")}\u00e9'.encode() * 3


def broken() -> Iterator[tuple[str, bytes]]:
    """Empty and truncated files of every kind that is read, and files under wrong names."""
    for suffix in dict.fromkeys(suffix for reader in READERS for suffix in reader.suffixes):
        whole = sample(suffix)
        yield f"empty/e{suffix}", b""
        yield f"half/h{suffix}", whole[: len(whole) // 2]
        yield f"short/s{suffix}", whole[:-7]
        yield f"zero/z{suffix}", bytes(300)
    yield "wrong/pdf.txt", sample(".pdf")
    yield "wrong/text.pdf", good("mislabelled").encode()
    yield "wrong/text.docx", good("mislabelled").encode()
    yield "wrong/picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(100)
    yield "wrong/program.md", b"\x7fELF" + bytes(200)
    yield "wrong/none", good("suffixless").encode()


def pdfs() -> Iterator[tuple[str, bytes]]:
    """PDFs that bite."""
    key = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"11" * 32, b"22" * 32)
    identity = b"/Encrypt 4 0 R /ID [<00><00>]"
    kids = b"<< /Type /Pages /Kids [%s] /Count 2 >>"
    catalog = b"<< /Type /Catalog /Pages 2 0 R >>"
    yield (
        "pdf/password.pdf",
        pdf({1: catalog, 2: kids % b"5 0 R", 4: key, 5: b"<< /Type /Page >>"}, identity),
    )
    yield "pdf/bomb.pdf", pages(packed(2**30))
    yield "pdf/loop.pdf", pdf({1: catalog, 2: kids % b"2 0 R 5 0 R", 5: kids % b"2 0 R"})
    forms = {
        100 + n: stream(
            b"/N Do /N Do",
            b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject "
            b"<< /N %d 0 R >> >>" % (101 + n),
        )
        for n in range(30)
    }
    last = stream(shown("The innermost form."), b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]")
    yield "pdf/forms.pdf", pages(stream(b"/X100 Do"), forms={**forms, 130: last})
    strokes = zlib.compress(b"0 0 m n " * 300_000 + shown(good("stroke")))
    yield "pdf/operators.pdf", pages(stream(strokes, b"/Filter /FlateDecode"))
    damaged = stream(zlib.compress(b"q Q" * 999)[:40], b"/Filter /FlateDecode")
    ten = [stream(shown(f"Page {n} is about {word}s.")) for n, word in enumerate(_THINGS, 1)]
    yield "pdf/damaged.pdf", pages(*ten[:4], damaged, *ten[5:])


def documents(canary: str, server: str) -> Iterator[tuple[str, bytes]]:
    """Office files, mark-up and records that bite; canary and server are addresses to lure to."""
    yield (
        "office/large.docx",
        docx(b"<w:p><w:r><w:t>" + b"a" * (300 * 2**20) + b"</w:t></w:r></w:p>"),
    )
    yield "office/many.docx", docx(_LINE.encode() * 3_000_000)
    yield "office/missing.docx", archive(*_frame(), ("word/styles.xml", "<a/>"))
    double = docx("<w:p/>")
    yield "office/double.docx", _doubled(double)
    text = f"<w:p><w:r><w:t>{good('climbing')}</w:t></w:r></w:p>"
    yield "office/climbing.docx", docx(text, ("../../../climbed.txt", "climbed"), ("/climbed", "x"))
    for name, lure in (("file", canary), ("server", f"{server}/canary")):
        xxe = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{lure}">]>'
        told = "<w:p><w:r><w:t>Before &x; after.</w:t></w:r></w:p>"
        yield f"xml/{name}.docx", docx(told, declared=xxe)
        yield (
            f"xml/{name}.html",
            f"{xxe}<html><body><p>Before &x; after.</p></body></html>".encode(),
        )
        yield f"xml/{name}.xhtml", f'<?xml version="1.0"?>{xxe}<html><p>&x;</p></html>'.encode()
        linked = (
            f'<img src="{lure}"><link rel="stylesheet" href="{lure}"><iframe src="{lure}"></iframe>'
        )
        yield f"xml/{name}-links.html", f"<html>{linked}<p>{good('linked')}</p></html>".encode()
        yield f"xml/{name}.rst", f".. include:: {lure}\n.. image:: {lure}\n\nText.\n".encode()
        yield f"xml/{name}.tex", f"\\input{{{lure}}}\n\\include{{{lure}}}\nText.\n".encode()
        yield f"xml/{name}.adoc", f"include::{lure}[]\n\nText.\n".encode()
        yield f"xml/{name}.md", f"![image]({lure})\n\n<img src='{lure}'> Text.\n".encode()
        mail = (
            f"From: a@b\nTo: b@c\nSubject: Lure\nContent-Type: text/html\n\n{linked}<p>Text.</p>\n"
        )
        yield f"xml/{name}.eml", mail.encode()
    laughs = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    laughs = f'<!DOCTYPE a [<!ENTITY a0 "ha">{laughs}]>'
    yield "xml/laughs.docx", docx("<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>", declared=laughs)
    yield "xml/laughs.xhtml", f'<?xml version="1.0"?>{laughs}<html><p>&a9;</p></html>'.encode()
    yield "xml/deep.html", b"<html><body>" + b"<div>" * 200_000 + good("deep").encode()
    yield "xml/deep.docx", docx("<w:sdt>" * 200_000)
    yield "xml/attribute.html", b'<html><body><p title="' + b"a" * (20 * 2**20) + b'">Told.</p>'
    yield "data/deep.json", b"[" * 100_000 + b"]" * 100_000
    yield "data/objects.json", b'{"a":' * 100_000 + b"1" + b"}" * 100_000


def _doubled(whole: bytes) -> bytes:
    """The Word document with its main part twice under one name."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(made, "w") as out:
        for name in source.namelist():
            out.writestr(name, source.read(name))
        # A second entry of equal length that is renamed afterwards, since the writer warns.
        out.writestr("word/documenu.xml", f"<w:document {WORD}/>")
    return made.getvalue().replace(b"word/documenu.xml", b"word/document.xml")


def encodings() -> Iterator[tuple[str, bytes]]:
    """Texts in unusual bytes."""
    told = "Gr\u00fc\u00dfe aus K\u00f6ln \u2013 das Caf\u00e9 \u00f6ffnet fr\u00fch. Nur \u20ac5. "
    yield "text/utf16le.txt", (told * 5).encode("utf-16-le")
    yield "text/utf16be.txt", (told * 5).encode("utf-16-be")
    yield "text/cp1252.txt", (told * 5).encode("cp1252")
    yield "text/invalid.txt", told.encode() + b"\xff\xfe\x80\xc3 and on"
    yield "text/nul.txt", b"Before\x00after. " + b"More words follow. " * 40
    yield "text/lines.txt", "One line.\u0085Next line.\u2028Third.\u2029Fourth.\x0bFifth.".encode()
    yield "text/nfc.txt", "Caf\u00e9 r\u00e9sum\u00e9 d\u00e9j\u00e0 vu.".encode()
    yield "text/nfd.txt", "Cafe\u0301 re\u0301sume\u0301 de\u0301ja\u0300 vu.".encode()
    yield (
        "text/bidi.txt",
        "\u202eegap eht no\u202c \u2066isolated\u2069 \u200fwords\u200e.".encode(),
    )


def large(root: Path) -> None:
    """Write the files that are large unpacked: a field of 200 MB, lines of 4 MB and of 1 GB."""
    (root / "data").mkdir(parents=True)
    field = b"a" * 200_000_000
    (root / "data/field.csv").write_bytes(b'name,told\nkeeper,"' + field + b'"\n')
    (root / "data/line.txt").write_bytes(b"word " * 800_000)
    with (root / "data/gigabyte.txt").open("wb") as file:
        file.truncate(10**9)  # nothing is written: the file system remembers a hole


def names() -> Iterator[tuple[bytes, bytes]]:
    """Names, as bytes, that are hard to show, each with a text of its own."""
    for number, name in enumerate(
        (
            b"new\nline\r.txt",
            b"<img src=x onerror=alert(1)>.txt",
            b"**bold** [link](x) `code` $x$.txt",
            b"n" * 251 + b".txt",
            b"a\xff.txt",
            rb"a\xff.txt",
            b"\xed\xa0\x80.txt",
            "e\u0301.txt".encode(),
            "\u00e9.txt".encode(),
            "\u202etxt.exe.txt".encode(),
            b"C:x.txt",
            b"back\\slash.txt",
            b"\x1b[2J.txt",
            b" .txt",
        )
    ):
        yield name, good(f"named{number}").encode()


def write_files(root: Path, canary: Path, server: str) -> None:
    """Write everything that is a plain file below a folder."""
    everything = (
        *((address, data) for address, data, _ in neighbours()),
        *broken(),
        *pdfs(),
        *documents(canary.as_uri(), server),
        *encodings(),
    )
    for address, data in everything:
        path = root / address
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
