"""The corpus folder: what is found in it, what is left out, and that no address leads out."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest
from written import MakeCorpus

from qwenqa import corpus
from qwenqa.errors import CorpusError, SourceError

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs links, pipes or free names")


def test_every_file_is_found_with_its_digest(make_corpus: MakeCorpus) -> None:
    """Sources are sorted by address, which uses slashes, with size and SHA-256 of the bytes."""
    root = make_corpus({"b.txt": "two", "a/c.md": "one", "a/b/d.txt": b"\xff\x00"})
    found = corpus.scan(root)
    assert [source.address for source in found.sources] == ["a/b/d.txt", "a/c.md", "b.txt"]
    assert found.sources[2].sha256 == hashlib.sha256(b"two").hexdigest()
    assert found.sources[0].size == 2
    assert found.skipped == ()


def test_names_that_begin_with_a_dot_are_not_looked_at(make_corpus: MakeCorpus) -> None:
    """Hidden files and folders are no part of the corpus and are not reported."""
    root = make_corpus({"a.txt": "x", ".git/config": "y", ".hidden.txt": "z"})
    found = corpus.scan(root)
    assert [source.address for source in found.sources] == ["a.txt"]
    assert found.skipped == ()


def test_the_digest_changes_with_content_and_address_only(make_corpus: MakeCorpus) -> None:
    """Time stamps are no matter; bytes and names are."""
    root = make_corpus({"a.txt": "x", "b.txt": "y"})
    before = corpus.scan(root).digest
    os.utime(root / "a.txt", (1, 1))
    assert corpus.scan(root).digest == before
    (root / "a.txt").rename(root / "c.txt")
    renamed = corpus.scan(root).digest
    (root / "c.txt").write_text("z")
    assert len({before, renamed, corpus.scan(root).digest}) == 3


def test_an_edit_of_the_same_size_and_time_is_noticed(make_corpus: MakeCorpus) -> None:
    """A file is known by its bytes, never by its time stamp."""
    root = make_corpus({"a.txt": "old text"})
    os.utime(root / "a.txt", ns=(10**18, 10**18))
    before = corpus.scan(root).digest
    (root / "a.txt").write_text("new text")
    os.utime(root / "a.txt", ns=(10**18, 10**18))
    assert corpus.scan(root).digest != before


@pytest.mark.parametrize("name", ["absent", "a.txt"])
def test_no_folder_is_a_corpus_error(make_corpus: MakeCorpus, name: str) -> None:
    """A folder that is not there, or is a file, is named in one sentence."""
    root = make_corpus({"a.txt": "x"})
    with pytest.raises(CorpusError, match=name):
        corpus.scan(root / name)


@posix
def test_links_are_not_followed(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    """A link to a file or folder, inside or out, is reported and never read."""
    root = make_corpus({"a.txt": "x"})
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "s.txt").write_text("secret")
    (root / "file.txt").symlink_to(tmp_path / "secret" / "s.txt")
    (root / "folder").symlink_to(tmp_path / "secret")
    (root / "loop").symlink_to(root)
    found = corpus.scan(root)
    assert [source.address for source in found.sources] == ["a.txt"]
    assert [one.address for one in found.skipped] == ["file.txt", "folder", "loop"]
    assert all("link" in one.reason for one in found.skipped)
    for address in ("file.txt", "folder/s.txt", "loop/a.txt"):
        with pytest.raises(SourceError):
            corpus.read_bytes(root, address)


@posix
def test_special_files_are_reported_without_waiting(make_corpus: MakeCorpus) -> None:
    """A named pipe is skipped at once, though nobody writes to it."""
    root = make_corpus({"a.txt": "x"})
    os.mkfifo(root / "pipe.txt")
    (skipped,) = corpus.scan(root).skipped
    assert (skipped.address, "plain file" in skipped.reason) == ("pipe.txt", True)


@posix
def test_no_two_names_share_an_address(make_corpus: MakeCorpus) -> None:
    """A byte that is no UTF-8 and a name that spells its code are two sources, each its own."""
    root = make_corpus({})
    try:
        for name in (b"/a\xff.txt", rb"/a\xff.txt", rb"/a\\xff.txt", b"/a\\\xff.txt"):
            Path(os.fsdecode(os.fsencode(root) + name)).write_bytes(name)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    addresses = {source.address for source in corpus.scan(root).sources}
    assert len(addresses) == 4
    assert len({corpus.read_bytes(root, address) for address in addresses}) == 4


@posix
def test_a_name_that_is_no_text_has_an_address(make_corpus: MakeCorpus) -> None:
    """A file name with bytes that are no UTF-8 is addressed, read, and valid text."""
    root = make_corpus({})
    try:
        Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.txt")).write_text("x")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (source,) = corpus.scan(root).sources
    source.address.encode("utf-8")
    assert corpus.read_bytes(root, source.address) == b"x"


def test_a_file_too_large_is_skipped(
    make_corpus: MakeCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size limit is checked before reading."""
    monkeypatch.setattr(corpus, "MAX_SOURCE_BYTES", 3)
    (skipped,) = corpus.scan(make_corpus({"a.txt": "four", "b.txt": "3ch"})).skipped
    assert skipped.address == "a.txt"
    assert "larger" in skipped.reason


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_unreadable_files_and_folders_are_reported(make_corpus: MakeCorpus) -> None:
    """What cannot be read is left out with a reason; the rest is found."""
    root = make_corpus({"a.txt": "x", "b.txt": "y", "c/d.txt": "z"})
    (root / "b.txt").chmod(0)
    (root / "c").chmod(0)
    found = corpus.scan(root)
    (root / "c").chmod(0o700)
    assert [source.address for source in found.sources] == ["a.txt"]
    assert [one.address for one in found.skipped] == ["b.txt", "c"]


OUTSIDE = ["", ".", "..", "../outside.txt", "a/../../outside.txt", "/etc/hostname", "a\0b", "//x"]


@pytest.mark.parametrize("address", OUTSIDE)
def test_no_address_leads_out_of_the_corpus(make_corpus: MakeCorpus, address: str) -> None:
    """An address with .. or from the root is refused, whatever stands there."""
    root = make_corpus({"a/b.txt": "x", "../outside.txt": "secret"})
    with pytest.raises(SourceError):
        corpus.read_bytes(root, address)


@pytest.mark.parametrize("address", ["gone.txt", "a", "a.txt/b.txt", "x" * 5000, "\ud800.txt"])
def test_what_is_no_file_is_a_source_error(make_corpus: MakeCorpus, address: str) -> None:
    """An address of nothing, of a folder, or one that no file system takes raises SourceError."""
    root = make_corpus({"a/b.txt": "x", "a.txt": "y"})
    with pytest.raises(SourceError):
        corpus.sha256_of(root, address)
