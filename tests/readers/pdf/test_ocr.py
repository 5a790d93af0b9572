"""Scanned pages: said to be scanned, and read by Tesseract when that is asked for and there."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from qwenqa import Library
from qwenqa.errors import SourceError
from qwenqa.readers import ocr
from qwenqa.readers.pdf import reader
from qwenqa.settings import Settings

needs_tesseract = pytest.mark.skipif(not ocr.installed(), reason="Tesseract is not installed")


def scan(*lines: str) -> bytes:
    """A PDF of one page that is a picture of lines of text."""
    picture = Image.new("L", (1240, 1754), 255)
    draw: Any = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        draw.text((120, 150 + 90 * number), line, fill=0, font=ImageFont.load_default(48))
    stream = io.BytesIO()
    picture.save(stream, "PDF", resolution=150)
    return stream.getvalue()


def test_a_scan_is_said_to_be_one() -> None:
    """Without recognition a page that is a picture has no text, and the refusal says so."""
    with pytest.raises(SourceError, match=r"scan.*OCR"):
        reader.read(scan("The heron waits"))


@needs_tesseract
def test_a_scan_is_recognised_when_asked() -> None:
    """The recognised words are paragraphs of the page, and the report says who read them."""
    data = scan("The heron waits in shallow water.", "It left Bristol in 1802.")
    document = ocr.with_scanned_pages(data, reader.read_pages(data), "eng")
    assert "heron waits in shallow water" in document.text
    assert "1802" in document.text
    assert [(place.kind, place.number) for place in document.places] == [("page", 1)]
    assert document.extraction.blank_pages == ()
    assert "recognition" in document.extraction.warnings[0]
    assert all(document.text[block.start : block.end].strip() for block in document.blocks)


@needs_tesseract
def test_an_unknown_language_is_a_source_error() -> None:
    """What Tesseract refuses is the source's line in the report."""
    data = scan("words")
    with pytest.raises(SourceError, match="Tesseract refused"):
        ocr.with_scanned_pages(data, reader.read_pages(data), "xx_none")


@needs_tesseract
def test_a_recognised_page_is_cited_and_verified(tmp_path: Path) -> None:
    """An answer from a scan says who read it, and verifies even where recognition is off."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "scan.pdf").write_bytes(scan("The heron waits in shallow water."))
    given = {"corpus": corpus, "index": tmp_path / "index", "model": "toy"}
    library = Library(settings=Settings(**given, ocr="eng"))
    hit = library.ask("Where does the heron wait?").hits[0]
    assert hit.citation.reader == "pdf+ocr:eng"
    assert hit.citation.pages == (1, 1)
    assert Library(settings=Settings(**given)).verify(hit.citation).verdict == "exact"
