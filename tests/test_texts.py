"""Texts and their lines."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from qwenqa.types import LineMap

LINE_END = re.compile(r"\r\n|\n|\r")


@given(st.text("ab\r\n \x0b\u2028é😀\ud800", max_size=12))
def test_lines_start_after_each_end_and_nowhere_else(text: str) -> None:
    """CR LF, LF and CR end a line, a pair ends one; other white space ends none."""
    assert LineMap(text).starts == [0, *(match.end() for match in LINE_END.finditer(text))]
