"""Word's styles and list numbers: which paragraph is a heading, and what stands before it."""

from __future__ import annotations

import re
from typing import NamedTuple

from qwenqa.readers.common.archive import Element
from qwenqa.readers.common.list_numbers import FORMATS, decimal
from qwenqa.readers.office.ooxml import attribute, child, local, whole

_HEADING = re.compile(r"heading (\d)$")
_BODY_LEVEL = 9


class ParagraphStyle(NamedTuple):
    """A paragraph style: its English name, what it is based on, and its properties."""

    name: str
    based_on: str
    properties: Element | None


class Level(NamedTuple):
    """One level of a list: where it starts, its kind of number, and the pattern, "%1.%2"."""

    start: int
    form: str
    pattern: str
    style: str


class Styles:
    """The paragraph styles by id, with what they inherit."""

    def __init__(self, root: Element | None) -> None:
        """Read ``word/styles.xml``, or nothing when there is none."""
        styles = [each for each in (root if root is not None else ()) if local(each) == "style"]
        self._styles = {
            attribute(each, "styleId"): ParagraphStyle(
                _value(each, "name").lower(), _value(each, "basedOn"), child(each, "pPr")
            )
            for each in styles
        }

    def chain(self, style: str) -> list[tuple[str, ParagraphStyle]]:
        """A style and those that it is based on, nearest first; loops end."""
        chain: list[tuple[str, ParagraphStyle]] = []
        while style in self._styles and len(chain) < 20:
            chain.append((style, self._styles[style]))
            style = self._styles[style].based_on
        return chain

    def name(self, paragraph: Element) -> str:
        """The English name of a paragraph's style in lower case."""
        style = self._styles.get(_style_of(paragraph))
        return style.name if style else ""

    def heading_level(self, paragraph: Element) -> int:
        """Depth of a heading from one, or 0 for other paragraphs."""
        own = child(paragraph, "pPr", "outlineLvl")
        if own is not None:
            return _outline_level(own)
        for _, style in self.chain(_style_of(paragraph)):
            outline = child(style.properties, "outlineLvl")
            if outline is not None:
                return _outline_level(outline)
            if style.name == "title":
                return 1
            if match := _HEADING.match(style.name):
                return int(match.group(1))
        return 0

    def list_of(self, paragraph: Element) -> tuple[str, int | None, str]:
        """Number of the list, level (None: see the style), and the style that says so."""
        style = _style_of(paragraph)
        own = child(paragraph, "pPr", "numPr")
        level: int | None = None
        if own is not None:
            level = whole(_value(own, "ilvl"), None)
            if number := _value(own, "numId"):
                return number, level or 0, ""
        for name, each in self.chain(style):
            numbered = child(each.properties, "numPr")
            if numbered is not None and (number := _value(numbered, "numId")):
                stated = whole(_value(numbered, "ilvl"), None)
                return number, stated if level is None else level, name
        return "", None, ""

    def numbered_by(self, style: str) -> str:
        """The list that a list style leads to."""
        return _value(
            child(self._styles.get(style, ParagraphStyle("", "", None)).properties, "numPr"),
            "numId",
        )


class Numbers:
    """Counts the paragraphs of each list and writes the labels that Word draws."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        """Read ``word/numbering.xml``, or nothing when there is none."""
        self._styles = styles
        self._abstract: dict[str, Element] = {}
        self._lists: dict[str, Element] = {}
        for each in root if root is not None else ():
            if local(each) == "abstractNum":
                self._abstract[attribute(each, "abstractNumId")] = each
            elif local(each) == "num":
                self._lists[attribute(each, "numId")] = each
        self._levels: dict[str, tuple[str, dict[int, Level]]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()

    def label(self, paragraph: Element) -> str | None:
        """Write "2.1" or "•" before a paragraph of a list; None for a paragraph of no list."""
        number, at, style = self._styles.list_of(paragraph)
        if number not in self._lists:
            return None
        family, levels = self._levels_of(number)
        if at is None:
            at = next((each for each in levels if levels[each].style == style), 0)
        if at not in levels:
            return None
        return self._counted(number, family, levels, at)

    def _counted(self, number: str, family: str, levels: dict[int, Level], at: int) -> str:
        counts = self._counts.setdefault(family, {})
        for deeper in [each for each in counts if each > at]:
            del counts[deeper]
        override = self._override(number, at)
        if override is not None and (number, at) not in self._started:
            counts[at] = override
        else:
            counts[at] = counts.get(at, levels[at].start - 1) + 1
        self._started.add((number, at))
        return _drawn(levels, counts, at)

    def _levels_of(self, number: str, hops: int = 0) -> tuple[str, dict[int, Level]]:
        """The family whose counts a list shares, and its levels; style links are followed."""
        if number in self._levels:
            return self._levels[number]
        family = _value(self._lists.get(number), "abstractNumId")
        abstract = self._abstract.get(family)
        levels = _levels(abstract)
        link = _value(abstract, "numStyleLink")
        if not levels and link and hops < 5:
            family, levels = self._levels_of(self._styles.numbered_by(link), hops + 1)
        self._levels[number] = family, levels
        return family, levels

    def _override(self, number: str, at: int) -> int | None:
        for each in self._lists[number]:
            if local(each) == "lvlOverride" and whole(attribute(each, "ilvl"), None) == at:
                return whole(_value(each, "startOverride"), None)
        return None


def _levels(abstract: Element | None) -> dict[int, Level]:
    return {
        whole(attribute(each, "ilvl"), 0): Level(
            whole(_value(each, "start"), 0),
            _value(each, "numFmt") or "decimal",
            _value(each, "lvlText"),
            _value(each, "pStyle"),
        )
        for each in (abstract if abstract is not None else ())
        if local(each) == "lvl"
    }


def _drawn(levels: dict[int, Level], counts: dict[int, int], at: int) -> str:
    level = levels[at]
    if level.form == "bullet":
        return "•" if level.pattern else ""

    def written(match: re.Match[str]) -> str:
        each = int(match.group(1)) - 1
        form = levels[each].form if each in levels else "decimal"
        return FORMATS.get(form, decimal)(
            counts.get(each, levels[each].start if each in levels else 1)
        )

    return re.sub(r"%([1-9])", written, level.pattern).strip()


def _outline_level(element: Element) -> int:
    level = whole(attribute(element, "val"), _BODY_LEVEL)
    return level + 1 if level < _BODY_LEVEL else 0


def _style_of(paragraph: Element) -> str:
    return _value(child(paragraph, "pPr"), "pStyle")


def _value(element: Element | None, name: str) -> str:
    """The ``val`` of a child element; empty when either is absent."""
    inner = child(element, name)
    return "" if inner is None else attribute(inner, "val")
