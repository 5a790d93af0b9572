"""Whatever comes in: one clear sentence, an exit code, no traceback, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from shells import QUESTION, Shell, refusal
from written import make_socket

from qwenqa import Library
from qwenqa.encoders import ToyEncoder
from qwenqa.types import EncoderIdentity

posix = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX system")


@pytest.fixture
def shell(library: Library) -> Iterator[Shell]:
    """A shell whose index must still answer when the test is over."""
    shell = Shell(library.settings.corpus, library.settings.index)
    yield shell
    assert shell.answers()


def skipped(shell: Shell) -> dict[str, str]:
    """Build, and give what was left out and why."""
    ran = shell("build", "--json")
    assert ran.code == 0
    return {one["address"]: one["reason"] for one in ran.json["skipped"]}


# The corpus


@pytest.mark.parametrize("command", [("build",), ("status",)])
def test_no_corpus_folder(shell: Shell, tmp_path: Path, command: tuple[str]) -> None:
    """A corpus folder that is not there is named, with what to do."""
    ran = shell(*command, "--corpus", str(tmp_path / "nowhere"))
    assert "nowhere does not exist. Create it" in refusal(ran, 3)


def test_a_corpus_that_is_a_file(shell: Shell) -> None:
    """A file in place of the corpus folder is named."""
    ran = shell("build", "--corpus", str(shell.corpus / "ships.txt"))
    assert "ships.txt is not a folder" in refusal(ran, 3)


def test_an_empty_corpus_never_replaces_an_index(shell: Shell, tmp_path: Path) -> None:
    """Emptiness is refused, as an unmounted folder would look the same, unless it is meant."""
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "--allow-empty" in refusal(shell("build", "--corpus", str(empty)), 3)
    other = ("--corpus", str(empty), "--index", str(tmp_path / "other"))
    assert shell("build", "--allow-empty", *other).code == 0
    ran = shell("ask", QUESTION, *other)
    assert (ran.code, "Not found in the indexed documents." in ran.out) == (1, True)


@posix
def test_things_that_are_no_plain_files(shell: Shell, tmp_path: Path) -> None:
    """Folders, pipes, sockets and links are left out with a reason, and none of them hangs."""
    corpus = shell.corpus
    (corpus / "folder.txt").mkdir()
    os.mkfifo(corpus / "pipe.txt")
    (corpus / "dangling.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "secret.txt").write_text("A secret that stands outside.")
    (corpus / "outside.txt").symlink_to(tmp_path / "secret.txt")
    (corpus / "loop").symlink_to(corpus)
    make_socket(corpus / "socket.txt")
    reasons = skipped(shell)
    assert set(reasons) == {"pipe.txt", "dangling.txt", "outside.txt", "loop", "socket.txt"}
    assert "not a plain file" in reasons["pipe.txt"]
    assert "not a plain file" in reasons["socket.txt"]
    assert all("links are not followed" in reasons[a] for a in ("dangling.txt", "outside.txt"))
    assert "A secret that" not in shell("ask", "Which secret stands outside?").out


def test_files_that_are_not_what_they_say(shell: Shell) -> None:
    """Binary, empty and unknown files are left out; text in other encodings is read."""
    corpus = shell.corpus
    (corpus / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (corpus / "program.txt").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(200))
    (corpus / "empty.txt").touch()
    (corpus / "blank.md").write_text(" \n\n\t\n")
    (corpus / "data.xyz").write_text("x")
    (corpus / "nosuffix").write_text("x")
    (corpus / "latin.txt").write_bytes("Le café près de la forêt est fermé.".encode("latin-1"))
    (corpus / "wide.txt").write_bytes("Wide text about zebras.".encode("utf-16"))
    (corpus / "broken.txt").write_bytes(b"Broken \xff\xfe\xc3 text about gnus. " * 20)
    reasons = skipped(shell)
    left_out = {"binary.txt", "program.txt", "empty.txt", "blank.md", "data.xyz", "nosuffix"}
    assert left_out <= set(reasons) <= left_out | {"broken.txt"}
    assert ".xyz, which no reader knows" in reasons["data.xyz"]
    assert "»Wide text about zebras.«" in shell("ask", "zebras", "-k", "1").out


@pytest.mark.skipif(sys.platform != "linux", reason="other file systems take UTF-8 names only")
def test_file_names_of_any_bytes(shell: Shell) -> None:
    """Newlines, 255 bytes and bytes that are no UTF-8: each is asked, cited, and verified."""
    names = [b"new\nline.txt", b"n" * 251 + b".txt", b"by\xff\xfe.txt", b"-rf.txt", b"a b'\".txt"]
    words = ["aardvark", "badger", "cheetah", "dugong", "echidna"]
    for name, word in zip(names, words, strict=True):
        (shell.corpus / os.fsdecode(name)).write_text(f"The {word}.\n")
    assert skipped(shell) == {}
    for word in words:
        answer = shell("ask", "--json", word, "-k", "1")
        assert answer.json["hits"][0]["verification"]["verdict"] == "exact"
        assert shell("verify", "-", stdin=answer.out.encode()).code == 0
    assert "new\\nline.txt" in shell("status", "--all").out


@posix
def test_what_may_not_be_read(shell: Shell) -> None:
    """Files and folders without permission are left out, and the index answers without any."""
    (shell.corpus / "closed.txt").write_text("Closed.")
    (shell.corpus / "shut").mkdir()
    for name in ("closed.txt", "shut"):
        (shell.corpus / name).chmod(0)
    built = shell.process("build", "--json", under=_unprivileged())
    reasons = {load["address"]: load["reason"] for load in json.loads(built.stdout)["skipped"]}
    assert set(reasons) == {"closed.txt", "shut"}
    assert all("Permission denied" in reason for reason in reasons.values())
    shell.corpus.chmod(0)
    refused = shell.process("build", under=_unprivileged())
    asked = shell.process("ask", QUESTION, under=_unprivileged())
    shell.corpus.chmod(0o755)
    assert (refused.returncode, b"cannot be listed" in refused.stderr) == (3, True)
    assert (asked.returncode, b"NOT VERIFIED" in asked.stdout) == (0, True)
    (shell.corpus / "shut").chmod(0o755)


def _unprivileged() -> tuple[str, ...]:
    """What makes permissions count: root passes over them."""
    if os.geteuid() != 0:
        return ()
    if not shutil.which("setpriv"):
        pytest.skip("root passes over permissions, and there is no setpriv")
    caps = "-dac_override,-dac_read_search"
    return ("setpriv", f"--bounding-set={caps}", f"--inh-caps={caps}")


# The question


@pytest.mark.parametrize("question", ["", "   ", "\n\t"])
def test_an_empty_question(shell: Shell, question: str) -> None:
    """Nothing asked is refused, as words and from standard input."""
    assert "question is empty" in refusal(shell("ask", question), 2)
    assert "question is empty" in refusal(shell("ask", "-", stdin=question.encode()), 2)


def test_an_enormous_question(shell: Shell) -> None:
    """A megabyte is refused before anything is built or loaded."""
    ran = shell("ask", "-", "--index", str(shell.index / "none"), stdin=b"word " * 200_000)
    assert "at most 10,000 are read" in refusal(ran, 2)


def test_a_question_of_any_bytes(shell: Shell) -> None:
    """Bytes that are no UTF-8, NULs and lone surrogates do not stop the rest being asked."""
    assert shell("ask", "-", stdin=b"\xff\x00\xfe " + QUESTION.encode()).code == 0
    assert shell("ask", "\udcff " + QUESTION).code == 0
    assert shell("ask", "\udcff " + QUESTION, "--json").json["found"] is True


@pytest.mark.parametrize("k", ["0", "-1", "x", "1.5", "", "1e3", "9" * 5000])
def test_k_that_is_no_number_of_hits(shell: Shell, k: str) -> None:
    """-k must be a whole number from one on."""
    assert refusal(shell("ask", QUESTION, "-k", k), 2).startswith("-k is ")


def test_k_beyond_all_passages(shell: Shell) -> None:
    """A billion hits are all the hits there are."""
    ran = shell("ask", QUESTION, "-k", str(10**9), "--json")
    assert len(ran.json["hits"]) == shell("status", "--json").json["passages"]


# Citations


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"no json", b"[]", b"{}", b"null", b"\xff\xfe", b'{"hits": 3}', b'{"hits": []}'),
        *(b"[" * 100_000, b'{"a":' * 100_000, b'{"error": "x", "kind": "y"}'),
    ],
)
def test_what_is_no_citation(shell: Shell, data: bytes) -> None:
    """Anything but a citation or an answer is refused."""
    assert refusal(shell("verify", "-", stdin=data), 2).startswith("This is not a")


def test_citations_that_lead_elsewhere(shell: Shell, tmp_path: Path) -> None:
    """A citation never makes verify read outside the corpus."""
    (tmp_path / "secret.txt").write_text("A heron waits in shallow water for fish.")
    citation = shell("ask", "--json", QUESTION).json["hits"][0]["citation"]
    for address in ("../secret.txt", str(tmp_path / "secret.txt"), "", ".", "a\0b", "x" * 5000):
        data = json.dumps(citation | {"address": address}).encode()
        assert shell("verify", "-", stdin=data).out.startswith("missing ")


@pytest.mark.parametrize("name", ["nowhere.json", "."])
def test_no_file_to_verify(shell: Shell, name: str) -> None:
    """A file that is not there, or is none, is named."""
    assert "Name a file" in refusal(shell("verify", name), 2)


# The index


DAMAGE: dict[str, Callable[[Path, bytes], object]] = {
    "one byte flipped": lambda path, data: path.write_bytes(
        data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]
    ),
    "last byte cut off": lambda path, data: path.write_bytes(data[:-1]),
    "empty": lambda path, data: path.write_bytes(b""),
    "gone": lambda path, data: path.unlink(),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_index(shell: Shell, tmp_path: Path, how: str) -> None:
    """Damage to any file is named, whether or not what is whole answers; a build repairs it."""
    generation = next(shell.index.glob("gen-*")).name
    files = sorted(path for path in (shell.index / generation).rglob("*") if path.is_file())
    names = [str(path.relative_to(shell.index)) for path in files if path.suffix != ".lock"]
    assert len(names) > 8
    for name in names:
        copy = tmp_path / "copy"
        shutil.copytree(shell.index, copy)
        DAMAGE[how](copy / name, (copy / name).read_bytes())
        damaged = Shell(shell.corpus, copy)
        for command in (("ask", QUESTION), ("status",)):
            ran = damaged(*command)
            assert ran.code in {0, 3}
            assert Path(name).name in ran.out + ran.err
        assert damaged("build").code == 0
        assert damaged.answers()
        assert "damaged" not in damaged("ask", QUESTION).out
        shutil.rmtree(copy)


@pytest.mark.parametrize("content", [b"", b"garbage", b"{}", b"\xff", b"null"])
def test_a_damaged_pointer(shell: Shell, content: bytes) -> None:
    """A damaged CURRENT is named, the last good generation answers, and a build repairs it."""
    (shell.index / "CURRENT").write_bytes(content)
    asked = shell("ask", QUESTION)
    assert "CURRENT is damaged" in asked.out + asked.err
    assert shell.answers()
    assert shell("build").code == 0
    assert "damaged" not in shell("ask", QUESTION).out


def test_a_pointer_to_nowhere(shell: Shell) -> None:
    """A generation that is gone is named, and a build repairs it."""
    shutil.rmtree(next(shell.index.glob("gen-*")))
    assert "gen-00000001, which is not there" in refusal(shell("ask", QUESTION), 3)
    assert shell("build").code == 0


def test_an_index_that_is_a_file(shell: Shell, tmp_path: Path) -> None:
    """A file in place of the index folder is named and left alone."""
    path = tmp_path / "file"
    path.write_text("mine")
    for command in (("build",), ("ask", QUESTION), ("status",)):
        assert "is not a folder" in refusal(shell(*command, "--index", str(path)), 3)
    assert path.read_text() == "mine"


@posix
def test_an_index_that_may_only_be_read(shell: Shell) -> None:
    """Asking needs no write permission, leaves nothing behind, and building says what is wrong."""
    folders = [shell.index, *(path for path in shell.index.rglob("*") if path.is_dir())]
    for lock in shell.index.rglob("*.lock"):
        lock.unlink()
    before = sorted(shell.index.rglob("*"))
    for folder in folders:
        folder.chmod(0o555)
    (shell.index / "LOCK").chmod(0o444)
    asked = shell.process("ask", QUESTION, under=_unprivileged())
    built = shell.process("build", under=_unprivileged())
    after = sorted(shell.index.rglob("*"))
    for folder in folders:
        folder.chmod(0o755)
    (shell.index / "LOCK").chmod(0o644)
    assert (asked.returncode, asked.stderr) == (0, b"")
    assert (built.returncode, b"cannot be written" in built.stderr) == (3, True)
    assert after == before


@posix
def test_a_full_disk(shell: Shell) -> None:
    """A build that cannot be written leaves the old generation serving and nothing beside it."""
    (shell.corpus / "big.txt").write_text("".join(f"Line {n} of many.\n\n" for n in range(2000)))
    before = sorted(path.name for path in shell.index.iterdir())
    script = (
        "import resource, sys; from qwenqa.cli import run; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)); sys.exit(run(sys.argv[1:], None))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, *shell.given("build")], check=False, capture_output=True
    )
    assert (ran.returncode, ran.stderr.count(b"\n")) == (3, 1)
    assert b"cannot be written" in ran.stderr
    assert sorted(path.name for path in shell.index.iterdir()) == before


def test_a_second_builder(shell: Shell) -> None:
    """While one process builds, another is told so with code 4, and questions are answered."""
    script = (
        "import sys; from pathlib import Path; from qwenqa.index.publish import builder\n"
        "with builder(Path(sys.argv[1])): print(flush=True); sys.stdin.read()"
    )
    holding = subprocess.Popen(
        [sys.executable, "-c", script, str(shell.index)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holding:
        assert holding.stdout
        holding.stdout.readline()
        assert f"process {holding.pid}" in refusal(shell("build"), 4)
        assert shell.answers()
        assert "Serving the index as it is." in shell("serve").err
    assert shell("build").code == 0


def test_an_index_of_another_model(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking with another model than the index's is refused and says what can be done."""
    other = EncoderIdentity("other", "other-1", 256, 64, "", "")
    with monkeypatch.context() as patched:
        patched.setattr(ToyEncoder, "identity", other)
        said = refusal(shell("ask", QUESTION), 3)
    assert "built with the model toy, not with other" in said
    assert "qwenqa build --model other" in said


# The model


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "no weights in safetensors form"),
        ({"pytorch_model.bin": "x"}, "no weights in safetensors form"),
        ({"model.safetensors": "x", "config.json": '{"auto_map": {}}'}, "code of its own"),
        (
            {"model.safetensors": "x", "modules.json": '[{"type": "evil.Module"}]'},
            "code of its own",
        ),
    ],
)
def test_model_folders_that_are_refused(
    shell: Shell, tmp_path: Path, files: dict[str, str], said: str
) -> None:
    """Weights in other forms, and models that bring code, are refused before anything is loaded."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(content)
    assert said in refusal(shell("build", "--model", str(folder)), 3)


def test_a_model_folder_that_is_not_there(shell: Shell, tmp_path: Path) -> None:
    """A path that leads nowhere is never looked for on the Hub."""
    ran = shell("build", "--model", str(tmp_path / "nowhere"))
    assert "There is no model folder" in refusal(ran, 3)


def test_a_model_that_cannot_be_fetched(shell: Shell, tmp_path: Path) -> None:
    """Without a network an unknown model is refused at once, and says how to get one."""
    with socket.socket() as deaf:  # it does not listen, and nobody else can have its port
        deaf.bind(("127.0.0.1", 0))
        hub = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        environment = {"HF_ENDPOINT": hub, "HF_HOME": str(tmp_path / "cache"), "NO_PROXY": "*"}
        ran = shell.process("build", "--model", "nope/nope", env=environment)
    assert (ran.returncode, ran.stdout, ran.stderr.count(b"\n")) == (3, b"", 1)
    assert b"The model nope/nope is not on this machine and could not be fetched" in ran.stderr


# Settings


@pytest.mark.parametrize(
    ("variable", "value"),
    [("PORT", "abc"), ("PORT", "70000"), ("PASSAGE_TOKENS", "1"), ("PASSAGE_TOKENS", "x")],
)
def test_bad_settings(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """A bad environment variable is refused with its value."""
    monkeypatch.setenv(f"QWENQA_{variable}", value)
    said = refusal(shell("status"), 2)
    monkeypatch.delenv(f"QWENQA_{variable}")
    assert value in said


@pytest.mark.parametrize("port", ["-1", "65536", "x", ""])
def test_bad_ports(shell: Shell, port: str) -> None:
    """A port is a whole number between 0 and 65535."""
    assert refusal(shell("serve", "--port", port), 2).startswith("--port is ")


def test_folders_without_a_name(shell: Shell) -> None:
    """An empty folder name does not mean the working directory."""
    assert "--corpus names no folder" in refusal(shell("build", "--corpus", ""), 2)
