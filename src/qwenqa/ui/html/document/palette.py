"""What is tinted of a shown document: the answer's hits, the marks of one, and what was found."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from markupsafe import Markup

from qwenqa.types import Span
from qwenqa.ui.html.text import foreign, marked


@dataclass(frozen=True, slots=True)
class Tints:
    """Stretches of one canonical text; ``finds`` are in order and do not overlap.

    ``opened`` is the hit that was opened, ``hits`` are all that stand in the text. Where text
    was last added (``seam``, -1 is nowhere) the page is scrolled to it.
    """

    text: str
    hits: tuple[Span, ...] = ()
    opened: Span | None = None
    marks: tuple[Span, ...] = ()
    terms: tuple[Span, ...] = ()
    finds: tuple[Span, ...] = ()
    now: Span | None = None
    seam: int = -1

    def kind(self, span: Span) -> str:
        """The classes of a line or row."""
        if self.opened is not None and _meet(span, self.opened):
            return " cited opened"
        return " cited" if any(_meet(span, hit) for hit in self.hits) else ""

    def target(self, span: Span) -> Markup:
        """The attribute of the line or row that is scrolled to where text was added."""
        return Markup(' id="here"') if span.start <= self.seam < span.end else Markup()

    def html(self, span: Span) -> Markup:
        """The text of a stretch with everything in it that is tinted."""
        parts: list[Markup] = []
        at = span.start
        first = bisect_right(self.finds, span.start, key=lambda find: find.end)
        last = bisect_left(self.finds, span.end, key=lambda find: find.start)
        for find in self.finds[first:last]:
            start, end = max(find.start, span.start), min(find.end, span.end)
            kind = "found now" if find == self.now else "found"
            here = Markup(' id="here"') if find == self.now and start == find.start else Markup()
            shown = self._plain(start, end)
            parts.append(self._plain(at, start))
            parts.append(Markup('<span class="{}"{}>{}</span>').format(kind, here, shown))
            at = end
        return Markup().join(parts) + self._plain(at, span.end)

    def _plain(self, start: int, end: int) -> Markup:
        text = self.text[start:end]
        if self.opened is None or not _meet(Span(start, end), self.opened):
            return foreign(text)
        return marked(text, start, self.marks, self.terms)


def _meet(span: Span, other: Span) -> bool:
    return span.start < other.end and other.start < span.end
