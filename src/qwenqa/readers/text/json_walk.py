"""The way through a JSON text that notes where its records and members end.

Values are decoded by the standard library; only containers too long for one block are entered.
"""

from __future__ import annotations

import re
from json import JSONDecodeError, JSONDecoder
from typing import Any, NamedTuple

from qwenqa.types.characters import CONTROLS

# A value up to this length is one block; a longer one is looked into, so many levels deep.
LONG_CHARACTERS, _LEVELS = 1_000, 8
# With more lines than this that hold no value, it is another format.
_DAMAGED_SHARE, _DAMAGED_LINES = 0.1, 100
_NAMING_KEYS = ("title", "name", "headline", "subject", "id")
_NAME_CHARACTERS = 120
_SPACE = re.compile(r"[ \t\r\n]*")
_LINE = re.compile(r"[^\r\n]*")

# Numbers stay text: their size has no limit here, and their value does not matter.
_decode = JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, strict=False).raw_decode


class Where(NamedTuple):
    """Where a container stands: the keys to it, and its record (from one; 0 outside of any)."""

    path: str = ""
    record: int = 0
    label: str = ""
    name: str = ""
    level: int = 0

    @property
    def context(self) -> str:
        """What its members are told."""
        return ", ".join(filter(None, (self.name, self.path)))


class Leaf(NamedTuple):
    """A stretch of the text that ends at ``end`` and begins where the one before it ends.

    The bare values of one array share a ``group``, its offset, and are joined. ``raw`` is a line
    that holds no value, whose backslashes mean nothing.
    """

    end: int
    where: Where
    prose: bool = False
    group: int = -1
    raw: bool = False


class JsonWalk:
    """One way through a text; raises JSONDecodeError when it is no JSON."""

    def __init__(self, text: str) -> None:
        """Walk through all of the text's values."""
        self.text = text
        self.leaves: list[Leaf] = []
        self.title = ""
        self.damaged: list[int] = []
        self._records = 0
        at = self._space(0)
        if text.startswith(("{", "["), at) and not self._one_a_line(at):
            at = self._space(self._container(at, Where()))
        while at < len(text):
            at = self._space(self._record(at))
        if self.leaves:
            self.leaves[-1] = self.leaves[-1]._replace(end=len(text))
        if len(self.damaged) > _DAMAGED_SHARE * self._records:
            raise JSONDecodeError("Too many lines hold no value", text, self.damaged[0])

    def _one_a_line(self, at: int) -> bool:
        """Whether there is one record a line: the first value ends on its line, and more follow."""
        try:
            _, end = _decode(self.text, at)
        except JSONDecodeError:
            return False
        return "\n" not in self.text[at:end] and self._space(end) < len(self.text)

    def _record(self, at: int) -> int:
        """One of several values, or the rest of a damaged line among them; the offset after."""
        where = self._next_record("", self._records + 1)
        try:
            return self._value(at, where, where._replace(label=""))
        except JSONDecodeError:
            match = _LINE.match(self.text, at)
            end = match.end() if match else len(self.text)
            self.damaged.append(at)
            if len(self.damaged) > min(_DAMAGED_LINES, 1 + _DAMAGED_SHARE * self._records):
                raise
            self.leaves.append(Leaf(end, where, raw=True))
            return end

    def _next_record(self, path: str, number: int) -> Where:
        self._records += 1
        label = f"{path}, record {number}" if path else f"record {number}"
        return Where("", self._records, label, label)

    def _container(self, at: int, where: Where) -> int:
        """The members of an object or array; the offset after its closing bracket."""
        array, group = self.text[at] == "[", at
        closing = "]" if array else "}"
        at, number = self._space(at + 1), 0
        while not self.text.startswith(closing, at):
            number += 1
            key, at = ("", at) if array else self._key(at)
            if array and not where.record and self.text.startswith(("{", "["), at):
                at = self._value(at, self._next_record(where.path, number), where)
            else:
                if key == "title" and where == Where() and self.text.startswith('"', at):
                    self.title = _short(_decode(self.text, at)[0])
                path = ".".join(filter(None, (where.path, key)))
                inner = where._replace(path=path, level=where.level + 1)
                at = self._value(at, inner, where, group if array else -1)
            at = self._separator(at, closing)
        self._extend(at + 1)
        return at + 1

    def _value(self, at: int, where: Where, outside: Where, group: int = -1) -> int:
        """A value as a leaf, or entered when it is a long container; the offset after it."""
        value, end = _decode(self.text, at)
        long = end - at > LONG_CHARACTERS
        if long and value and isinstance(value, (dict, list)) and where.level < _LEVELS:
            return self._container(at, _named(where, value))
        inner = outside._replace(record=where.record, label=where.label)
        self._leaf(Leaf(end, inner, prose=long and isinstance(value, str), group=group))
        return end

    def _leaf(self, leaf: Leaf) -> None:
        """Note a leaf, joined with the one before where both are bare values of one array."""
        last = self.leaves[-1] if self.leaves else None
        start = self.leaves[-2].end if len(self.leaves) > 1 else 0
        if last and last.group == leaf.group >= 0 and leaf.end - start <= LONG_CHARACTERS:
            self.leaves[-1] = leaf
        else:
            self.leaves.append(leaf)

    def _extend(self, end: int) -> None:
        """Let the last leaf take a closing bracket or a comma in, so that none stands alone."""
        if self.leaves:
            self.leaves[-1] = self.leaves[-1]._replace(end=end)

    def _separator(self, at: int, closing: str) -> int:
        """The offset of what follows a member: past its comma, or of the closing bracket."""
        at = self._space(at)
        if self.text.startswith(closing, at):
            return at
        self._expect(",", at)
        self._extend(at + 1)
        following = self._space(at + 1)
        if self.text.startswith(closing, following):
            raise JSONDecodeError("Comma before a closing bracket", self.text, at)
        return following

    def _key(self, at: int) -> tuple[str, int]:
        """A member's key and the offset of its value."""
        self._expect('"', at)
        key, end = _decode(self.text, at)
        at = self._space(end)
        self._expect(":", at)
        return _usable(key), self._space(at + 1)

    def _expect(self, character: str, at: int) -> None:
        if not self.text.startswith(character, at):
            raise JSONDecodeError(f"Expected {character}", self.text, at)

    def _space(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return match.end() if match else at


def _named(where: Where, value: dict[str, Any] | list[Any]) -> Where:
    """The same place, with its record's own title or name when it has one."""
    if where.path or not where.label or not isinstance(value, dict):
        return where
    names = (_short(value.get(key)) for key in _NAMING_KEYS)
    name = next(filter(None, names), "")
    return where._replace(name=f"{where.label}: {name}" if name else where.label)


def _short(value: Any) -> str:
    fits = isinstance(value, str) and len(value) <= _NAME_CHARACTERS
    return _usable(value) if fits else ""


def _usable(words: str) -> str:
    """Words on one line; escapes may stand for characters that no text can hold."""
    return CONTROLS.sub("\ufffd", " ".join(words.split()))[:_NAME_CHARACTERS]
