"""What happens to an opened source: hits, pages, finds and more of the text."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from markupsafe import Markup

from qwenqa.answers.answer.answer import Answer
from qwenqa.errors import QwenqaError
from qwenqa.service.library import Library
from qwenqa.service.open.source_files import PICTURE_SCALE, View
from qwenqa.types import Citation, CitedHit
from qwenqa.ui.html.document.source import DocumentSheet, ahead, page_sheet, sheet
from qwenqa.ui.html.document.state import OpenedDocument, opened, quoted
from qwenqa.ui.html.text import foreign, message, sentence
from qwenqa.ui.html.words import say
from qwenqa.ui.one_time_files import OneTimeFiles
from qwenqa.ui.roles import for_readers
from qwenqa.ui.views.parts import plain

Change = Callable[[OpenedDocument, View], OpenedDocument]
"""What a press does: from what is shown, and the document, to what is shown next."""

_DRAWN = 40
"""Page images that are not drawn again while they are kept; fewer than are kept."""
_LOST = "Ask again: this answer is no longer here."
_GONE = "Open the source again."


@dataclass(frozen=True, slots=True)
class Shown:
    """What the panel shows; ``opened`` is None when it is only a sentence."""

    sheet: DocumentSheet
    opened: OpenedDocument | None = None


class Opening:
    """The events of an opened source; ``pictures`` takes the page images that are made here."""

    def __init__(self, library: Library, pictures: OneTimeFiles) -> None:
        self._library = library
        self._pictures = pictures
        self._changing = threading.Lock()
        self._drawn: OrderedDict[tuple[Citation, bool, int], tuple[str, int]] = OrderedDict()

    def opened(self, answer: Answer | None, rank: int) -> Shown:
        """A hit is to be shown in its source."""
        if answer is None or not 1 <= rank <= len(answer.hits):
            return Shown(DocumentSheet(message(say(_LOST), "error")))
        hits = answer.hits
        return self._shown(hits[rank - 1].citation.address, lambda view: self._at(hits, rank, view))

    def hit(self, before: OpenedDocument | None, by: int) -> Shown:
        """The next hit of the same answer is to be shown; the first follows the last."""
        if before is None:
            return Shown(DocumentSheet(message(say(_GONE), "error")))
        rank = (before.rank - 1 + by) % len(before.hits) + 1
        address = before.hits[rank - 1].citation.address
        return self._shown(address, lambda view: self._at(before.hits, rank, view))

    def changed(self, before: OpenedDocument | None, change: Change) -> Shown:
        """Another part of an opened document is to be shown."""
        if before is None:
            return Shown(DocumentSheet(message(say(_GONE), "error")))
        return self._shown(before.cited.citation.address, lambda view: change(before, view))

    @for_readers
    def ahead(self, document: OpenedDocument | None) -> Markup:
        """The images of the pages before and after, drawn before anybody turns to them."""
        if document is None or not document.page:
            return Markup()
        beside = (document.page + 1, document.page - 1)
        try:
            view = self._library.view(document.cited.citation.address)
            pages = [document.at_page(page) for page in beside if 1 <= page <= document.pages]
            return ahead([self._picture(page, view)[0] for page in pages])
        except QwenqaError:
            # It is drawn, or the reason told, when somebody turns to it.
            return Markup()

    def _shown(self, address: str, find: Callable[[View], OpenedDocument]) -> Shown:
        try:
            view = self._library.view(address)
            return self._drawn_or_written(find(view), view)
        except Exception as error:  # noqa: BLE001 - a person reads it, never a traceback
            return Shown(DocumentSheet(sentence(plain(error), "error")))

    def _at(self, hits: tuple[CitedHit, ...], rank: int, view: View) -> OpenedDocument:
        """The document at the quote: its page where there are pages that can be shown."""
        document = opened(hits, rank, view)
        quote = quoted(document, view)
        if not view.pages or not quote.pages or not document.cited.verification.good:
            return document
        try:
            boxes = self._library.boxes(quote)
        except QwenqaError:
            return document
        page = boxes[0].page if boxes else quote.pages[0]
        return replace(document, page=page, cited_page=page, pages=view.pages)

    def _drawn_or_written(self, document: OpenedDocument, view: View) -> Shown:
        """The page as it looks, or the text, also where the page cannot be drawn."""
        if not document.page:
            return Shown(sheet(document, view), document)
        try:
            picture, spot = self._picture(document, view)
        except QwenqaError as error:
            text = replace(document, page=0)
            why = say("The page cannot be shown. {}", foreign(str(error)))
            return Shown(sheet(text, view, why), text)
        return Shown(page_sheet(document, view, picture, spot), document)

    def _picture(self, document: OpenedDocument, view: View) -> tuple[str, int]:
        """The address of a page's image, and at how many percent of its height it is tinted."""
        quote = quoted(document, view)
        key = quote, view.changed, document.page
        if (drawn := self._drawn.get(key)) is not None:
            return drawn
        png = self._library.page_image(quote, document.page)
        drawn = self._pictures.keep(png), self._spot(quote, document.page, png)
        with self._changing:
            self._drawn[key] = drawn
            while len(self._drawn) > _DRAWN:
                self._drawn.popitem(last=False)
        return drawn

    def _spot(self, quote: Citation, page: int, png: bytes) -> int:
        # A PNG says its size in pixels at these bytes.
        height = int.from_bytes(png[20:24], "big") / PICTURE_SCALE
        tops = [box.top for box in self._library.boxes(quote) if box.page == page]
        share = 1 - max(tops) / height if tops and height else 0
        return round(100 * min(max(share, 0), 1))
