"""HTML that Outlook keeps inside RTF, [MS-OXRTFEX]: its tags stand in groups of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from qwenqa.readers.rtf.control_words import Parser

_FROM_HTML = re.compile(rb"\\fromhtml1(?!\d)")
_HEAD_BYTES = 1_000


@dataclass(slots=True)
class _WrappedHtml(Parser):
    """Keeps tags and text as they stand and skips what only readers of RTF are to see."""

    page: list[str] = field(default_factory=list)

    def _word(self, word: str, number: int | None) -> None:
        if word == "htmlrtf":
            self._flush()
            self._group.hidden = number != 0
        elif word == "htmltag" and self._group.starred:
            self._go_into("page")
        elif word not in ("plain", "v", "deleted"):
            Parser._word(self, word, number)

    def _put(self, text: str) -> None:
        if self._group.into not in ("body", "page"):
            Parser._put(self, text)
        elif not self._group.hidden:
            self.page.append(text)

    def _end_paragraph(self) -> None:
        self._flush()
        self._put("\n")

    def _end_cell(self) -> None:
        self._put("\t")


def page_in(rtf: bytes) -> str:
    """The page that this RTF was made from, or nothing where it was made from none."""
    if not _FROM_HTML.search(rtf[:_HEAD_BYTES]):
        return ""
    parser = _WrappedHtml()
    parser.feed(rtf.decode("latin-1"))
    return "".join(parser.page)
