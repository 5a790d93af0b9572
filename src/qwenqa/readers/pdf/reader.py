"""PDF: page by page through pdfium, and through pypdf where pdfium fails."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import pypdfium2
import pypdfium2.raw as pdfium

from qwenqa.errors import SourceError
from qwenqa.readers.pdf.bombs import check
from qwenqa.readers.pdf.layout.furniture import PageLines
from qwenqa.readers.pdf.layout.lines import lines, plain_lines
from qwenqa.readers.pdf.layout.text import write
from qwenqa.readers.pdf.nested_drawings import MAX_DEPTH, without_endless
from qwenqa.readers.pdf.page import PDFIUM, Edges, opened
from qwenqa.readers.pdf.pypdf_fallback import SecondLook
from qwenqa.readers.pdf.words import Sight, see
from qwenqa.types import Block, Document, Extraction

MAX_PAGES = 10_000
MAX_CHARACTERS = 50_000_000
_SIGNATURE, _SIGNATURE_WITHIN = b"%PDF-", 1024
_END, _END_WITHIN = b"%%EOF", 4096
_DATE = re.compile(r"(?:D:)?((?:19[89]|20\d)\d)(?:(0[1-9]|1[0-2])(?:(0[1-9]|[12]\d|3[01]))?)?")
_FILE_NAME = re.compile(
    r"(?i)^(?:microsoft (?:word|powerpoint|excel) - |untitled|title$|document\d*$|slide \d+$)"
    r"|\.(?:docx?|pdf|tex|dvi|pptx?|xlsx?|indd|qxd|rtf|odt|html?|ps|eps)$"
)
_UNUSABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffd]")
_NO_NAMES = frozenset({"", "user", "admin", "administrator", "owner", "unknown", "author"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$")
_A4 = Edges(0.0, 0.0, 595.0, 842.0)


@dataclass(slots=True)
class _Reading:
    """What has been read so far of a file, and what went wrong."""

    second: SecondLook
    sheets: list[PageLines] = field(default_factory=list)
    scans: list[int] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    helped: list[int] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    replaced: int = 0
    characters: int = 0
    read: int = 0
    endless: int = 0


def read(data: bytes) -> Document:
    """The document of a PDF file; raises SourceError when it is locked or holds no text."""
    document = read_pages(data)
    if not document.text:
        said = "; ".join(document.extraction.warnings)
        advice = "run text recognition (OCR) on it" if "scan" in said else "get the file again"
        raise SourceError(f"holds no text: {said}; {advice}")
    return document


def read_pages(data: bytes) -> Document:
    """The document of a PDF file, without text when all its pages are pictures.

    Raises SourceError when it is locked or cannot be read.
    """
    if _SIGNATURE not in data[:_SIGNATURE_WITHIN]:
        raise SourceError("is no PDF file; give the file the suffix of its real format")
    check(data)
    data, endless = without_endless(data)
    reading = _Reading(SecondLook(data), endless=endless)
    with PDFIUM, opened(data) as document:
        pages = len(document) if document is not None else reading.second.pages()
        if not pages:
            raise SourceError("is damaged: no page can be found in it; get the file again")
        for number in range(1, min(pages, MAX_PAGES) + 1):
            if reading.characters >= MAX_CHARACTERS:
                break
            _read_page(reading, document, number)
            reading.read = number
        properties = document.get_metadata_dict() if document else reading.second.properties()
        language = _language(document) if document else ""
    return _document(reading, pages, properties, language, _is_cut_off(data))


def _read_page(reading: _Reading, document: pypdfium2.PdfDocument | None, number: int) -> None:
    """Read one page: through pdfium, or where that fails through pypdf."""
    sight = _sight(reading, document, number)
    if sight is None:
        text = reading.second.text(number)
        page_lines, bounds = (plain_lines(text) if text else []), _A4
        (reading.helped if page_lines else reading.damaged).append(number)
    else:
        page_lines, bounds = lines(sight.words, sight.rules), sight.bounds
        _note(reading, sight, number)
    label = _label(document, number)
    reading.characters += sum(len(line.text) for line in page_lines)
    reading.sheets.append(PageLines(number, label, tuple(page_lines), bounds))


def _sight(reading: _Reading, document: pypdfium2.PdfDocument | None, number: int) -> Sight | None:
    if document is None:
        return None
    try:
        page = document[number - 1]
    except pypdfium2.PdfiumError:
        return None
    try:
        return see(page, partial(reading.second.sign, number))
    except pypdfium2.PdfiumError:
        return None
    finally:
        page.close()


def _note(reading: _Reading, sight: Sight, number: int) -> None:
    """Note what a page lacks."""
    reading.replaced += sight.unreadable
    if sight.truncated:
        reading.cut.append(number)
    if sight.unreadable * 4 > sum(len(word.text) for word in sight.words):
        reading.unreadable.append(number)
    if sight.words:
        return
    if sight.objects:
        reading.scans.append(number)
    else:
        (reading.damaged if reading.second.damaged(number) else reading.empty).append(number)


def _label(document: pypdfium2.PdfDocument | None, number: int) -> str:
    """What the file calls the page, if that is not its number."""
    label = document.get_page_label(number - 1) if document is not None else ""
    label = _UNUSABLE.sub("", label).strip()
    return "" if label == str(number) else label


def _document(
    reading: _Reading, pages: int, properties: dict[str, str], language: str, cut_off: bool
) -> Document:
    written = write(reading.sheets)
    running = next((b.start for b in written.blocks if b.kind == "furniture"), len(written.text))
    with_body = {place.number for place in written.places if place.start < running}
    bare = [s.number for s in reading.sheets if s.lines and s.number not in with_body]
    warnings = _warnings(reading, bare, pages, cut_off)
    blank = tuple(sorted({*reading.scans, *reading.empty, *reading.damaged, *bare}))
    return Document(
        written.text,
        tuple(written.blocks),
        tuple(written.places),
        title=_title(properties.get("Title", "")) or _heading_title(written.text, written.blocks),
        author=_author(properties.get("Author", "")),
        date=_date(properties.get("CreationDate", "")),
        language=language,
        extraction=Extraction(
            replaced=reading.replaced, pages=pages, blank_pages=blank, warnings=tuple(warnings)
        ),
    )


def _warnings(reading: _Reading, bare: list[int], pages: int, cut_off: bool) -> list[str]:
    faults = [
        (reading.scans, "{has} no text (a scan?)"),
        (bare, "{has} only running lines (empty, or a scan?)"),
        (reading.empty, "{is} empty"),
        (reading.damaged, "{is} damaged and could not be read"),
        (reading.helped, "{is} damaged; its text was read without its layout"),
        (reading.unreadable, "{has} signs whose letters the file does not tell"),
        (reading.cut, "{has} too many characters; the rest was left out"),
    ]
    warnings = [_sentence(numbers, text) for numbers, text in faults if numbers]
    if reading.read < pages:
        warnings.append(
            f"only the first {reading.read:,} of {pages:,} pages were read; split the document"
        )
    if reading.endless:
        warnings.append(f"drawings nested more than {MAX_DEPTH} deep, or in circles, were left out")
    if cut_off:
        warnings.append("the file seems cut off: its end is missing")
    return warnings


def _sentence(numbers: Sequence[int], text: str) -> str:
    """A sentence about one page or several: "pages 2, 4-6 have no text"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    named = ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
    many = len(numbers) > 1
    verbs = {"has": "have", "is": "are"} if many else {"has": "has", "is": "is"}
    sentence = f"page{'s' * many} {named} {text.format(**verbs)}"
    return sentence.replace("a scan?)", "scans?)") if many else sentence


def _is_cut_off(data: bytes) -> bool:
    return _END not in data[-_END_WITHIN:]


def _title(said: str) -> str:
    """The title in the file's properties, unless a program has put a file's name there."""
    title = " ".join(said.split())
    sensible = any(map(str.isalpha, title)) and not _FILE_NAME.search(title)
    return title if sensible and not _UNUSABLE.search(title) else ""


def _heading_title(text: str, blocks: Sequence[Block]) -> str:
    """The first heading, if it is set largest of all and nothing but headings goes before."""
    for block in blocks[:3]:
        if block.kind == "heading" and block.level == 1:
            return " ".join(text[block.start : block.end].split())
    return ""


def _author(said: str) -> str:
    author = " ".join(said.split())
    return "" if author.lower() in _NO_NAMES or _UNUSABLE.search(author) else author


def _date(said: str) -> str:
    """The day of a PDF date (D:20240131120000Z) in ISO 8601, as exact as it is."""
    match = _DATE.match(said.strip())
    return "-".join(part for part in match.groups() if part) if match else ""


def _language(document: pypdfium2.PdfDocument) -> str:
    size = pdfium.FPDFCatalog_GetLanguage(document, None, 0)
    if not 2 < size < 100:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    pdfium.FPDFCatalog_GetLanguage(document, buffer, size)
    said = bytes(buffer)[:size].decode("utf-16-le", "replace").rstrip("\x00").strip()
    return said if _LANGUAGE.match(said) else ""
