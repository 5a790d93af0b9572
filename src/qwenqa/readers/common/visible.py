"""Whether a text shows anything: some characters have a place in it and no ink."""

from __future__ import annotations

import re

# Unicode's Default_Ignorable_Code_Point, controls, annotations, and the empty Braille cell.
_INK = re.compile(
    r"[^\s\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def shows_nothing(text: str) -> bool:
    """Whether all of a text is white space or cannot be seen, as zero-width characters cannot."""
    return _INK.search(text) is None
