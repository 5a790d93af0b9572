"""Files are whole and durable when they are said to be, and failures leave what was."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from synced import synced

from qwenqa.errors import GenerationError
from qwenqa.index import disk
from qwenqa.index.header import file_entry

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="sees what is synced in /proc"
)


def test_a_written_file_is_whole_and_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However little the system takes at once; its entry is what the disk holds."""
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:7]))
    path = tmp_path.resolve() / "x"
    with synced() as paths:
        entry = disk.write(path, b"heron " * 9)
    assert paths == [path]
    assert path.read_bytes() == b"heron " * 9
    assert entry == file_entry(path)
    with pytest.raises(FileExistsError):
        disk.write(path, b"")


def test_a_replaced_file_is_synced_before_its_name_and_the_name_after(tmp_path: Path) -> None:
    """A half file of a killed writer is in nobody's way; a folder that cannot be synced is none."""
    path = tmp_path.resolve() / "x"
    left = path.with_name("x.tmp")
    left.write_bytes(b"half")
    with synced() as paths:
        disk.replace(path, b"whole")
    assert paths == [left, path.parent]
    assert (path.read_bytes(), left.exists()) == (b"whole", False)


@pytest.mark.parametrize("code", [errno.EXDEV, errno.EPERM, errno.EMLINK])
def test_where_there_are_no_links_a_copy_is_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Of the same bytes, in pieces; any other failure is none of that kind."""

    def refuse(*_: object) -> None:
        raise OSError(code, "no links")

    old, new = tmp_path.resolve() / "old", tmp_path.resolve() / "new"
    old.write_bytes(b"heron " * 9)
    disk.link(old, new)
    assert new.stat().st_ino == old.stat().st_ino
    new.unlink()
    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(disk, "_PIECE_BYTES", 7)
    with synced() as paths:
        disk.link(old, new)
    assert paths == [new]
    assert new.read_bytes() == old.read_bytes()
    monkeypatch.setattr(disk, "_NO_LINKS", ())
    with pytest.raises(OSError, match="no links"):
        disk.link(old, tmp_path / "other")


def test_space_is_required_to_the_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As much as is free is enough; one byte more is refused with both numbers."""
    free = 5_000_000
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    disk.require_space(tmp_path, free)
    with pytest.raises(GenerationError, match=r"needs about 5 MB more.*has 5 MB free"):
        disk.require_space(tmp_path, free + 1)
    with pytest.raises(GenerationError, match=r"about 2,000 MB more"):
        disk.require_space(tmp_path, 2_000_000_000)
