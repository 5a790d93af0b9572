"""The laws of the text readers on hostile bytes, each in bounded time."""

from __future__ import annotations

import pytest
from written import without_a_trap
from written_laws import keeps_the_laws_on_hostile_bytes

from qwenqa.readers.registry import READERS

TEXT = "asciidoc code settings delimited latex plain records rst subtitles".split()


@pytest.mark.parametrize("name", TEXT)
def test_laws_hold_on_hostile_bytes(name):
    """No bytes make a reader raise anything but SourceError, or hang."""
    (reader,) = (one for one in READERS if one.identity.name == name)
    with without_a_trap():
        keeps_the_laws_on_hostile_bytes(reader.read)
