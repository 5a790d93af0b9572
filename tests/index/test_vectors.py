"""Vectors are found by what was encoded, whatever else begins alike, and never made up."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from qwenqa.errors import DamagedError
from qwenqa.index.files.vectors import VECTORS, Digests, VectorFiles, save_vectors


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
