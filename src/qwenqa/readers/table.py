"""Which reader reads which file: the one table that a new format is added to."""

from __future__ import annotations

from pathlib import PurePosixPath

from qwenqa.errors import SourceError
from qwenqa.readers import (
    asciidoc,
    code,
    delimited,
    docx,
    eml,
    epub,
    html,
    latex,
    legacy,
    markdown,
    msg,
    odf,
    pdf,
    plain,
    pptx,
    records,
    rst,
    rtf,
    subtitles,
    xlsx,
)
from qwenqa.readers.magic import kind_of, refusal
from qwenqa.readers.ocr import with_scanned_pages
from qwenqa.types import Document, Reader, ReaderIdentity

READERS: tuple[Reader, ...] = (
    plain.READER,
    markdown.READER,
    html.READER,
    pdf.READER,
    docx.READER,
    epub.READER,
    eml.READER,
    eml.PAGE_READER,
    msg.READER,
    pptx.READER,
    xlsx.READER,
    odf.ODT_READER,
    odf.ODP_READER,
    odf.ODS_READER,
    rtf.READER,
    legacy.DOC_READER,
    legacy.PPT_READER,
    legacy.XLS_READER,
    legacy.XLSB_READER,
    delimited.READER,
    records.READER,
    subtitles.READER,
    rst.READER,
    asciidoc.READER,
    latex.READER,
    code.READER,
    code.SETTINGS_READER,
)

OCR_MARK = "+ocr:"
_TEXT_KINDS = (".html", ".eml", ".vtt")
_BY_SUFFIX = {suffix: reader for reader in READERS for suffix in reader.suffixes}


def read(address: str, data: bytes, ocr: str = "") -> tuple[Document, ReaderIdentity]:
    """The document of a source's bytes, and who read it; raises SourceError with the reason.

    ``ocr`` names languages in which scanned pages of PDFs are recognised; empty is not at all.
    """
    reader = reader_for(address, data)
    if ocr and reader is pdf.READER:
        return _recognised(data, ocr)
    return reader.read(data), reader.identity


def _recognised(data: bytes, languages: str) -> tuple[Document, ReaderIdentity]:
    """A PDF with its scanned pages, under a reader's name that says how they were read."""
    document, own = pdf.read_pages(data), pdf.READER.identity
    if not document.extraction.blank_pages:
        return document, own
    name = f"{own.name}{OCR_MARK}{languages}"
    whole = with_scanned_pages(data, document, languages)
    if not whole.text:
        raise SourceError("holds no text, and none could be recognised on its pages")
    return whole, ReaderIdentity(name, own.version)


def ocr_of(reader: str) -> str:
    """The languages in which a reader of this name recognised scanned pages, or empty."""
    return reader.partition(OCR_MARK)[2]


def suffix_of(address: str) -> str:
    """The suffix that, with the bytes, decides who reads a source: lower case, with its dot."""
    return PurePosixPath(address).suffix.lower()


def reader_for(address: str, data: bytes) -> Reader:
    """The reader for a source: by its first bytes where they say what it is, else by suffix.

    What only looks like a text format is believed to be what its name says: a text may begin
    like a mail. Raises SourceError when neither is of a format that is read.
    """
    suffix, kind = suffix_of(address), kind_of(data)
    if kind is None or (kind in _TEXT_KINDS and suffix in _BY_SUFFIX):
        kind = suffix
    if kind in _BY_SUFFIX:
        return _BY_SUFFIX[kind]
    if kind and kind != suffix:
        raise SourceError(refusal(kind))
    shown = f"the suffix {suffix}" if suffix else "a name without a suffix"
    raise SourceError(f"has {shown}, which no reader knows; save it as text, HTML, DOCX or PDF")
