"""The answer bundle: an answer in one JSON file that is checked wherever its documents are.

It is a page of W3C Web Annotations (https://www.w3.org/TR/annotation-model/), one for each hit,
with the citation that checks it, and the answer as Markdown for people. Its SHA-256 shows that it
was changed since; it is no signature, and does not show who wrote it.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from qwenqa.answers.answer import rendering
from qwenqa.answers.citations.claims import checked_citation
from qwenqa.errors import CitationError
from qwenqa.types import AnswerRecord, Citation, CitedHit, Span

KIND = "qwenqa 1"
"""What a bundle says that it is, under the name ``bundle``."""

AROUND = 32
"""Characters before and after a quote that a selector holds."""

ALTERED = "The bundle is not as it was written: its SHA-256 is another."

_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
_PDF_FRAGMENT = "http://tools.ietf.org/rfc/rfc3778"

Around = Callable[[Citation], tuple[str, str]]
"""What stands before and after a citation's quote, as far as it is known."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a bundle holds, as it was read.

    ``flaws`` are sentences that say how it is not as it was written, or contradicts itself.
    """

    question: str
    citations: tuple[Citation, ...]
    markdown: str
    flaws: tuple[str, ...]


def nothing_around(_: Citation) -> tuple[str, str]:
    """For when the documents are not at hand."""
    return "", ""


def bundle(answer: AnswerRecord, around: Around = nothing_around) -> str:
    """An answer as a bundle, the same for equal answers; ends with a line end."""
    asked = answer.asked_with
    content: dict[str, Any] = {
        "@context": _CONTEXT,
        "type": "AnnotationPage",
        "bundle": KIND,
        "question": answer.question,
        "found": answer.found,
        "confidence": answer.confidence,
        "notes": answer.notes,
        "settings": {"within": answer.within, **(msgspec.to_builtins(asked) if asked else {})},
        "generation": answer.generation,
        "model": answer.model,
        "items": [_annotation(answer.question, hit, around) for hit in answer.hits],
        "markdown": rendering.markdown(answer),
    }
    plain = _parsed(msgspec.json.encode(content))
    plain["id"] = _name(plain)
    plain["sha256"] = digest(plain)
    return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of a bundle's content, all but ``sha256`` itself, as 64 hexadecimal digits.

    It is taken of the JSON without white space, names sorted, in UTF-8, whole numbers without
    a fraction, so that it outlasts being written anew.
    """
    signed = {name: value for name, value in content.items() if name != "sha256"}
    return hashlib.sha256(_canonical(signed)).hexdigest()


def read(data: str | bytes) -> Bundle:
    """What a bundle in JSON holds; raises CitationError when it is none or damaged."""
    try:
        content = _parsed(data)
        own = digest(content)
        page = msgspec.convert(content, _AnnotationPage)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors too
        raise CitationError(
            f"This is not a whole bundle of qwenqa ({error}). Copy it again, as it was written."
        ) from error
    if page.bundle != KIND:
        raise CitationError(
            f"The bundle is of the kind {page.bundle[:40]!r}; this qwenqa reads {KIND!r}. "
            "Read it with the qwenqa that wrote it, or a newer one."
        )
    flaws = [] if page.sha256 == own else [ALTERED]
    flaws += [flaw for number, one in enumerate(page.items, 1) for flaw in _flaws(number, one)]
    cited = tuple(checked_citation(item.citation) for item in page.items)
    return Bundle(page.question, cited, page.markdown, tuple(flaws))


@dataclass(frozen=True, slots=True)
class _Selector:
    type: str
    start: int = -1
    end: int = -1
    exact: str = ""


@dataclass(frozen=True, slots=True)
class _Target:
    source: str
    selector: tuple[_Selector, ...]


@dataclass(frozen=True, slots=True)
class _Item:
    target: tuple[_Target, ...]
    citation: Citation


@dataclass(frozen=True, slots=True)
class _AnnotationPage:
    bundle: str
    question: str
    items: tuple[_Item, ...]
    markdown: str
    sha256: str


def _flaws(number: int, item: _Item) -> list[str]:
    """Where an annotation's selectors say something else than its citation."""
    citation = item.citation
    claimed = (
        _Selector("TextPositionSelector", citation.start, citation.end),
        _Selector("TextQuoteSelector", exact=citation.quote),
    )
    target = next((candidate for candidate in item.target), _Target("", ()))
    if target.source == _address(citation) and target.selector[:2] == claimed:
        return []
    return [f"The annotation of passage {number} and its citation contradict each other."]


def _annotation(question: str, cited: CitedHit, around: Around) -> dict[str, Any]:
    """A hit as an annotation: the passage is its first target, its marks are the others."""
    citation = cited.citation
    whole = _target(citation, Span(citation.start, citation.end), around(citation))
    item = {
        "type": "Annotation",
        "motivation": "highlighting",
        "target": [
            whole,
            *(_target(citation, mark, _beside(citation, mark)) for mark in cited.marks),
        ],
        "rank": cited.hit.rank,
        "score": cited.hit.score,
        "title": cited.hit.passage.title,
        "matched": cited.matched,
        "verification": cited.verification,
        "citation": citation,
    }
    plain: dict[str, Any] = msgspec.to_builtins(item)
    return {"id": _name({"question": question, **plain}), **plain}


def _target(citation: Citation, span: Span, around: tuple[str, str]) -> dict[str, Any]:
    """A stretch of a source, by position, by its words, and by page where the source is a PDF."""
    start, end = span
    exact = citation.quote[start - citation.start : end - citation.start]
    beside = {name: text for name, text in zip(("prefix", "suffix"), around, strict=True) if text}
    paged = citation.pages and citation.reader.partition("+")[0] == "pdf"
    return {
        "type": "SpecificResource",
        "source": _address(citation),
        "selector": [
            {"type": "TextPositionSelector", "start": start, "end": end},
            {"type": "TextQuoteSelector", "exact": exact, **beside},
            *([_page_selector(citation, span)] if paged else []),
        ],
    }


def _page_selector(citation: Citation, span: Span) -> dict[str, str]:
    """The page on which a span begins, as PDF viewers open it."""
    pages = [place for place in citation.places if place.kind == "page"]
    at = next((page.number for page in pages if span.end > page.start and span.start < page.end), 1)
    return {"type": "FragmentSelector", "conformsTo": _PDF_FRAGMENT, "value": f"page={at}"}


def _beside(citation: Citation, span: Span) -> tuple[str, str]:
    start, end = span.start - citation.start, span.end - citation.start
    return citation.quote[max(start - AROUND, 0) : start], citation.quote[end : end + AROUND]


def _address(citation: Citation) -> str:
    """The source's address as a relative IRI, below the corpus folder."""
    return quote(citation.address)


def _name(content: dict[str, Any]) -> str:
    """A name that follows from what is named."""
    return uuid.uuid5(uuid.NAMESPACE_URL, hashlib.sha256(_canonical(content)).hexdigest()).urn


def _canonical(content: dict[str, Any]) -> bytes:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def _parsed(data: str | bytes) -> dict[str, Any]:
    """The object that JSON holds; raises ValueError, for a name that stands twice too."""
    parsed = json.loads(
        data, object_pairs_hook=_once, parse_float=_number, parse_constant=_no_number
    )
    if not isinstance(parsed, dict):
        raise ValueError("it is no object")  # noqa: TRY004 - what the data is, not a caller's slip
    return parsed


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) < len(pairs):
        raise ValueError("a name stands in it twice")
    return named


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() else number


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")
