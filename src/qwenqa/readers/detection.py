"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from itertools import islice

# Marks made of letters alone stand here with the byte behind them: "OTTO" may begin a letter.
# What the readers know is named by its suffix; all else by what people call it.
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", ".pdf"),
    (b"{\\rtf", ".rtf"),
    (b"WEBVTT", ".vtt"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"8BPS\x00\x01", "a Photoshop image"),
    (b"AT&TFORM", "a DjVu document"),
    (b"%!PS", "a PostScript file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\x7fELF", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\x00asm", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x00\x01\x00\x00Standard ", "an Access database"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"ID3\x02", "an MP3 recording"),
    (b"ID3\x03", "an MP3 recording"),
    (b"ID3\x04", "an MP3 recording"),
    (b"fLaC\x00", "a FLAC recording"),
    (b"OggS\x00", "an Ogg recording"),
    (b"\x1aE\xdf\xa3", "a Matroska video"),
    (b"wOFF\x00\x01", "a font"),
    (b"wOF2\x00\x01", "a font"),
    (b"OTTO\x00", "a font"),
    (b"\x00\x01\x00\x00\x00", "a font"),
)
# How the file begins, and which mark stands where.
_INNER_MARKS: tuple[tuple[bytes, int, bytes, str], ...] = (
    (b"RIFF", 8, b"WAVE", "a WAV recording"),
    (b"RIFF", 8, b"AVI ", "an AVI video"),
    (b"RIFF", 8, b"WEBP", "a WebP image"),
    (b"", 4, b"ftyphei", "a HEIC image"),
    (b"", 4, b"ftypmif", "a HEIC image"),
    (b"", 4, b"ftypavi", "an AVIF image"),
    (b"", 4, b"ftypM4A", "an M4A recording"),
    (b"", 4, b"ftyp", "an MP4 video"),
    (b"", 257, b"ustar", "a tar archive"),
    (b"", 60, b"BOOKMOBI", "a Kindle book"),
    (b"BZh", 4, b"1AY&SY", "a bzip2 archive"),
    (b"PAR1", 4, b"\x15", "a Parquet table"),
    (b"BM", 6, bytes(4), "a BMP image"),
)
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|<!--[^>]{0,2000}-->|<\?xml[^>]{0,200}\?>){0,20}"
    rb"<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE,
)
_HEADER_FIELD = re.compile(
    rb"(?:Return-Path|Received|Delivered-To|Message-ID|MIME-Version|From|To|Date|Subject|Cc|Sender"
    rb"|Reply-To|Content-Type|X-[\w-]{1,60}|DKIM-Signature|Authentication-Results|ARC-[\w-]{1,60}"
    rb"|Thread-Topic|Thread-Index|List-[\w-]{1,60}|Received-SPF):",
    re.IGNORECASE,
)
_MAIL_FIELDS = (b"from", b"date", b"subject", b"message-id", b"mime-version", b"received")
_MIMETYPES = {
    b"application/vnd.oasis.opendocument.text": ".odt",
    b"application/vnd.oasis.opendocument.presentation": ".odp",
    b"application/vnd.oasis.opendocument.spreadsheet": ".ods",
    b"application/epub+zip": ".epub",
}
_ARCHIVE_PARTS = (
    (b"word/", ".docx"),
    (b"ppt/", ".pptx"),
    (b"xl/", ".xlsx"),
    (b"Index/Document.iwa", "an Apple iWork document"),
    (b"META-INF/MANIFEST.MF", "a Java archive"),
)
_ENTRIES = 1_000
CUT_ARCHIVE = "a ZIP archive that is cut off"
# A cut-off archive has no directory; before each entry stands its name, and how long that is.
_ENTRY = re.compile(rb"PK\x03\x04.{22}(..)..", re.DOTALL)
_SECTOR_SHIFTS = (9, 12)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# In this order: a mail or a document may hold a table, whose streams stand beside its own.
_STREAMS = (
    ("EncryptedPackage", "a document protected by a password"),
    ("__properties_version1.0", ".msg"),
    ("PowerPoint Document", ".ppt"),
    ("WordDocument", ".doc"),
    ("Workbook", ".xls"),
    ("Book", ".xls"),
)
_ADVICE = (
    ("cut off", "get it again"),
    ("image", "a picture holds no text to read; save its text beside it"),
    ("archive", "unpack it and put the files in it here"),
    ("recording", "put its subtitles or a transcript here"),
    ("video", "put its subtitles or a transcript here"),
    ("password", "save a copy without one"),
    ("program", "remove it"),
    ("font", "remove it"),
)


def kind_of(data: bytes) -> str | None:
    """What the bytes are: a suffix such as ".pdf", else words such as "a PNG image", or None.

    None says that the bytes have no mark, as plain text has none. Only the beginning and an
    archive's list of names are looked at; nothing is unpacked.
    """
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data.startswith(OLE):
        return _ole_kind(data)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive_kind(data)
    return _marked_inside(data) or _text_kind(data[:20_000])


def refusal(kind: str) -> str:
    """Why a kind that no reader knows is not read, as words that follow the file's name."""
    advice = next((words for part, words in _ADVICE if part in kind), "save it in another format")
    return f"is {kind}; {advice}"


def _marked_inside(data: bytes) -> str | None:
    """Kinds whose mark stands some bytes after the beginning, or in two places."""
    for beginning, at, mark, kind in _INNER_MARKS:
        if data.startswith(beginning) and data.startswith(mark, at):
            return kind
    return None


def _text_kind(beginning: bytes) -> str | None:
    if _HTML.match(beginning):
        return ".html"
    fields: set[bytes] = set()
    for line in beginning.removeprefix(b"\xef\xbb\xbf").splitlines():
        if line.startswith((b" ", b"\t")) and fields:
            continue
        if not (match := _HEADER_FIELD.match(line)):
            break
        fields.add(match[0][:-1].lower())
    if sum(name in fields for name in _MAIL_FIELDS) < 3:
        return None
    return ".eml"


def _archive_kind(data: bytes) -> str:
    """By its first entry, as OpenDocument and EPUB have it, else by the names of its parts."""
    if data[30:38] == b"mimetype":
        for mimetype, suffix in _MIMETYPES.items():
            if data.startswith(mimetype, 38):
                return suffix
    names = list(_names(data))
    for part, kind in _ARCHIVE_PARTS:
        if any(name.startswith(part) for name in names):
            return ".xlsb" if b"xl/workbook.bin" in names else kind
    return "a ZIP archive" if _directory_end(data) >= 0 else CUT_ARCHIVE


def _directory_end(data: bytes) -> int:
    """Where the end of an archive's central directory is noted, or -1 where it is cut off."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 70_000))
    return end if end + 22 <= len(data) else -1


def _names(data: bytes) -> Iterator[bytes]:
    """Names in an archive's central directory, as many as are needed to know its kind.

    Where the archive is cut off, those before its entries.
    """
    end = _directory_end(data)
    if end < 0:
        for match in islice(_ENTRY.finditer(data), _ENTRIES):
            yield data[match.end() : match.end() + int.from_bytes(match[1], "little")]
        return
    _, at = struct.unpack_from("<II", data, end + 12)
    for _ in range(_ENTRIES):
        if data[at : at + 4] != b"PK\x01\x02" or at + 46 > len(data):
            return
        name, extra, comment = struct.unpack_from("<HHH", data, at + 28)
        yield data[at + 46 : at + 46 + name]
        at += 46 + name + extra + comment


def _ole_kind(data: bytes) -> str:
    """By the names of the streams in the directory of an OLE file."""
    names = set(_stream_names(data))
    kind = next((kind for name, kind in _STREAMS if name in names), None)
    return kind or "an OLE document of an unknown kind"


def _stream_names(data: bytes) -> Iterator[str]:
    """Names of streams and storages, read sector by sector as the allocation table chains them."""
    if len(data) < 512 or data[30] not in _SECTOR_SHIFTS:
        return
    size = 1 << data[30]
    sector = struct.unpack_from("<I", data, 48)[0]
    for _ in range(_ENTRIES):
        at = (sector + 1) * size
        if at + size > len(data):
            return
        for entry in range(at, at + size, 128):
            length = struct.unpack_from("<H", data, entry + 64)[0]
            yield data[entry : entry + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        sector = _next_sector(data, sector, size)


def _next_sector(data: bytes, sector: int, size: int) -> int:
    """The sector after one, by the part of the allocation table that the header lists."""
    part, within = divmod(sector, size // 4)
    if part >= 109:
        return 0xFFFFFFFF
    at = (struct.unpack_from("<I", data, 76 + 4 * part)[0] + 1) * size + 4 * within
    return int(struct.unpack_from("<I", data, at)[0]) if at + 4 <= len(data) else 0xFFFFFFFF
