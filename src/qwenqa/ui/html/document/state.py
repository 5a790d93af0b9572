"""What of a document is shown, and how that changes when more, a page or a find is asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace

from qwenqa.answers.citations import claims, find_words
from qwenqa.service.open.source_files import View
from qwenqa.types import Citation, CitedHit, Span, sha256_text

MOST_FINDS = 10_000
"""Finds that are counted and can be gone through."""
_AROUND, _AROUND_LINES = 6_000, 150
"""Characters and lines shown before and after a place at first, whichever is less."""
_MORE, _MORE_LINES = 20_000, 500
"""Characters or lines added by one press."""
_MOST, _MOST_LINES = 60_000, 1_500
"""Characters or lines shown at once: what is added at one end goes at the other."""
_LONGEST_LINE = 2_000
"""A line is shown from its start when that is at most this many characters further back."""


@dataclass(frozen=True, slots=True)
class Finds:
    """Where what is looked for stands, and the number of the find gone to, from zero.

    ``more`` says that there are more than were counted.
    """

    wanted: str = ""
    spans: tuple[Span, ...] = ()
    number: int = 0
    more: bool = False

    @property
    def now(self) -> Span | None:
        """The find gone to."""
        return self.spans[self.number] if self.spans else None


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """A document opened at a hit of an answer, and what of it is shown.

    A page, or with ``page`` 0 the stretch ``shown`` of its text, its tables as ``plain`` lines
    or not. ``seam`` is where text was added last, -1 for nowhere.
    """

    hits: tuple[CitedHit, ...]
    rank: int
    shown: Span
    page: int = 0
    cited_page: int = 0
    pages: int = 0
    plain: bool = False
    finds: Finds = Finds()
    seam: int = -1

    @property
    def cited(self) -> CitedHit:
        """The hit at which it was opened."""
        return self.hits[self.rank - 1]

    def turned(self, by: int) -> OpenedDocument:
        """At a later or an earlier page."""
        return self.at_page(self.page + by)

    def at_page(self, page: int) -> OpenedDocument:
        """At a page, or at the nearest that there is."""
        return replace(self, page=min(max(page, 1), self.pages)) if self.pages else self

    def other(self, view: View) -> OpenedDocument:
        """As text when a page is shown; when text is, the page of the find or the quote."""
        if self.page:
            return replace(self, page=0)
        find = self.finds.now
        return self.at_page((page_of(find, view) if find else 0) or self.cited_page)

    def otherwise(self) -> OpenedDocument:
        """With tables as lines of text, or as tables again."""
        return replace(self, plain=not self.plain)

    def earlier(self, view: View) -> OpenedDocument:
        """With more of the text before; a very long stretch ends sooner for it."""
        start = _back(view, self.shown.start, _MORE, _MORE_LINES)
        end = min(self.shown.end, _forth(view, start, _MOST, _MOST_LINES))
        return replace(self, shown=Span(start, end), seam=self.shown.start)

    def later(self, view: View) -> OpenedDocument:
        """With more of the text after; a very long stretch begins later for it."""
        end = _forth(view, self.shown.end, _MORE, _MORE_LINES)
        start = max(self.shown.start, _back(view, end, _MOST, _MOST_LINES))
        return replace(self, shown=Span(start, end), seam=min(self.shown.end, len(view.text) - 1))

    def looked_for(self, wanted: str, view: View) -> OpenedDocument:
        """At the first find of these words from the find or the quote on; case does not count."""
        spans = find_words.occurrences(view.text, wanted, MOST_FINDS + 1)
        more = len(spans) > MOST_FINDS
        place = self.finds.now or place_of(self.cited, view) or self.shown
        number = bisect_left(spans[:MOST_FINDS], place.start, key=lambda span: span.start)
        finds = Finds(wanted, spans[:MOST_FINDS], number, more)
        return replace(self, finds=finds)._at_find(number, view)

    def gone(self, by: int, view: View) -> OpenedDocument:
        """At a later or an earlier find; the first follows the last."""
        return self._at_find(self.finds.number + by, view)

    def _at_find(self, number: int, view: View) -> OpenedDocument:
        if not self.finds.spans:
            return replace(self, finds=replace(self.finds, number=0))
        finds = replace(self.finds, number=number % len(self.finds.spans))
        find = finds.spans[finds.number]
        inside = self.shown.start <= find.start and find.end <= self.shown.end
        shown = self.shown if inside else around(find, view)
        page = (page_of(find, view) or self.page) if self.page else 0
        return replace(self, finds=finds, shown=shown, page=page, seam=-1)


def opened(hits: tuple[CitedHit, ...], rank: int, view: View) -> OpenedDocument:
    """The document at the place where the quote stands in it, or where it is said to stand."""
    citation = hits[rank - 1].citation
    place = place_of(hits[rank - 1], view) or Span(citation.start, citation.end)
    return OpenedDocument(hits, rank, around(place, view))


def place_of(cited: CitedHit, view: View) -> Span | None:
    """Where the quote stands in the text as indexed; None when it is not in it."""
    return claims.verify(cited.citation, view.text, view.source.sha256).found


def quoted(document: OpenedDocument, view: View) -> Citation:
    """What is tinted on a page: the find, or the answering sentence, or the passage without one."""
    passage, marks = document.cited.hit.passage, document.cited.marks
    if (find := document.finds.now) is None:
        return claims.cite(passage, marks[0]) if marks else document.cited.citation
    text = view.text[slice(*find)]
    places = tuple(place for place in view.places if place.start < find.end <= place.end)
    return replace(
        document.cited.citation,
        start=find.start,
        end=find.end,
        places=places,
        pages=claims.pages(places),
        quote=text,
        quote_sha256=sha256_text(text),
    )


def page_of(span: Span, view: View) -> int:
    """The number of the page where a stretch begins, 0 where that is on none."""
    pages = [place for place in view.places if place.kind == "page"]
    at = bisect_right(pages, span.start, key=lambda page: page.start) - 1
    return pages[at].number if at >= 0 else 0


def around(place: Span, view: View) -> Span:
    """What is shown of a text at first: some lines before and after a place."""
    start = min(place.start, len(view.text))
    return Span(
        _back(view, start, _AROUND, _AROUND_LINES),
        _forth(view, place.end, _AROUND, _AROUND_LINES),
    )


def snapped(shown: Span, view: View) -> Span:
    """The stretch grown to whole lines, except where a line is very long."""
    starts, size = view.lines.starts, len(view.text)
    start, end = min(shown.start, size), min(shown.end, size)
    line_start = starts[bisect_right(starts, start) - 1]
    following = bisect_left(starts, end)
    line_end = starts[following] if following < len(starts) else size
    return Span(
        line_start if start - line_start <= _LONGEST_LINE else start,
        line_end if line_end - end <= _LONGEST_LINE else end,
    )


def _back(view: View, at: int, characters: int, lines: int) -> int:
    """So many characters further back, or so many lines, whichever is less."""
    line = bisect_right(view.lines.starts, at) - 1
    return max(at - characters, view.lines.starts[max(0, line - lines)])


def _forth(view: View, at: int, characters: int, lines: int) -> int:
    """So many characters further on, or so many lines, whichever is less."""
    starts = view.lines.starts
    line = bisect_left(starts, at) + lines
    return min(at + characters, starts[line] if line < len(starts) else len(view.text))
