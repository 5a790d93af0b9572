"""Mail as Outlook saves it (MSG): the few properties that a person reads, from its OLE file."""

from __future__ import annotations

import io
import re
import struct
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import Any

import olefile

from qwenqa.errors import SourceError
from qwenqa.readers.common.draft import DocumentDraft, Properties
from qwenqa.readers.mail.parts import (
    is_text_name,
    page_of,
    shown_name,
    write_attachment,
    write_header,
    write_page,
    write_text,
)
from qwenqa.readers.rtf import reader
from qwenqa.readers.rtf.compressed import unpacked
from qwenqa.readers.rtf.outlook_html import page_in
from qwenqa.types import Document, Extraction

_MAX_STREAM_BYTES = 50_000_000
_MAX_ATTACHMENTS = 1_000
_BROKEN = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
    struct.error,
)
_DAMAGED = "is a damaged Outlook message ({}); save it again from Outlook"
_NOT_WHOLE = "The rich text of the body is damaged (wrong checksum): some may be missing or wrong."
_NO_MAIL = "is no Outlook message; give it the suffix of its real format"
# Property numbers of the format, [MS-OXPROPS].
_SUBJECT, _BODY, _HTML, _RTF = 0x0037, 0x1000, 0x1013, 0x1009
_SENDER, _SENDER_ADDRESS, _SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
_TO, _CC = 0x0E04, 0x0E03
_SENT, _DELIVERED = 0x0039, 0x0E06
_CODEPAGE, _MESSAGE_CODEPAGE = 0x3FDE, 0x3FFD
_DATA, _LONG_NAME, _SHORT_NAME = 0x3701, 0x3707, 0x3704
_UNICODE, _BYTES_TEXT, _BINARY = "001F", "001E", "0102"
_FIXED_HEADER_BYTES, _FIXED_ENTRY_BYTES = 32, 16
_EPOCH = datetime(1601, 1, 1, tzinfo=timezone.utc)
_ATTACHMENT = re.compile(r"__attach_version1\.0_#[0-9A-Fa-f]{8}")


class _Message:
    """The streams of an OLE file by the property they hold."""

    def __init__(self, ole: olefile.OleFileIO[Any]) -> None:
        self._ole = ole
        self._fixed = self._fixed_properties()
        self.codepage = self.number(_CODEPAGE) or self.number(_MESSAGE_CODEPAGE) or 1252

    def stream(self, name: str) -> bytes | None:
        """The bytes of a stream, or None where there is none."""
        if not self._ole.exists(name) or self._ole.get_type(name) != olefile.STGTY_STREAM:
            return None
        if self._ole.get_size(name) > _MAX_STREAM_BYTES:
            raise SourceError(f"holds more than {_MAX_STREAM_BYTES / 1e6:.0f} MB in one part")
        return bytes(self._ole.openstream(name).read())

    def binary(self, number: int, folder: str = "") -> bytes | None:
        """A property of bytes."""
        return self.stream(f"{folder}__substg1.0_{number:04X}{_BINARY}")

    def text(self, number: int, folder: str = "") -> str:
        """A property of text, empty where there is none."""
        name = f"{folder}__substg1.0_{number:04X}"
        if (data := self.stream(name + _UNICODE)) is not None:
            return data.decode("utf-16-le", "replace").strip("\x00")
        data = self.stream(name + _BYTES_TEXT) or b""
        return self.decoded(data).strip("\x00")

    def decoded(self, data: bytes) -> str:
        """Text in the message's code page, or in the western one where that is unknown."""
        name = "utf-8" if self.codepage == 65001 else f"cp{self.codepage}"
        try:
            return data.decode(name, "replace")
        except LookupError:
            return data.decode("cp1252", "replace")

    def number(self, number: int) -> int:
        """A property of a whole number, 0 where there is none."""
        return int.from_bytes(self._fixed.get(number, b"")[:4], "little")

    def date(self, number: int) -> str:
        """A property of time as ISO 8601, empty where there is none."""
        ticks = int.from_bytes(self._fixed.get(number, b""), "little")
        try:
            return (_EPOCH + timedelta(microseconds=ticks // 10)).isoformat() if ticks else ""
        except OverflowError:
            return ""

    def attachments(self) -> list[str]:
        """The folders that hold attachments, in their order."""
        folders = {path[0] for path in self._ole.listdir() if _ATTACHMENT.fullmatch(path[0])}
        return sorted(folders)

    def _fixed_properties(self) -> dict[int, bytes]:
        data = self.stream("__properties_version1.0") or b""
        entries = range(_FIXED_HEADER_BYTES, len(data) - 15, _FIXED_ENTRY_BYTES)
        return {
            int.from_bytes(data[at + 2 : at + 4], "little"): data[at + 8 : at + 16]
            for at in entries
        }


def read(data: bytes) -> Document:
    """The document of an Outlook message; raises SourceError when there is none in the bytes."""
    if not data.strip(b"\x00 \r\n\t\f"):
        raise SourceError("is empty; put text in it or remove it")
    if not data.startswith(olefile.MAGIC):
        raise SourceError(_NO_MAIL)
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            if not ole.exists("__properties_version1.0"):
                raise SourceError(_NO_MAIL)
            return _document(_Message(ole))
    except _BROKEN as problem:
        raise SourceError(_DAMAGED.format(problem)) from problem


def _document(message: _Message) -> Document:
    draft = DocumentDraft()
    sender, date = _sender(message), message.date(_SENT) or message.date(_DELIVERED)
    subject = message.text(_SUBJECT)
    to, cc = message.text(_TO), message.text(_CC)
    fields = [("From", sender), ("To", to), ("Cc", cc), ("Date", date), ("Subject", subject)]
    write_header(draft, fields)
    warnings = [*_body(draft, message)]
    folders = message.attachments()
    warnings += [_attachment(draft, message, each) for each in islice(folders, _MAX_ATTACHMENTS)]
    if len(folders) > _MAX_ATTACHMENTS:
        warnings.append(f"Only the first {_MAX_ATTACHMENTS:,} attachments were looked at.")
    properties = Properties(title=subject, author=sender, date=date)
    return draft.document(properties, Extraction(warnings=tuple(filter(None, warnings))))


def _sender(message: _Message) -> str:
    name = message.text(_SENDER)
    address = message.text(_SENDER_SMTP) or message.text(_SENDER_ADDRESS)
    # Inside an organisation the address may be a directory's name, which nobody reads.
    return f"{name} <{address}>".strip() if "@" in address and address != name else name


def _body(draft: DocumentDraft, message: _Message) -> tuple[str, ...]:
    """Append the body, plain before HTML before RTF; sentences on what of it is not read."""
    if (text := message.text(_BODY)).strip():
        with draft.place("part", "body"):
            write_text(draft, text)
        return ()
    page = message.binary(_HTML)
    shown = page_of(page, f"cp{message.codepage}").text if page else message.text(_HTML)
    if shown.strip():
        with draft.place("part", "body"):
            write_page(draft, shown)
        return ()
    return _rich_body(draft, packed) if (packed := message.binary(_RTF)) else ()


def _rich_body(draft: DocumentDraft, packed: bytes) -> tuple[str, ...]:
    """Append a body that is RTF only: the page inside it, else its own text."""
    try:
        body, whole = unpacked(packed)
        page, parser = page_in(body), reader.parsed(body)
    except SourceError as problem:
        return (f"The body is rich text only and was not read: it {problem}.",)
    with draft.place("part", "body"):
        if page.strip():
            write_page(draft, page)
            said = reader.early_end(parser)
        else:
            reader.write(parser, draft)
            said = reader.warnings_of(parser)
    return said if whole else (_NOT_WHOLE, *said)


def _attachment(draft: DocumentDraft, message: _Message, folder: str) -> str:
    said = message.text(_LONG_NAME, f"{folder}/") or message.text(_SHORT_NAME, f"{folder}/")
    name = shown_name(said)
    is_text = is_text_name(name)
    return write_attachment(draft, name, message.binary(_DATA, f"{folder}/") if is_text else None)
