"""Faults at every call of a scenario: afterwards the index is the old or the new one, and heals."""

from __future__ import annotations

import contextlib
import gc
import os
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import looping
from faulty import ERRORS, HALF, KILL, Faults, Scenario, Server, copy
from looping import Begun, noted
from states import Content, content, from_nothing, require_tidy, require_whole, state
from toys import MODELS, model, small
from written import write_corpus

from qwenqa import Library
from qwenqa.errors import GenerationError, NoGenerationError

QUESTION = "tea owl sail Cardiff Bath harbour"
Found = Counter[str]


@dataclass(frozen=True)
class Ground:
    """A scenario made ready: the folder as it is before, what the index is then and afterwards.

    ``calls`` are those of the scenario; ``after`` is its result, ``healed`` that of a build.
    """

    scenario: Scenario
    template: Path
    base: Path
    calls: tuple[str, ...]
    old: Content | None
    after: Content
    healed: Content

    @classmethod
    def of(cls, scenario: Scenario, folder: Path) -> Ground:
        """Do the scenario once and note what happens."""
        gc.freeze()  # so that looking for files left open is quick
        template, base = folder / "template", folder / "work"
        template.mkdir(parents=True)
        scenario.before(template)
        old = _content(template / "index")
        faults = Faults(base / "index")
        copy(template, base)
        with faults():
            scenario.act(base)
        with scenario.ready():
            healed = from_nothing(scenario.settings(base))
        after = content(base / "index")
        assert scenario.roll_back or after == healed
        return cls(scenario, template, base, tuple(faults.calls), old, after, healed)

    def fail(self, at: int, kind: str, always: bool = False) -> str:
        """The state after a failing call: the caller is told when it is not the new one."""
        copy(self.template, self.base)
        opened, failed = _open_files(self.base / "index"), False
        with Faults(self.base / "index", at, kind, always)():
            try:
                self.scenario.act(self.base)
            except GenerationError as error:
                failed = True
                assert os.strerror(ERRORS[kind]) in str(error)
        forgotten = _open_files(self.base / "index") - opened
        assert not forgotten, f"left open: {[*forgotten]}"
        found = self.judge()
        if self.old != self.after:
            assert (found == "new") != failed, f"{found}, but the caller was told otherwise"
        return found

    def kill(self, server: Server, at: int, kind: str = KILL) -> str:
        """The state after the process was killed at a call."""
        copy(self.template, self.base)
        assert server.act(self.scenario.name, self.base, at, kind) == -9
        return self.judge()

    def judge(self) -> str:
        """The state of the index; fails when it is in none, or does not heal by building."""
        found = state(self.base / "index", self.old, self.after)
        settings = self.scenario.settings(self.base)
        with self.scenario.ready():
            require_whole(settings, QUESTION)
            Library(settings=settings).rebuild()
            assert content(self.base / "index") == self.healed
            require_whole(settings, QUESTION)
            require_tidy(settings)
        return found


KINDS = (("EIO", False), ("EIO", True), ("ENOSPC", False), ("ENOSPC", True), (KILL, False))
"""Each kind of fault, once or from then on."""


def strikes(ground: Ground, server: Server, kind: str, always: bool, every: int = 1) -> Found:
    """A fault at every call, or every n-th: how many led to which state."""

    def one(at: int) -> str:
        if kind in ERRORS:
            return ground.fail(at, kind, always)
        return ground.kill(server, at, kind)

    writes = "write" if kind == HALF else ""
    numbers = [at for at, call in enumerate(ground.calls, 1) if call.startswith(writes)]
    return _counted(
        (ground.calls[at - 1], lambda at=at: one(at)) for at in numbers[every - 1 :: every]
    )


def pairs(ground: Ground, server: Server, count: int, seed: int) -> Found:
    """A kill, and another one or a failing disk in the build that recovers from it."""
    dice = random.Random(seed)
    calls = len(ground.calls)

    def one(first: int, second: int) -> str:
        copy(ground.template, ground.base)
        assert server.act(ground.scenario.name, ground.base, first, KILL) == -9
        if dice.random() < 0.7:
            assert server.act(ground.scenario.name, ground.base, second, KILL) in (0, -9)
        else:
            kind = dice.choice(["EIO", "ENOSPC"])
            with (
                Faults(ground.base / "index", second, kind, dice.random() < 0.5)(),
                contextlib.suppress(GenerationError),
            ):
                ground.scenario.act(ground.base)
        return ground.judge()

    chosen = [(dice.randint(1, calls), dice.randint(1, calls)) for _ in range(count)]
    return _counted((f"{two}", lambda two=two: one(*two)) for two in chosen)


def random_kills(base: Path, server: Server, count: int, seed: int) -> Found:
    """A looping builder killed at any moment; every other time the next one has to recover."""
    dice = random.Random(seed)
    (base / "corpus").mkdir(parents=True)
    old: list[Content | None] = [None]

    def one(number: int) -> str:
        assert server.loop(base, dice.randrange(10**9), dice.uniform(0, 0.4)) == -9
        found = _killed(base, old[0])
        if number % 2:
            _heal(base, dice)
        old[0] = _content(base / "index")
        return found

    return _counted(
        (f"kill {number}", lambda number=number: one(number)) for number in range(count)
    )


def _killed(base: Path, old: Content | None) -> str:
    """The state that a killed loop has left, by its journal."""
    notes = noted(base)
    done = [note for note in notes if note.done]
    if done:
        old = _of(done[-1])
    new = _of(notes[-1]) if notes else old
    found = "old" if new is None else state(base / "index", old, new)
    require_whole(looping.settings(base, notes[-1] if notes else Begun({})), QUESTION)
    return found


def _of(begun: Begun) -> Content:
    """What an index of this corpus is, built from nothing."""
    with tempfile.TemporaryDirectory() as folder, _loops(begun.weights):
        write_corpus(Path(folder, "corpus"), begun.files)
        return from_nothing(looping.settings(Path(folder), begun))


def _heal(base: Path, dice: random.Random) -> None:
    """Build, with the same model or another one, and look."""
    begun = Begun(looping.files(base / "corpus"), dice.choice(sorted(MODELS)))
    settings = looping.settings(base, begun)
    with _loops(begun.weights):
        Library(settings=settings).rebuild(allow_empty=True)
    assert content(base / "index") == _of(begun)
    require_whole(settings, QUESTION)
    require_tidy(settings)


@contextlib.contextmanager
def _loops(weights: str) -> Iterator[None]:
    with small(looping.STEP, looping.SEGMENT_PASSAGES), model(weights):
        yield


def _counted(tries: Iterable[tuple[str, Callable[[], str]]]) -> Found:
    """How many tries led to which state; what is bad is printed and counted."""
    found: Found = Counter()
    for name, one in tries:
        try:
            found[one()] += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, it is bad
            print(f"bad: {name}: {type(error).__name__} {str(error)[:400]}")
            found["bad"] += 1
    return found


def _content(index: Path) -> Content | None:
    try:
        return content(index)
    except NoGenerationError:
        return None


def _open_files(index: Path) -> Counter[str]:
    """The files of the index that this process has open, after a look for forgotten ones."""
    gc.collect()
    targets = map(_target, os.listdir("/proc/self/fd"))
    return Counter(target for target in targets if target.startswith(str(index)))


def _target(descriptor: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return ""
