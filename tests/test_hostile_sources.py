"""One corpus with everything that is meant to do harm: it costs itself, and nothing beside it."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hostile
import pytest
from written import PATIENCE, make_socket

from qwenqa import Filter, Library
from qwenqa.answers.citations.claims import cite
from qwenqa.settings import Settings

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="needs a POSIX system's files"),
    pytest.mark.slow,
]

PARENT_MIB = 1500
SECRET = "the canary's own words"

# Builds in a process of its own, so that its memory and all it says can be seen. The file that
# changes is changed when the corpus has been looked at and nothing is read yet.
BUILD = """
import json, re, sys
from pathlib import Path
from qwenqa import Library

corpus, index, changing = map(Path, sys.argv[1:])
def progress(told):
    if told.stage == "reading" and told.done == 0:
        changing.write_text("Other words than before.")

report = Library(corpus, index, "toy").rebuild(progress)
status = Path("/proc/self/status")
peak = re.search(r"VmHWM:\\s*(\\d+)", status.read_text()) if status.exists() else None
skipped = {one.address: one.reason for one in report.skipped}
print(json.dumps({"added": report.added, "skipped": skipped, "kib": int(peak[1]) if peak else 0}))
"""


class Built:
    """The hostile corpus, its build, and the canaries that nothing may touch."""

    def __init__(self, folder: Path) -> None:
        """Write the corpus and build it in another process."""
        self.folder, self.corpus = folder, folder / "corpus"
        self.canary = folder / "canary.txt"
        self.canary.write_text(SECRET)
        os.utime(self.canary, (0, self.canary.stat().st_mtime))
        with socket.create_server(("127.0.0.1", 0)) as self.server:
            self.server.settimeout(0.2)
            self.write()
            self.before = self.outside()
            command = [sys.executable, "-c", BUILD, self.corpus, folder / "index", self.changing]
            ran = subprocess.run(
                command,
                capture_output=True,
                # The processor's time bounds a reader however busy the machine is.
                env={**os.environ, "QWENQA_READ_WALL_SECONDS": str(PATIENCE)},
                timeout=12 * PATIENCE,
                check=False,
            )
            self.visited = self.visits()
        self.code, self.errors = ran.returncode, ran.stderr.decode()
        self.report: dict[str, Any] = json.loads(ran.stdout) if ran.returncode == 0 else {}
        self.library = Library(self.corpus, folder / "index", "toy")

    @property
    def changing(self) -> Path:
        """The file that changes while it is read: the last, so that it is read late."""
        return self.corpus / "zzz-changing.txt"

    def write(self) -> None:
        """Files, names and things that are no files."""
        port = self.server.getsockname()[1]
        self.corpus.mkdir()
        hostile.write_files(self.corpus, self.canary, f"http://127.0.0.1:{port}")
        for name, data in hostile.names():
            Path(os.fsdecode(bytes(self.corpus) + b"/" + name)).write_bytes(data)
        self.changing.write_text(hostile.good("changing"))
        self.specials()

    def specials(self) -> None:
        """What only looks like files: pipe, socket, device, links."""
        special = self.corpus / "special"
        special.mkdir()
        os.mkfifo(special / "pipe.txt")
        make_socket(special / "socket.txt")
        if os.geteuid() == 0:
            os.mknod(special / "device.txt", 0o600 | stat.S_IFCHR, os.makedev(1, 5))
        (special / "dangling.txt").symlink_to("nowhere.txt")
        (special / "loop.txt").symlink_to("loop.txt")
        (special / "around").symlink_to("..")
        (special / "outside.txt").symlink_to(self.canary)

    def visits(self) -> int:
        """How many came to the canary server."""
        try:
            self.server.accept()[0].close()
        except TimeoutError:
            return 0
        return 1

    def outside(self) -> dict[str, bytes]:
        """Everything beside corpus and index."""
        beside = (path for path in self.folder.iterdir() if path.name not in ("corpus", "index"))
        return {one.name: one.read_bytes() for one in beside if one != self.canary}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The corpus without the files that take minutes, built once."""
    return Built(tmp_path_factory.mktemp("hostile"))


def test_the_build_succeeds_within_bounds(built: Built) -> None:
    """All of it is read in one build, which says nothing else and stays small."""
    assert built.code == 0, built.errors
    assert built.errors == ""
    assert built.report["kib"] < PARENT_MIB * 1024


def test_everything_is_a_document_or_a_line(built: Built) -> None:
    """Each thing in the folder is indexed or left out with a reason, and nothing is both."""
    added, skipped = set(built.report["added"]), set(built.report["skipped"])
    assert not added & skipped
    found = sum(len(names) for _, _, names in os.walk(built.corpus))
    links_to_folders = 1
    assert len(added | skipped) == found + links_to_folders


def test_each_reason_is_one_honest_sentence(built: Built) -> None:
    """No reason shows a defect, a traceback, or a path of this machine."""
    for address, reason in built.report["skipped"].items():
        assert 10 < len(reason) < 250, address
        assert re.match("(is|has|holds|uses|cannot|took|needs|changed) ", reason), (address, reason)
        assert not re.search(r"Traceback|\\n|its reader failed|crash|<string>|/tmp", reason), (
            address,
            reason,
        )


REASONS = {
    "pdf/password.pdf": "password",
    "pdf/bomb.pdf": "unpacks to more than",
    "pdf/loop.pdf": "damaged",
    "pdf/forms.pdf": "nested",
    "office/large.docx": "315 MB",
    "office/many.docx": "more than the 64 MB",
    "office/missing.docx": "word/document.xml",
    "office/double.docx": "two entries named",
    "office/climbing.docx": "leads out",
    "xml/file.docx": "entities",
    "xml/server.docx": "entities",
    "xml/laughs.docx": "XML that cannot be read",
    "xml/deep.docx": "XML that cannot be read",
    "wrong/picture.txt": "is a PNG image",
    "wrong/program.md": "is a program",
    "wrong/text.pdf": "no PDF file",
    "wrong/text.docx": "no ZIP archive",
    "special/pipe.txt": "not a plain file",
    "special/socket.txt": "not a plain file",
    "special/dangling.txt": "is a link",
    "special/loop.txt": "is a link",
    "special/around": "is a link",
    "special/outside.txt": "is a link",
    "zzz-changing.txt": "changed while it was read",
}


def test_the_reasons_say_what_is_wrong(built: Built) -> None:
    """What cannot be read is named for what it is."""
    skipped = built.report["skipped"]
    wrong = {
        one: skipped.get(one) for one, said in REASONS.items() if said not in skipped.get(one, "")
    }
    assert wrong == {}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root makes devices")
def test_a_device_is_not_read(built: Built) -> None:
    """A device that gives bytes for ever is left out."""
    assert "not a plain file" in built.report["skipped"]["special/device.txt"]


def test_no_empty_file_is_indexed(built: Built) -> None:
    """A file without a byte is left out, whatever its suffix, and so is one of NULs alone."""
    hollow = {one for one, _ in hostile.broken() if one.startswith(("empty/", "zero/"))}
    assert hollow <= built.report["skipped"].keys()


READ = {
    "pdf/damaged.pdf": "Page 6 is about flutes.",
    "pdf/operators.pdf": "stroke lanterns",
    "wrong/pdf.txt": "sample lanterns",
    "xml/deep.html": "deep lanterns",
    "xml/attribute.html": "Told.",
    "text/utf16le.txt": "Grüße aus Köln – das Café öffnet früh.",
    "text/utf16be.txt": "Grüße aus Köln – das Café öffnet früh.",
    "text/cp1252.txt": "Grüße aus Köln – das Café öffnet früh. Nur €5.",
    "text/invalid.txt": "and on",
    "text/nul.txt": "Before\ufffdafter.",
    "text/lines.txt": "One line.\u0085Next line.\u2028Third.",
    "text/nfc.txt": "Caf\u00e9",
    "text/nfd.txt": "Cafe\u0301",
    "text/bidi.txt": "\u202eegap eht no\u202c",
    "xml/file-links.html": "linked lanterns",
    "xml/server-links.html": "linked lanterns",
}


@pytest.mark.parametrize("address", READ)
def test_what_can_be_read_is_read(built: Built, address: str) -> None:
    """Odd bytes that are text are indexed as the text they are."""
    assert READ[address] in built.library.view(address).text


def test_a_damaged_page_is_told_and_the_nine_others_read(built: Built) -> None:
    """One damaged page of ten costs that page alone."""
    text = built.library.view("pdf/damaged.pdf").text
    assert [n for n in range(1, 11) if f"Page {n} is about" in text] == [1, 2, 3, 4, 6, 7, 8, 9, 10]
    (status,) = [
        source
        for source in built.library.status().sources
        if source.source.address == "pdf/damaged.pdf"
    ]
    assert "page 5" in " ".join(status.extraction.warnings)


@pytest.mark.parametrize(
    ("address", "word"), [(one, word) for one, _, word in hostile.neighbours()]
)
def test_good_neighbours_answer(built: Built, address: str, word: str) -> None:
    """Every good file is whole, answers first, and its citation verifies exact."""
    assert f"{word} song" in built.library.view(address).text
    answer = built.library.ask(f"What does the {word} keeper count at dusk?")
    assert answer.found
    assert answer.hits[0].citation.address == address
    assert answer.hits[0].verification.verdict == "exact"


def test_files_with_odd_names_are_read_each_for_itself(built: Built) -> None:
    """No two names share an address, and each file's own text answers from its address."""
    for number, _ in enumerate(hostile.names()):
        word = f"named{number}"
        (hit,) = built.library.ask(f"What does the {word} keeper count?", k=1).hits
        assert f"{word} song" in hit.hit.passage.text
        assert hit.verification.verdict == "exact"
        assert built.library.verify(hit.citation).verdict == "exact"


def test_every_citation_verifies_from_the_files_alone(built: Built) -> None:
    """Each passage of each hostile document stands in its file as cited, read anew."""
    generation = built.library.generation()
    for document in generation.documents:
        address = document.source.address
        if address.startswith(("half/", "short/")):
            continue  # the same laws as their kinds; three hundred more readings prove no more
        hits = built.library.ask("lanterns keeper text", 2, Filter(path=_literal(address))).hits
        for hit in hits:
            found = built.library.verify(cite(hit.hit.passage))
            assert (address, found.verdict) == (address, "exact")


def _literal(address: str) -> str:
    """A pattern for an address whose own signs are no pattern."""
    return re.sub(r"[*?\[]", "?", address)


def test_nothing_was_lured(built: Built) -> None:
    """No entity, include, image or link fetched the canary file or called the canary server."""
    assert built.visited == 0
    assert built.canary.stat().st_atime == 0
    generation = built.library.generation()
    texts = [generation.text(number) for number in range(len(generation.documents))]
    assert not [text for text in texts if SECRET in text]


def test_nothing_else_was_touched(built: Built) -> None:
    """Beside the index, no file is new or changed, wherever an archive's entries pointed."""
    assert built.outside() == built.before
    assert not (built.folder / "climbed.txt").exists()
    assert not (built.corpus.parent.parent / "climbed.txt").exists()
    assert not Path("climbed.txt").exists()
    assert {path.name for path in built.folder.iterdir()} == {"canary.txt", "corpus", "index"}


def test_what_changed_while_it_was_read_is_read_by_the_next_build(built: Built) -> None:
    """Even when its old bytes are back: the index is stale until they are in it."""
    assert built.library.status().stale
    built.changing.write_text(hostile.good("changing"))
    assert built.library.status().stale
    report = built.library.rebuild()
    assert report.added == (built.changing.name,)
    assert not built.library.status().stale
    assert not built.library.rebuild().published


@pytest.mark.slow
def test_files_that_are_large_unpacked(tmp_path: Path) -> None:
    """A field of 200 MB and a line of 4 MB are read, a gigabyte is refused by its size."""
    corpus = tmp_path / "corpus"
    hostile.large(corpus)
    (corpus / "good.txt").write_text("The heron waits in shallow water.")
    patient = {"read_cpu_seconds": 3600, "read_wall_seconds": 3600}
    settings = Settings(corpus=corpus, index=tmp_path / "index", model="toy", **patient)
    library = Library(settings=settings)
    report = library.rebuild()
    assert {one.address: one.reason for one in report.skipped} == {
        "data/gigabyte.txt": "is larger than 512 MiB; cut it into smaller files"
    }
    assert report.added == ("data/field.csv", "data/line.txt", "good.txt")
    assert library.ask("Where does the heron wait?", 1).hits[0].verification.verdict == "exact"
