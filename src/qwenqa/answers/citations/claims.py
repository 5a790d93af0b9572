"""Citations: made from passages, checked against texts, written and read as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from qwenqa.errors import CitationError
from qwenqa.types import (
    Citation,
    LineMap,
    Passage,
    Place,
    Span,
    Verification,
    sha256_text,
)

CELLS = re.compile(r"([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?")
_DIGEST = re.compile("[0-9a-f]{64}")
_ITEM_NUMBER = re.compile(r"^(\s*\d+)\.")


def cite(passage: Passage, span: Span | None = None) -> Citation:
    """The citation of a passage, or of a span inside it (offsets of the document).

    Raises CitationError when the span is empty or reaches out of the passage.
    """
    start, end = span or (passage.start, passage.end)
    if not passage.start <= start < end <= passage.end:
        raise CitationError(f"Span {start}-{end} is not inside {passage.start}-{passage.end}.")
    inside = Span(start - passage.start, end - passage.start)
    quote = passage.text[slice(*inside)]
    first, last = LineMap(passage.text).lines(*inside)
    before = passage.lines[0] - 1
    places = tuple(place for place in passage.places if place.start < end and start < place.end)
    return Citation(
        address=passage.source.address,
        source_sha256=passage.source.sha256,
        reader=passage.reader.name,
        reader_version=passage.reader.version,
        start=start,
        end=end,
        lines=(before + first, before + last),
        pages=pages(places),
        places=places,
        headings=passage.headings,
        quote=quote,
        quote_sha256=sha256_text(quote),
    )


def pages(places: Iterable[Place]) -> tuple[int, int] | None:
    """First and last page among the places, or None without pages."""
    numbers = [place.number for place in places if place.kind == "page"]
    return (min(numbers), max(numbers)) if numbers else None


def verify(citation: Citation, text: str | None, source_sha256: str = "") -> Verification:
    """Check a citation against the canonical text of its source as it is now.

    ``text`` is None when the source is gone; ``source_sha256`` is of the
    bytes the text was read from.
    """
    if text is not None:
        here = text[citation.start : citation.end]
        if good := stands(citation, here, source_sha256):
            return good
    if not _whole(citation):
        return Verification("missing", "The quote is not the one that was cited: it was altered.")
    if text is None:
        return Verification("missing", f"{citation.address} is no longer in the corpus.")
    changed = source_sha256 != citation.source_sha256
    elsewhere = _nearest(text, citation.quote, citation.start)
    if elsewhere is not None:
        lines = lines_label(LineMap(text).lines(*elsewhere))
        return Verification("moved", f"The quote now stands at {lines}.", changed, elsewhere)
    if changed:
        detail = f"{citation.address} has changed since, and the quote is gone from it."
        return Verification("changed", detail, source_changed=True)
    return Verification("missing", f"{citation.address} never held this quote.")


def stands(citation: Citation, here: str, source_sha256: str) -> Verification | None:
    """That the quote is what stands at its span now, which is ``here``; None where it is not."""
    if here != citation.quote or not _whole(citation):
        return None
    changed = source_sha256 != citation.source_sha256
    since = " The file has changed since, but not here." if changed else ""
    span = Span(citation.start, citation.end)
    return Verification("exact", f"The quote stands where it says.{since}", changed, span)


def _whole(citation: Citation) -> bool:
    """Whether there is a quote, and it is the one whose SHA-256 was taken."""
    return bool(citation.quote) and sha256_text(citation.quote) == citation.quote_sha256


def unreadable(citation: Citation, why: str, source_sha256: str = "") -> Verification:
    """The verification of a citation whose source is there and gives no text now.

    ``source_sha256`` is of its bytes, empty where these cannot be had.
    """
    changed = source_sha256 not in ("", citation.source_sha256)
    since = " It has changed since it was cited." if changed else ""
    detail = f"{citation.address} cannot be checked now: {why.rstrip('.')}.{since}"
    return Verification("unreadable", detail, changed)


def _nearest(text: str, quote: str, start: int) -> Span | None:
    """The occurrence of the quote that begins nearest to a position."""
    before = text.rfind(quote, 0, start + len(quote))
    after = text.find(quote, start)
    starts = [at for at in (before, after) if at >= 0]
    at = min(starts, key=lambda at_start: abs(at_start - start), default=None)
    return None if at is None else Span(at, at + len(quote))


def lines_label(lines: tuple[int, int]) -> str:
    """Lines as people write them: "line 4", "lines 4-6"."""
    first, last = lines
    return f"line {first}" if first == last else f"lines {first}-{last}"


def pages_label(places: Iterable[Place]) -> str:
    """Pages with the source's own labels where they differ: "page 3 (iii)", or empty."""
    named = [place for place in places if place.kind == "page"]
    if not named:
        return ""
    labels = [
        f"{page.number} ({page.label})"
        if page.label not in ("", str(page.number))
        else str(page.number)
        for page in (named[0], named[-1])
    ]
    return f"page {labels[0]}" if len(named) == 1 else f"pages {labels[0]}-{labels[1]}"


def place_label(citation: Citation) -> str:
    """Where the quote stands, in the source's own terms: pages, slides, cells, or lines."""
    named = pages_label(citation.places)
    parts = [f"crosses {named}" if named.startswith("pages") else named]
    for kind in ("slide", "sheet", "cells", "chapter", "part", "time"):
        same = [_place_name(place) for place in citation.places if place.kind == kind]
        if same:
            ends = list(dict.fromkeys((same[0], same[-1])))
            several = len(ends) > 1 and kind not in ("cells", "time")
            one_sheet = kind == "cells" and sum(p.kind == "sheet" for p in citation.places) < 2
            joined = (_range(same) if one_sheet else "") or " to ".join(ends)
            parts.append(f"{kind}{'s' if several else ''} {joined}")
    return ", ".join(filter(None, parts)) or lines_label(citation.lines)


def _range(cells: list[str]) -> str:
    """The range that holds all cells ("A2:D7"), or empty where a label is no such range."""
    matches = [match for cell in cells if (match := CELLS.fullmatch(cell))]
    if len(matches) < len(cells):
        return ""
    corners = [(one[at], int(one[at + 1])) for one in matches for at in (1, 3) if one[at]]
    columns = sorted({column for column, _ in corners}, key=lambda one: (len(one), one))
    rows = [row for _, row in corners]
    first, last = f"{columns[0]}{min(rows)}", f"{columns[-1]}{max(rows)}"
    return first if first == last else f"{first}:{last}"


def _place_name(place: Place) -> str:
    """A place by number and title where it has both ("3 “Results”"), else by what it has."""
    label = " ".join(place.label.split())
    if place.kind in ("slide", "chapter") and label not in ("", str(place.number)):
        return f"{place.number} “{label}”"
    return label or str(place.number)


def citation_text(citation: Citation) -> str:
    """A citation on one line, quote first, for pasting into plain text."""
    quote = " ".join(citation.quote.split())
    return (
        f"“{quote}” ({citation.address}, {place_label(citation)}, characters "
        f"{citation.start}-{citation.end}; SHA-256 of the file {citation.source_sha256})"
    )


def citation_markdown(citation: Citation) -> str:
    """A citation as a Markdown block quote with its source below."""
    quote = _quoted("\n".join(map(_plain, citation.quote.splitlines())))
    return (
        f"{quote}\n>\n> — {_plain(citation.address)}, {_plain(place_label(citation))}, characters "
        f"{citation.start}-{citation.end}, SHA-256 `{citation.source_sha256}`"
    )


def _plain(text: str) -> str:
    """Text that Markdown shows as it is: its marks escaped, on one line."""
    one_line = " ".join(text.splitlines())
    escaped = (
        f"\\{character}" if character in "\\`*_{}[]()<>#+-!|~&$=" else character
        for character in one_line
    )
    return _ITEM_NUMBER.sub(r"\1\\.", "".join(escaped))


def _quoted(plain: str) -> str:
    """Plain lines as a block quote; an indented one would be shown as code."""
    return "\n".join(f"> {line.lstrip()}" for line in plain.splitlines())


def citation_json(citation: Citation) -> str:
    """A citation as JSON, from which ``citation_from_json`` makes an equal one."""
    return msgspec.json.format(msgspec.json.encode(citation), indent=2).decode()


def citation_from_json(data: str | bytes) -> Citation:
    """The citation that JSON holds; raises CitationError when it holds none or is impossible."""
    try:
        citation = msgspec.json.decode(data, type=Citation)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise CitationError(
            f"This is not a citation in JSON ({error}). Copy it whole, as it was given."
        ) from error
    return checked_citation(citation)


def checked_citation(citation: Citation) -> Citation:
    """The citation; raises CitationError when it names a span or a SHA-256 that cannot be."""
    if not 0 <= citation.start < citation.end:
        raise CitationError(
            f"The citation names the impossible span {citation.start}-{citation.end}. "
            "Copy it again, as it was given."
        )
    if not all(map(_DIGEST.fullmatch, (citation.source_sha256, citation.quote_sha256))):
        raise CitationError(
            "The citation's SHA-256 is not 64 hexadecimal digits. Copy it again, as it was given."
        )
    return citation
