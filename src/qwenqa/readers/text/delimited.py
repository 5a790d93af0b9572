"""Comma-, tab-, semicolon- or pipe-separated tables: one block a row, headed by its columns.

The canonical text is the file's own, so that a row's lines are the file's lines.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from qwenqa.readers.common.blocks import cover
from qwenqa.readers.common.source_text import Span, extraction, parts, written
from qwenqa.types import Block, Document, LineMap, Place

# Where several would fit, the one that is least likely to stand inside a cell.
_DELIMITERS = ("\t", ";", "|", ",")
_SAMPLE_LINES, _SAMPLE_CHARACTERS = 100, 100_000
_NAMED_DELIMITER = re.compile(r"sep=(.)[\r\n]", re.IGNORECASE)
_LINE_END = re.compile(r"[\r\n]+")
_QUOTED = re.compile(r'"[^"]*"')
_NUMBER = re.compile(r"[-+(]?[$€£¥]?\s*\d[\d.,:/%\s)-]*\Z")
_YEAR = re.compile(r"(?:1[89]|20)\d\d\Z")
_HEADING_CHARACTERS = 200
# A quoted cell longer than this is a quote that was never closed.
_CELL_LINES = 1_000
_LONG_ROW_CHARACTERS = 100_000
_NO_DELIMITER = "\x1f"


def read(data: bytes) -> Document:
    """The document of a delimited file; raises SourceError when there is no text in it."""
    decoded = written(data)
    text = decoded.text
    starts = [*LineMap(text).starts, len(text)]
    delimiter = delimiter_of(text)
    unclosed: list[int] = []
    rows = list(_rows(text, starts, delimiter, unclosed))
    head = header_of(text, rows, delimiter)
    columns = " | ".join(cells_of(text[slice(*rows[head])], delimiter)) if head >= 0 else ""
    blocks, places = _mapped(text, rows, head, columns)
    report = extraction(decoded, (*_warnings(rows), *_unclosed(unclosed)))
    return Document(text, cover(text, blocks), places, extraction=report)


def _mapped(
    text: str, rows: list[Span], head: int, columns: str
) -> tuple[list[Block], tuple[Place, ...]]:
    """The blocks and the places of the rows, which count from one as in a spreadsheet."""
    blocks: list[Block] = []
    places: list[Place] = []
    for number, (start, end) in enumerate(rows, 1):
        row = list(parts(text, start, end, "row", columns if number > head else ""))
        if row:
            blocks += row
            places.append(Place(row[0].start, row[-1].end, "cells", number, f"row {number}"))
    return blocks, tuple(places)


def _warnings(rows: list[Span]) -> Iterator[str]:
    for number, (start, end) in enumerate(rows, 1):
        if end - start > _LONG_ROW_CHARACTERS:
            yield f"Row {number} is {end - start:,} characters long and was split into parts."


def _unclosed(rows: list[int]) -> Iterator[str]:
    if rows:
        several = f"{len(rows):,} rows open quotes" if len(rows) > 1 else "A row opens a quote"
        yield f"{several} that no later row closes, the first in row {rows[0]}; read line by line."


def delimiter_of(text: str) -> str:
    """The character between cells, or an empty string when there is one column."""
    if named := _NAMED_DELIMITER.match(text):
        return named[1]
    bare = _QUOTED.sub("", text[:_SAMPLE_CHARACTERS])
    lines = [line for line in _LINE_END.split(bare)[:_SAMPLE_LINES] if line.strip(" ")]
    scored = [(_regularity(lines, sign), sign) for sign in _DELIMITERS]
    best = max(score for score, _ in scored)
    return next(sign for score, sign in scored if score == best) if best else ""


def _regularity(lines: list[str], delimiter: str) -> float:
    """The share of lines with the commonest number of a delimiter, rounded, if there is any."""
    counts = Counter(line.count(delimiter) for line in lines)
    most = max(((lines_with, n) for n, lines_with in counts.items() if n), default=(0, 0))
    return round(most[0] / max(1, len(lines)), 1)


def _rows(text: str, starts: Sequence[int], delimiter: str, unclosed: list[int]) -> Iterator[Span]:
    """Spans of the rows: lines, joined while a quoted cell is open.

    The numbers of the rows whose quote is never closed are noted in ``unclosed``.
    """
    if '"' not in text:
        yield from pairwise(starts)
        return
    between = re.escape(delimiter or ",")
    opens = re.compile(rf'(?:^|{between})[^\S\r\n]*"[^"]*\Z')
    closes = re.compile(rf'[^"]*"\s*(?:{between}|\Z)')
    at, number = 0, 0
    while at < len(starts) - 1:
        after, number = at + 1, number + 1
        line = text[starts[at] : starts[after]]
        # A stray quote ("5 inches") leaves the line a row of its own.
        if line.count('"') % 2 and opens.search(line.replace('""', "")):
            after = _after_quote(text, starts, at, closes)
            if after == at + 1:
                unclosed.append(number)
        yield starts[at], starts[after]
        at = after


def _after_quote(text: str, starts: Sequence[int], at: int, closes: re.Pattern[str]) -> int:
    """The line after a row whose first line opens a quote, the next one if none closes it."""
    for line in range(at + 1, min(at + _CELL_LINES, len(starts) - 1)):
        if text.count('"', starts[line], starts[line + 1]) % 2:
            ending = text[starts[line] : starts[line + 1]].replace('""', "")
            return line + 1 if closes.match(ending) else at + 1
    return at + 1


def cells_of(row: str, delimiter: str) -> list[str]:
    """The words of a row's cells, without quotes, each on one line."""
    try:
        cells = next(csv.reader([row.strip("\r\n")], delimiter=delimiter or _NO_DELIMITER), [])
    except csv.Error:
        cells = row.split(delimiter or _NO_DELIMITER)
    return [" ".join(cell.split()) for cell in cells]


def header_of(text: str, rows: Sequence[tuple[int, int]], delimiter: str) -> int:
    """The number of the row that names the columns, counted from zero, or -1."""
    sample = [
        (number, cells_of(text[start:end], delimiter))
        for number, (start, end) in enumerate(rows[:_SAMPLE_LINES])
        if end - start < _LONG_ROW_CHARACTERS and not text[start:end].isspace()
    ]
    if len(sample) < 2:
        return -1
    # Lines above the table (a report's title, "sep=;") fill one cell.
    several = (row for row in sample if sum(map(bool, row[1])) > 1)
    number, cells = next(several, sample[0])
    return number if _names(cells) else -1


def _names(cells: list[str]) -> bool:
    """Whether cells are names of columns: mostly there, no numbers but years, no two the same."""
    named = [cell for cell in cells if cell]
    first_is_number = _NUMBER.match(cells[0]) is not None
    return (
        not first_is_number
        and 2 * len(named) >= len(cells)
        and len(set(named)) == len(named)
        and all(len(cell) <= _HEADING_CHARACTERS for cell in named)
        and not any(_NUMBER.match(cell) and not _YEAR.match(cell) for cell in named)
    )
