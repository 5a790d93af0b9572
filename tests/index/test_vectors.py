"""Vectors are found by what was encoded, whatever else begins alike, and never made up."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import numpy as np
import pytest
from synced import synced

from qwenqa.dense.quantised import quantise
from qwenqa.errors import DamagedError
from qwenqa.index.files.vectors import (
    DIGESTS,
    QUANTISED,
    VECTORS,
    Digests,
    VectorFile,
    VectorFiles,
    save_vectors,
)
from qwenqa.index.header import file_entry


def digests(*endings: str) -> Digests:
    """Digests that all begin with the same 24 bytes."""
    return np.array([b"x" * 24 + ending.encode().ljust(8) for ending in endings], "V32")


def saved(folder: Path, *endings: str) -> Path:
    """A folder in which the vector of each digest says its ending's letter."""
    codes = np.array([[ord(ending), 0.0] for ending in endings], np.float16)
    save_vectors(folder, digests(*endings), codes)
    return folder


def test_digests_that_begin_alike_have_their_own_vectors(tmp_path: Path) -> None:
    """In one file and over several; what is in none is not found."""
    files = VectorFiles([saved(tmp_path / "1", "c", "a", "e"), saved(tmp_path / "2", "d", "b")])
    found = files.find(digests("a", "b", "z", "c", "d", "e", "A"))
    assert found.known.tolist() == [True, True, False, True, True, True, False]
    told = files.codes(found.of(np.flatnonzero(found.known)), 2)[:, 0].tolist()
    assert told == [ord(one) for one in "abcde"]
    files.close()


def test_a_file_that_was_cut_while_it_is_open_is_said_to_be(tmp_path: Path) -> None:
    """Its vectors are not taken from what is left."""
    files = VectorFiles([saved(tmp_path / "1", "a", "b")])
    path = tmp_path / "1" / VECTORS
    os.truncate(path, path.stat().st_size - 2)
    with pytest.raises(DamagedError, match="was cut"):
        files.codes(files.find(digests("a", "b")), 2)
    files.close()


def test_a_file_is_given_back_with_what_opened_it(tmp_path: Path) -> None:
    """At once when that is closed, else when nobody has it any more."""
    for closed in (True, False):
        opened = VectorFile(saved(tmp_path / str(closed), "a"))
        file = opened._file
        assert not file.closed
        if closed:
            opened.close()
        else:
            del opened
            gc.collect()
        assert file.closed


def test_vectors_are_those_of_their_rows_in_whatever_order(tmp_path: Path) -> None:
    """Asked once, twice, with gaps and backwards, of half precision and quantised."""
    files = VectorFiles([saved(tmp_path / "1", *"abcdef"), saved(tmp_path / "2", *"ghi")])
    for asked in ("fedcba", "abcdefghi", "ac", "aacc", "iga", "ihgfb"):
        found = files.find(digests(*asked))
        codes = files.codes(found, 2)
        assert codes[:, 0].tolist() == [ord(one) for one in asked]
        assert np.array_equal(files.quantised(found, 2), quantise(codes))
        again = [
            bytes(files.files[f].digests[r]) for f, r in zip(found.file, found.row, strict=True)
        ]
        assert again == [bytes(one) for one in digests(*asked)]
    files.close()
    assert all(one._file.closed for one in files.files)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="sees what is synced in /proc")
def test_saved_vectors_are_durable(tmp_path: Path) -> None:
    """Each file and then their folder; their names are told as from the folder above."""
    folder = tmp_path.resolve() / "1"
    with synced() as paths:
        entries = save_vectors(folder, digests("a"), np.zeros((1, 2), np.float16))
    names = (DIGESTS, VECTORS, QUANTISED)
    assert paths == [*(folder / name for name in names), folder]
    assert entries == {f"1/{name}": file_entry(folder / name) for name in names}
