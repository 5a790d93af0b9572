"""Mail as it is sent (EML) and pages saved as mail (MHTML): every part in its place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime

from qwenqa.errors import SourceError
from qwenqa.readers.common.draft import DocumentDraft, Properties
from qwenqa.readers.common.library_errors import FAULTS
from qwenqa.readers.html.reader import page
from qwenqa.readers.mail.parts import (
    is_text_name,
    page_of,
    shown_name,
    text_of,
    write_attachment,
    write_header,
    write_page,
    write_text,
)
from qwenqa.types import Document, Extraction

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_KNOWN = (*_SHOWN, "Received", "Message-ID", "MIME-Version", "Content-Type")
_MAX_DEPTH = 20
_MAX_PARTS = 2_000
_MAX_BYTES = 200_000_000
_NO_MAIL = "is no e-mail: it has no header; give it the suffix of its real format"


def read(data: bytes) -> Document:
    """The document of a mail; raises SourceError when there is no mail in the bytes."""
    message = _parsed(data)
    draft = DocumentDraft()
    extraction = _write_message(draft, message, 0)
    properties = Properties(
        title=_header(message, "Subject"),
        author=_header(message, "From"),
        date=_date(message),
        language=_header(message, "Content-Language").partition(",")[0],
    )
    return draft.document(properties, extraction)


def read_page(data: bytes) -> Document:
    """The document of a page saved as MHTML: its first HTML part, as any page is read."""
    for part in _leaves(_parsed(data)):
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            text, encoding, guessed, replaced = page_of(_payload(part), _charset(part))
            return page(text, Extraction(encoding, guessed, replaced))
    raise SourceError("holds no page; save it again as HTML")


def _parsed(data: bytes) -> EmailMessage:
    if not data.strip(b"\x00 \r\n\t\f"):
        raise SourceError("is empty; put text in it or remove it")
    if len(data) > _MAX_BYTES:
        raise SourceError(f"is longer than {_MAX_BYTES / 1e6:.0f} MB; save its attachments apart")
    try:
        message = message_from_bytes(data, policy=policy.default)
        has_headers = any(name in message for name in _KNOWN)
    except FAULTS as problem:
        raise SourceError(f"is a damaged e-mail ({problem}); save it again") from problem
    if not has_headers or not isinstance(message, EmailMessage):
        raise SourceError(_NO_MAIL)
    return message


def _write_message(draft: DocumentDraft, message: Message, depth: int) -> Extraction:
    """Append a mail and the mails in it; what was not read is in the warnings."""
    write_header(draft, [(name, _header(message, name)) for name in _SHOWN])
    encodings: list[tuple[str, bool, int]] = []
    warnings: list[str] = []
    for part in _leaves(message):
        if part.get_content_type() == "message/rfc822":
            warnings += _inner(draft, part, depth)
        elif _is_attachment(part):
            warnings.append(_attachment(draft, part))
        else:
            try:
                encodings.append(_body(draft, part))
            except SourceError as problem:
                warnings.append(f"A part of the mail was not read: it {problem}.")
    encoding = next((name for name, _, _ in encodings if name), "")
    guessed = any(guess for _, guess, _ in encodings)
    replaced = sum(count for _, _, count in encodings)
    return Extraction(encoding, guessed, replaced, warnings=tuple(filter(None, warnings)))


def _inner(draft: DocumentDraft, part: Message, depth: int) -> tuple[str, ...]:
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    if not isinstance(inner, Message) or depth >= _MAX_DEPTH:
        return ("A mail within the mail was not read; save it on its own.",)
    return _write_message(draft, inner, depth + 1).warnings


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that are to be read, in order; of alternatives the plainest that says anything."""
    waiting, seen = [message], 0
    while waiting:
        part = waiting.pop(0)
        seen += 1
        if seen > _MAX_PARTS:
            raise SourceError(f"holds more than {_MAX_PARTS:,} parts; save them apart")
        children = part.get_payload() if part.is_multipart() else None
        if not isinstance(children, list) or part.get_content_type() == "message/rfc822":
            yield part
            continue
        parts = [child for child in children if isinstance(child, Message)]
        if part.get_content_type() == "multipart/alternative":
            parts = _chosen(parts)
        waiting = parts + waiting


def _chosen(parts: list[Message]) -> list[Message]:
    plain = [part for part in parts if part.get_content_type() == "text/plain"]
    if any(_payload(part).strip() for part in plain):
        return plain
    pages = [part for part in parts if part.get_content_type() == "text/html"]
    # The last alternative is the richest: often pictures around a page.
    return pages or parts[-1:]


def _is_attachment(part: Message) -> bool:
    kind = part.get_content_maintype()
    return kind != "text" or part.get_content_disposition() == "attachment" or bool(_name(part))


def _attachment(draft: DocumentDraft, part: Message) -> str:
    name = shown_name(_name(part))
    is_text = part.get_content_type() == "text/plain" or is_text_name(name)
    return write_attachment(draft, name, _payload(part) if is_text else None, _charset(part))


def _body(draft: DocumentDraft, part: Message) -> tuple[str, bool, int]:
    """Append a body and tell how it was decoded."""
    is_page = part.get_content_type() == "text/html"
    get = page_of if is_page else text_of
    data = _payload(part)
    if not data.strip():
        return "", False, 0
    text, encoding, guessed, replaced = get(data, _charset(part))
    with draft.place("part", "body"):
        (write_page if is_page else write_text)(draft, text)
    return encoding, guessed, replaced


def _payload(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except FAULTS:
        return b""
    return payload if isinstance(payload, bytes) else b""


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset() or ""
    except FAULTS:
        return ""


def _name(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except FAULTS:
        return ""


def _header(message: Message, name: str) -> str:
    """A field of the header, decoded when the standard library can, else as it was sent."""
    try:
        return str(message.get(name) or "")
    except FAULTS:
        sent = (str(value) for key, value in message.raw_items() if key.lower() == name.lower())
        return next(sent, "")


def _date(message: Message) -> str:
    said = _header(message, "Date")
    try:
        date: datetime = parsedate_to_datetime(said)
        return date.isoformat()
    except FAULTS:
        return ""
