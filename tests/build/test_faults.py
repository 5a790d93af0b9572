"""Whatever call fails, or is a process's last: the old generation or the new one, and it heals."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faulty import HALF, KILL, SCENARIOS, Faults, Server, copy
from states import content, require_tidy
from striking import KINDS, Ground, pairs, random_kills, strikes
from toys import unsynced

from qwenqa.errors import GenerationError

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="looks for files left open in /proc"
)
MakeGround = Callable[[str], Ground]


@pytest.fixture(scope="module", autouse=True)
def _unsynced() -> Iterator[None]:
    with unsynced():
        yield


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of processes that may be killed."""
    with Server() as made:
        yield made


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> MakeGround:
    """Scenarios, each made ready once."""
    made: dict[str, Ground] = {}

    def make(name: str) -> Ground:
        if name not in made:
            made[name] = Ground.of(SCENARIOS[name], tmp_path_factory.mktemp("ground") / "of")
        return made[name]

    return make


@pytest.mark.parametrize("name", SCENARIOS)
def test_some_faults_lose_nothing(ground: MakeGround, server: Server, name: str) -> None:
    """After failing and last calls the index is the old or the new one, whole, and heals."""
    for kind, always in (("ENOSPC", False), ("EIO", True), (KILL, False)):
        every = 1 + len(ground(name).calls) // 4
        found = strikes(ground(name), server, kind, always, every)
        assert not found["bad"]


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_faults_lose_nothing(ground: MakeGround, server: Server, name: str) -> None:
    """The same for every kind of fault at every fifth call, and for faults in recovery."""
    for kind, always in (*KINDS, (HALF, False)):
        assert not strikes(ground(name), server, kind, always, every=5)["bad"]
    if not ground(name).scenario.roll_back:
        assert not pairs(ground(name), server, count=8, seed=1)["bad"]


@pytest.mark.slow
def test_a_looping_builder_can_be_killed_at_any_moment(tmp_path: Path, server: Server) -> None:
    """Sixty kills at random moments; ``bench/robustness/faults.py`` makes as many as wanted."""
    found = random_kills(tmp_path, server, 60, seed=2)
    print(dict(found))  # noqa: T201 - shown with -s
    assert found.total() == 60
    assert not found["bad"]


@pytest.mark.parametrize("name", ["steps", "removal", "other model"])
def test_what_is_named_was_made_durable_before(ground: MakeGround, name: str) -> None:
    """When CURRENT changes, all that was written until then is synced, and each folder's names."""
    unsynced: set[str] = set()
    for call in ground(name).calls:
        done, _, path = call.partition(" ")
        inside = "/gen-" in path
        if done == "write" and not path.endswith("/BUILDER"):
            unsynced |= {path, str(Path(path).parent)} if inside else {path}
        elif done in ("mkdir", "link") and inside:
            unsynced.add(str(Path(path).parent))
        elif done == "fsync":
            unsynced.discard(path)
        elif done == "replace":
            assert unsynced == set()
    assert sum(call.startswith("replace") for call in ground(name).calls) > 0


@pytest.mark.parametrize("name", ["steps", "removal", "roll back"])
def test_a_new_name_is_durable_before_anything_follows(ground: MakeGround, name: str) -> None:
    """CURRENT's folder is synced at once: no old name comes back whose generation is gone."""
    calls = [call for call in ground(name).calls if not call.startswith("open ")]
    renamed = [at for at, call in enumerate(calls) if call.startswith("replace ")]
    assert renamed
    for at in renamed:
        path = Path(calls[at].partition(" ")[2])
        assert calls[at + 1] == f"fsync {path.parent}"


@pytest.mark.parametrize("name", ["steps", "removal", "other model"])
def test_a_generation_ends_with_its_header(ground: MakeGround, name: str) -> None:
    """Nothing of a generation is removed before the removal of its header is durable."""
    ended: set[str] = set()
    without_header: set[str] = set()
    for call in ground(name).calls:
        done, _, path = call.partition(" ")
        if done == "unlink" and path.endswith("/header.json"):
            without_header.add(str(Path(path).parent))
        elif done == "fsync":
            ended |= without_header & {path}
        elif done == "unlink" and "/gen-" in path:
            assert any(path.startswith(f"{folder}/") for folder in ended)
    assert ended


@pytest.mark.parametrize("name", SCENARIOS)
def test_all_writing_is_struck(ground: MakeGround, tmp_path: Path, name: str) -> None:
    """No file below the index is opened for writing but by a call that faults can hit."""
    made, opened = ground(name), []
    base = copy(made.template, tmp_path / "work")

    def hook(event: str, given: tuple[object, ...]) -> None:
        if watching and event == "open" and isinstance(given[2], int) and given[2] & 0x3:
            opened.append(str(given[0]))

    watching = True
    sys.addaudithook(hook)
    faults = Faults(base / "index")
    with faults():
        made.scenario.act(base)
    watching = False
    struck = {call.partition(" ")[2] for call in faults.calls}
    below = {path for path in opened if path.startswith(str(base / "index"))}
    assert below <= struck
    assert below


def test_a_disk_without_links_gets_copies(ground: MakeGround, tmp_path: Path) -> None:
    """Where hard links are refused the index is the same, made of copies."""
    made = ground("rebuild in steps")
    base = copy(made.template, tmp_path / "work")
    with Faults(base / "index", 1, "EPERM", always=True, only="link")():
        made.scenario.act(base)
    assert content(base / "index") == made.after
    require_tidy(made.scenario.settings(base))


def test_a_copy_that_fails_is_no_generation(ground: MakeGround, tmp_path: Path) -> None:
    """Where there are no links and no space either, the old generation serves."""
    made = ground("rebuild")
    writes = [at for at, call in enumerate(made.calls, 1) if call.startswith("write")]
    base = copy(made.template, tmp_path / "work")
    links = Faults(base / "index", 1, "EPERM", always=True, only="link")
    space = Faults(base / "index", len(writes) - 1, "ENOSPC", always=True, only="write")
    with links(), space(), pytest.raises(GenerationError, match="No space left"):
        made.scenario.act(base)
    assert content(base / "index") == made.old


def test_short_writes_are_gone_on_with(
    ground: MakeGround, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A system that takes a few bytes at a time gets all of them."""
    import os

    made = ground("rebuild")
    base = copy(made.template, tmp_path / "work")
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda file, data: real(file, bytes(data[:7])))
        made.scenario.act(base)
    assert content(base / "index") == made.after
