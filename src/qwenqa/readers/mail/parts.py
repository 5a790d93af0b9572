"""What mail readers share: header, bodies and attachments as parts of one document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from qwenqa.errors import SourceError
from qwenqa.readers.common.decoding import Decoded, decode
from qwenqa.readers.common.draft import DocumentDraft
from qwenqa.readers.common.source_text import stanzas
from qwenqa.readers.html.structure import stretches_of, write
from qwenqa.readers.html.tree import as_declared, decoded, texts_of, tree_of

TEXT_SUFFIXES = frozenset((".txt", ".text", ".md", ".csv", ".tsv", ".log", ".json", ".ics"))
"""Attachments of these names are read as they stand when their kind is not named."""
_QUOTED_LINE = re.compile(r"[ \t]?>")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_MAX_LABEL_CHARACTERS = 200


def write_header(draft: DocumentDraft, lines: list[tuple[str, str]]) -> None:
    """Append the header as a part of its own: one paragraph, a line for each field."""
    said = [f"{name}: {' '.join(value.split())}" for name, value in lines if value.strip()]
    with draft.place("part", "header"):
        draft.add("\n".join(said))


def write_text(draft: DocumentDraft, text: str) -> None:
    """Append plain text: a paragraph for what stands between blank lines or is quoted alike."""
    for start, end in stanzas(text, 0, len(text)):
        for paragraph in _by_quote(text[start:end]):
            draft.add(paragraph)


def _by_quote(stanza: str) -> Iterator[str]:
    """The stanza, cut where quoting begins or ends."""
    group, quoted = "", False
    for line in _LINE.findall(stanza):
        now = _QUOTED_LINE.match(line) is not None
        if group.strip() and line.strip() and now != quoted:
            yield group
            group = ""
        group, quoted = group + line, now if line.strip() else quoted
    yield group


def write_page(draft: DocumentDraft, text: str) -> None:
    """Append a body in HTML, all of it: mail has no navigation to set apart."""
    tree = tree_of(text)
    if tree is None:
        for paragraph in texts_of(text):
            draft.add(paragraph)
    else:
        write(stretches_of(tree.root), draft)


def text_of(data: bytes, charset: str) -> Decoded:
    """Text of a part's bytes by its own charset when that fits; raises SourceError."""
    return as_declared(data, charset) or decode(data)


def page_of(data: bytes, charset: str) -> Decoded:
    """Text of an HTML part's bytes; raises SourceError."""
    return as_declared(data, charset) or decoded(data)


def write_attachment(draft: DocumentDraft, name: str, data: bytes | None, charset: str = "") -> str:
    """Append a text attachment, or say in a sentence that an attachment was not read.

    ``data`` is None when the attachment is not text.
    """
    if data is None:
        return f"The attachment {name} was not read; save it beside the mail to have it read."
    try:
        text = text_of(data, charset).text
    except SourceError as problem:
        return f"The attachment {name} was not read: it {problem}."
    with draft.place("part", label_of(name)):
        write_text(draft, text)
    return ""


def label_of(name: str) -> str:
    """The label of an attachment's place."""
    return f"attachment {name}"[:_MAX_LABEL_CHARACTERS]


def is_text_name(name: str) -> bool:
    """Whether an attachment of this name is text that is read as it stands."""
    return PurePosixPath(name.lower()).suffix in TEXT_SUFFIXES


def shown_name(name: str) -> str:
    """A stranger's file name as one short line, or a stand-in."""
    line = "".join(each if each.isprintable() else " " for each in name)
    return " ".join(line.split())[:_MAX_LABEL_CHARACTERS] or "without a name"
