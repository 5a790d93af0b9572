"""Scanned pages of PDFs as text, by Tesseract where it is installed: off unless asked for."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace

from qwenqa.errors import SourceError
from qwenqa.readers.common.blocks import block
from qwenqa.types import Block, Document, Extraction, Place

_PROGRAM = "tesseract"
_SCALE = 300 / 72  # Tesseract is made for 300 dots an inch; a PDF point is a 72nd
_PARAGRAPH_END = re.compile(r"\n\s*\n|\Z")
_UNUSABLE = re.compile("[\x00\x0c\ud800-\udfff]")


def installed() -> bool:
    """Whether Tesseract can be run here."""
    return shutil.which(_PROGRAM) is not None


def with_scanned_pages(data: bytes, document: Document, languages: str) -> Document:
    """The document of a PDF with the recognised text of its pages without text, at the end.

    ``languages`` are named as Tesseract names them ("eng+deu"). Raises SourceError when
    Tesseract is not there or refuses.
    """
    from qwenqa.readers.pdf.quote_boxes import page_image

    text, blocks, places = document.text, list(document.blocks), list(document.places)
    recognised: list[int] = []
    for number in document.extraction.blank_pages:
        page_text = _recognise(page_image(data, number, _SCALE), languages)
        if not page_text:
            continue
        start = len(text) + 2 if text else 0
        text = f"{text}\n\n{page_text}" if text else page_text
        blocks += _paragraphs(text, start)
        places = [place for place in places if place.kind != "page" or place.number != number]
        places.append(Place(start, len(text), "page", number, _label(document, number)))
        recognised.append(number)
    return replace(
        document,
        text=text,
        blocks=tuple(blocks),
        places=tuple(places),
        extraction=_extraction(document, recognised),
    )


def _recognise(picture: bytes, languages: str) -> str:
    try:
        ran = subprocess.run(  # noqa: S603 - a fixed program; the picture goes in by a pipe
            [shutil.which(_PROGRAM) or _PROGRAM, "stdin", "stdout", "-l", languages],
            input=picture,
            capture_output=True,
            check=True,
        )
    except FileNotFoundError as error:
        raise SourceError("has scanned pages, and Tesseract is not installed") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise SourceError(f"has scanned pages that Tesseract refused ({said[0]})") from error
    return _UNUSABLE.sub("", ran.stdout.decode("utf-8", "replace")).strip()


def _paragraphs(text: str, start: int) -> list[Block]:
    blocks, at = [], start
    for end in _PARAGRAPH_END.finditer(text, start):
        if paragraph := block(text, at, end.start(), "paragraph"):
            blocks.append(paragraph)
        at = end.end()
    return blocks


def _label(document: Document, number: int) -> str:
    same = (
        place.label for place in document.places if place.kind == "page" and place.number == number
    )
    return next(same, "")


def _extraction(document: Document, recognised: list[int]) -> Extraction:
    pages = ", ".join(map(str, recognised))
    said = (f"read by character recognition, which makes mistakes: pages {pages}",)
    before = document.extraction
    blank = tuple(number for number in before.blank_pages if number not in recognised)
    return (
        replace(before, blank_pages=blank, warnings=said if not blank else before.warnings + said)
        if recognised
        else before
    )
