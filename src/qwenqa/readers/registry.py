"""Which reader reads which file: the one table that a new format is added to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from pkgutil import resolve_name

from qwenqa.errors import SourceError
from qwenqa.readers.common.visible import shows_nothing
from qwenqa.readers.detection import CUT_ARCHIVE, kind_of, refusal
from qwenqa.types import Document, Reader, ReaderIdentity


def _reader(name: str, version: int, suffixes: str, function: str) -> Reader:
    """A row: its function ("module:name") is imported when a source is first read with it.

    Who only asks which readers there are loads none of their libraries.
    """

    def read(data: bytes) -> Document:
        reads: Callable[[bytes], Document] = resolve_name(f"qwenqa.readers.{function}")
        return reads(data)

    return Reader(ReaderIdentity(name, version), tuple(suffixes.split()), read)


_CODE = """
    .py .pyi .pyx .js .mjs .cjs .jsx .ts .mts .cts .tsx .vue .svelte .java .kt .kts .scala .groovy
    .c .h .cc .cpp .cxx .hh .hpp .hxx .m .mm .cs .fs .vb .go .rs .swift .zig .d .nim .v .sv .vhd
    .rb .php .pl .pm .lua .tcl .r .jl .m4 .sh .bash .zsh .fish .ps1 .psm1 .bat .cmd .awk .gradle
    .hs .ml .mli .clj .cljs .el .lisp .scm .erl .ex .exs .dart .sol .f90 .f95 .f .pas .asm .s
    .sql .graphql .proto .thrift .cmake .mk .nix
"""
_SETTINGS = """
    .yaml .yml .toml .ini .cfg .conf .properties .env .tf .hcl .css .scss .sass .less
"""
READERS: tuple[Reader, ...] = (
    _reader("plain", 1, ".txt .text", "text.plain:read"),
    _reader("markdown", 1, ".md .markdown", "text.markdown:read"),
    _reader("html", 2, ".html .htm .xhtml", "html.reader:read"),
    _reader("pdf", 3, ".pdf", "pdf.reader:read"),
    _reader("docx", 3, ".docx .docm .dotx .dotm", "office.docx:read"),
    _reader("epub", 2, ".epub", "ebook.epub:read"),
    _reader("eml", 3, ".eml", "mail.eml:read"),
    _reader("mhtml", 2, ".mht .mhtml", "mail.eml:read_page"),
    _reader("msg", 2, ".msg", "mail.msg:read"),
    _reader("pptx", 3, ".pptx .pptm .ppsx .ppsm .potx", "office.pptx:read"),
    _reader("xlsx", 4, ".xlsx .xlsm .xltx .xltm", "office.xlsx:read"),
    _reader("odt", 3, ".odt .ott", "office.odf:read_text"),
    _reader("odp", 4, ".odp .otp", "office.odf:read_presentation"),
    _reader("ods", 4, ".ods .ots", "office.odf:read_spreadsheet"),
    _reader("rtf", 1, ".rtf", "rtf.reader:read"),
    _reader("doc", 1, ".doc .dot", "office.legacy:read_doc"),
    _reader("ppt", 1, ".ppt .pps", "office.legacy:read_ppt"),
    _reader("xls", 2, ".xls .xlt", "office.legacy:read_xls"),
    _reader("xlsb", 3, ".xlsb", "office.legacy:read_xlsb"),
    _reader("delimited", 2, ".csv .tsv .tab", "text.delimited:read"),
    _reader("records", 1, ".json .jsonl .ndjson", "text.records:read"),
    _reader("subtitles", 1, ".vtt .srt", "text.subtitles:read"),
    _reader("rst", 1, ".rst .rest", "text.rst:read"),
    _reader("asciidoc", 1, ".adoc .asciidoc .asc", "text.asciidoc:read"),
    _reader("latex", 1, ".tex .latex .ltx", "text.latex:read"),
    _reader("code", 1, _CODE, "text.code:read"),
    _reader("settings", 1, _SETTINGS, "text.code:read_settings"),
)

PDF = "pdf"
OCR_MARK = "+ocr:"
_TEXT_KINDS = (".html", ".eml", ".vtt")
_BY_SUFFIX = {suffix: reader for reader in READERS for suffix in reader.suffixes}


def read(address: str, data: bytes, ocr: str = "") -> tuple[Document, ReaderIdentity]:
    """The document of a source's bytes, and who read it; raises SourceError with the reason.

    ``ocr`` names languages in which scanned pages of PDFs are recognised; empty is not at all.
    """
    reader = reader_for(address, data)
    if ocr and reader.identity.name == PDF:
        document, identity = _recognised(data, ocr, reader.identity)
    else:
        document, identity = reader.read(data), reader.identity
    if shows_nothing(document.text):
        raise SourceError("holds no text that can be seen; put text in it or remove it")
    return document, identity


def _recognised(
    data: bytes, languages: str, own: ReaderIdentity
) -> tuple[Document, ReaderIdentity]:
    """A PDF with its scanned pages, under a reader's name that says how they were read."""
    from qwenqa.readers.ocr import with_scanned_pages
    from qwenqa.readers.pdf.reader import read_pages

    document = read_pages(data)
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
    if kind is None or (kind in (*_TEXT_KINDS, CUT_ARCHIVE) and suffix in _BY_SUFFIX):
        kind = suffix
    if kind in _BY_SUFFIX:
        return _BY_SUFFIX[kind]
    if kind and kind != suffix:
        raise SourceError(refusal(kind))
    shown = f"the suffix {suffix}" if suffix else "a name without a suffix"
    raise SourceError(f"has {shown}, which no reader knows; save it as text, HTML, DOCX or PDF")
