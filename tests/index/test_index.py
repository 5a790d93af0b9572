"""The folder index/: verified on open, published whole or not at all, readable throughout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from written import TEXTS, write_corpus

from qwenqa import Filter, Library
from qwenqa.errors import BuilderBusyError, DamagedError, GenerationError, NoGenerationError
from qwenqa.index import opening
from qwenqa.index.header import COPY, CURRENT, HEADER, read_pointer

QUESTION = "Where does the heron wait?"


def edit(library: Library, text: str) -> None:
    """Put other text in one of the documents."""
    write_corpus(library.settings.corpus, {"ships.txt": text})


def generations(index: Path) -> list[str]:
    """Names of the generation folders."""
    return sorted(path.name for path in index.glob("gen-*"))


def test_nothing_built_is_said_so(tmp_path: Path) -> None:
    """An index folder without a generation names the command that makes one."""
    with pytest.raises(NoGenerationError, match="qwenqa build"):
        opening.serving(tmp_path)


def flips(size: int) -> list[int]:
    """Some twenty places of a file: its ends and between."""
    return sorted({0, size - 1, *range(0, size, max(1, size // 20))})


def told(index: Path) -> str:
    """What opening says is wrong: with the generation it gives instead, or in place of one."""
    try:
        opened = opening.serving(index)
    except DamagedError as error:
        return str(error)
    opened.close()
    return opened.damage


def files_of(index: Path) -> list[Path]:
    """The pointer and every file of the one generation."""
    return [index / CURRENT, *(path for path in index.glob("gen-*/**/*") if path.is_file())]


def test_every_flipped_byte_is_noticed(library: Library) -> None:
    """Whatever byte of whatever file differs, opening names the file and what to do next."""
    index = library.settings.index
    assert len(files_of(index)) > 10
    for path in files_of(index):
        good = path.read_bytes()
        for at in flips(len(good)):
            path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
            assert path.name in told(index)
            assert "qwenqa build" in told(index)
        path.write_bytes(good)
    assert told(index) == ""


def test_missing_cut_and_longer_files_are_noticed(library: Library) -> None:
    """A file that is gone, shorter or longer is damage, named."""
    index = library.settings.index
    for path in files_of(index):
        good = path.read_bytes()
        for bad in (good[:-1], good + b"\0"):
            path.write_bytes(bad)
            assert path.name in told(index)
        path.unlink()
        assert path.name in told(index)
        path.write_bytes(good)


def test_a_damaged_index_is_built_again(library: Library) -> None:
    """Damage is no reason not to build: the next generation is whole."""
    index = library.settings.index
    for name in (HEADER, COPY):
        (index / generations(index)[0] / name).write_bytes(b"{}")
    again = Library(settings=library.settings)
    with pytest.raises(DamagedError):
        again.ask(QUESTION)
    assert again.rebuild().generation == 2
    assert again.ask(QUESTION).hits


class _Failing:
    """A function that fails once, at its n-th call, and counts."""

    def __init__(self, function: Callable[..., object], at: int) -> None:
        self.function, self.at, self.calls = function, at, 0

    def __call__(self, *given: object, **named: object) -> object:
        self.calls += 1
        if self.calls == self.at:
            raise OSError(28, "No space left on device")
        return self.function(*given, **named)


@pytest.mark.parametrize("name", ["fsync", "replace", "mkdir"])
def test_a_failure_at_any_call_leaves_the_old_generation_or_the_new(
    library: Library, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """However far publishing came when the disk failed, one whole generation serves."""
    index = library.settings.index
    real = getattr(os, name)
    at, failed = 0, 0
    while True:
        at += 1
        before = read_pointer(index).generation
        edit(library, f"The barque left Cardiff in {1900 + at}.")
        failing = _Failing(real, at)
        with monkeypatch.context() as patch:
            patch.setattr(os, name, failing)
            try:
                published = library.rebuild().published
            except GenerationError as error:
                published = False
                assert "No space left" in str(error)
                failed += 1
        now = opening.serving(index)
        assert now.number == (before + 1 if published else before)
        said = " ".join(passage.text for passage in now.all_passages())
        assert (f"Cardiff in {1900 + at}" in said) == published
        now.close()
        newest = max(generations(index))
        assert newest == f"gen-{read_pointer(index).generation:08d}", "no debris that could serve"
        if failing.calls < at:
            break
    assert failed > 0
    assert library.rebuild().published is False


def test_an_interrupted_build_leaves_nothing(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while encoding removes what was written and frees the builder's lock."""
    from qwenqa.encoders import ToyEncoder

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    edit(library, "The barque left Cardiff.")
    with monkeypatch.context() as patch:
        patch.setattr(ToyEncoder, "encode_passages", interrupt)
        with pytest.raises(KeyboardInterrupt):
            library.rebuild()
    assert generations(library.settings.index) == ["gen-00000001"]
    assert library.rebuild().published


def test_remains_of_a_killed_build_do_not_serve(library: Library) -> None:
    """A half-written folder and pointer, as a kill leaves them, are ignored and then removed."""
    index = library.settings.index
    shutil.copytree(index / "gen-00000001", index / "gen-00000007")
    (index / f"{CURRENT}.tmp").write_bytes(b"half")
    assert opening.serving(index).number == 1
    edit(library, "The barque left Cardiff.")
    report = library.rebuild()
    assert opening.serving(index).number == report.generation
    assert generations(index) == ["gen-00000001", f"gen-{report.generation:08d}"]


def test_old_generations_are_removed_by_policy(library: Library) -> None:
    """The newest three generations are kept, no matter how many were built."""
    for year in range(1900, 1905):
        edit(library, f"The barque left Cardiff in {year}.")
        library.rebuild()
    assert generations(library.settings.index) == [f"gen-0000000{n}" for n in (4, 5, 6)]


def test_young_generations_are_kept_whatever_their_number(library: Library) -> None:
    """Beyond the newest few, what is younger than the days set stays; the serving one always."""
    settings = replace(library.settings, keep_generations=1, keep_days=1)
    for year in (1900, 1901):
        edit(library, f"The barque left Cardiff in {year}.")
        Library(settings=settings).rebuild()
    assert generations(settings.index) == [f"gen-0000000{n}" for n in (1, 2, 3)]
    edit(library, "The barque left Cardiff in 1902.")
    Library(settings=replace(settings, keep_days=0)).rebuild()
    assert generations(settings.index) == ["gen-00000004"]


def test_a_held_generation_answers_after_its_folder_is_gone(library: Library) -> None:
    """A reader keeps its generation: everything it holds stays readable while others replace it."""
    held = library.generation()
    before = list(held.all_passages())
    for year in range(1900, 1904):
        edit(library, f"The barque left Cardiff in {year}.")
        Library(settings=library.settings).rebuild()
    assert held.folder.name not in generations(library.settings.index)
    held._document_text.cache_clear()
    assert list(held.all_passages()) == before
    assert held.lexical_candidates([("heron",)], 5)


SHIPS = Filter(path="ships.txt")


def test_several_threads_ask_while_rebuilds_run(library: Library) -> None:
    """Each answer belongs to one generation, whose text it quotes; none fails."""
    texts = {1: TEXTS["ships.txt"]}
    stop = threading.Event()
    answers, errors = [], []

    def ask() -> None:
        own = Library(settings=library.settings)
        try:
            while not stop.is_set():
                asked = (library, own, Library(settings=library.settings))
                answers.extend(
                    one.ask("When did the brig or barque leave?", 1, SHIPS) for one in asked
                )
        except Exception as error:  # noqa: BLE001 - any of them fails the test
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    builds = Library(settings=library.settings)
    for year in range(1900, 1908):
        text = f"The barque or brig left Cardiff in {year}."
        edit(library, text)
        number = builds.rebuild().generation
        texts[number] = text
        # However slowly the threads run, each generation is asked before the next is built.
        while not errors and number not in {answer.generation for answer in list(answers)}:
            time.sleep(0.01)
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert {answer.generation for answer in answers} >= {2, 3, 4, 5, 6, 7, 8, 9}
    for answer in answers:
        assert answer.hits[0].hit.passage.text in texts[answer.generation]


HOLD = """
import sys
from pathlib import Path
from qwenqa.index.publish import builder

with builder(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(library: Library) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the builder's lock until its input ends."""
    given = [sys.executable, "-c", HOLD, str(library.settings.index)]
    pipe = subprocess.PIPE
    with subprocess.Popen(given, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_builder_is_refused_and_the_first_named(
    library: Library, holder: subprocess.Popen[str]
) -> None:
    """While another process builds, a build says which one it is; afterwards it works."""
    with pytest.raises(BuilderBusyError, match=f"process {holder.pid}"):
        library.rebuild()
    assert library.ask(QUESTION).hits, "asking needs no lock"
    holder.communicate()
    assert library.rebuild().published is False


def test_a_killed_builder_leaves_no_lock(library: Library, holder: subprocess.Popen[str]) -> None:
    """The system frees the lock of a process that dies; nobody has to remove a file."""
    holder.kill()
    holder.wait()
    assert library.rebuild().published is False


def test_a_passage_it_has_not_is_a_key_error(library: Library) -> None:
    """Ids of another generation are not confused with its own."""
    with pytest.raises(KeyError):
        library.generation().passages([12345])
