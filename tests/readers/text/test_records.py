"""JSON and JSON Lines: records are found, escapes are read, bad data is still read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written_laws import keeps_the_laws, shown

from qwenqa.errors import SourceError
from qwenqa.readers.text.records import read
from qwenqa.types import LineMap

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=20,
)
LONG = "A sentence of some length. " * 60


@given(st.lists(VALUES, min_size=1, max_size=6), st.booleans(), st.sampled_from([None, 1]))
@settings(max_examples=40, deadline=None)
def test_all_that_is_valid_is_read(value, ascii_only, indent):
    """What the json module writes is read without a warning, with as many lines as it has."""
    written = json.dumps({"a": value, "b": LONG}, ensure_ascii=ascii_only, indent=indent)
    document = read(written.encode("utf-8", "surrogatepass"))
    keeps_the_laws(document)
    assert document.extraction.warnings == ()
    assert len(LineMap(document.text).starts) == len(LineMap(written).starts)


def test_escapes_are_read():
    """Words are shown as people read them, whichever way they were written."""
    document = read(rb'{"a": "caf\u00e9 \u4f60\u597d \ud83d\ude00 one\ntwo \"x\" C:\\new \ud800"}')
    assert document.text == '{"a": "café 你好 😀 one two "x" C:\\new \ufffd"}'
    assert document.extraction.replaced == 1


def test_a_line_is_a_record():
    """Each line of JSON Lines is a place of its own and a block."""
    document = read(b'{"id": 1}\n{"id": 2}\n')
    assert shown(document) == [("row", '{"id": 1}'), ("row", '{"id": 2}')]
    assert [place.label for place in document.places] == ["record 1", "record 2"]


def test_a_long_record_is_told_its_name():
    """The parts of a long record are told its number and title, and the keys to it."""
    records = [{"title": "Ada", "body": LONG}, {"title": "Alan", "body": LONG}]
    document = read(json.dumps({"people": records}).encode())
    contexts = dict.fromkeys(block.context for block in document.blocks)
    assert list(contexts) == ["people, record 1: Ada", "people, record 2: Alan"]
    assert [place.number for place in document.places] == [1, 2]


def test_the_title_is_what_the_file_says():
    """A title is a string under that key at the top."""
    assert read(json.dumps({"title": "My data", "a": LONG}).encode()).title == "My data"
    assert read(json.dumps({"title": 5, "a": {"title": "no"}}).encode()).title == ""


def test_a_damaged_line_is_kept_and_reported():
    """One bad line of many is read as it is; the others are records."""
    document = read(b'{"a": 1}\n{bad}\n' + b'{"b": 2}\n' * 20)
    assert shown(document)[1][1] == "{bad}"
    assert "Line 2" in document.extraction.warnings[0]


@pytest.mark.parametrize("data", [b"[1,]", b'{"a" 1}', b"[1 2]", b"{", b'{"a": 1,}', b"no json"])
def test_bad_json_is_read_as_plain_text(data):
    """What is no JSON is read as it stands, with a warning."""
    document = read(data)
    assert document.text == data.decode()
    assert "not valid JSON" in document.extraction.warnings[0]


@pytest.mark.parametrize("data", [b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000])
def test_deep_nesting_is_read_as_plain_text(data):
    """Nesting 100,000 deep neither crashes nor exhausts the stack."""
    document = read(data)
    keeps_the_laws(document)
    assert "nested deeper" in document.extraction.warnings[0]


def test_nothing_to_read_is_refused():
    """An empty container holds nothing."""
    with pytest.raises(SourceError, match="holds no values"):
        read(b"[ ]")
