"""Whatever happens to a corpus and its builds, the index is that of a build from nothing."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from faulty import Faults
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from states import WORDS, Content, content, from_nothing, require_tidy, require_whole
from toys import MODELS, model, small, unsynced
from written import write_corpus

from qwenqa import Library
from qwenqa.corpus import sha256
from qwenqa.errors import GenerationError
from qwenqa.index import opening, publish
from qwenqa.settings import Settings
from qwenqa.types import Progress

ADDRESSES = st.sampled_from(["a.txt", "b.md", "c.txt", "d/a.txt", "d/e.md", "d/e/f.txt"])
SENTENCES = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=12).map(lambda one: " ".join(one) + ". "),
    min_size=1,
    max_size=12,
)
QUESTION = " ".join(WORDS)


PHASES = (Phase.generate,)
"""A history that fails is shown as it is: making it shorter takes many minutes."""


class EndedError(Exception):
    """What ends a build from outside."""


class History(RuleBasedStateMachine):
    """A corpus, an index, and what the files held whenever they could be read."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = contextlib.ExitStack()
        self.base = Path(self.patches.enter_context(tempfile.TemporaryDirectory()))
        self.patches.enter_context(small())
        self.patches.enter_context(unsynced())
        self.patches.enter_context(mock.patch.object(os, "open", self.open(os.open)))
        (self.base / "corpus").mkdir()
        self.settings = Settings(self.base / "corpus", self.base / "index", "toy")
        self.weights = "toy-1"
        self.unreadable: set[Path] = set()
        self.read: dict[str, bytes] = {}
        """What files held when a build could read them, by SHA-256."""
        self.marks = 0
        self.served: dict[int, Content] = {}
        self.library = Library(settings=self.settings)

    def teardown(self) -> None:
        """Remove everything."""
        self.patches.close()

    def open(self, real: Callable[..., int]) -> Callable[..., int]:
        """Opening files, some of which cannot be read."""

        def call(path: Any, *given: Any, **named: Any) -> int:
            if path in self.unreadable:
                raise PermissionError(13, "Permission denied", str(path))
            return real(path, *given, **named)

        return call

    # What happens to the corpus.

    @initialize(parts=SENTENCES)
    def begin(self, parts: list[str]) -> None:
        """There is a file."""
        self.write("a.txt", parts)

    @rule(address=ADDRESSES, parts=SENTENCES)
    def write(self, address: str, parts: list[str]) -> None:
        """Add or edit a file; every text has a word of its own."""
        self.marks += 1
        head = f"{mark(self.marks)} stands here. "
        path = self.base / "corpus" / address
        write_corpus(self.base / "corpus", {address: head + "".join(parts)})
        self.unreadable.discard(path)

    @rule(address=ADDRESSES)
    def extend(self, address: str) -> None:
        """Edit the end of a file, so that most of its passages stay."""
        path = self.base / "corpus" / address
        if path.is_file():
            path.write_bytes(path.read_bytes() + b"\n\nA kettle sings at the end.")

    @rule(address=ADDRESSES)
    def edit_unseen(self, address: str) -> None:
        """Edit a file so that its size and its time stamp stay."""
        path = self.base / "corpus" / address
        if path.is_file():
            status, data = path.stat(), path.read_bytes()
            self.marks += 1
            path.write_bytes(mark(self.marks).encode() + data[len(mark(0)) :])
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
            assert path.stat().st_size == status.st_size

    @rule(old=ADDRESSES, new=ADDRESSES, how=st.sampled_from(["rename", "copy"]))
    def move(self, old: str, new: str, how: str) -> None:
        """Rename a file over another, or copy it."""
        path, other = self.base / "corpus" / old, self.base / "corpus" / new
        if path.is_file() and path != other:
            other.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, other)
            self.unreadable.discard(other)
            if how == "rename":
                self.delete(old)

    @rule(address=ADDRESSES)
    def delete(self, address: str) -> None:
        """Delete a file."""
        path = self.base / "corpus" / address
        path.unlink(missing_ok=True)
        self.unreadable.discard(path)

    @rule(address=ADDRESSES)
    def lock(self, address: str) -> None:
        """A file cannot be read from now on."""
        path = self.base / "corpus" / address
        if path.is_file():
            self.unreadable.add(path)

    @rule()
    def unlock(self) -> None:
        """Everything can be read again."""
        self.unreadable.clear()

    # What happens to the library.

    @rule()
    def reopen(self) -> None:
        """A new process begins."""
        self.library = Library(settings=self.settings)

    @rule(tokens=st.sampled_from([64, 24, 16]))
    def split_otherwise(self, tokens: int) -> None:
        """Passages have another length from now on."""
        self.settings = dataclasses.replace(self.settings, passage_tokens=tokens)
        self.reopen()

    @rule()
    def change_model(self) -> None:
        """The model of this name is another one from now on."""
        (self.weights,) = MODELS.keys() - {self.weights}
        self.reopen()

    @rule()
    def rebuild(self) -> None:
        """The index becomes that of a build from nothing, and nothing else lies there."""
        self.build()
        self.look()
        require_tidy(self.settings)
        with model(self.weights):
            assert not self.library.status().stale

    @rule(rounds=st.integers(2, 5))
    def churn(self, rounds: int) -> None:
        """Many small changes, each built, until segments and files of vectors are joined."""
        for number in range(rounds):
            self.write(f"d/{number}.txt", ["A heron waits. "])
            self.build()
        self.look()

    @rule(at=st.integers(1, 40), how=st.sampled_from(["progress", "encoder"]))
    def rebuild_that_ends(self, at: int, how: str) -> None:
        """A build that is ended from within leaves the old state or the new one."""
        if how == "progress":
            self.struck(contextlib.nullcontext(), Ending(at))
            return
        encoder = MODELS[self.weights]
        ending = Ending(at // 10, encoder.encode_passages)
        # A function, so that it becomes a method of the encoder.
        fake = lambda *given: ending(*given)  # noqa: E731, PLW0108
        self.struck(mock.patch.object(encoder, "encode_passages", fake))

    @rule(
        at=st.integers(1, 400),
        kind=st.sampled_from(["EIO", "ENOSPC"]),
        always=st.booleans(),
    )
    def rebuild_on_a_failing_disk(self, at: int, kind: str, always: bool) -> None:
        """So does a build whose disk fails."""
        self.struck(Faults(self.settings.index, at, kind, always)())

    @precondition(lambda self: len(self.library.kept()) > 1)
    @rule(data=st.data())
    def roll_back(self, data: st.DataObject) -> None:
        """A kept generation serves again as it was."""
        number = data.draw(st.sampled_from(self.library.kept()))
        self.library.roll_back(number)
        if number in self.served:
            assert content(self.settings.index) == self.served[number]

    @invariant()
    def every_generation_is_whole(self) -> None:
        """Each opens verified, and the serving one answers."""
        if publish.serving(self.settings.index) and self.library.generation().header.passages:
            require_whole(self.settings, QUESTION)

    # What has to be.

    def build(self) -> None:
        """Rebuild; what was indexed of a file that cannot be read now is kept."""
        index = self.settings.index
        old = self.library.generation() if publish.serving(index) else None
        with model(self.weights):
            self.note()
            report = self.library.rebuild(allow_empty=True)
        new = self.library.generation()
        assert new.number == report.generation
        if old and old.header.recipe == new.header.recipe:
            held = {document.source.address: document.source for document in old.documents}
            for source in (held[one] for one in self.locked() if one in held):
                assert new.documents[new.document_of(source.address) or 0].source == source

    def struck(
        self,
        fault: contextlib.AbstractContextManager[object],
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """A build that may fail: then the index is what it was, or what it should become."""
        index = self.settings.index
        before = publish.serving(index)
        old = content(index) if before else None
        self.note()
        with model(self.weights), contextlib.suppress(EndedError, GenerationError), fault:
            self.library.rebuild(progress, allow_empty=True)
        if publish.serving(index) != before:
            self.look(some_vectors=True)
        elif before:
            assert content(index) == old

    def look(self, some_vectors: bool = False) -> None:
        """The serving generation is that of a build from nothing; removed text is not found."""
        index = self.settings.index
        found, new = content(index), self.from_nothing()
        if some_vectors and opening.serving(index).header.kind == "words":
            assert found["vectors"].items() <= new["vectors"].items()
            new |= {name: found[name] for name in ("vectors", "dense")}
        if self.locked():
            new |= {name: found[name] for name in ("skipped", "digest")}
        for name in new:
            assert found[name] == new[name], name
        self.served[publish.serving(index) or 0] = found
        self.look_for_removed("".join(new["texts"]))

    def look_for_removed(self, standing: str) -> None:
        """No question finds a word that no file holds any more."""
        gone = [one for one in map(mark, range(1, self.marks + 1)) if one not in standing]
        with model(self.weights):
            answer = Library(settings=self.settings).ask(" ".join(["owl", *gone[-9:]]), k=50)
        said = "".join(hit.hit.passage.text for hit in answer.hits)
        assert not any(one in said for one in gone)

    def from_nothing(self) -> Content:
        """A build of what can be read, and of what the index has of what cannot."""
        opened = opening.serving(self.settings.index)
        stale = {one.address for one in opened.header.stale}
        assert stale <= self.locked() <= {one.address for one in opened.header.skipped}
        held = {
            document.source.address: self.read[document.source.sha256]
            for document in opened.documents
        }
        with tempfile.TemporaryDirectory() as folder, model(self.weights):
            root = Path(folder, "corpus")
            shutil.copytree(self.settings.corpus, root)
            for address in self.locked():
                (root / address).unlink()
            write_corpus(root, {one: held[one] for one in stale})
            return from_nothing(dataclasses.replace(self.settings, corpus=root))

    def locked(self) -> set[str]:
        """Addresses of the files that cannot be read."""
        root = self.settings.corpus
        return {one.relative_to(root).as_posix() for one in self.unreadable}

    def note(self) -> None:
        """Remember what the files hold that a build can read now."""
        for path in {*self.settings.corpus.rglob("*")} - self.unreadable:
            if path.is_file():
                self.read[sha256(path.read_bytes())] = path.read_bytes()


class Ending:
    """A call that ends a build when it is made for the n-th time."""

    def __init__(self, at: int, real: Callable[..., Any] = lambda *_: None) -> None:
        self.left, self.real = at, real

    def __call__(self, *given: Any) -> Any:
        """Make the call, or end the build."""
        self.left -= 1
        if self.left < 0:
            raise EndedError
        return self.real(*given)


def mark(number: int) -> str:
    """A word that stands in one text only."""
    return f"mark{number:04}z"


def test_any_history_gives_the_index_of_a_build_from_nothing() -> None:
    """A few histories, the same in every run."""
    run_state_machine_as_test(
        History, settings=settings(max_examples=6, stateful_step_count=15, phases=PHASES)
    )


@pytest.mark.slow
def test_many_long_histories_do() -> None:
    """More and longer ones."""
    run_state_machine_as_test(
        History, settings=settings(max_examples=30, stateful_step_count=40, phases=PHASES)
    )
