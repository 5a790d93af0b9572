"""reStructuredText: headings, lists, tables and literal blocks, as written."""

from __future__ import annotations

from written_laws import keeps_the_laws, shown

from qwenqa.readers.text.rst import read

PAGE = """=====
Title
=====

:Author: Jane Doe
:Date: 2024-05-01

Intro::

    literal

    more

Section
-------
Text.

- one
  goes on
- two

.. note:: Mind this.

.. code-block:: python

   pass

Part
~~~~

====  ====
Name  Year
====  ====
Ada   1815
Alan  1912
====  ====

+------+------+
| Name | Born |
+======+======+
| Ada  | 1815 |
+------+------+

Last ones.
"""


def test_structure_is_found():
    """Every kind of block is found, with headings in the order of their underlines."""
    document = read(PAGE.encode())
    keeps_the_laws(document)
    assert document.text == PAGE
    headings = [
        (block.level, document.text[block.start : block.end])
        for block in document.blocks
        if block.level
    ]
    assert [(level, text.strip("=\n").split("\n")[0]) for level, text in headings] == [
        (1, "Title"),
        (2, "Section"),
        (3, "Part"),
    ]
    found = shown(document)
    assert ("code", "literal\n\n    more") in found
    assert ("item", "- one\n  goes on") in found
    assert ("paragraph", ".. note:: Mind this.") in found
    assert ("code", ".. code-block:: python\n\n   pass") in found


def test_rows_are_told_their_columns():
    """Rows of both kinds of table have the cells above the second border as context."""
    document = read(PAGE.encode())
    rows = {
        document.text[block.start : block.end].split("\n")[0]: block.context
        for block in document.blocks
        if block.kind == "row" and block.context
    }
    assert rows == {
        "Ada   1815": "Name | Year",
        "Alan  1912": "Name | Year",
        "| Ada  | 1815 |": "Name | Born",
    }


def test_what_the_file_says_about_itself():
    """Title, author and date come from the first heading and the fields below it."""
    document = read(PAGE.encode())
    assert (document.title, document.author, document.date) == ("Title", "Jane Doe", "2024-05-01")


def test_a_line_of_dashes_in_text_is_no_heading():
    """Text after a paragraph that runs on is not a heading."""
    assert [kind for kind, _ in shown(read(b"one\ntwo\n---\nthree\n"))] == ["paragraph"]
