"""Citations in the forms that reference managers read: BibTeX and CSL-JSON.

What comes from documents is foreign here too: no quote and no file name can end its field, begin an
entry of its own, run a command of TeX, or set another variable of a citation processor.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import Any, Literal, get_args

import msgspec

from qwenqa.answers.citations.claims import (
    citation_markdown,
    citation_text,
    pages_label,
    place_label,
)
from qwenqa.types import Citation, CitedHit
from qwenqa.types.characters import STEERING

Form = Literal["text", "markdown", "json", "bibtex", "csl"]
FORMS: tuple[Form, ...] = get_args(Form)
"""The forms in which citations can be taken along."""

# BibTeX counts braces wherever they stand, escaped ones too: none is left in foreign text.
_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{one: f"\\{one}" for one in "%#&_$"},
}
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?!\d)")
_NO_KEY = re.compile("[^a-z0-9]+")
_KEY_CHARACTERS = 40


def citation_bibtex(citation: Citation, title: str = "", date: str = "") -> str:
    """A citation as one BibTeX entry (``@misc``), in UTF-8.

    ``title`` is the document's own, else the file's name stands; ``date`` is that of the source
    (ISO 8601), where it is known. The quote is the field ``annote``.
    """
    year = _date_parts(date)[:1]
    fields = {
        # In braces of its own: styles would put it into lower case.
        "title": f"{{{_tex(_title(citation, title))}}}",
        **({"year": f"{year[0]:04d}"} if year else {}),
        "note": _tex(_told(citation, date)),
        "annote": _tex(citation.quote),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@misc{{{_key(citation)},", *lines, "}"]) + "\n"


def citation_csl(citation: Citation, title: str = "", date: str = "") -> str:
    """A citation as CSL-JSON, the list of one item that citation processors and Zotero read.

    ``title`` is the document's own, else the file's name stands; ``date`` is that of the source
    (ISO 8601), where it is known. The quote is the variable ``annote``, and ``custom`` holds the
    file's path and SHA-256, the span, and the quote's SHA-256.
    """
    return _json([_csl_item(citation, title, date)])


def citations(hits: Iterable[CitedHit], form: Form, date_of: Callable[[str], str]) -> str:
    """The citations of hits in one form, with line end; those that do not verify are left out.

    ``date_of`` gives a source's date by its address, empty where it says none.
    """
    good = [hit for hit in hits if hit.verification.good]
    cited = [one.citation for one in good]
    parts = [(one.citation, one.hit.passage.title, date_of(one.citation.address)) for one in good]
    if form == "bibtex":
        return "\n".join(citation_bibtex(*one) for one in parts)
    if form == "csl":
        return _json([_csl_item(*one) for one in parts])
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(cited), indent=2).decode() + "\n"
    write, gap = (citation_text, "\n") if form == "text" else (citation_markdown, "\n\n")
    return gap.join(map(write, cited)) + "\n" if cited else ""


def _csl_item(citation: Citation, title: str, date: str) -> dict[str, Any]:
    parts = _date_parts(date)
    # Processors read variables out of braces in a note: {:DOI: 10.1/x}.
    note = _told(citation, date).translate(str.maketrans("{}", "()"))
    return {
        "id": _key(citation),
        "type": "document",
        "title": _title(citation, title),
        **({"issued": {"date-parts": [list(parts)]}} if parts else {}),
        **({"page": _pages(citation)} if citation.pages else {}),
        "locator": _line(place_label(citation)),
        "note": note,
        "annote": citation.quote,
        "custom": {
            "path": citation.address,
            "sha256": citation.source_sha256,
            "characters": [citation.start, citation.end],
            "quote-sha256": citation.quote_sha256,
        },
    }


def _told(citation: Citation, date: str) -> str:
    """Where the quote stands and what tells the file, on one line."""
    dated = f", dated {_line(date)}" if _date_parts(date) else ""
    return (
        f"File {_line(citation.address)}{dated}, {_line(place_label(citation))}, characters "
        f"{citation.start}-{citation.end}; SHA-256 of the file {citation.source_sha256}"
    )


def _title(citation: Citation, title: str) -> str:
    return _line(title) or _line(PurePosixPath(citation.address).name) or "Untitled"


def _pages(citation: Citation) -> str:
    return re.sub("^pages? ", "", pages_label(citation.places))


def _key(citation: Citation) -> str:
    """A key of ASCII letters: the file's name, and what tells this span of these bytes apart."""
    name = unicodedata.normalize("NFKD", PurePosixPath(citation.address).stem)
    stem = _NO_KEY.sub("-", name.lower())[:_KEY_CHARACTERS].strip("-") or "source"
    span = (citation.address, citation.source_sha256, citation.start, citation.end)
    return f"{stem}-{hashlib.sha256(repr(span).encode()).hexdigest()[:8]}"


def _date_parts(date: str) -> tuple[int, ...]:
    """Year, month and day of an ISO 8601 date, as far as it names them; empty for none."""
    match = _DATE.match(date)
    return tuple(int(group) for group in match.groups() if group) if match else ()


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in _line(text))


def _line(text: str) -> str:
    """Text on one line, its control characters replaced."""
    return STEERING.sub("\ufffd", " ".join(text.split()))


def _json(items: list[dict[str, Any]]) -> str:
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"
