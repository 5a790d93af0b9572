"""Watching: rebuilds follow the corpus, and nothing that happens to it ends the watch."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import Queue

import pytest
from shells import Shell, refusal
from written import PATIENCE, TEXTS, MakeCorpus, write_corpus

from qwenqa import Library
from qwenqa.errors import BuildCancelledError, CorpusError, EmptyCorpusError, UnreadableError
from qwenqa.index.publish import builder
from qwenqa.service.upkeep import rebuilding
from qwenqa.service.watching import Outcome, Watch
from qwenqa.types import BuildReport, Progress

NEW = "# Newts\n\nA newt sleeps below the stones.\n"


class Followed:
    """A watch in a thread, and what it told, in order."""

    def __init__(self, library: Library, *, poll: bool) -> None:
        self.told: Queue[Outcome] = Queue()
        self.watch = Watch(library, self.told.put, poll=poll, settle=0.05, most=2, retry=0.2)
        self.thread = threading.Thread(target=self.watch.run)
        self.thread.start()

    def next(self) -> Outcome:
        """The next outcome that it tells."""
        return self.told.get(timeout=PATIENCE)

    def until(self, address: str) -> BuildReport:
        """The report of the first rebuild that holds a source."""
        while True:
            one = self.next()
            if isinstance(one, BuildReport) and address in (*one.added, *one.kept, *one.changed):
                return one

    def error(self) -> Exception:
        """The first error that it tells."""
        while isinstance(one := self.next(), BuildReport):
            pass
        return one

    def end(self) -> None:
        """Stop it and wait until it has ended."""
        self.watch.stop.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


@pytest.fixture(params=[False, True], ids=["told", "polled"])
def followed(library: Library, request: pytest.FixtureRequest) -> Iterator[Followed]:
    one = Followed(library, poll=request.param)
    assert isinstance(one.next(), BuildReport)
    yield one
    one.end()


def test_a_new_file_is_found_without_another_word(
    followed: Followed, library: Library, tmp_path: Path
) -> None:
    """A file that comes is told as added, and the next answer is from the new generation."""
    write_corpus(tmp_path / "corpus", {"newts.md": NEW})
    report = followed.until("newts.md")
    answer = library.ask("Where does a newt sleep?")
    assert answer.generation >= report.generation
    assert answer.hits[0].citation.address == "newts.md"


def test_a_corpus_that_goes_and_comes_back_loses_nothing(
    followed: Followed, library: Library, tmp_path: Path
) -> None:
    """While the folder is away the index serves; once it is back, changes are followed again."""
    (tmp_path / "corpus").rename(tmp_path / "away")
    assert isinstance(followed.error(), CorpusError)
    assert library.ask("heron").generation == 1
    write_corpus(tmp_path / "corpus", {**TEXTS, "newts.md": NEW})
    followed.until("newts.md")
    write_corpus(tmp_path / "corpus", {"last.md": "# Last\n\nThe last of all files.\n"})
    followed.until("last.md")


def test_an_emptied_corpus_is_told_and_watched_on(
    followed: Followed, library: Library, tmp_path: Path
) -> None:
    """Nothing left to index is refused in words; the next file that comes is indexed."""
    for address in TEXTS:
        (tmp_path / "corpus" / address).unlink()
    assert isinstance(followed.error(), EmptyCorpusError)
    assert library.generation().document_of("birds.md") is not None
    write_corpus(tmp_path / "corpus", {"newts.md": NEW})
    followed.until("newts.md")


def test_a_busy_builder_is_told_once_and_then_waited_for(library: Library, tmp_path: Path) -> None:
    """The builder's holder is told; when it ends, the rebuild comes without another change."""
    write_corpus(tmp_path / "corpus", {"newts.md": NEW})
    with builder(tmp_path / "index"):
        one = Followed(library, poll=False)
        assert "is building" in str(one.next())
    report = one.next()
    one.end()
    assert isinstance(report, BuildReport)
    assert report.added == ("newts.md",)


@pytest.mark.parametrize("command", [("watch",), ("serve", "--watch", "--port", "0")])
@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C goes to a whole console there")
def test_an_interrupted_watch_ends_in_silence(
    library: Library, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Ctrl-C ends the command with code 0 and no traceback; its output ends with it."""
    shell = Shell(tmp_path / "corpus", tmp_path / "index")
    write_corpus(tmp_path / "corpus", {"newts.md": NEW})
    started = [sys.executable, "-m", "qwenqa", *shell.given(*command)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(started, start_new_session=True, text=True, **pipes) as process:  # type: ignore[call-overload]
        seen = ""
        while "1 added" not in seen or ("serve" in command and "Serving on" not in seen):
            line = process.stdout.readline()
            assert line, seen
            seen += line
        os.killpg(process.pid, signal.SIGINT)
        # The pipe ends when the last process that holds it is gone, reading ones too.
        rest = process.communicate(timeout=PATIENCE)[0]
    assert (process.returncode, rest) == (0, "Stopped.\n" if "serve" in command else "")


def test_nearly_all_gone_is_refused_and_the_index_serves(
    make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    """Nine of ten documents gone and none come: a sentence with the count, and the way on."""
    files = {f"{n:02}.txt": f"Heron number {n} waits in bay {n}." for n in range(20)}
    corpus, shell = make_corpus(files), Shell(tmp_path / "corpus", tmp_path / "index")
    assert shell("build").code == 0
    for address in list(files)[:18]:
        (corpus / address).unlink()
    told = refusal(shell("build"), 3)
    assert "18 of 20" in told
    assert "--allow-empty" in told
    assert "18.txt" in shell("ask", "Which heron waits in bay 18?").out
    assert shell("build", "--allow-empty").code == 0


@pytest.mark.parametrize("left", [3, 20])
def test_what_was_moved_or_mostly_stays_is_no_mishap(
    make_corpus: MakeCorpus, tmp_path: Path, left: int
) -> None:
    """Losing less than nine of ten builds, and so does renaming every file."""
    files = {f"{n:02}.txt": f"Heron number {n} waits in bay {n}." for n in range(20)}
    corpus, library = make_corpus(files), Library(tmp_path / "corpus", tmp_path / "index", "toy")
    library.rebuild()
    for number, address in enumerate(files):
        path = corpus / address
        if number >= left:
            path.unlink()
        elif left == len(files):
            path.rename(corpus / f"new-{address}")
    assert library.rebuild().published


def test_words_alone_answer_without_the_model(
    make_corpus: MakeCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nothing is encoded, asking loads no model, and the answer says so."""
    library = Library(make_corpus(TEXTS), tmp_path / "index", "toy")
    made = rebuilding.build_context_of
    monkeypatch.setattr(
        rebuilding, "build_context_of", lambda *given: replace(made(*given), step=1)
    )

    def cancel(now: Progress) -> None:
        if now.stage == "encoding":
            raise BuildCancelledError("enough")

    serving: list[int] = []

    def once_served(now: Progress) -> None:
        if now.stage == "encoding" and now.total and library.kept() == []:
            serving.append(now.total)
            cancel(now)

    with pytest.raises(BuildCancelledError):
        library.rebuild(once_served)
    other = Library(tmp_path / "corpus", tmp_path / "index")

    def never(*_: object) -> None:
        raise AssertionError("the model was loaded")

    monkeypatch.setattr("qwenqa.service.open.models.open_encoder", never)
    answer = other.ask("Where does the heron wait?")
    assert answer.hits[0].citation.address == "birds.md"
    assert f"0 of {serving[0]} passages are encoded" in answer.notes[0]


def test_progress_is_told_in_words() -> None:
    """How much, how fast, and how long still."""
    now = Progress("encoding", 1200, 20000, 64.2, 293.0)
    assert str(now) == "encoding 1,200 of 20,000, 64 a second, about 5 min left"
    assert str(Progress("reading", 0, 3)) == "reading 0 of 3"


def test_what_cannot_be_read_now_is_not_said_to_be_gone(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A locked file's citation is unreadable, on its card too; a removed one's is missing."""

    def locked(*_: object) -> None:
        raise UnreadableError("cannot be read (Permission denied); make it readable")

    with monkeypatch.context() as patched:
        patched.setattr("qwenqa.corpus.read_bytes", locked)
        patched.setattr("qwenqa.corpus.sha256_of", locked)
        cited = library.ask("heron").hits[0]
        answer = library.ask("heron")
    assert cited.verification.verdict == "unreadable"
    assert "(Permission denied)" in cited.verification.detail
    assert "cannot be read now" in answer.text()
    (tmp_path / "corpus" / cited.citation.address).unlink()
    assert library.verify(cited.citation).verdict == "missing"
