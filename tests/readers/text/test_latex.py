"""LaTeX: sections, items, rows and letters, as written."""

from __future__ import annotations

import pytest
from written_laws import keeps_the_laws, shown

from qwenqa.readers.text.latex import read
from qwenqa.types import LineMap

PAGE = r"""\documentclass{article}
\usepackage[english,ngerman]{babel}
\title{On \emph{Speed}\thanks{no}}
\author{Jos\'e Garc\'{\i}a \and Anna {\O}re}
\date{2024-05-01}
\begin{document}
\section{Intro}\label{a}
Text by M\"uller, \c{c}a va, Stra\ss e.\\'a

% hidden
\subsection*{A {nested} one}
\begin{itemize}
  \item First
  \item Second
\end{itemize}

\begin{verbatim}
\section{no} "\"a"

code
\end{verbatim}
\begin{tabular}{ll}
\hline
Name & Year \\
\hline
Ada & 1815 \\
Alan &
 1912 \\
\end{tabular}
\end{document}
"""


def test_structure_is_found():
    """Every kind of block is found, and levels begin with one."""
    document = read(PAGE.encode())
    keeps_the_laws(document)
    headings = [block for block in document.blocks if block.kind == "heading"]
    assert [
        (heading.level, document.text[heading.start : heading.end]) for heading in headings
    ] == [
        (1, r"\section{Intro}"),
        (2, r"\subsection*{A {nested} one}"),
    ]
    found = shown(document)
    assert ("code", "% hidden") in found
    assert ("item", "\\item Second\n\\end{itemize}") in found
    assert ("code", '\\begin{verbatim}\n\\section{no} "\\"a"\n\ncode\n\\end{verbatim}') in found


def test_rows_are_told_their_columns():
    """A row ends with two backslashes, on whichever line."""
    document = read(PAGE.encode())
    rows = [block for block in document.blocks if block.kind == "row"]
    assert [row.context for row in rows] == ["", "Name | Year", "Name | Year"]
    assert document.text[rows[2].start : rows[2].end].startswith("Alan &\n 1912")


@pytest.mark.parametrize(
    ("written", "letter"),
    [
        (r"\"u", "ü"),
        (r"\'{e}", "é"),
        (r"\'{\i}", "í"),
        (r"\c c", "ç"),
        (r"\ss{}", "ß"),
        (r"\v{s}", "š"),
    ],
)
def test_letters_are_read(written, letter):
    """An accent written as a command is the letter that people see."""
    assert read(f"x{written}y".encode()).text in (f"x{letter}y", f"x{letter} y")


def test_lines_stay_and_line_breaks_are_no_accents():
    """The text has the file's lines, and two backslashes before a quote stay."""
    document = read(PAGE.encode())
    assert len(LineMap(document.text).starts) == len(LineMap(PAGE).starts)
    assert "Müller, ça va, Straße.\\\\'a" in document.text


def test_what_the_file_says_about_itself():
    """Title, authors, date and the main language come from the preamble."""
    document = read(PAGE.encode())
    assert (document.title, document.author) == ("On Speed", "José García, Anna Øre")
    assert (document.date, document.language) == ("2024-05-01", "de")


def test_a_file_without_a_preamble_is_read():
    """A chapter that is included elsewhere has text from its first line on."""
    assert shown(read(b"\\chapter{One}\nText\n"))[1] == ("paragraph", "Text")
