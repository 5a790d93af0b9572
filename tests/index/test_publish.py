"""How generations come and go: durably, in an order that survives a kill, one builder at a time."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import msgspec
import pytest
from synced import synced
from written import write_corpus

from qwenqa import Library
from qwenqa.errors import BuilderBusyError, GenerationError
from qwenqa.index import disk, publish
from qwenqa.index.files.segment import TERMS
from qwenqa.index.header import COPY, CURRENT, HEADER, Header, folder_of, headers, read_header

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="sees what is synced in /proc"
)


@pytest.fixture
def index(library: Library) -> Path:
    """The folder of an index with one generation."""
    return library.settings.index.resolve()


def again(index: Path, kind: str = "complete") -> Header:
    """The parts of the first generation written as the second one, which has no header yet."""
    old = read_header(index, 1)
    header = msgspec.structs.replace(old, generation=2, kind=kind)
    names = {name.partition("/")[0] for name in old.files if "/" in name}
    parts = [
        publish.Part(
            part,
            folder_of(index, 1),
            {name: one for name, one in old.files.items() if name.startswith(f"{part}/")},
        )
        for part in names
    ]
    publish.write_generation(index, header, parts)
    return header


def test_the_folder_of_an_index_is_durable_before_anything_is_in_it(tmp_path: Path) -> None:
    """It is made with those above it, and its name synced, only where it is not there."""
    folder = tmp_path.resolve() / "deep" / "index"
    with synced() as paths, publish.builder(folder):
        assert paths == [folder.parent]
        assert (folder / "BUILDER").read_text() == str(os.getpid())
    with synced() as paths, publish.builder(folder):
        assert paths == []
    assert not (folder / "BUILDER").exists()


def test_one_builder_at_a_time_who_is_named(tmp_path: Path) -> None:
    """The second is refused and takes nothing from the first; then the next one may."""
    for _ in range(2):
        with publish.builder(tmp_path):
            with (
                pytest.raises(BuilderBusyError, match=r"^This process already is building"),
                publish.builder(tmp_path),
            ):
                pytest.fail("two builders")
            (tmp_path / "BUILDER").write_text("1")
            with (
                pytest.raises(BuilderBusyError, match=r"process 1\) is building"),
                publish.builder(tmp_path),
            ):
                pytest.fail("two builders")


def test_a_work_folder_is_empty_and_goes(tmp_path: Path) -> None:
    """Whatever a killed builder left in it, and however its own builder ends."""
    left = tmp_path / publish.WORK / "left"
    left.mkdir(parents=True)
    with pytest.raises(KeyError), publish.work_folder(tmp_path) as folder:
        assert list(folder.iterdir()) == []
        raise KeyError
    assert not folder.exists()


def test_a_number_is_not_used_again(index: Path) -> None:
    """Neither that of a folder there is, whole or not, nor the one that is said to serve."""
    assert publish.next_number(index) == 2
    shutil.rmtree(folder_of(index, 1))
    assert publish.next_number(index) == 2
    folder_of(index, 7).mkdir()
    assert publish.next_number(index) == 8


def test_a_generation_is_durable_from_within(index: Path) -> None:
    """Its folders' names are synced, then header and copy, the header last, then the index."""
    with synced() as paths:
        header = again(index)
    folder = folder_of(index, 2)
    below = {path for path in folder.iterdir() if path.is_dir()}
    assert below <= set(paths)
    assert paths[-1] == folder
    assert [one.generation for one in headers(index)] == [1]
    with synced() as paths:
        done = publish.complete(index, header, b"null")
    names = [path.name for path in paths]
    assert names[-4:] == [COPY, HEADER, folder.name, index.name]
    assert done.files.keys() <= read_header(index, 2).files.keys()
    assert (done.copied, read_header(index, 2).copied) == (True, True)
    assert publish.serving(index) == 1


@pytest.mark.parametrize("fails", ["link", "write"])
def test_what_cannot_be_written_leaves_nothing(
    index: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    """Neither a half folder nor a header; the error says that the old index serves."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    header = again(index)
    if fails == "link":
        shutil.rmtree(folder_of(index, 2))
    monkeypatch.setattr(disk, fails, full)
    with pytest.raises(GenerationError, match=r"No space left.*still serves"):
        again(index) if fails == "link" else publish.complete(index, header, b"null")
    assert not folder_of(index, 2).exists()


def test_a_folder_in_the_place_of_the_pointer_is_replaced(index: Path) -> None:
    """Nothing that lies there keeps a whole generation from serving."""
    (index / CURRENT).unlink()
    assert (publish.serving(index), publish.named(index)) == (None, b"")
    (index / CURRENT / "x").mkdir(parents=True)
    publish.serve(index, 1)
    assert publish.serving(index) == 1
    assert publish.named(index) == (index / CURRENT).read_bytes()


def test_a_header_that_stays_keeps_its_generation(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it cannot be removed nothing is; else it goes first, durably, and the rest follows."""
    folder = folder_of(index, 1)
    before = sorted(folder.rglob("*"))

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", refuse)
        publish.remove_generation(index, 1)
    assert sorted(folder.rglob("*")) == before
    with synced() as paths:
        publish.remove_generation(index, 1)
    assert paths == [folder]
    assert not folder.exists()


def test_a_folder_without_a_header_is_removed_all_the_same(index: Path) -> None:
    """What a kill left half removed does not stay."""
    (folder_of(index, 1) / HEADER).unlink()
    publish.remove_generation(index, 1)
    assert not folder_of(index, 1).exists()


def test_steps_are_removed_but_for_one(index: Path) -> None:
    """Complete generations are none; of the others only the named one stays."""
    publish.complete(index, again(index, "words"), b"null")
    publish.remove_unfinished(index, 2)
    assert [one.generation for one in headers(index)] == [1, 2]
    publish.remove_unfinished(index, 1)
    assert [one.generation for one in headers(index)] == [1]


def test_damaged_generations_are_removed_but_for_one(library: Library, index: Path) -> None:
    """Of the named one's files nothing is read again; others go with any of their own."""
    write_corpus(library.settings.corpus, {"new.txt": "A tern dives."})
    library.rebuild()
    publish.remove_damaged(index, 2)
    assert [one.generation for one in headers(index)] == [1, 2]
    (own,) = {one.name for one in read_header(index, 2).segments} - {
        one.name for one in read_header(index, 1).segments
    }
    path = folder_of(index, 2) / own / TERMS
    path.write_bytes(path.read_bytes() + b"x")
    publish.remove_damaged(index, 2)
    assert [one.generation for one in headers(index)] == [1, 2]
    publish.remove_damaged(index, 1)
    assert [one.generation for one in headers(index)] == [1]


def test_remains_are_removed_but_for_those_of_use(index: Path) -> None:
    """Half folders, the work folder and a half pointer; no generation, and nothing named."""
    half, work, pointer = folder_of(index, 7), index / publish.WORK, index / f"{CURRENT}.tmp"
    half.mkdir()
    work.mkdir()
    pointer.write_bytes(b"half")
    assert publish.remains(index) == [half, work, pointer]
    publish.remove_remains(index, [half])
    assert publish.remains(index) == [half]
    publish.remove_remains(index)
    assert publish.remains(index) == []
    assert folder_of(index, 1).is_dir()


def test_what_the_disk_refuses_is_said_with_what_to_do(tmp_path: Path) -> None:
    """A file in the folder's place asks for another one, all else for space or leave to write."""
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(GenerationError, match=r"is not a folder.*--index"),
        publish.builder(tmp_path / "file"),
    ):
        pytest.fail("built in a file")
    with (
        pytest.raises(GenerationError, match=r"cannot be written.*File exists"),
        publish.writing(tmp_path),
    ):
        (tmp_path / "file").mkdir()
