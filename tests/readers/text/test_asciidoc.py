"""AsciiDoc: headings, lists, tables and listings, as written."""

from __future__ import annotations

from written_laws import keeps_the_laws, shown

from qwenqa.readers.text.asciidoc import read

PAGE = """= Title
Jane Doe <jane@example.org>
v1.0, 2024-05-01
:lang: en

Text that
goes on.

[#anchor]
== Section

* one
+
attached
* two

----
== no heading

code
----

.People
|===
|Name |Year

|Ada
|1815

|Alan |1912
|===
"""


def test_structure_is_found():
    """Every kind of block is found; marks above a heading are no part of it."""
    document = read(PAGE.encode())
    keeps_the_laws(document)
    assert document.text == PAGE
    found = shown(document)
    assert [text for kind, text in found if kind == "heading"] == ["= Title", "== Section"]
    assert ("paragraph", "Text that\ngoes on.") in found
    assert ("item", "* two") in found
    assert ("code", "----\n== no heading\n\ncode\n----") in found


def test_rows_are_told_their_columns():
    """A row may stand on one line or have a line for each cell."""
    rows = [block for block in read(PAGE.encode()).blocks if block.kind == "row"]
    assert [PAGE[row.start : row.end].splitlines()[0] for row in rows[1:]] == [
        "|Ada",
        "|Alan |1912",
    ]
    assert {row.context for row in rows} == {"Name | Year"}


def test_what_the_file_says_about_itself():
    """Title, author, date and language stand in the header."""
    document = read(PAGE.encode())
    said = (document.title, document.author, document.date, document.language)
    assert said == ("Title", "Jane Doe", "2024-05-01", "en")
