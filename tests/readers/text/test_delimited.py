"""Delimited tables: rows are the file's, headed by their columns."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written_laws import keeps_the_laws, shown

from qwenqa.readers.text.delimited import read
from qwenqa.types import LineMap

CELLS = st.text(st.sampled_from('ab1",;|\t\n '), max_size=6)


def rows(document):
    return [document.text[place.start : place.end] for place in document.places]


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_rows_are_those_of_the_csv_module(table):
    """Every file that the csv module writes is cut into the rows that it was written from."""
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["x", *row, "y"] for row in table])
    document = read(file.getvalue().encode())
    keeps_the_laws(document)
    read_back = [next(csv.reader(io.StringIO(row, newline=""))) for row in rows(document)]
    assert read_back == [["x", *row, "y"] for row in table]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_row_is_told_its_columns(delimiter):
    """The context of a row is the column headings, whatever stands between the cells."""
    lines = ["Name,Year", "Ada,1815", "Alan,1912"]
    document = read("\n".join(lines).replace(",", delimiter).encode())
    assert [block.context for block in document.blocks] == ["Name | Year"] * 3
    assert {block.kind for block in document.blocks} == {"row"}


def test_a_quoted_line_end_does_not_end_a_row():
    """A row with a line end in a quoted cell is one block, and its place is one row."""
    document = read(b'Name,Note\nAda,"first\nsecond"\nAlan,x\n')
    assert rows(document)[1] == 'Ada,"first\nsecond"'
    assert [place.label for place in document.places] == ["row 1", "row 2", "row 3"]


def test_a_row_of_figures_is_no_heading():
    """The first row names the columns only when it holds names."""
    assert read(b"1,2\n3,4\n").blocks[1].context == ""
    assert read(b"Country,2019,2020\nPeru,1,2\n").blocks[1].context == "Country | 2019 | 2020"


def test_lines_above_the_table_are_no_columns():
    """A report's title above the table is kept and heads nothing."""
    document = read(b"Sales report\n\nName,Year\nAda,1815\nAlan,1912\n")
    assert shown(document)[0] == ("row", "Sales report")
    assert document.blocks[-1].context == "Name | Year"


def test_an_unclosed_quote_takes_no_other_row_with_it():
    """A quote that is never closed, or stands inside a cell, leaves rows as lines."""
    document = read(b'Name,Size\npipe,5" wide\nnail,"3 long\n' + b"bolt,1\n" * 5)
    assert len(document.places) == 8


def test_a_cell_of_two_megabytes_is_split_and_reported():
    """A cell over the csv module's limit is read whole, in bounded blocks, with a warning."""
    document = read(b'Name,Note\nAda,"' + b"word " * 400_000 + b'"\nAlan,x\n')
    keeps_the_laws(document)
    assert max(block.end - block.start for block in document.blocks) <= 10_000
    assert len(document.places) == 3
    assert "Row 2" in document.extraction.warnings[0]


def test_lines_are_the_lines_of_the_file():
    """Blank lines count, as they do in a spreadsheet."""
    document = read(b"Name,Year\r\n\r\nAda,1815\r\n")
    place = document.places[-1]
    assert LineMap(document.text).lines(place.start, place.end) == (3, 3)
    assert (place.number, place.label) == (3, "row 3")
