"""The page is there as soon as there is something to ask, while the build goes on beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event

import pytest
from shells import Shell
from test_steps import FILES, small_steps, unbuilt
from written import PATIENCE

from qwenqa import Library
from qwenqa.encoders import ToyEncoder
from qwenqa.types import Vectors

__all__ = ["small_steps", "unbuilt"]


class Slow(ToyEncoder):
    """A toy encoder whose passages take until they are let go."""

    def __init__(self) -> None:
        self.go = Event()

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of passages, once they may be made."""
        assert self.go.wait(PATIENCE)
        return super().encode_passages(texts, progress)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, at once."""
        return super().encode_passages(texts)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    """The encoder of every library from now on."""
    encoder = Slow()
    monkeypatch.setattr("qwenqa.service.models.open_encoder", lambda *_: encoder)
    return encoder


def test_the_page_is_served_before_all_is_encoded(unbuilt: Library, slow: Slow) -> None:
    """With no index yet the page begins with passages that are found by their words."""
    shell = Shell(unbuilt.settings.corpus, unbuilt.settings.index)
    seen: list[int] = []

    def page(library: Library, host: str, port: int, announce: Callable[[str], None]) -> None:
        seen.append(library.generation().encoded)
        assert library.ask("Which heron waits in bay 7?").hits
        slow.go.set()

    ran = shell("serve", serve=page)
    assert (ran.code, seen) == (0, [0])
    assert "found by their words; encoding goes on" in ran.err
    assert shell("build").code == 0
    assert unbuilt.generation().encoded == len(FILES)


def test_a_long_rebuild_does_not_keep_the_page_away(
    unbuilt: Library, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where an older index serves, a rebuild that takes long goes on beside the page."""
    slow.go.set()
    unbuilt.rebuild()
    slow.go.clear()
    monkeypatch.setattr("qwenqa.cli.following.WAIT_SECONDS", 0)
    (unbuilt.settings.corpus / "new.txt").write_text("An owl hunts in bay 99.")
    shell = Shell(unbuilt.settings.corpus, unbuilt.settings.index)
    seen: list[int] = []

    def page(library: Library, host: str, port: int, announce: Callable[[str], None]) -> None:
        seen.append(library.generation().number)
        slow.go.set()

    before = unbuilt.generation().number
    ran = shell("serve", serve=page)
    assert (ran.code, seen) == (0, [before])
    assert "the index as it was answers" in ran.err
