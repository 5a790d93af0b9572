"""What is temporary is nobody else's, lies apart, and is gone at the end, however that comes."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from written import PATIENCE

from qwenqa import Library

pytestmark = pytest.mark.skipif(os.name == "nt", reason="has no such signals")


def command(library: Library, *words: str, **environment: str) -> subprocess.Popen[str]:
    """A command on the library's folders, in a process of its own."""
    given = library.settings
    folders = ["--corpus", str(given.corpus), "--index", str(given.index), "--model", "toy"]
    return subprocess.Popen(
        [sys.executable, "-m", "qwenqa", *words, *folders],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("ended_by", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_the_page_is_served_beside_a_strangers_folder(
    library: Library, tmp_path: Path, ended_by: str
) -> None:
    """What Gradio's folder in the shared one is does not matter, and nothing is left behind."""
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "gradio").write_text("somebody else's")
    serving = command(library, "serve", "--port", "0", TMPDIR=str(shared))
    assert serving.stdout
    lines = iter(serving.stdout.readline, "")
    url = next(word for line in lines for word in line.split() if word.startswith("http://"))
    with urllib.request.urlopen(f"{url}/gradio_api/info", timeout=PATIENCE) as info:
        assert info.status == 200
    (own,) = (path for path in shared.iterdir() if path.name != "gradio")
    assert stat.S_IMODE(own.stat().st_mode) == 0o700
    serving.send_signal(signal.Signals[ended_by])
    assert serving.wait(PATIENCE) == 0
    assert [path.name for path in shared.iterdir()] == ["gradio"]


def test_without_a_corpus_no_index_is_made(tmp_path: Path) -> None:
    """A mistyped folder leaves nothing on the disk."""
    nowhere = Library(corpus=tmp_path / "nowhere", index=tmp_path / "index", model="toy")
    for words in (["build"], ["ask", "heron"]):
        done = command(nowhere, *words)
        said, _ = done.communicate(timeout=PATIENCE)
        assert "nowhere does not exist" in said
        assert done.returncode == 3
    assert [*tmp_path.iterdir()] == []


def test_names_and_questions_are_utf8_in_any_locale(library: Library) -> None:
    """A system that knows only ASCII reads, names and finds what is written otherwise."""
    (library.settings.corpus / "café.txt").write_text("El vehículo espera.", "utf-8")
    ascii_only = {"PYTHONUTF8": "0", "LC_ALL": "POSIX", "PYTHONIOENCODING": "utf-8"}
    for words in (["build"], ["ask", "¿Dónde está el vehículo?"]):
        done = command(library, *words, **ascii_only)
        said, _ = done.communicate(timeout=PATIENCE)
        assert done.returncode == 0, said
        assert "café.txt" in said
