"""The control words of RTF: a tokenizer with a stack of groups and no recursion."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from qwenqa.readers.rtf.letters import Letters
from qwenqa.readers.rtf.signs import FURNITURE, KEPT_STARRED, SIGNS, SKIPPED

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n\x00]+"
    r"|([^\\{}\r\n\x00]+)",
    re.S,
)
_HEADING = re.compile(r"heading (\d)", re.I)


@dataclass(slots=True)
class Paragraph:
    """A paragraph with its list label and heading level, or a table row (``cells``)."""

    text: str
    label: str = ""
    level: int = 0
    cells: list[str] | None = None
    heads: bool = False


@dataclass(slots=True)
class Group:
    """What holds inside a pair of braces and is forgotten after it."""

    into: str = "body"
    font: str = ""
    skip: int = 1
    hidden: bool = False
    starred: bool = False


@dataclass(slots=True)
class Parser:
    """Reads all of one file; the fields are what was found."""

    paragraphs: list[Paragraph] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    furniture: list[str] = field(default_factory=list)
    stated: dict[str, str] = field(default_factory=dict)
    date: str = ""
    pictures: int = 0
    hidden: int = 0
    _letters: Letters = field(default_factory=Letters)
    _group: Group = field(default_factory=Group)
    _stack: list[Group] = field(default_factory=list)
    _texts: dict[str, list[str]] = field(default_factory=dict)
    _styles: dict[int, int] = field(default_factory=dict)
    _style: int = 0
    _level: int = 0
    _table: bool = False
    _heads: bool = False
    _cells: list[str] = field(default_factory=list)
    _moment: dict[str, int] = field(default_factory=dict)

    @property
    def encoding(self) -> str:
        """The character set that the file names for fonts that name none."""
        return self._letters.encoding

    @property
    def open_groups(self) -> int:
        """How many braces are still open."""
        return len(self._stack)

    def feed(self, data: str) -> None:
        """Read the whole file, given as Latin-1 so that each byte is one character."""
        at = 0
        while match := _TOKEN.search(data, at):
            at = match.end()
            word, number, byte, sign, brace, text = match.groups()
            if word == "bin":
                at += max(0, int(number or 0))
            elif byte is not None:
                self._letters.byte(int(byte, 16))
            elif brace:
                self._brace(brace)
            elif word:
                self._word(word, None if number is None else int(number))
            elif sign:
                self._sign(sign)
            elif text:
                self._letters.plain(text)
        self._end_paragraph()
        if self._cells:
            self._end_row()

    def _brace(self, brace: str) -> None:
        self._flush()
        self._letters.to_skip = 0
        if brace == "{":
            self._stack.append(self._group)
            now = self._group
            self._group = Group(now.into, now.font, now.skip, now.hidden)
        elif self._stack:
            ended, self._group = self._group, self._stack.pop()
            if ended.into != self._group.into or ended.into == "stylesheet":
                self._end_destination(ended.into)

    def _end_destination(self, into: str) -> None:
        text = "".join(self._texts.pop(into, ())).strip()
        if into == "footnote":
            self.notes.append(text)
            self._put(f"[{len(self.notes)}]")
        elif into == "annotation" and text:
            self.comments.append(text)
        elif into == "furniture":
            self.furniture.append(text)
        elif into in ("title", "author"):
            self.stated[into] = text
        elif into == "label":
            self._texts["label"] = [text]
        elif into == "stylesheet":
            self._end_style(text)

    def _end_style(self, text: str) -> None:
        if match := _HEADING.match(text):
            self._styles.setdefault(self._style, int(match.group(1)))

    def _word(self, word: str, number: int | None) -> None:
        if word != "u":
            self._flush()
        if word in SIGNS:
            self._put(SIGNS[word])
        elif word == "u" and number is not None:
            self._unicode(number % 65536)
        elif word in _ACTIONS:
            _ACTIONS[word](self, number)
        elif word in FURNITURE:
            self._group.into = "furniture"
        elif word in SKIPPED:
            self.pictures += word == "pict" and self._group.into != "skipped"
            self._group.into = "skipped"
        elif self._group.starred and word not in KEPT_STARRED:
            self._group.into = "skipped"

    def _sign(self, sign: str) -> None:
        if sign == "*":
            self._group.starred = True
        elif sign in SIGNS:
            self._letters.plain(sign) if sign in "{}\\" else self._sign_text(sign)

    def _sign_text(self, sign: str) -> None:
        self._flush()
        if sign in "\r\n":
            self._end_paragraph()
        else:
            self._put(SIGNS[sign])

    def _flush(self) -> None:
        self._put(self._letters.taken(self._group.font))

    def _unicode(self, code: int) -> None:
        self._flush()
        self._put(self._letters.unicode(code, self._group.skip))

    def _put(self, text: str) -> None:
        into = self._group.into
        if self._group.hidden and into == "body":
            self.hidden += 1
        elif into != "skipped" and text:
            self._texts.setdefault(into, []).append(text)

    def _end_paragraph(self) -> None:
        self._flush()
        if self._group.into != "body":
            self._put("\n")
            return
        text, label = self._taken("body"), " ".join(self._taken("label").split())
        level = self._level or self._styles.get(self._style, 0)
        if self._table:
            self._texts["body"] = [f"{label} {text}".strip(), "\n"] if text else []
        elif text:
            self.paragraphs.append(Paragraph(text, label, level))

    def _taken(self, into: str) -> str:
        return "".join(self._texts.pop(into, ())).strip()

    def _end_cell(self) -> None:
        if self._group.into != "body":
            self._put("\t")
        else:
            label = " ".join(self._taken("label").split())
            self._cells.append(f"{label} {self._taken('body')}".strip())

    def _end_row(self) -> None:
        if self._group.into == "body" and self._cells:
            self.paragraphs.append(Paragraph("", cells=self._cells, heads=self._heads))
            self._cells = []

    def _reset_paragraph(self) -> None:
        # A note inside a heading has its own paragraphs and leaves the heading's alone.
        if self._group.into == "body":
            self._level, self._style, self._table = 0, 0, False

    def _set_font(self, number: int | None) -> None:
        self._group.font = str(number)

    def _set_charset(self, number: int | None) -> None:
        if self._group.into == "fonttbl":
            self._letters.set_charset(self._group.font, number or 0)

    def _set_style(self, number: int | None) -> None:
        if self._group.into in ("body", "stylesheet"):
            self._style = number or 0

    def _set_level(self, number: int | None) -> None:
        level = (number or 0) + 1 if (number or 0) < 9 else 0
        if self._group.into == "stylesheet":
            self._styles[self._style] = level
        elif self._group.into == "body":
            self._level = level

    def _set_skip(self, number: int | None) -> None:
        self._group.skip = min(max(number or 0, 0), 10)

    def _set_hidden(self, number: int | None) -> None:
        self._group.hidden = number != 0

    def _set_date(self, word: str, number: int | None) -> None:
        if self._group.into == "moment":
            self._moment[word] = number or 0
            year, month, day = (self._moment.get(part, 0) for part in ("yr", "mo", "dy"))
            if 1900 <= year < 2200 and 1 <= month <= 12 and 1 <= day <= 31:
                self.date = f"{year}-{month:02d}-{day:02d}"

    def _go_into(self, into: str) -> None:
        if self._group.into != "skipped":
            self._group.into = into

    def _begin_moment(self) -> None:
        self._moment = {}
        self._group.into = "moment"


Action = Callable[[Parser, "int | None"], None]


def _into(name: str) -> Action:
    return lambda parser, _: parser._go_into(name)


def _part_of_date(word: str) -> Action:
    return lambda parser, number: parser._set_date(word, number)


def _set_table(parser: Parser, _: int | None) -> None:
    parser._table = parser._table or parser._group.into == "body"


def _heads(value: bool) -> Action:
    return lambda parser, _: setattr(parser, "_heads", value)


_DESTINATIONS = ("fonttbl", "stylesheet", "info", "title", "author", "footnote", "annotation")
_ACTIONS: dict[str, Action] = {
    "par": lambda parser, _: parser._end_paragraph(),
    "sect": lambda parser, _: parser._end_paragraph(),
    "page": lambda parser, _: parser._end_paragraph(),
    "cell": lambda parser, _: parser._end_cell(),
    "nestcell": lambda parser, _: parser._end_cell(),
    "row": lambda parser, _: parser._end_row(),
    "nestrow": lambda parser, _: parser._end_row(),
    "pard": lambda parser, _: parser._reset_paragraph(),
    "plain": lambda parser, _: parser._set_hidden(0),
    "intbl": _set_table,
    "trowd": _heads(False),
    "trhdr": _heads(True),
    "ansicpg": lambda parser, number: parser._letters.set_encoding(number or 0),
    "mac": lambda parser, _: parser._letters.set_encoding(10000),
    "pc": lambda parser, _: parser._letters.set_encoding(437),
    "f": Parser._set_font,
    "fcharset": Parser._set_charset,
    "s": Parser._set_style,
    "outlinelevel": Parser._set_level,
    "uc": Parser._set_skip,
    "v": Parser._set_hidden,
    "deleted": Parser._set_hidden,
    **{name: _into(name) for name in _DESTINATIONS},
    "listtext": _into("label"),
    "pntext": _into("label"),
    "creatim": lambda parser, _: parser._begin_moment(),
    "revtim": lambda parser, _: parser._begin_moment(),
    **{part: _part_of_date(part) for part in ("yr", "mo", "dy")},
}
