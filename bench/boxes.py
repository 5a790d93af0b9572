"""Boxes of quotes from PDFs: whether the words inside them are the quote's words.

``python bench/boxes.py FOLDER`` takes random spans of words (fixed seed) of every PDF of the
folder, asks for their boxes, and reads the characters whose middles lie in them back with pdfium.
Prints the share of spans whose words come back exactly, and why the others do not.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from pathlib import Path

import pypdfium2

from qwenqa.errors import SourceError
from qwenqa.readers.pdf import read
from qwenqa.readers.pdf_boxes import boxes
from qwenqa.types import Box, Document

SEED = 20_240_131
LONGEST = 40
Sign = tuple[str, float, float]
"""A character of a page and the middle of its shape."""


def main(folder: Path, spans: int) -> None:
    """Check every PDF and print the table."""
    total: Counter[str] = Counter()
    for path in sorted(folder.glob("*.pdf")):
        data = path.read_bytes()
        try:
            document = read(data)
        except SourceError as error:
            print(f"not read: {path.name}: {error}", file=sys.stderr)
            continue
        total += verdicts(data, document, spans)
    count = total.total()
    print("| what came back | spans | share |")
    print("|---|---|---|")
    for verdict, times in total.most_common():
        print(f"| {verdict} | {times} | {times / count:.4f} |")


def verdicts(data: bytes, document: Document, spans: int) -> Counter[str]:
    """What came back for random spans of one document."""
    words = [found.span() for found in re.finditer(r"\S+", document.text)]
    chance = random.Random(SEED)
    counts: Counter[str] = Counter()
    signs: dict[int, list[Sign]] = {}
    with pypdfium2.PdfDocument(data) as file:
        for _ in range(spans if words else 0):
            first = chance.randrange(len(words))
            last = min(first + chance.randrange(LONGEST), len(words) - 1)
            start, end = words[first][0], words[last][1]
            found = boxes(data, document, start, end)
            for page in {box.page for box in found} - signs.keys():
                signs[page] = signs_of(file, page)
            counts[verdict(document.text[start:end], inside(found, signs))] += 1
    return counts


def signs_of(file: pypdfium2.PdfDocument, number: int) -> list[Sign]:
    """The characters of a page with their middles, straight from pdfium."""
    textpage = file[number - 1].get_textpage()
    signs = []
    for at in range(textpage.count_chars()):
        left, bottom, right, top = textpage.get_charbox(at)
        sign = textpage.get_text_range(at, 1)
        signs.append((sign, (left + right) / 2, (bottom + top) / 2))
    return signs


def inside(found: tuple[Box, ...], signs: dict[int, list[Sign]]) -> str:
    """The characters whose middles lie in the boxes, box by box."""
    return "".join(
        sign
        for box in found
        for sign, across, up in signs[box.page]
        if box.left <= across <= box.right and box.bottom <= up <= box.top
    )


def verdict(quote: str, back: str) -> str:
    """Whether what came back is the quote, and if not, in what it differs."""
    wanted, got = letters(quote), letters(back)
    if wanted == got:
        return "exact"
    if not got:
        return "no box"
    if sorted(wanted) == sorted(got):
        return "the same characters in another order"
    missing, more = Counter(wanted) - Counter(got), Counter(got) - Counter(wanted)
    if "\ufffd" in missing:
        return "signs whose letters the file does not tell"
    if missing and more:
        return "other characters"
    return "characters missing" if missing else "characters too many"


def letters(text: str) -> str:
    """The characters that count: no spaces, no cell marks, no hyphens that pdfium recodes."""
    return re.sub(r"[\s|\x00-\x1f\ufffe-]", "", text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Whether boxes hold the words of their quotes.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--spans", type=int, default=100, help="spans a document")
    arguments = parser.parse_args()
    main(arguments.folder, arguments.spans)
