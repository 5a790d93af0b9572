"""What a Markdown file says about itself in YAML between ``---`` lines at its top."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from qwenqa.readers.common.blocks import block
from qwenqa.types import Block
from qwenqa.types.characters import CONTROLS
from qwenqa.types.iso_dates import DATE

_FRONT_MATTER = re.compile(r"---[ \t]*(?:\r\n|\n|\r)")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)
_CHARACTERS = 20_000
_NOT_LINE_END = re.compile(r"[^\r\n]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*\Z")
# Flow collections nest; so many are hostile, and slow to find so.
_BRACKETS = 200
_LARGEST_NUMBER = 10**15
# What constructing hostile scalars ("!!int", "!!timestamp x") raises besides YAML's own errors.
_YAML_ERRORS = (
    yaml.YAMLError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    TypeError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The front matter up to the offset ``end`` (0: there is none), and what it says."""

    end: int = 0
    title: str = ""
    author: str = ""
    date: str = ""
    language: str = ""

    def without(self, text: str) -> str:
        """The text with spaces in place of the front matter, so that offsets and lines stay."""
        return _NOT_LINE_END.sub(" ", text[: self.end]) + text[self.end :]

    def blocks(self, text: str) -> list[Block]:
        """The front matter as a block of code: it can be found and is no prose."""
        code = block(text, 0, self.end, "code")
        return [code] if code else []


def front_matter(text: str) -> FrontMatter:
    """The front matter of a text; one that is not valid YAML says nothing."""
    opening = _FRONT_MATTER.match(text)
    end = _END.search(text, opening.end(), opening.end() + _CHARACTERS) if opening else None
    if opening is None or end is None:
        return FrontMatter()
    said = _mapping(text[opening.end() : end.start()])
    if said is None:
        return FrontMatter()
    return FrontMatter(
        end.end(),
        title=_words(said.get("title")),
        author=_words(said.get("author", said.get("authors"))),
        date=_date(said.get("date")),
        language=_language(said.get("lang", said.get("language"))),
    )


def _mapping(source: str) -> dict[str, Any] | None:
    """The keys in lower case and their values; empty for bad YAML, None for what is no mapping."""
    if source.count("[") + source.count("{") > _BRACKETS:
        return {}
    try:
        loaded = yaml.safe_load(source)
    except _YAML_ERRORS:
        return {}
    if not isinstance(loaded, dict):
        return None
    return {key.lower(): value for key, value in loaded.items() if isinstance(key, str)}


def _words(value: object) -> str:
    """A scalar as one line; of a list (of names, or of mappings with a name) all, with commas."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_name, value[:100])))
    return _name(value)


def _name(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, int) and abs(value) > _LARGEST_NUMBER:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, date)):
        return ""
    return CONTROLS.sub("\ufffd", " ".join(str(value).split()))


def _date(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    match = re.match(DATE, _name(value))
    return match[0] if match else ""


def _language(value: object) -> str:
    match = isinstance(value, str) and _LANGUAGE.match(value)
    return value.replace("_", "-") if match and isinstance(value, str) else ""
