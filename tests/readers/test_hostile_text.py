"""The laws of the text readers on hostile bytes, each in bounded time."""

from __future__ import annotations

import pytest
from written import without_a_trap
from written_laws import keeps_the_laws_on_hostile_bytes

from qwenqa.readers import asciidoc, code, delimited, latex, plain, records, rst, subtitles

READERS = (
    asciidoc.READER,
    code.READER,
    code.SETTINGS_READER,
    delimited.READER,
    latex.READER,
    plain.READER,
    records.READER,
    rst.READER,
    subtitles.READER,
)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.identity.name)
def test_laws_hold_on_hostile_bytes(reader):
    """No bytes make a reader raise anything but SourceError, or hang."""
    with without_a_trap():
        keeps_the_laws_on_hostile_bytes(reader.read)
