"""``check`` names every defect that there can be, and nothing where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from shells import Shell
from written import TEXTS, write_corpus

from qwenqa import Library
from qwenqa.errors import NoGenerationError
from qwenqa.index import publish
from qwenqa.index.files import segment
from qwenqa.index.files.vectors import DIGESTS, QUANTISED, VECTORS
from qwenqa.index.header import (
    COPY,
    CURRENT,
    HEADER,
    Header,
    file_entry,
    folder_of,
    header_bytes,
    read_header,
)

Plant = Callable[[Path, Header], Header]


def part(folder: Path, name: str) -> Path:
    """A file of the one segment."""
    (found,) = folder.glob(f"segment-*/{name}")
    return found


def table(name: str, change: Callable[[np.ndarray], np.ndarray | None]) -> Plant:
    """Change an array of the segment, or of the vectors."""

    def plant(folder: Path, header: Header) -> Header:
        of_vectors = folder / header.vectors[0] / name
        path = of_vectors if of_vectors.exists() else part(folder, name)
        rows = np.load(path)
        changed = change(rows)
        np.save(path, rows if changed is None else changed)
        return header

    return plant


def put(field: str, value: object) -> Callable[[np.ndarray], None]:
    """Give one field of the first row another value."""

    def change(rows: np.ndarray) -> None:
        rows[field][0] = value

    return change


def bytes_of(name: str, old: bytes, new: bytes) -> Plant:
    """Replace bytes in a file of the segment."""

    def plant(folder: Path, header: Header) -> Header:
        path = part(folder, name)
        data = path.read_bytes()
        assert old in data
        path.write_bytes(data.replace(old, new, 1))
        return header

    return plant


def header_says(**named: object) -> Plant:
    """Let the header say something else."""
    return lambda folder, header: msgspec.structs.replace(header, **named)


def first(value: float) -> Callable[[np.ndarray], None]:
    """Fill the first row with a number."""

    def change(rows: np.ndarray) -> None:
        rows[0] = value

    return change


def one_gone(folder: Path, header: Header) -> Header:
    """Take the first vector away, whole."""
    for name in (DIGESTS, VECTORS, QUANTISED):
        table(name, lambda rows: rows[1:])(folder, header)
    return header


def none_at_all(name: str) -> Plant:
    """Put what is no array in the place of one."""

    def plant(folder: Path, header: Header) -> Header:
        (path,) = folder.glob(f"*/{name}")
        path.write_bytes(b"garbage")
        return header

    return plant


PLANTED: dict[str, tuple[str, str, Plant]] = {
    "documents": ("count", HEADER, header_says(documents=7)),
    "passages": ("count", HEADER, header_says(passages=70)),
    "a row too few": ("count", segment.PASSAGES, table(segment.PASSAGES, lambda rows: rows[:-1])),
    "a length too few": ("count", segment.LENGTHS, table(segment.LENGTHS, lambda rows: rows[:-1])),
    "another id": ("id", segment.PASSAGES, table(segment.PASSAGES, put("id", 5))),
    "outside": ("span", segment.PASSAGES, table(segment.PASSAGES, put("end", 10**6))),
    "document": ("span", segment.PASSAGES, table(segment.PASSAGES, put("document", 9))),
    "section": ("span", segment.PASSAGES, table(segment.PASSAGES, put("section", 99))),
    "other words": ("digest", segment.PASSAGES, bytes_of(segment.TEXTS, b"wren", b"wrem")),
    "no text": ("text", segment.TEXTS, bytes_of(segment.TEXTS, b"wren", b"\xff\xff\xff\xff")),
    "a longer text": ("text", segment.DOCUMENTS, bytes_of(segment.TEXTS, b"re", "é".encode())),
    **{
        f"another {name}": ("span", segment.PASSAGES, table(segment.PASSAGES, put(name, value)))
        for name, value in (("byte_start", 1), ("byte_end", 3), ("line", 9), ("likeness", 7))
    },
    "sentences gone": (
        "sentences",
        segment.PASSAGES,
        table(segment.PASSAGES, put("first_sentence", 10**6)),
    ),
    "sentences outside": (
        "sentences",
        segment.SENTENCES,
        table(segment.SENTENCES, lambda spans: spans + 10**6),
    ),
    "terms": ("words", segment.TERMS, bytes_of(segment.TERMS, b"wren", b"wrem")),
    "counts": ("words", segment.COUNTS, table(segment.COUNTS, lambda counts: counts + 1)),
    "lengths": ("words", segment.LENGTHS, table(segment.LENGTHS, lambda lengths: lengths + 1)),
    "rows": ("words", segment.ROWS, table(segment.ROWS, lambda rows: rows[::-1].copy())),
    "not a number": ("vector", VECTORS, table(VECTORS, first(np.nan))),
    "not of unit length": ("vector", VECTORS, table(VECTORS, first(1.0))),
    "a digest too few": ("vector", VECTORS, table(DIGESTS, lambda rows: rows[1:])),
    "rounded otherwise": ("vector", QUANTISED, table(QUANTISED, lambda rows: ~rows)),
    "rounded too short": ("vector", QUANTISED, table(QUANTISED, lambda rows: rows[:, 1:])),
    "no vector": ("vector", HEADER, one_gone),
    "vectors that are none": ("vector", VECTORS, none_at_all(VECTORS)),
    "rounded ones that are none": ("vector", VECTORS, none_at_all(QUANTISED)),
    "a segment that is none": ("count", segment.STARTS, none_at_all(segment.STARTS)),
    "the document after the last": (
        "span",
        segment.PASSAGES,
        table(segment.PASSAGES, put("document", len(TEXTS))),
    ),
    "an empty span": ("span", segment.PASSAGES, table(segment.PASSAGES, put("end", 0))),
}


def seal(index: Path, change: Plant) -> None:
    """Plant a defect and make every checksum right again."""
    header = read_header(index, 1)
    folder = folder_of(index, 1)
    header = change(folder, header)
    files = {name: file_entry(folder / name) for name in header.files}
    header = msgspec.structs.replace(header, files=files)
    for name in (HEADER, COPY):
        (folder / name).write_bytes(header_bytes(header))
    publish.serve(index, 1)


@pytest.mark.parametrize("planted", PLANTED)
def test_what_checksums_cannot_see_is_found_and_named(library: Library, planted: str) -> None:
    """Each defect in files of right checksums is named by kind and file; a fast check is clean."""
    kind, file, change = PLANTED[planted]
    seal(library.settings.index, change)
    found = library.check(full=True).findings
    assert any(one.kind == kind and file in one.file for one in found), found
    assert library.check().clean


def test_a_step_of_a_build_lacks_vectors_and_is_whole(library: Library) -> None:
    """Passages that are not encoded yet are damage of a complete generation alone."""
    seal(
        library.settings.index,
        lambda folder, header: msgspec.structs.replace(one_gone(folder, header), kind="words"),
    )
    assert library.check(full=True).clean


def test_a_defect_is_told_with_its_row(library: Library) -> None:
    """The row of a vector that is not finite, not of unit length or rounded otherwise."""
    for name, value, detail in (
        (VECTORS, np.nan, "finite in row 2"),
        (VECTORS, 1.0, "unit length, 2"),
        (QUANTISED, 0, "in row 2"),
    ):

        def third(rows: np.ndarray, value: float = value) -> None:
            rows[2] = value

        folder = folder_of(library.settings.index, 1)
        (path,) = folder.glob(f"*/{name}")
        good = path.read_bytes()
        seal(library.settings.index, table(name, third))
        assert any(detail in one.detail for one in library.check(full=True).findings), detail
        path.write_bytes(good)
        seal(library.settings.index, lambda _, header: header)
    assert library.check(full=True).clean


def test_vectors_may_be_rounded_by_another_processor(library: Library) -> None:
    """Lengths within half precision and a byte on an edge are no damage; a little more is."""
    for factor, clean in ((1.001, True), (0.999, True), (1.004, False), (0.996, False)):
        index = library.settings.index
        (path,) = folder_of(index, 1).glob(f"*/{VECTORS}")
        good = path.read_bytes()
        seal(index, table(VECTORS, lambda rows, by=factor: (rows * by).astype(rows.dtype)))
        found = library.check(full=True).findings
        assert (not any("unit length" in one.detail for one in found)) == clean
        path.write_bytes(good)


def test_two_documents_of_one_address_are_found(library: Library) -> None:
    """No source is held twice."""

    def change(folder: Path, header: Header) -> Header:
        path = part(folder, segment.DOCUMENTS)
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join([lines[0], lines[0], *lines[2:]]))
        return header

    seal(library.settings.index, change)
    found = library.check(full=True)
    assert not found.clean


def test_a_whole_index_is_clean(library: Library) -> None:
    """Nothing is found in what builds made, with dead documents and several generations."""
    write_corpus(library.settings.corpus, {"birds.md": "A finch sings."})
    library.rebuild()
    found = library.check(full=True)
    assert found.clean, found.findings
    assert (found.serving, found.kept, found.remarks, found.advice) == (2, (1, 2), (), "")


def test_what_generations_share_is_read_once(library: Library) -> None:
    """A second generation adds only its own files to what is read."""
    before = library.check().files
    write_corpus(library.settings.corpus, {"new.txt": "A tern dives."})
    library.rebuild()
    names = len(read_header(library.settings.index, 2).files)
    assert before < library.check().files < before + names


def test_damage_is_named_and_the_older_generation_said_to_answer(library: Library) -> None:
    """Every file's damage is a finding with the file's name; what answers is told."""
    index = library.settings.index
    write_corpus(library.settings.corpus, {"new.txt": "A tern dives."})
    library.rebuild()
    own = [path for path in folder_of(index, 2).rglob("*") if path.is_file()]
    for path in (one for one in own if one.stat().st_nlink == 1):
        good = path.read_bytes()
        path.write_bytes(good + b"x")
        found = library.check()
        assert [finding.file for finding in found.findings] == [str(path)]
        assert found.serving == 1
        assert "qwenqa build" in found.advice
        path.write_bytes(good)
    assert library.check().clean


@pytest.mark.parametrize("damage", ["cut", "flipped", "gone"])
def test_damage_is_told_as_what_it_is(library: Library, damage: str) -> None:
    """Another size with both sizes, other bytes of the same size, or why it cannot be read."""
    index = library.settings.index
    path = part(folder_of(index, 1), segment.TERMS)
    good = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(good[:-1] if damage == "cut" else bytes([good[0] ^ 1]) + good[1:])
    (found,) = library.check().findings
    told = {
        "cut": f"it has {len(good) - 1:,} bytes and was written with {len(good):,}",
        "flipped": "its bytes are not those that were written",
        "gone": "cannot be read (No such file or directory)",
    }
    assert found.detail.startswith(str(path))
    assert told[damage] in found.detail
    assert (found.kind, found.generation) == ("file", 1)


def test_a_damaged_header_of_what_serves_is_one_finding_and_no_remains(library: Library) -> None:
    """It is told once; the next build is to mend the folder, not to take it for a kill's."""
    index = library.settings.index
    write_corpus(library.settings.corpus, {"new.txt": "A tern dives."})
    library.rebuild()
    (folder_of(index, 2) / HEADER).write_bytes(b"{}")
    found = library.check()
    assert [(one.kind, one.generation) for one in found.findings] == [("header", 2)]
    assert (found.kept, found.remains, found.serving) == ((1,), (), 1)


def test_an_older_folder_without_a_header_is_no_damage(library: Library) -> None:
    """A builder that was killed while it removed a generation leaves that."""
    index = library.settings.index
    write_corpus(library.settings.corpus, {"new.txt": "A tern dives."})
    library.rebuild()
    (folder_of(index, 1) / HEADER).unlink()
    found = library.check()
    assert found.clean
    assert found.remains == (str(folder_of(index, 1)),)


@pytest.mark.parametrize("content", [b"", b"garbage", None])
def test_a_bad_pointer_is_a_finding(library: Library, content: bytes | None) -> None:
    """CURRENT empty, garbage or gone is damage, and the newest generation answers."""
    path = library.settings.index / CURRENT
    path.unlink() if content is None else path.write_bytes(content)
    found = library.check()
    assert [(finding.kind, finding.file) for finding in found.findings] == [("pointer", str(path))]
    assert found.serving == 1


def test_a_dangling_pointer_is_a_finding(library: Library) -> None:
    """CURRENT that names what is not there is damage, and nothing answers."""
    shutil.rmtree(folder_of(library.settings.index, 1))
    found = library.check()
    assert "gen-00000001" in found.findings[0].detail
    assert found.serving == 0


def test_a_damaged_header_of_an_older_generation_is_a_finding(library: Library) -> None:
    """No killed builder leaves a broken header below the serving generation's number."""
    index = library.settings.index
    write_corpus(library.settings.corpus, {"new.txt": "A tern dives."})
    library.rebuild()
    (folder_of(index, 1) / HEADER).write_bytes(b"{}")
    (found,) = library.check().findings
    assert (found.kind, found.generation) == ("header", 1)


def test_remains_are_told_and_no_damage(library: Library) -> None:
    """What a killed builder left is reported and does not count."""
    index = library.settings.index
    folder_of(index, 2).mkdir()
    (folder_of(index, 2) / HEADER).write_bytes(b"half")
    (index / publish.WORK).mkdir()
    found = library.check(full=True)
    assert found.clean
    assert len(found.remains) == 2


def test_changed_and_vanished_sources_are_remarks(library: Library) -> None:
    """The corpus may change; that is no damage."""
    corpus = library.settings.corpus
    write_corpus(corpus, {"birds.md": "Other birds."})
    (corpus / "ships.txt").unlink()
    found = library.check(full=True)
    assert found.clean
    assert [remark.split()[0] for remark in found.remarks] == ["birds.md", "ships.txt"]
    assert "qwenqa build" in found.advice


def test_nothing_to_check_is_said_so(tmp_path: Path) -> None:
    """An index folder without a generation names the command that makes one."""
    with pytest.raises(NoGenerationError, match="qwenqa build"):
        Library(corpus=tmp_path, index=tmp_path / "none", model="toy").check()


@pytest.fixture
def shell(library: Library) -> Shell:
    """Commands over the library's corpus and index."""
    return Shell(library.settings.corpus, library.settings.index)


def test_the_command_prints_a_line_a_finding(shell: Shell, library: Library) -> None:
    """Exit code 0 when clean; 1, the file and what to do when not; the same in JSON."""
    assert shell("check", "--full").code == 0
    damaged = part(folder_of(library.settings.index, 1), segment.TERMS)
    os.truncate(damaged, 3)
    ran = shell("check")
    assert ran.code == 1
    assert str(damaged) in ran.out.splitlines()[0]
    assert "qwenqa build" in ran.out
    given = shell("check", "--json").json
    assert (given["clean"], given["check"]["findings"][0]["file"]) == (False, str(damaged))


def test_rollback_says_what_serves(shell: Shell, library: Library) -> None:
    """The generation before serves, or the one named; the next build goes forward again."""
    write_corpus(library.settings.corpus, {"birds.md": "A finch."})
    shell("build")
    ran = shell("rollback")
    assert ran.code == 0
    assert "Generation 1, built" in ran.out
    assert "qwenqa build" in ran.out
    assert shell("rollback", "2", "--json").json["generation"] == 2
    assert "generation 9" in shell("rollback", "9").err
    shell("rollback")
    assert shell("rollback").code == 3
    assert shell("build", "--json").json["generation"] == 3
