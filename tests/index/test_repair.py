"""After any single damaged file: what is whole answers, and a build encodes only what was lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from states import Content, content
from test_corruption import copied, files_of, said_by
from toys import small
from written import TEXTS, write_corpus

from qwenqa import Library
from qwenqa.encoders import ToyEncoder, opening
from qwenqa.errors import DamagedError
from qwenqa.index.files.vectors import DIGESTS, PREFIX
from qwenqa.settings import Settings
from qwenqa.types import Vectors

QUESTIONS = ("Where does the heron wait?", "Which brig left Bristol?", "What is kept in the tin?")
Hurt = Callable[[Path], None]


class Counting(ToyEncoder):
    """A toy encoder that counts the passages that it encodes."""

    encoded = 0

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of passages, counted."""
        Counting.encoded += len(texts)
        return super().encode_passages(texts, progress)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, not counted."""
        return ToyEncoder.encode_passages(self, texts)


def flipped(place: float) -> Hurt:
    """Damage of one bit, at this share of the file."""

    def flip(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[min(len(data) - 1, int(place * len(data)))] ^= 0x10
        path.write_bytes(data)

    return flip


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


DAMAGE: dict[str, Hurt] = {
    **{f"flip at {one}": flipped(one) for one in (0, 0.3, 0.6, 1)},
    "cut": cut,
    "gone": Path.unlink,
}


class Index:
    """An index whose one generation is made of several segments and files of vectors."""

    def __init__(self, folder: Path, keep: int) -> None:
        self.corpus, self.keep = write_corpus(folder / "corpus", TEXTS), keep
        self.folder = folder / "index"
        for number in range(2):
            self.library(self.folder).rebuild()
            new = f"The heron waits in bay {number}.\n\nA tin of {number} keeps tea dry."
            write_corpus(self.corpus, {f"heron{number}.txt": new})
        (self.corpus / "heron0.txt").write_text("The heron has left.", "utf-8")
        self.serving = self.library(self.folder).rebuild().generation
        fresh = self.library(folder / "fresh")
        fresh.rebuild()
        self.passages = {passage.id: passage for passage in fresh.generation().all_passages()}
        self.fresh: Content = content(folder / "fresh")
        self.answers = [said_by(fresh.ask(one)) for one in QUESTIONS]

    def library(self, index: Path) -> Library:
        """A library that nobody has used yet."""
        settings = Settings(self.corpus, index, "toy", keep_generations=self.keep)
        return Library(settings=settings)


@pytest.fixture(scope="module", autouse=True)
def _counted() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, small(step=1000, segment_passages=2, fan=9):
        patch.setattr(opening, "ToyEncoder", Counting)
        yield


@pytest.fixture(scope="module", params=[1, pytest.param(2, marks=pytest.mark.slow)])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index(tmp_path_factory.mktemp("repaired"), request.param)


def lost(path: Path) -> int:
    """How many vectors are lost with a file."""
    if not path.parent.name.startswith(PREFIX):
        return 0
    return len(np.load(path.parent / DIGESTS))


def require_never_wrong(index: Index, library: Library, hurt: Path, serves: bool) -> None:
    """What answers says what is damaged, and gives nothing that a fresh index has not."""
    for question in QUESTIONS:
        try:
            answer = library.ask(question)
        except DamagedError as error:
            assert "qwenqa build" in str(error)
            return
        assert hurt.name in " ".join(answer.notes) or not serves
        assert all(hit.verification.verdict in ("exact", "changed") for hit in answer.hits)
        if answer.generation == index.serving:
            parts = [part for hit in answer.hits for part in hit.hit.parts]
            assert all(index.passages[part.id] == part for part in parts)


def mended(index: Index, path: Path, what: Hurt, folder: Path) -> int:
    """Damage a file of a copy, ask, build, ask again; how many passages were encoded."""
    copied(index.folder, folder)
    hurt = folder / path.relative_to(index.folder)
    wanted = lost(hurt)
    what(hurt)
    library = index.library(folder)
    struck = {finding.generation for finding in library.check().findings}
    require_never_wrong(index, library, hurt, bool(struck & {0, index.serving}))
    before = Counting.encoded
    report = library.rebuild()
    assert Counting.encoded - before == report.encoded <= wanted
    assert library.check(full=True).findings == ()
    assert [said_by(library.ask(one)) for one in QUESTIONS] == index.answers
    assert content(folder) == index.fresh
    return report.encoded


def test_a_build_encodes_only_what_was_damaged(index: Index, tmp_path: Path) -> None:
    """For every file of the index: found, told, mended by encoding what it held and no more."""
    paths, kinds = files_of(index.folder), [*DAMAGE.values()]
    encoded = 0
    for number, path in enumerate(paths):
        encoded += mended(index, path, kinds[number % len(kinds)], tmp_path / f"{number}")
    assert encoded


@pytest.mark.slow
@pytest.mark.parametrize("what", DAMAGE)
def test_every_damage_of_every_file(index: Index, tmp_path: Path, what: str) -> None:
    """The same for each damage of each file."""
    for number, path in enumerate(files_of(index.folder)):
        mended(index, path, DAMAGE[what], tmp_path / f"{number}")
