"""HTML of a document opened at a cited place: its lines, or the page as it looks, quote marked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace

from qwenqa.answers import citing
from qwenqa.service.files import View
from qwenqa.types import Citation, CitedHit, LineMap, Span
from qwenqa.ui.html.text import foreign, isolated, marked

_AROUND = 6_000
"""Characters shown before and after the cited place at first."""
_MORE = 20_000
"""Characters added by one press."""
_LONGEST_LINE = 2_000
"""A line is shown from its start when that is at most this many characters further back."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A document opened at a hit, and what of it is shown: a page, or as text with ``page`` 0."""

    cited: CitedHit
    shown: Span
    page: int = 0
    cited_page: int = 0
    pages: int = 0

    @property
    def quote(self) -> Citation:
        """What is tinted on a page: the answering sentence, or the passage without one."""
        passage, marks = self.cited.hit.passage, self.cited.marks
        return citing.cite(passage, marks[0]) if marks else self.cited.citation

    def turned(self, by: int) -> Opened:
        """At a later or an earlier page."""
        return replace(self, page=min(max(self.page + by, 1), self.pages))

    def other(self) -> Opened:
        """As text when a page is shown, and the cited page when text is."""
        return replace(self, page=0 if self.page else self.cited_page)

    def earlier(self) -> Opened:
        """With more of the text before."""
        return replace(self, shown=Span(max(0, self.shown.start - _MORE), self.shown.end))

    def later(self) -> Opened:
        """With more of the text after."""
        return replace(self, shown=Span(self.shown.start, self.shown.end + _MORE))


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is shown as HTML, and whether the text goes on before and after it."""

    html: str
    before: bool
    after: bool


def opened(cited: CitedHit, view: View) -> Opened:
    """The document at the place where the quote stands in it, or where it is said to stand."""
    start, end = _place(cited, view) or Span(cited.citation.start, cited.citation.end)
    start = min(start, len(view.text))
    return Opened(cited, Span(max(0, start - _AROUND), end + _AROUND))


def page_sheet(one: Opened, view: View, picture: str) -> Sheet:
    """The shown page; ``picture`` is the address of its image."""
    elsewhere = one.page != one.cited_page and (
        f'<p class="message note">The quote begins on page {one.cited_page}.</p>'
    )
    name = f"page-{one.cited.citation.start}-{view.source.sha256[:8]}-{one.page}"
    html = (
        f'<div class="qq"><div class="sheet" id="{name}">'
        f"{_head(one.cited, view, _place(one.cited, view))}{elsewhere or ''}"
        f'<p class="page-number">Page {one.page:,} of {one.pages:,}</p>'
        f'<div class="paper" tabindex="0"><img src="{picture}" alt="Page {one.page}"></div>'
        "</div></div>"
    )
    return Sheet(html, before=False, after=False)


def sheet(one: Opened, view: View, note: str = "") -> Sheet:
    """The shown stretch with numbered lines, the cited ones marked; a note stands above it."""
    lines = LineMap(view.text)
    place = _place(one.cited, view)
    start, end = _snapped(one.shown, lines.starts, len(view.text))
    first = bisect_right(lines.starts, start)
    last = bisect_left(lines.starts, max(end, start + 1))
    edges = [start, *lines.starts[first:last], end]
    rows = "".join(
        _row(first + n, Span(*edges[n : n + 2]), one.cited, view, place)
        for n in range(len(edges) - 1)
    )
    told = f'<p class="message note">{foreign(note)}</p>' if note else ""
    name = f"sheet-{one.cited.citation.start}-{view.source.sha256[:8]}"
    html = (
        f'<div class="qq"><div class="sheet" id="{name}">{_head(one.cited, view, place)}{told}'
        f'<div class="lines" id="lines" tabindex="0">{rows}</div></div></div>'
    )
    return Sheet(html, start > 0, end < len(view.text))


def _place(cited: CitedHit, view: View) -> Span | None:
    """Where the quote stands in the text as indexed; None when it is not in it."""
    return citing.verify(cited.citation, view.text, view.source.sha256).found


def _snapped(shown: Span, starts: list[int], size: int) -> Span:
    """The stretch grown to whole lines, except where a line is very long."""
    start, end = min(shown.start, size), min(shown.end, size)
    line_start = starts[bisect_right(starts, start) - 1]
    following = bisect_left(starts, end)
    line_end = starts[following] if following < len(starts) else size
    return Span(
        line_start if start - line_start <= _LONGEST_LINE else start,
        line_end if line_end - end <= _LONGEST_LINE else end,
    )


def _head(cited: CitedHit, view: View, place: Span | None) -> str:
    title = isolated(view.title or view.source.address)
    notes = []
    if view.changed:
        notes.append("The file has changed since it was indexed; this is the text as indexed.")
    if place is None:
        notes.append("The quote is not in this text.")
    told = "".join(f'<p class="message note">{note}</p>' for note in notes)
    size = f"{len(view.text):,} characters"
    return (
        f'<h2 class="sheet-title">{title}</h2><p class="place">'
        f"{isolated(view.source.address, 'address')}, "
        f"{foreign(citing.place_label(cited.citation))} · {size} as indexed</p>{told}"
    )


def _row(number: int, span: Span, cited: CitedHit, view: View, place: Span | None) -> str:
    """A line with its number; ``cited`` when the quote stands in it."""
    text = view.text[slice(*span)].rstrip("\r\n")
    inside = place is not None and span.start < place.end and place.start < span.end
    shown = foreign(text)
    if inside and place is not None:
        shift = place.start - cited.citation.start
        marks, terms = (
            [Span(a + shift, b + shift) for a, b in spans] for spans in (cited.marks, cited.matched)
        )
        shown = marked(text, span.start, marks, terms)
    kind = "line cited" if inside else "line"
    return (
        f'<div class="{kind}"><span class="number">{number}</span>'
        f'<span class="text"><bdi>{shown}</bdi></span></div>'
    )
