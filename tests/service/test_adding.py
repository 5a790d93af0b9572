"""Files that are added to the corpus: confined, whole, never over another."""

from __future__ import annotations

import unicodedata
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwenqa import Library, corpus
from qwenqa.errors import AddingError
from qwenqa.service import Added
from qwenqa.service.upkeep import adding
from qwenqa.service.upkeep.adding import FOLDER, LONGEST_NAME, safe_name

Usage = namedtuple("Usage", "total used free")
TEXT = b"A heron waits in shallow water for fish.\n"


def test_an_added_file_is_answered_from(library: Library) -> None:
    """After a rebuild its passages are cited, by the address that adding gave."""
    address = library.add("bittern.txt", b"A bittern booms in the reed at dusk.\n").address
    assert address == f"{FOLDER}/bittern.txt"
    library.rebuild()
    (hit, *_) = library.ask("Which bird booms in the reed?").hits
    assert (hit.citation.address, hit.verification.verdict) == (address, "exact")


def test_a_taken_name_gets_a_number_and_the_same_bytes_do_not(library: Library) -> None:
    """Nothing is ever replaced, and nothing is there twice under one name."""
    assert library.add("heron.txt", TEXT) == Added(f"{FOLDER}/heron.txt", new=True)
    assert library.add("heron.txt", TEXT) == Added(f"{FOLDER}/heron.txt", new=False)
    assert library.add("heron.txt", b"other") == Added(f"{FOLDER}/heron-2.txt", new=True)
    assert library.add("heron.txt", b"third") == Added(f"{FOLDER}/heron-3.txt", new=True)
    assert library.add("heron.txt", b"other") == Added(f"{FOLDER}/heron-2.txt", new=False)
    folder = library.settings.corpus / FOLDER
    held = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert held == {"heron.txt": TEXT, "heron-2.txt": b"other", "heron-3.txt": b"third"}


def test_a_file_is_added_by_its_path_too(library: Library, tmp_path: Path) -> None:
    """What stands in a file is copied, and the file stays."""
    upload = tmp_path / "upload"
    upload.write_bytes(TEXT)
    address = library.add("heron.txt", upload).address
    assert (library.settings.corpus / address).read_bytes() == upload.read_bytes() == TEXT


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\report.pdf", "report.pdf"),
        ("/absolute.txt", "absolute.txt"),
        (".hidden.txt", "hidden.txt"),
        ("...", "document"),
        ("", "document"),
        ("a/", "document"),
        ("nul.txt", "_nul.txt"),
        ("COM1", "_COM1"),
        ("nullable.txt", "nullable.txt"),
        ("a:b*c?.txt", "a_b_c_.txt"),
        ("evil\u202etxt.exe", "eviltxt.exe"),
        ("line\nbreak\0\x1b[1m.txt", "linebreak[1m.txt"),
        ("cafe\u0301.txt", "caf\u00e9.txt"),
        ("trailing. . ", "trailing"),
        ("<img src=x onerror=a>.md", "_img src=x onerror=a_.md"),
        ("\ud800.txt", "txt"),
    ],
)
def test_a_name_becomes_one_that_every_system_takes(name: str, safe: str) -> None:
    """No separator, no leading dot, nothing unseen, nothing reserved, in normal form."""
    assert safe_name(name) == safe


@given(st.text(max_size=400))
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    """Whatever the name, it is one plain, visible, short name, and safe already."""
    safe = safe_name(name)
    assert Path(safe).name == safe
    assert not safe.startswith(".")
    assert 0 < len(safe.encode()) <= LONGEST_NAME + 1
    assert unicodedata.is_normalized("NFC", safe)
    assert not any(unicodedata.category(one).startswith("C") for one in safe)
    assert safe_name(safe) == safe


def test_a_link_is_neither_followed_nor_replaced(library: Library, tmp_path: Path) -> None:
    """A link of the same name stays as it is, and what it leads to too."""
    outside = tmp_path / "outside.txt"
    outside.write_bytes(TEXT)
    library.add("first.txt", TEXT)
    link = library.settings.corpus / FOLDER / "heron.txt"
    link.symlink_to(outside)
    assert library.add("heron.txt", b"other").address == f"{FOLDER}/heron-2.txt"
    assert library.add("heron.txt", TEXT).address == f"{FOLDER}/heron-3.txt"
    assert (link.is_symlink(), outside.read_bytes()) == (True, TEXT)


def test_a_folder_that_is_a_link_takes_nothing(library: Library, tmp_path: Path) -> None:
    """Files are not added elsewhere by way of a link."""
    (tmp_path / "elsewhere").mkdir()
    (library.settings.corpus / FOLDER).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AddingError, match="is a link"):
        library.add("heron.txt", TEXT)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_sizes_are_limited_for_one_file_and_for_all(library: Library) -> None:
    """Exactly the limit is taken; one byte more is not, and neither is nothing."""
    limited = Library(settings=replace(library.settings, upload_mib=1, upload_total_mib=2))
    limited.add("one.txt", b"x" * 2**20)
    with pytest.raises(AddingError, match="larger than 1 MiB"):
        limited.add("large.txt", b"x" * (2**20 + 1))
    limited.add("two.txt", b"y" * 2**20)
    with pytest.raises(AddingError, match="2 MiB in all"):
        limited.add("three.txt", b"z")
    with pytest.raises(AddingError, match="empty"):
        limited.add("nothing.txt", b"")


def test_a_nearly_full_disk_takes_nothing(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Added files leave room for the index."""
    monkeypatch.setattr(adding.shutil, "disk_usage", lambda _: Usage(0, 0, adding.SPARE_BYTES))
    with pytest.raises(AddingError, match="nearly full"):
        library.add("heron.txt", TEXT)


@pytest.mark.parametrize("call", ["write", "fsync", "link"])
def test_a_failed_write_leaves_nothing(
    library: Library, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """A disk that fails costs the file, not the corpus; and no half file is ever seen there."""

    def fail(*_: object) -> None:
        seen = corpus.scan(library.settings.corpus)
        assert not [source for source in seen.sources if source.address.startswith(FOLDER)]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"qwenqa.index.disk.os.{call}", fail)
    with pytest.raises(AddingError, match="No space left on device"):
        library.add("heron.txt", TEXT)
    monkeypatch.undo()
    assert not list((library.settings.corpus / FOLDER).iterdir())
