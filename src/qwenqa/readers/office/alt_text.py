"""What the author of an office file says of a picture or shape for those who cannot see it."""

from __future__ import annotations

import re

from qwenqa.readers.common.archive import Element
from qwenqa.readers.office.ooxml import child

_FILE_NAME = re.compile(r"(\S+|.*[\\/].*)\.(png|jpe?g|gif|bmp|tiff?|svg|emf|wmf|webp)", re.I)
_NUMBERED = re.compile(r"(picture|image|graphic|photo|shape|grafik|bild|imagen?)\s*\d*", re.I)


def telling(text: str | None) -> str:
    """The text on one line; empty when it is only a file's name or says "Picture 1"."""
    words = " ".join((text or "").split())
    return "" if _FILE_NAME.fullmatch(words) or _NUMBERED.fullmatch(words) else words


def alternative(properties: Element | None) -> str:
    """Title and description in the properties of a drawn thing (docPr, cNvPr)."""
    if properties is None:
        return ""
    return _marked(properties.get("title"), properties.get("descr"))


def alternative_below(element: Element) -> str:
    """Title and description that stand as elements of their own, as OpenDocument has them."""
    elements = (child(element, name) for name in ("title", "desc"))
    return _marked(*("" if each is None else each.text for each in elements))


def _marked(*texts: str | None) -> str:
    parts = dict.fromkeys(filter(None, map(telling, texts)))
    return f"Picture: {': '.join(parts)}" if parts else ""
