"""What a page says about itself: title, author, date, language, and whether it is an article."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lxml import etree

from qwenqa.readers.common.draft import Properties

Element = etree._Element

_TITLES = ("og:title", "citation_title", "dc.title", "twitter:title")
_AUTHORS = ("author", "article:author", "citation_author", "dc.creator", "parsely-author")
_DATES = """
    article:published_time citation_publication_date datepublished date dc.date dc.date.issued
    pubdate publish-date parsely-pub-date sailthru.date
"""
_DATE = re.compile(
    r"(\d{4})[-/](\d\d)[-/](\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?)?"
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_ARTICLE = re.compile(r"(?:Article|BlogPosting|Report)$")
_MAX_DATA_CHARACTERS = 1_000_000
_MAX_DATA_NODES = 2_000
_MAX_FIELD_CHARACTERS = 500


class Metadata(NamedTuple):
    """The document's properties, and whether the page calls itself an article."""

    properties: Properties
    article: bool


def metadata_of(root: Element) -> Metadata:
    """What the page's head and structured data say; empty where they say nothing."""
    named = _named(root)
    data = list(_structured(root))
    about = [each for each in data if _is_article_type(each.get("@type"))]
    title = _first(named, _TITLES) or _field(about, "headline") or _text(root.find(".//{*}title"))
    properties = Properties(
        title=_line(title),
        author=_line(_author(named, about)),
        date=_date(named, about),
        language=_language(root, named),
    )
    return Metadata(properties, bool(about) or _is_marked(named, root))


def _is_marked(named: dict[str, list[str]], root: Element) -> bool:
    types = (each.get("itemtype") or "" for each in root.iter() if each.get("itemtype"))
    named_so = "article:published_time" in named or "article" in named.get("og:type", ())
    return named_so or any(map(_ARTICLE.search, types))


def _named(root: Element) -> dict[str, list[str]]:
    """Contents of the meta elements by their name, and of elements marked with a date."""
    named: dict[str, list[str]] = {}
    for each in root.iter("{*}meta", "{*}time"):
        name = next(filter(None, map(each.get, ("property", "name", "itemprop", "http-equiv"))), "")
        content = each.get("content") or each.get("datetime") or ""
        if name and content.strip():
            named.setdefault(name.strip().lower(), []).append(content.strip())
    return named


def _first(named: dict[str, list[str]], names: tuple[str, ...] | list[str]) -> str:
    return next((named[name][0] for name in names if name in named), "")


def _structured(root: Element) -> Iterator[dict[str, Any]]:
    """The objects of the page's JSON-LD, at any depth, up to a bound."""
    left = _MAX_DATA_NODES
    for script in root.iter("{*}script"):
        text = script.text or ""
        if "ld+json" not in (script.get("type") or "") or len(text) > _MAX_DATA_CHARACTERS:
            continue
        try:
            waiting = [json.loads(text, strict=False)]
        except (ValueError, RecursionError):
            continue  # structured data with mistakes is common, and the page stands without
        while waiting and left:
            left -= 1
            node = waiting.pop(0)
            if isinstance(node, dict):
                yield node
                waiting += [value for value in node.values() if isinstance(value, dict | list)]
            elif isinstance(node, list):
                waiting += node


def _is_article_type(said: object) -> bool:
    types = said if isinstance(said, list) else [said]
    return any(isinstance(each, str) and _ARTICLE.search(each) is not None for each in types)


def _field(data: list[dict[str, Any]], name: str) -> str:
    return next((each[name] for each in data if isinstance(each.get(name), str)), "")


def _author(named: dict[str, list[str]], about: list[dict[str, Any]]) -> str:
    for each in about:
        people = each.get("author")
        people = people if isinstance(people, list) else [people]
        names = [person.get("name") if isinstance(person, dict) else person for person in people]
        if said := ", ".join(str(name).strip() for name in names if _is_name(name)):
            return said
    for name in _AUTHORS:
        if said := ", ".join(author for author in named.get(name, ()) if _is_name(author)):
            return said
    return ""


def _is_name(said: object) -> bool:
    return isinstance(said, str) and bool(said.strip()) and "://" not in said


def _date(named: dict[str, list[str]], about: list[dict[str, Any]]) -> str:
    said = [_field(about, "datePublished"), *(_first(named, [name]) for name in _DATES.split())]
    return next(filter(None, map(iso_of, said)), "")


def iso_of(said: str) -> str:
    """A date as ISO 8601 when it is written in figures from the year down, else empty."""
    match = _DATE.match(said.strip())
    if match is None:
        return ""
    year, month, day, time, zone = match.groups()
    zone = f"{zone[:3]}:{zone[-2:]}" if zone and zone != "Z" else zone or ""
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return ""
    return f"{year}-{month}-{day}" + (f"T{time}{zone}" if time else "")


def _language(root: Element, named: dict[str, list[str]]) -> str:
    xml_lang = root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang")
    said = root.get("lang") or xml_lang or _first(named, ("content-language", "og:locale"))
    match = _LANGUAGE.fullmatch(said.strip()) if said else None
    return match.group().replace("_", "-") if match else ""


def _text(element: Element | None) -> str:
    return "" if element is None else "".join(map(str, element.itertext()))


def _line(text: str) -> str:
    return " ".join(text.split())[:_MAX_FIELD_CHARACTERS]
