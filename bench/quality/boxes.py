"""Boxes of quotes from PDFs: whether the words inside them are the quote's words.

``python bench/quality/boxes.py FOLDER`` takes random spans of words (fixed seed) of every PDF of the
folder, asks for their boxes, and reads the characters back whose middles, as pdfium tells them, lie
in the boxes. Prints the share of spans whose words come back exactly, and why the others do not.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pypdfium2

from qwenqa.errors import SourceError
from qwenqa.readers.pdf.page import Eye
from qwenqa.readers.pdf.pypdf_fallback import SecondLook
from qwenqa.readers.pdf.quote_boxes import boxes
from qwenqa.readers.pdf.reader import read
from qwenqa.readers.pdf.words import words_of
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
        second = SecondLook(data)
        for _ in range(spans if words else 0):
            first = chance.randrange(len(words))
            last = min(first + chance.randrange(LONGEST), len(words) - 1)
            start, end = words[first][0], words[last][1]
            found = boxes(data, document, start, end)
            for page in {box.page for box in found} - signs.keys():
                signs[page] = signs_of(file, second, page)
            wanted = letters(document.text[start:end])
            counts[verdict(wanted, read_back(wanted, found, signs))] += 1
    return counts


def signs_of(file: pypdfium2.PdfDocument, second: SecondLook, number: int) -> list[Sign]:
    """The characters of a page with their middles, straight from pdfium.

    Their letters are those of the reader: pdfium has bare codes for fonts that do not name their
    signs, halves for signs beyond 16 bits, and the letters of one lam-alef sign the wrong way
    round. Where they stand is the question here, not what they are.
    """
    textpage = file[number - 1].get_textpage()
    eye = Eye(textpage, partial(second.sign, number))
    signs = []
    for word in words_of(eye):
        places = (at for at in range(word.first, word.last + 1) if not is_second_half(eye, at))
        for sign, at in zip(word.text, places, strict=True):
            left, bottom, right, top = textpage.get_charbox(at)
            signs.append((sign, (left + right) / 2, (bottom + top) / 2))
    return signs


def is_second_half(eye: Eye, at: int) -> bool:
    """Whether a character is the second half of a sign beyond 16 bits."""
    return "\udc00" <= eye.units[at] <= "\udfff"


def read_back(wanted: str, found: tuple[Box, ...], signs: dict[int, list[Sign]]) -> str:
    """The characters whose middles lie in the boxes, box by box.

    Within a box they are read as the file has them or as they stand: not every file draws the
    words of a line in their order, and people see no other order than that on the page.
    """
    back = ""
    for box in found:
        held = [
            sign
            for sign in signs[box.page]
            if box.left <= sign[1] <= box.right and box.bottom <= sign[2] <= box.top
        ]
        standing = sorted(held, key=lambda sign: sign[1])
        ways = [letters_of(way) for way in (held, standing, standing[::-1])]
        back += next((way for way in ways if wanted.startswith(back + way)), ways[0])
    return back


def letters_of(signs: Sequence[Sign]) -> str:
    """The letters of characters, in their order."""
    return letters("".join(sign for sign, _, _ in signs))


def verdict(wanted: str, got: str) -> str:
    """Whether what came back is the quote, and if not, in what it differs."""
    if wanted == got:
        return "exact"
    if not got:
        return "no box"
    if sorted(wanted) == sorted(got):
        return "the same characters in another order"
    missing, more = Counter(wanted) - Counter(got), Counter(got) - Counter(wanted)
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
