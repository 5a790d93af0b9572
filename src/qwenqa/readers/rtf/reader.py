"""Rich Text Format: paragraphs, headings, lists, tables, notes and running headers."""

from __future__ import annotations

from qwenqa.errors import SourceError
from qwenqa.readers.common.draft import DocumentDraft, Properties, counted
from qwenqa.readers.rtf.control_words import Paragraph, Parser
from qwenqa.types import Document, Extraction


def read(data: bytes) -> Document:
    """The document of an RTF file; raises SourceError when it cannot be read."""
    if not data.strip():
        raise SourceError("is empty; put text in it or remove it")
    draft, parser = DocumentDraft(), parsed(data)
    write(parser, draft)
    stated = parser.stated
    properties = Properties(stated.get("title", ""), stated.get("author", ""), parser.date)
    return draft.document(properties, Extraction(parser.encoding, warnings=warnings_of(parser)))


def parsed(data: bytes) -> Parser:
    """What stands in the bytes of RTF; raises SourceError when they are none."""
    if not data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{\\rt"):
        raise SourceError("is no RTF file inside; give it the suffix of its real format")
    parser = Parser()
    parser.feed(data.decode("latin-1"))
    return parser


def write(parser: Parser, draft: DocumentDraft) -> None:
    """Append all text: paragraphs and tables, then notes, comments and running headers."""
    _add(draft, parser.paragraphs)
    for number, note in enumerate(parser.notes, 1):
        draft.add(f"[{number}] {note}")
    for comment in parser.comments:
        draft.add(f"Comment: {comment}")
    for line in parser.furniture:
        draft.add_furniture(line)


def warnings_of(parser: Parser) -> tuple[str, ...]:
    """What reading could not give, a sentence each."""
    return (
        *counted(parser.pictures, "picture", "pictures", "not read"),
        *counted(parser.hidden, "hidden text", "hidden texts", "left out"),
        *early_end(parser),
    )


def early_end(parser: Parser) -> tuple[str, ...]:
    """A sentence when the bytes end before their last group does."""
    early = "The file ends early: the last of its text may be missing."
    return (early,) if parser.open_groups else ()


def _add(draft: DocumentDraft, paragraphs: list[Paragraph]) -> None:
    rows: list[list[str]] = []
    headers = 0
    for each in paragraphs:
        if each.cells is not None:
            headers += each.heads and headers == len(rows)
            rows.append(each.cells)
            continue
        draft.add_table(rows, headers if 0 < headers < len(rows) else None)
        rows, headers = [], 0
        if each.level:
            draft.add(f"{each.label} {each.text}", "heading", each.level)
        else:
            draft.add(f"{each.label} {each.text}", "item" if each.label else "paragraph")
    draft.add_table(rows, headers if 0 < headers < len(rows) else None)
