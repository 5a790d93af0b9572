"""Whatever happens to a file of the index: found before use, named, and mended by a build."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from written import TEXTS, write_corpus

from qwenqa import Library
from qwenqa.answers.answer.answer import Answer
from qwenqa.errors import DamagedError
from qwenqa.index import opening
from qwenqa.index.header import CURRENT, HEADER, FileEntry, file_entry, folder_of, pointer

QUESTION = "Where does the heron wait?"
FAST, ALL = 40, 1_000
Files = dict[str, FileEntry | None]
Damage = Callable[[Path, Path, random.Random], None]


def flip(path: Path, index: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 3)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def cut(path: Path, index: Path, chance: random.Random) -> None:
    os.truncate(path, chance.randrange(path.stat().st_size))


def grow(path: Path, index: Path, chance: random.Random) -> None:
    path.write_bytes(path.read_bytes() + chance.randbytes(chance.randint(1, 5_000)))


def zero(path: Path, index: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    start = chance.randrange(len(data))
    path.write_bytes(data[:start] + bytes(len(data) - start))


def delete(path: Path, index: Path, chance: random.Random) -> None:
    path.unlink()


def folder(path: Path, index: Path, chance: random.Random) -> None:
    path.unlink()
    path.mkdir()


def link(path: Path, index: Path, chance: random.Random) -> None:
    path.unlink()
    path.symlink_to(chance.choice([path.parent / "nowhere", *others(path, index)]))


def other_file(path: Path, index: Path, chance: random.Random) -> None:
    data = chance.choice(others(path, index)).read_bytes()
    path.unlink()
    path.write_bytes(data)


def other_generation(path: Path, index: Path, chance: random.Random) -> None:
    """Swap the content with that of a file of the same name in another generation."""
    same = [other for other in others(path, index) if other.name == path.name]
    if not same:
        return other_file(path, index, chance)
    other = chance.choice(same)
    mine, its = path.read_bytes(), other.read_bytes()
    for one, data in ((path, its), (other, mine)):
        one.unlink()
        one.write_bytes(data)
    return None


def garbage(path: Path, index: Path, chance: random.Random) -> None:
    path.write_bytes(chance.randbytes(chance.choice([0, 1, 200])))


def dangling(path: Path, index: Path, chance: random.Random) -> None:
    write_pointer(index, chance.choice([0, 77, 10**9]))


def wrong_checksum(path: Path, index: Path, chance: random.Random) -> None:
    write_pointer(index, chance.choice([1, 2, 3]))


def write_pointer(index: Path, number: int) -> None:
    """A CURRENT that is whole in itself and names a generation with another header's checksum."""
    found = pointer(number, b"another header")
    names = ("generation", "header_sha256", "checksum")
    record = {name: getattr(found, name) for name in names}
    (index / CURRENT).write_text(json.dumps(record))


ANY: tuple[Damage, ...] = (
    *(flip, cut, grow, zero, delete, folder, link, other_file, other_generation, garbage),
)
POINTERS: tuple[Damage, ...] = (flip, cut, grow, delete, folder, link, garbage)


def others(path: Path, index: Path) -> list[Path]:
    """The generations' other files."""
    return [one for one in files_of(index) if one not in (path, index / CURRENT)]


def files_of(index: Path) -> list[Path]:
    """CURRENT and every file of every generation."""
    below = sorted(path for path in index.glob("gen-*/**/*") if path.is_file())
    return [index / CURRENT, *below]


def copied(index: Path, to: Path) -> Path:
    """A copy in which what was shared is shared again."""
    first: dict[int, Path] = {}
    for path in files_of(index):
        new = to / path.relative_to(index)
        new.parent.mkdir(parents=True, exist_ok=True)
        known = first.setdefault(path.stat().st_ino, new)
        os.link(known, new) if known != new else shutil.copyfile(path, new)
    return to


class Built:
    """Three generations that share files, what each answers, and what is built from nothing."""

    def __init__(self, folder: Path) -> None:
        self.corpus, self.index = write_corpus(folder / "corpus", TEXTS), folder / "index"
        self.answers: dict[int, object] = {}
        library = self.library(self.index)
        for number, said in ((1, "one bay"), (2, "two bays"), (3, "three bays")):
            write_corpus(self.corpus, {f"heron{number}.txt": f"The heron waits in {said}."})
            assert library.rebuild().generation == number
            self.answers[number] = said_by(library.ask(QUESTION))
        from_nothing = self.library(folder / "other")
        self.from_nothing = said_by(from_nothing.ask(QUESTION))
        self.files = snapshot(self.index)

    def library(self, index: Path) -> Library:
        """The corpus with this index."""
        return Library(corpus=self.corpus, index=index, model="toy")


def said_by(answer: Answer) -> object:
    """All of an answer that may not depend on an index's history."""
    return [(hit.hit.passage, hit.hit.score, hit.citation) for hit in answer.hits]


def snapshot(index: Path) -> Files:
    """Every file's bytes, as length and checksum."""
    return {
        str(one.relative_to(index)): file_entry(one) for one in files_of(index) if one.is_file()
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(tmp_path_factory.mktemp("built"))


def damaged(built: Built, index: Path, chance: random.Random) -> tuple[Path, set[str]]:
    """Damage one file; which one, and all the names whose bytes are now others."""
    path = chance.choice(files_of(index)) if chance.random() > 0.2 else index / CURRENT
    if path.name == CURRENT:
        what = chance.choice([*POINTERS, dangling, wrong_checksum])
    else:
        what = chance.choice(ANY)
    what(path, index, chance)
    now = snapshot(index)
    return path, {name for name in built.files if now.get(name) != built.files[name]}


def one_damage(built: Built, index: Path, seed: int) -> None:
    """The laws of this module for one seed."""
    path, differ = damaged(built, copied(built.index, index), random.Random(seed))
    hurt = {int(name[4:12]) for name in differ if name != CURRENT}
    good = [one for one in (3, 2, 1) if one not in hurt]
    # Removing begins with the header: without it an old folder is what a killed builder left.
    left = path.name == HEADER and not path.exists() and path.parent != folder_of(index, 3)
    whole = not differ or left
    library = built.library(index)
    found = library.check()
    assert found.clean == whole, (path, found)
    named = {finding.file for finding in found.findings}
    if left:
        assert found.remains == (str(path.parent),)
    elif path.name != CURRENT:
        assert {str(index / name) for name in differ} == named
    assert not good or found.serving == good[0]
    if good:
        answer = library.ask(QUESTION)
        assert answer.generation == good[0]
        assert said_by(answer) == built.answers[good[0]]
        told = " ".join(answer.notes)
        serves = CURRENT not in differ and 3 in good
        assert serves or any(Path(name).name in told for name in named), told
        assert serves == ("This answer is from generation" not in told)
    elif found.serving:
        answer = library.ask(QUESTION)
        assert answer.generation == found.serving
        assert all(hit.verification.verdict == "exact" for hit in answer.hits)
        told = " ".join(answer.notes)
        assert any(Path(name).name in told for name in named), told
    else:
        with pytest.raises(DamagedError, match="qwenqa build") as error:
            library.ask(QUESTION)
        assert any(Path(name).name in str(error.value) for name in named)
    library.rebuild()
    after = library.check(full=True)
    assert (after.findings, after.remains, after.remarks) == ((), (), ())
    assert said_by(library.ask(QUESTION)) == built.from_nothing
    shutil.rmtree(index)


@pytest.mark.parametrize("seed", range(FAST))
def test_damage_is_found_named_and_mended(built: Built, tmp_path: Path, seed: int) -> None:
    """A damaged file never answers: what is whole does, and a build mends all."""
    one_damage(built, tmp_path / "index", seed)


@pytest.mark.slow
def test_a_thousand_damages_are_found_named_and_mended(built: Built, tmp_path: Path) -> None:
    """The same for many more."""
    for seed in range(FAST, ALL):
        one_damage(built, tmp_path / f"index{seed}", seed)


def test_a_build_links_nothing_that_was_damaged_while_it_was_open(
    built: Built, tmp_path: Path
) -> None:
    """A library that holds a generation open verifies it again before it takes parts over."""
    index = copied(built.index, tmp_path / "index")
    library = built.library(index)
    library.ask(QUESTION)
    for path in folder_of(index, 3).rglob("*.npy"):
        flip(path, index, random.Random(1))
    library.rebuild()
    assert library.check(full=True).clean
    assert said_by(library.ask(QUESTION)) == built.from_nothing
    opened = opening.serving(index)
    assert opened.damage == ""
    opened.close()
