r"""LaTeX: the canonical text is the source as written, so that a citation leads to its line.

Accents written as commands are read as letters (``M\"uller`` is Müller), so that words are
words; no line is added or lost by it. Commands stay, since they are what stands in the file.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from qwenqa.readers.common.source_text import extraction, written
from qwenqa.readers.text.outline import Line, MarkupOutline, cells_text
from qwenqa.types import Document, LineMap
from qwenqa.types.iso_dates import is_day

# Combining characters of the accent commands.
_ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    '"': "\u0308",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    "u": "\u0306",
    "v": "\u030c",
    "H": "\u030b",
    "r": "\u030a",
    "c": "\u0327",
    "k": "\u0328",
    "d": "\u0323",
    "b": "\u0331",
}
_LETTERS = {"ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ"} | {
    "OE": "Œ",
    "aa": "å",
    "AA": "Å",
    "i": "ı",
    "j": "ȷ",
}
# A line break first, so that its second backslash begins no accent.
_LETTER = re.compile(
    r"""\\\\|\\(?:(?P<sign>[`'^"~=.])[ \t]?|(?P<name>[uvHrckdb])(?:[ \t]+|(?=\{)))"""
    r"(?:\{(?P<braced>\\?[a-zA-Z])\}|(?P<bare>\\[ij]\b|[a-zA-Z]))"
    r"|\\(?P<letter>ss|oe|OE|ae|AE|aa|AA|[oOlL])(?:\{\}|(?![a-zA-Z])[ \t]?)"
)
_LEVELS = {
    name: level
    for level, name in enumerate(
        ("part", "chapter", "section", "subsection", "subsubsection", "paragraph", "subparagraph"),
        1,
    )
}
_HEADING = re.compile(rf"\s*\\({'|'.join(_LEVELS)})\*?[ \t]*(?:\[[^\]\r\n]*\])?[ \t]*(?=\{{)")
_ENVIRONMENT = re.compile(r"\s*\\(begin|end)\{(\w+)\*?\}")
_VERBATIM = frozenset({"verbatim", "Verbatim", "lstlisting", "minted", "alltt", "comment"})
_QUOTED_CODE = re.compile(rf"\\begin\{{({'|'.join(sorted(_VERBATIM - {'comment'}))})\b")
_TABLES = frozenset({"tabular", "tabularx", "tabulary", "longtable", "array", "supertabular"})
_RULE = re.compile(r"\s*\\(?:hline|toprule|midrule|bottomrule|cline\{[^}]*\})+\s*\Z")
_ITEM = re.compile(r"\s*\\(?:item|bibitem)\b")
_COMMAND = re.compile(r"\\(?:thanks|footnote|inst|orcid|email)\{[^{}]*\}|\\[a-zA-Z]+\*?|[{}]|\\.")
_BABEL = re.compile(
    r"\\(?:usepackage\[([^\]]{0,300})\]\{babel\}|setmainlanguage(?:\[[^\]]{0,300}\])?\{(\w+)\})"
)
_BABEL_LANGUAGES = {
    "english": "en",
    "american": "en",
    "british": "en",
    "german": "de",
    "ngerman": "de",
    "french": "fr",
    "spanish": "es",
    "italian": "it",
    "portuguese": "pt",
    "brazilian": "pt",
    "dutch": "nl",
    "polish": "pl",
    "russian": "ru",
    "swedish": "sv",
    "czech": "cs",
}
_ARGUMENT_CHARACTERS, _HEADING_CHARACTERS = 2_000, 300


def read(data: bytes) -> Document:
    """The document of a LaTeX file; raises SourceError when there is no text in it."""
    decoded = written(data)
    text = _with_letters(decoded.text)
    walk = _LatexWalk(text)
    for start, end in pairwise([*LineMap(text).starts, len(text)]):
        walk.line((start, end), text[start:end].rstrip())
    date = _said(text, "date")
    return Document(
        text,
        walk.outline.blocks(),
        title=_said(text, "title"),
        author=_said(text, "author"),
        date=date if is_day(date) else "",
        language=_language(text),
        extraction=extraction(decoded),
    )


def _with_letters(text: str) -> str:
    """The text with letters in place of the commands for them, except where code is quoted."""
    pieces, at = [], 0
    while match := _QUOTED_CODE.search(text, at):
        end = text.find(rf"\end{{{match[1]}", match.end())
        end = end if end >= 0 else len(text)
        pieces += [_LETTER.sub(_letter, text[at : match.start()]), text[match.start() : end]]
        at = end
    return "".join([*pieces, _LETTER.sub(_letter, text[at:])])


def _letter(match: re.Match[str]) -> str:
    if match["letter"]:
        return _LETTERS[match["letter"]]
    if match[0] == r"\\":
        return match[0]
    letter = (match["braced"] or match["bare"]).lstrip("\\")
    composed = unicodedata.normalize("NFC", letter + _ACCENTS[match["sign"] or match["name"]])
    return composed if len(composed) == 1 else match[0]


def _said(text: str, command: str) -> str:
    """The words of a command's argument, such as the title's, or an empty string."""
    match = re.search(
        rf"^[^%\r\n]*\\{command}[ \t]*(?:\[[^\]\r\n]*\])?[ \t]*(?=\{{)", text, re.MULTILINE
    )
    if not match:
        return ""
    argument = text[match.end() + 1 : _closing(text, match.end())]
    words = argument.replace(r"\and", ", ").replace(r"\\", " ").replace("~", " ")
    return " ".join(_COMMAND.sub("", words).split()).replace(" ,", ",")


def _closing(text: str, at: int, limit: int = _ARGUMENT_CHARACTERS) -> int:
    """The offset of the brace that closes the one at an offset, or where it should be at most."""
    depth = 0
    for match in re.finditer(r"\\.|[{}]", text[at : at + limit]):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0 and match[0] == "}":
            return at + match.start()
    return at + len(text[at : at + limit].split("\n", 1)[0])


def _language(text: str) -> str:
    """The language that babel or polyglossia is told last, which is the main one."""
    if match := _BABEL.search(text):
        named = [word.strip() for word in (match[1] or match[2] or "").split(",")]
        codes = [_BABEL_LANGUAGES[word] for word in named if word in _BABEL_LANGUAGES]
        return codes[-1] if codes else ""
    return ""


class _LatexWalk:
    """One way through the lines, which remembers what is open."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.outline = MarkupOutline(text)
        self._preamble = r"\begin{document}" in text
        self._verbatim = ""
        self._tables = 0
        self._columns: str | None = None
        self._heading_end = 0
        self._top = 1 if re.search(r"^\s*\\part\b", text, re.MULTILINE) else 0
        self._top = self._top or (2 if re.search(r"^\s*\\chapter\b", text, re.MULTILINE) else 3)

    def line(self, at: Line, words: str) -> None:
        """Take the next line in."""
        if at[0] < self._heading_end:
            at = (min(self._heading_end, at[1]), at[1])
            words = self.text[slice(*at)].rstrip()
        if self._preamble:
            self._preamble_line(at, words)
        elif self._verbatim:
            self._verbatim_line(at, words)
        elif not words:
            self.outline.close()
        elif self._tables:
            self._table_line(at, words)
        elif "\\" not in words and words.lstrip()[0] != "%":
            self._prose(at)
        else:
            self._command_line(at, words)

    def _preamble_line(self, at: Line, words: str) -> None:
        if words:
            self.outline.add(at, "code")
        else:
            self.outline.close()
        if r"\begin{document}" in words:
            self._preamble = False
            self.outline.close()

    def _prose(self, at: Line) -> None:
        self.outline.add(at, "item" if self.outline.kind == "item" else "paragraph")

    def _command_line(self, at: Line, words: str) -> None:
        if heading := _HEADING.match(words):
            self._heading(at, heading)
        elif environment := _ENVIRONMENT.match(words):
            self._environment(at, environment[1] == "begin", environment[2])
        elif _ITEM.match(words):
            self.outline.open(at, "item")
        elif words.lstrip()[0] == "%":
            self.outline.add(at, self.outline.kind or "code")
        else:
            self._prose(at)

    def _heading(self, at: Line, heading: re.Match[str]) -> None:
        end = _closing(self.text, at[0] + heading.end(), _HEADING_CHARACTERS) + 1
        level = max(1, _LEVELS[heading[1]] - self._top + 1)
        self.outline.open((at[0], end), "heading", level)
        self.outline.close()
        self._heading_end = end
        if self.text[end : at[1]].strip():
            self.outline.open((end, at[1]), "paragraph")

    def _environment(self, at: Line, begins: bool, name: str) -> None:
        if begins and name in _VERBATIM:
            self._verbatim = name
            self.outline.open(at, "code")
        elif begins:
            self.outline.mark(at)
            if name in _TABLES:
                self._tables, self._columns = 1, None
        elif name == "document":
            self.outline.close()
            self.outline.add(at, "code")
        else:
            self.outline.finish(at)

    def _verbatim_line(self, at: Line, words: str) -> None:
        self.outline.add(at, "code")
        if rf"\end{{{self._verbatim}}}" in words or rf"\end{{{self._verbatim}*}}" in words:
            self._verbatim = ""
            self.outline.close()

    def _table_line(self, at: Line, words: str) -> None:
        environment = _ENVIRONMENT.match(words)
        if environment and environment[2] in _TABLES:
            self._tables += 1 if environment[1] == "begin" else -1
            self.outline.finish(at)
        elif _RULE.match(words):
            self.outline.finish(at)
        else:
            self._row_line(at, words)

    def _row_line(self, at: Line, words: str) -> None:
        """A row ends with two backslashes; the first one names the columns."""
        columns = self._columns or ""
        self.outline.add(at, "row", columns)
        if r"\\" in words:
            self.outline.close()
            if self._columns is None:
                cells = words[: words.rindex(r"\\")].split("&")
                self._columns = cells_text([_COMMAND.sub("", cell) for cell in cells])
