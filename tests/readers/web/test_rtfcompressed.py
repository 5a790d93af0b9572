"""Compressed RTF unpacks to what was packed, or says in which way it does not."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rtf_packing import framed, lzfu, mela, reference, runs

from qwenqa.errors import SourceError
from qwenqa.readers.rtf import compressed
from qwenqa.readers.rtf.compressed import unpacked

# The two examples of [MS-OXRTFCP], 4.1.1 and 4.1.2.
HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
CROSSING = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")


def test_examples_of_the_specification():
    """The specification's own examples give what it says, one with a run over its own end."""
    assert unpacked(HELLO) == (b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n", True)
    assert unpacked(CROSSING) == (b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}", True)


@given(st.lists(st.binary(max_size=40), max_size=30), st.booleans())
def test_what_was_packed_comes_back(parts: list[bytes], references: bool):
    """Any bytes, packed with references or without, or not packed at all, are themselves again."""
    data = b"".join(part * (number % 3 + 1) for number, part in enumerate(parts))
    assert unpacked(lzfu(data, references)) == (data, True)
    assert unpacked(mela(data)) == (data, True)


def test_references_reach_back_one_window():
    """Text longer than the window refers to what is at most one window away."""
    data = b"".join(b"%d," % number for number in range(3_000)) * 2
    assert unpacked(lzfu(data)) == (data, True)


def test_what_follows_is_no_part():
    """Bytes after the stated size change nothing."""
    assert unpacked(HELLO + b"more") == unpacked(HELLO)


def test_damage_is_told():
    """A changed byte or a lost end gives what can be unpacked, and that it is not whole."""
    for at in range(16, len(HELLO)):
        assert not unpacked(HELLO[:at] + bytes([HELLO[at] ^ 1]) + HELLO[at + 1 :]).whole
        assert not unpacked(HELLO[:at]).whole
    assert unpacked(mela(b"{\\rtf1 x}")[:-2]) == (b"{\\rtf1 ", False)


@pytest.mark.parametrize("data", [b"", b"LZFu", bytes(16), framed(b"LZFv", b"x", 1, 0)])
def test_other_bytes_are_refused(data: bytes):
    """What is too short or of another kind is named."""
    with pytest.raises(SourceError, match="compressed RTF"):
        unpacked(data)


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch):
    """What unpacks to more than the bound is refused while it unpacks, whatever it states."""
    monkeypatch.setattr(compressed, "_MAX_BYTES", 1_000)
    known = len(compressed._KNOWN)
    long = runs([b"x", *(reference(known + 17 * run, 17) for run in range(60))])
    with pytest.raises(SourceError, match="unpacks to more than"):
        unpacked(framed(b"LZFu", long, 10, 0))


@given(st.binary(max_size=300), st.sampled_from([b"LZFu", b"MELA"]), st.integers(0, 2**32 - 1))
def test_any_bytes_unpack_or_are_refused(packed: bytes, kind: bytes, size: int):
    """No bytes give another exception, or more than nine bytes for each."""
    with contextlib.suppress(SourceError):
        assert len(unpacked(framed(kind, packed, size, 0)).rtf) <= 9 * len(packed)
