"""Files are known by their first bytes."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from qwenqa.readers.detection import kind_of, refusal


def zipped(*names, first=b""):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        if first:
            archive.writestr("mimetype", first)
        for name in names:
            archive.writestr(name, b"x")
    return file.getvalue()


def ole(*names):
    """An OLE file of one table sector and one directory sector."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header[30] = 9
    struct.pack_into("<I", header, 48, 1)
    entries = bytearray(512)
    for number, name in enumerate(("Root Entry", *names)):
        encoded = name.encode("utf-16-le")
        entries[128 * number : 128 * number + len(encoded)] = encoded
        struct.pack_into("<H", entries, 128 * number + 64, len(encoded) + 2)
    return bytes(header) + b"\xfe\xff\xff\xff" * 128 + bytes(entries)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n", ".pdf"),
        (b"{\\rtf1\\ansi", ".rtf"),
        (b"WEBVTT\n", ".vtt"),
        (zipped("[Content_Types].xml", "word/document.xml"), ".docx"),
        (zipped("[Content_Types].xml", "ppt/presentation.xml", "ppt/embeddings/xl/a"), ".pptx"),
        (zipped("xl/workbook.xml"), ".xlsx"),
        (zipped("xl/workbook.bin"), ".xlsb"),
        (zipped("a", first=b"application/vnd.oasis.opendocument.text"), ".odt"),
        (zipped("a", first=b"application/vnd.oasis.opendocument.spreadsheet"), ".ods"),
        (zipped("a", first=b"application/epub+zip"), ".epub"),
        (zipped("password/a.txt"), "a ZIP archive"),
        (ole("WordDocument"), ".doc"),
        (ole("Workbook"), ".xls"),
        (ole("PowerPoint Document"), ".ppt"),
        (ole("__properties_version1.0"), ".msg"),
        (ole("EncryptedPackage"), "a document protected by a password"),
        (ole("Other"), "an OLE document of an unknown kind"),
        (b" <!-- x --><!DOCTYPE html><html>", ".html"),
        (b"From: a@b\r\nTo: c\r\nDate: today\r\nSubject: x\r\n\r\nHi", ".eml"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"\x7fELF\x02", "a program"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a WebP image"),
        (b"\x00\x00\x00\x18ftypmp42", "an MP4 video"),
    ],
)
def test_kinds_are_known(data, kind):
    """A kind that readers know is its suffix, any other is what people call it."""
    assert kind_of(data) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK",
        b"OTTO von Bismarck",
        b"ID3 tags",
        b"BM",
        b"GIF is a format",
        b"<p>text</p>",
        b"Subject: a note\n\ntext",
        b"# Title",
        "WEB".encode("utf-16"),
        b"A text on %PDF-1.7",
    ],
)
def test_text_is_nothing_else(data):
    """Words that begin like a mark are words."""
    assert kind_of(data) is None


@pytest.mark.parametrize("whole", [zipped("word/document.xml"), ole("WordDocument", "Workbook")])
def test_no_damage_raises(whole):
    """Cut anywhere, or with any byte changed, a file has some kind or none."""
    for at in range(0, len(whole), 7):
        kind_of(whole[:at])
        for byte in (0, 0xFF):
            kind_of(whole[:at] + bytes([byte]) + whole[at + 1 :])


def test_a_refusal_says_what_to_do():
    """The words follow the file's name: what it is, and what to do next."""
    assert refusal("a PNG image").startswith("is a PNG image; a picture holds no text")
    assert refusal("a document protected by a password").endswith("save a copy without one")
    assert refusal("a Kindle book") == "is a Kindle book; save it in another format"
