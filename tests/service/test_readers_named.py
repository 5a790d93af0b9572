"""A citation names its reader; what it names starts nothing that is not ours already."""

from __future__ import annotations

import dataclasses
import os
import subprocess
from pathlib import Path

import pytest
from hostile import pages, shown, stream
from written import MakeCorpus

from qwenqa import Citation, Filter, Library
from qwenqa.settings import Settings

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")

NAMES = (
    *(f"pdf+ocr:x{number}" for number in range(8)),
    "pdf+ocr:eng",
    "plain+ocr:deu",
    "+ocr:",
    "pdf+ocr:" + "x" * 100_000,
    "pdf+ocr:--help",
    "pdf+ocr:../../etc/passwd",
    "plain",
    "",
    "nobody\x00's \u202e reader",
)


def readers() -> set[int]:
    """The reading processes of this process that live now."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())],
        text=True,
        capture_output=True,
        check=False,
    )
    return {
        int(line.split()[0])
        for line in listed.stdout.splitlines()
        if "qwenqa.readers.worker" in line
    }


@pytest.mark.parametrize("cited", ["brig.txt", "brig.pdf"])
def test_no_name_of_a_reader_starts_another_process(
    make_corpus: MakeCorpus, tmp_path: Path, cited: str
) -> None:
    """Citations of any readers are checked by one pool, each for itself and in a bundle."""
    root = make_corpus({"brig.txt": "The brig left Bristol."})
    (root / "brig.pdf").write_bytes(pages(stream(shown("The brig left Cardiff."))))
    settings = Settings(root, tmp_path / "index", "toy", read_processes=1, read_wall_seconds=3_100)
    library = Library(settings=settings)
    before = readers()
    library.rebuild()
    good = library.ask("What did the brig leave?", within=Filter(path=cited)).hits[0].citation
    named = [dataclasses.replace(good, reader=name) for name in NAMES]
    verdicts = [library.verify(one).verdict for one in named]
    verdicts += [one.verdict for one in library._files.verify_all(named)]
    assert len(readers() - before) <= 1
    assert set(verdicts) == {"exact", "unreadable"}
    assert library.verify(good).verdict == "exact"


def test_whose_recognition_is_not_ours_is_told(library: Library, citation: Citation) -> None:
    """What nobody here recognised cannot be checked here, and the reason says what to set."""
    found = library.verify(dataclasses.replace(citation, reader="pdf+ocr:x17"))
    assert (found.verdict, "QWENQA_OCR" in found.detail) == ("unreadable", True)


@pytest.fixture
def citation(library: Library) -> Citation:
    """A good citation."""
    return library.ask("When did the brig leave Bristol?").hits[0].citation
