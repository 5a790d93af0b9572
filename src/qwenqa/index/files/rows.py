"""What of a passage's row follows from its document's text: found, read and folded by it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from qwenqa.ranking import likeness
from qwenqa.types import LineMap

Rows = npt.NDArray[np.void]
PLACED = ("byte_start", "byte_end", "line", "beside", "likeness")
"""The columns that ``place`` fills in."""


def place(rows: Rows, text: str) -> None:
    """Fill in the rows of one document's passages, in order, whose spans are told."""
    spans = list(zip(rows["start"].tolist(), rows["end"].tolist(), strict=True))
    byte_of, lines, before = _bytes(text, spans), LineMap(text), 0
    rows["byte_start"] = [byte_of[start] for start, _ in spans]
    rows["byte_end"] = [byte_of[end] for _, end in spans]
    rows["line"] = [lines.lines(start, end)[0] for start, end in spans]
    rows["likeness"] = [likeness(text[start:end]) for start, end in spans]
    for row, (start, end) in zip(rows, spans, strict=True):
        # The first one has none before it, whatever stands there.
        row["beside"] = 0 < before <= start and not text[before:start].strip()
        before = end


def _bytes(text: str, spans: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Where in the text's UTF-8 each end of a span is."""
    bytes_at, at, byte = {}, 0, 0
    for character in sorted({edge for span in spans for edge in span}):
        byte += len(text[at:character].encode("utf-8"))
        bytes_at[character], at = byte, character
    return bytes_at
