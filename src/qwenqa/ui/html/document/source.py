"""HTML of a document opened at a cited place: its text, or the page as it looks, quote marked."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from qwenqa.answers.citations import claims
from qwenqa.service.open.source_files import View
from qwenqa.types import CitedHit, Span
from qwenqa.ui.html.document.lines import text_html
from qwenqa.ui.html.document.palette import Tints
from qwenqa.ui.html.document.rows import tables
from qwenqa.ui.html.document.state import OpenedDocument, place_of, snapped
from qwenqa.ui.html.text import foreign, isolated
from qwenqa.ui.html.words import say


@dataclass(frozen=True, slots=True)
class DocumentSheet:
    """What is shown as HTML; whether the text goes on before and after; whether it has tables."""

    html: str
    before: bool = False
    after: bool = False
    tabled: bool = False


def page_sheet(document: OpenedDocument, view: View, picture: str, spot: int = 0) -> DocumentSheet:
    """The shown page; ``picture`` is the address of its image, tinted at so many percent of it."""
    elsewhere = document.finds.now is None and document.page != document.cited_page
    note = _note(say("The quote begins on page {}.", document.cited_page)) if elsewhere else ""
    place = Markup('<span class="spot" id="spot-{}"></span>').format(spot) if spot else ""
    html = Markup(
        "{}"
        '<div class="page-head"><p class="page-number">'
        "{}</p>"
        '<button id="zoom"><span class="larger">{}</span>'
        '<span class="fit">{}</span></button></div>'
        '<div class="paper" tabindex="0">{}<img src="{}" alt="{}"></div>'
    ).format(
        note,
        say("Page {} of {}", f"{document.page:,}", f"{document.pages:,}"),
        say("Larger"),
        say("Fit width"),
        place,
        picture,
        document.page,
    )
    return DocumentSheet(_sheet(document, view, html))


def sheet(document: OpenedDocument, view: View, note: Markup | None = None) -> DocumentSheet:
    """The shown stretch: numbered lines and tables; a note, HTML of ours, stands above it."""
    shown = snapped(document.shown, view)
    grids = tables(view, shown)
    text = text_html(view, shown, _tints(document, view), [] if document.plain else grids)
    above = _note(note) if note else ""
    html = _sheet(
        document,
        view,
        Markup('{}<div class="lines" id="lines" tabindex="0">{}</div>').format(above, text),
    )
    return DocumentSheet(html, shown.start > 0, shown.end < len(view.text), bool(grids))


def count(document: OpenedDocument) -> Markup:
    """How many were found, and which of them is shown."""
    finds = document.finds
    if not finds.wanted.strip():
        return Markup()
    if not finds.spans:
        text = say("Nothing found")
    else:
        form = "{} of more than {}" if finds.more else "{} of {}"
        text = say(form, f"{finds.number + 1:,}", f"{len(finds.spans):,}")
    return Markup('<div class="qq"><p class="find-count">{}</p></div>').format(text)


def ahead(pictures: list[str]) -> Markup:
    """Images that are fetched and not shown: the pages before and after."""
    shown = Markup().join(Markup('<img src="{}" alt="">').format(picture) for picture in pictures)
    return Markup('<div class="qq ahead">{}</div>').format(shown) if shown else Markup()


def _sheet(document: OpenedDocument, view: View, html: Markup) -> Markup:
    """Head and body; a name that differs wherever the page has to be scrolled anew."""
    now = document.finds.now or Span(0, 0)
    parts = (
        document.rank,
        document.shown.start,
        document.shown.end,
        now.start,
        document.page,
        int(document.plain),
    )
    name = f"sheet-{view.source.sha256[:8]}-{'-'.join(map(str, parts))}"
    return Markup('<div class="qq"><div class="sheet" id="{}">{}{}</div></div>').format(
        name, _head(document, view), html
    )


def _tints(document: OpenedDocument, view: View) -> Tints:
    place, cited = place_of(document.cited, view), document.cited
    shift = place.start - cited.citation.start if place else 0
    marks, terms = (
        tuple(Span(a + shift, b + shift) for a, b in spans) if place else ()
        for spans in (cited.marks, cited.matched)
    )
    there = tuple(filter(None, (place_of(hit, view) for hit in _beside(document))))
    finds = document.finds
    return Tints(view.text, there, place, marks, terms, finds.spans, finds.now, document.seam)


def _beside(document: OpenedDocument) -> list[CitedHit]:
    """The answer's hits in the opened document."""
    return [hit for hit in document.hits if hit.citation.address == document.cited.citation.address]


def _head(document: OpenedDocument, view: View) -> Markup:
    notes = []
    if view.changed:
        notes.append(say("The file has changed since it was indexed; this is the text as indexed."))
    if place_of(document.cited, view) is None:
        notes.append(say("The quote is not in this text."))
    size = say("{} characters as indexed", f"{len(view.text):,}")
    return Markup(
        '{}<h2 class="sheet-title" id="sheet-title">{}</h2><p class="place">{}, {} · {}</p>{}'
    ).format(
        _hits(document),
        isolated(view.title or view.source.address),
        isolated(view.source.address, "address"),
        foreign(claims.place_label(document.cited.citation)),
        size,
        Markup().join(map(_note, notes)),
    )


def _hits(document: OpenedDocument) -> Markup:
    """Which hit of the answer this is, and buttons for all: those in this document, and others."""
    here = [hit.hit.rank for hit in _beside(document)]
    others = [hit.hit.rank for hit in document.hits if hit.hit.rank not in here]
    groups = [
        Markup("{} {}").format(
            say("In this document"), Markup().join(_jump(rank, document.rank) for rank in here)
        )
    ]
    if others:
        buttons = Markup().join(_jump(rank, document.rank) for rank in others)
        groups.append(Markup("{} {}").format(say("In other documents"), buttons))
    strip = Markup().join(Markup('<span class="group">{}</span>').format(group) for group in groups)
    which = say("Hit {} of {}", document.rank, len(document.hits))
    return Markup('<p class="which-hit"><b>{}</b></p><div class="strip">{}</div>').format(
        which, strip
    )


def _jump(rank: int, opened: int) -> Markup:
    kind = "jump current" if rank == opened else "jump"
    return Markup('<button class="{}" id="go-{}">{}</button>').format(kind, rank, rank)


def _note(text: Markup) -> Markup:
    return Markup('<p class="message note">{}</p>').format(text)
