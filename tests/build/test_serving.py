"""The page is there as soon as there is something to ask, while the build goes on beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

import pytest
from shells import Shell
from test_steps import FILES, small_steps, unbuilt
from written import PATIENCE, write_corpus

from qwenqa import Library
from qwenqa.encoders import ToyEncoder
from qwenqa.index import opening as choosing
from qwenqa.index.generation import Generation
from qwenqa.types import Vectors

__all__ = ["small_steps", "unbuilt"]

QUESTION = "Where does the heron wait?"


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
    monkeypatch.setattr("qwenqa.service.open.models.open_encoder", lambda *_: encoder)
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
    monkeypatch.setattr("qwenqa.cli.commands.serve_and_watch.WAIT_SECONDS", 0)
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


def test_questions_are_answered_while_the_next_generation_is_opened(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long opening takes, the generation that is open answers; only one is opened."""
    before = library.ask(QUESTION).generation
    write_corpus(library.settings.corpus, {"new.txt": "A kettle sings on the stove."})
    after = Library(settings=library.settings).rebuild().generation
    go, opening = Event(), choosing.serving
    begun: list[Path] = []

    def slow(index: Path) -> Generation:
        begun.append(index)
        assert go.wait(PATIENCE)
        return opening(index)

    monkeypatch.setattr(choosing, "serving", slow)
    assert {library.ask(QUESTION).generation for _ in range(5)} == {before}
    go.set()
    assert library.serving() == after
    assert library.ask(QUESTION).generation == after
    assert len(begun) == 1


def test_a_generation_that_cannot_be_opened_leaves_the_open_one(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is open answers on and says so; it is not tried again with every question."""
    before = library.ask(QUESTION)
    assert before.notes == ()
    write_corpus(library.settings.corpus, {"new.txt": "A kettle sings on the stove."})
    Library(settings=library.settings).rebuild()
    tried = Event()

    def fails(index: Path) -> Generation:
        assert not tried.is_set()
        tried.set()
        raise OSError("no memory")

    monkeypatch.setattr(choosing, "serving", fails)
    library.ask(QUESTION)
    assert tried.wait(PATIENCE)
    (beside,) = [one for one in threading.enumerate() if one.name == "opening"] or [None]
    if beside:
        beside.join(PATIENCE)
    answer = library.ask(QUESTION)
    assert (answer.generation, "no memory" in " ".join(answer.notes)) == (before.generation, True)
