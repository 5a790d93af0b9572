"""From corpus to generation: what is reported and encoded, and that history leaves no trace."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from states import WORDS, content
from toys import small
from written import TEXTS, MakeCorpus, write_corpus

from qwenqa import Filter, Library
from qwenqa.encoders import ToyEncoder
from qwenqa.errors import CorpusError, EmptyCorpusError
from qwenqa.index import opening
from qwenqa.index.files.segment import passage_id
from qwenqa.lexical.analysis import query_terms
from qwenqa.ranking import likeness
from qwenqa.types import Vectors


class CountingEncoder(ToyEncoder):
    """A toy encoder that notes what it was given to encode."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of passages, noting the texts."""
        self.encoded += texts
        return super().encode_passages(texts, progress)


@pytest.fixture
def counting(library: Library, monkeypatch: pytest.MonkeyPatch) -> CountingEncoder:
    """The library's encoder, counting from now on."""
    encoder = CountingEncoder()
    monkeypatch.setattr(library._serving.models, "_encoder", encoder)
    return encoder


def sentence(dice: random.Random) -> str:
    """A few words and a stop, or a sentence of another language."""
    if dice.random() < 0.2:
        return "El búho y la garza no están en el puerto. "
    return " ".join(dice.choices(WORDS, k=dice.randint(3, 12))).capitalize() + ". "


def text(dice: random.Random) -> str:
    """One to forty sentences under headings."""
    parts = [f"# {dice.choice(WORDS).title()}\n\n"] if dice.random() < 0.5 else []
    ends = ["", "", "\n\n", "\r\n\r\n", "\n\n## Next\n\n"]
    parts += [sentence(dice) + dice.choice(ends) for _ in range(dice.randint(1, 40))]
    return "".join(parts)


def change(dice: random.Random, root: Path) -> None:
    """One thing that happens to a corpus: add, edit, rename, delete, touch, copy, break."""
    files = sorted(path for path in root.rglob("*") if path.is_file())
    name = f"{dice.choice(['', 'a/', 'a/b/'])}{dice.randint(0, 9)}{dice.choice(['.txt', '.md'])}"
    target = root / name
    target.parent.mkdir(parents=True, exist_ok=True)
    action = dice.choice("add edit rename delete touch copy break".split()) if files else "add"
    one = dice.choice(files) if files else target
    if action == "add" or (action == "edit" and dice.random() < 0.3):
        target.write_bytes(text(dice).encode())
    elif action == "edit":
        one.write_bytes(one.read_bytes() + sentence(dice).encode())
    elif action == "rename":
        one.replace(target)
    elif action == "delete":
        one.unlink()
    elif action == "touch":
        os.utime(one, (dice.randint(1, 10**9),) * 2)
    elif action == "copy":
        target.write_bytes(one.read_bytes())
    else:
        one.write_bytes(dice.choice([b"", b"\x00\x01\x02" * 50, b" \r\n"]))


@pytest.mark.parametrize("seed", range(4))
def test_any_history_gives_what_a_build_from_nothing_gives(tmp_path: Path, seed: int) -> None:
    """Passages, texts, vectors, rankings and reports do not tell how the corpus came to be."""
    dice = random.Random(seed)
    root = write_corpus(tmp_path / "corpus", {"0.txt": text(dice)})
    library = Library(root, tmp_path / "index", "toy")
    for step in range(6):
        for _ in range(dice.randint(1, 4)):
            change(dice, root)
        library.rebuild(allow_empty=True)
        assert not library.status().stale
        fresh = tmp_path / f"fresh{step}"
        Library(root, fresh, "toy").rebuild(allow_empty=True)
        assert content(tmp_path / "index") == content(fresh)


def test_passages_are_slices_of_the_stored_text(tmp_path: Path) -> None:
    """For every passage, text[start:end] is its text, and its lines are those of the source."""
    dice = random.Random(1)
    root = write_corpus(tmp_path / "corpus", {f"{n}.md": text(dice) for n in range(5)})
    Library(root, tmp_path / "index", "toy").rebuild()
    opened = opening.serving(tmp_path / "index")
    for passage in opened.all_passages():
        number = opened.document_of(passage.source.address)
        assert number is not None
        whole = opened.text(number)
        assert whole[passage.start : passage.end] == passage.text
        assert whole == (root / passage.source.address).read_bytes().decode()
        first = whole.count("\n", 0, passage.start) + 1
        assert passage.lines == (first, first + passage.text.count("\n"))
        assert passage.id == passage_id(passage.source.address, passage.start, passage.end)
        for start, end in passage.sentences:
            assert passage.start <= start < end <= passage.end


def test_the_report_says_what_happened(library: Library, tmp_path: Path) -> None:
    """Added, changed, removed, moved, kept and skipped, each file once."""
    root = library.settings.corpus
    (root / "new.txt").write_text("A kettle sings.")
    (root / "ships.txt").write_text("The barque left Cardiff.")
    (root / "birds.md").rename(root / "fowl.md")
    (root / "deep" / "tea.txt").unlink()
    (root / "picture.png").write_bytes(b"\x89PNG")
    report = library.rebuild()
    assert report.published
    assert report.generation == 2
    assert (report.added, report.changed) == (("new.txt",), ("ships.txt",))
    assert (report.removed, report.kept) == (("deep/tea.txt",), ())
    assert report.moved == (("birds.md", "fowl.md"),)
    assert [one.address for one in report.skipped] == ["picture.png"]
    assert report.encoded + report.reused == report.passages


def test_nothing_changed_means_nothing_done(library: Library, counting: CountingEncoder) -> None:
    """A rebuild of an unchanged corpus publishes nothing and encodes nothing; so does a touch."""
    root = library.settings.corpus
    os.utime(root / "ships.txt", (1, 1))
    before = sorted(path.name for path in library.settings.index.iterdir())
    report = library.rebuild()
    assert (report.published, report.generation, report.encoded) == (False, 1, 0)
    assert report.kept == tuple(sorted(TEXTS))
    assert counting.encoded == []
    assert sorted(path.name for path in library.settings.index.iterdir()) == before


def test_an_edit_of_the_same_size_and_time_is_built(library: Library) -> None:
    """An edit that keeps size and time stamp changes the answers."""
    path = library.settings.corpus / "ships.txt"
    status = path.stat()
    path.write_bytes(path.read_bytes().replace(b"Bristol", b"Swansea"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert library.status().stale
    assert library.rebuild().changed == ("ships.txt",)
    answer = library.ask("Which town did the brig leave?", within=Filter(path="ships.txt"))
    assert "Swansea" in answer.hits[0].hit.passage.text


def test_outlines_are_those_of_the_passages(library: Library) -> None:
    """In the order that they are asked for, from all segments."""
    for number in range(3):
        path = library.settings.corpus / f"more{number}.txt"
        path.write_text(f"Buoy {number} drifts.\n\nIt rusts.", "utf-8")
        library.rebuild()
    generation = library.generation()
    passages = list(generation.all_passages())[::-1]
    assert len(generation.segments) > 1
    told = generation.outlines([passage.id for passage in passages])
    assert [one.id for one in told] == [passage.id for passage in passages]
    assert [one.likeness for one in told] == [likeness(passage.text) for passage in passages]


def test_only_new_texts_are_encoded(library: Library, counting: CountingEncoder) -> None:
    """An edit encodes the passages that it changed; a renaming and a deletion encode none."""
    root = library.settings.corpus
    long = "".join(f"Sentence number {n} of this long text speaks of owls. " for n in range(60))
    (root / "long.txt").write_text(long)
    added = library.rebuild()
    assert added.encoded == len(counting.encoded) > 5
    counting.encoded.clear()
    (root / "long.txt").write_text(long + "One more sentence about a lighthouse.")
    (root / "birds.md").rename(root / "fowl.md")
    (root / "ships.txt").unlink()
    report = library.rebuild()
    assert report.encoded == len(counting.encoded) == 1
    assert "lighthouse" in counting.encoded[0]
    assert report.reused == report.passages - 1


def test_equal_files_are_encoded_once_and_cited_twice(
    library: Library, counting: CountingEncoder
) -> None:
    """Two files of the same bytes cost one encoding, and are one hit that names both."""
    content = "A zeppelin crossed the fjord in silence."
    for address in ("x.txt", "y.txt"):
        (library.settings.corpus / address).write_text(content)
    report = library.rebuild()
    assert report.added == ("x.txt", "y.txt")
    assert counting.encoded == [content]
    best = library.ask("Where did the zeppelin cross?").hits[0].hit
    assert [best.passage.source.address, *(one.source.address for one in best.also_in)] in (
        ["x.txt", "y.txt"],
        ["y.txt", "x.txt"],
    )
    assert "also in" in str(library.ask("Where did the zeppelin cross?"))


def test_copies_are_all_found_by_their_words(library: Library, tmp_path: Path) -> None:
    """Several copies of an indexed file, made at once, each have its words."""
    root = library.settings.corpus
    for address in ("x.txt", "y.txt", "deep/z.txt"):
        (root / address).write_bytes((root / "ships.txt").read_bytes())
    library.rebuild()
    Library(root, tmp_path / "fresh", "toy").rebuild()
    assert content(library.settings.index) == content(tmp_path / "fresh")
    found = library.generation().lexical_candidates(query_terms("brig"), 9)
    assert len(found) == 4


def test_another_splitting_or_encoder_builds_anew(library: Library, tmp_path: Path) -> None:
    """A changed recipe is a reason to rebuild; vectors of the same encoder are still reused."""
    from dataclasses import replace

    shorter = Library(settings=replace(library.settings, passage_tokens=20))
    assert shorter.status().stale
    report = shorter.rebuild()
    assert report.published
    assert report.kept == tuple(sorted(TEXTS))
    assert report.reused > 0


def test_removed_text_is_never_returned_again(library: Library) -> None:
    """After an edit or a deletion no question finds what is gone, and no file holds it."""
    root = library.settings.corpus
    assert "Bristol" in str(library.ask("brig Bristol 1802"))
    (root / "ships.txt").write_text("A lighthouse keeper counts passing sails.")
    (root / "birds.md").unlink()
    library.rebuild()
    for question in ("brig Bristol 1802", "tin and wool", "Where does a heron wait?"):
        said = "".join(hit.hit.passage.text for hit in library.ask(question, k=100).hits)
        assert not any(gone in said for gone in ("Bristol", "wool", "heron"))
    serving = library.generation().folder
    held = b"".join(path.read_bytes() for path in serving.rglob("*") if path.is_file())
    assert b"Bristol" not in held
    assert b"heron" not in held


def test_an_empty_corpus_does_not_replace_an_index(library: Library) -> None:
    """An unmounted folder is refused, unless emptiness is meant; then answers say nothing."""
    for address in TEXTS:
        (library.settings.corpus / address).unlink()
    with pytest.raises(EmptyCorpusError, match="allow-empty"):
        library.rebuild()
    assert library.ask("Where does a heron wait?").hits
    report = library.rebuild(allow_empty=True)
    assert (report.passages, report.removed) == (0, tuple(sorted(TEXTS)))
    answer = library.ask("Where does a heron wait?")
    assert (answer.found, answer.hits) == (False, ())
    write_corpus(library.settings.corpus, TEXTS)
    assert library.rebuild().added == tuple(sorted(TEXTS))


def test_no_corpus_folder_loses_nothing(library: Library) -> None:
    """A vanished folder is an error that leaves the index as it was."""
    library.settings.corpus.rename(library.settings.corpus.with_name("away"))
    with pytest.raises(CorpusError, match="does not exist"):
        library.rebuild()
    assert opening.serving(library.settings.index).number == 1


def test_only_unreadable_files_are_an_empty_corpus(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    """When nothing can be indexed the message names a file and its reason."""
    library = Library(make_corpus({"a.txt": "", "b.xyz": "?"}), tmp_path / "index", "toy")
    with pytest.raises(EmptyCorpusError, match=r"a\.txt: holds no text"):
        library.rebuild()


def test_a_file_that_changes_while_it_is_read_is_left_out(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text is only indexed under the digest of the bytes that it came from."""
    from qwenqa import corpus

    (library.settings.corpus / "new.txt").write_text("A kettle sings.")
    read = corpus.read_bytes
    monkeypatch.setattr(corpus, "read_bytes", lambda root, address: read(root, address) + b"!")
    report = library.rebuild()
    assert [(one.address, "changed" in one.reason) for one in report.skipped] == [("new.txt", True)]


def test_an_unreadable_file_keeps_its_old_passages(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is there and cannot be read is called stale and still found; gone is gone."""
    root = library.settings.corpus
    (root / "birds.md").unlink()
    (root / "new.txt").write_text("A kettle sings.")
    real = os.open

    def refuse(path: str | Path, *given: int, **named: int) -> int:
        if Path(path).name == "ships.txt":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        report = library.rebuild()
        assert [one.address for one in report.stale] == ["ships.txt"]
        assert report.removed == ("birds.md",)
        assert "ships.txt" in [one.address for one in report.skipped]
        best = library.ask("When did the brig leave Bristol?").hits[0]
        assert "Bristol" in best.citation.quote
        assert best.verification.verdict == "unreadable"
        assert library.rebuild().published is False
    report = library.rebuild()
    assert (report.stale, report.encoded) == ((), 0)
    assert library.ask("When did the brig leave Bristol?").hits[0].verification.good


def test_a_file_that_changes_under_the_reader_keeps_its_old_passages(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it can be read in peace the earlier passages stay, and the next build looks again."""
    from qwenqa import corpus

    (library.settings.corpus / "ships.txt").write_text("The barque left Cardiff.")
    read = corpus.read_bytes
    with monkeypatch.context() as patch:
        patch.setattr(corpus, "read_bytes", lambda root, address: read(root, address) + b"!")
        report = library.rebuild()
    assert [one.address for one in report.stale] == ["ships.txt"]
    ships = Filter(path="ships.txt")
    assert "Bristol" in library.ask("What did the brig leave?", within=ships).hits[0].citation.quote
    assert library.rebuild().stale == ()
    assert "Cardiff" in library.ask("What did it leave?", within=ships).hits[0].citation.quote


def test_progress_counts_up_to_the_whole(library: Library) -> None:
    """Every stage is reported from nothing to all of it, in order."""
    (library.settings.corpus / "new.txt").write_text("A kettle sings.")
    seen = []
    library.rebuild(seen.append)
    stages = list(dict.fromkeys(one.stage for one in seen))
    assert stages == ["reading", "encoding", "publishing"]
    for stage in stages:
        of = [one for one in seen if one.stage == stage]
        assert [one.done for one in of] == sorted(one.done for one in of)
        assert of[-1].done == of[-1].total


def test_many_small_builds_leave_few_parts(library: Library, tmp_path: Path) -> None:
    """Segments and files of vectors are joined by three, so that a dozen builds leave a handful."""
    with small(step=100, segment_passages=100, fan=3):
        for number in range(12):
            (library.settings.corpus / f"new{number}.txt").write_text(f"Owl {number} sings.")
            library.rebuild()
    header = library.generation().header
    assert len(header.segments) <= 6
    assert len(header.vectors) <= 6
    fresh = Library(library.settings.corpus, tmp_path / "fresh", "toy")
    fresh.rebuild()
    assert content(library.settings.index) == content(tmp_path / "fresh")


def test_passage_ids_depend_on_address_and_span_alone() -> None:
    """Ids are positive, fit 63 bits, and differ with each of the three."""
    ids = {passage_id(*of) for of in (("a", 0, 5), ("b", 0, 5), ("a", 1, 5), ("a", 0, 6))}
    assert len(ids) == 4
    assert all(0 < id_ < 2**63 for id_ in ids)
    assert passage_id("a", 0, 5) == passage_id("a", 0, 5)


_ASK = """
import sys, qwenqa
library = qwenqa.Library(sys.argv[1], sys.argv[2], "toy")
library.rebuild()
for question in ("Where does a heron wait?", "What did the brig carry?", "owl tea sails 1802"):
    print(library.ask(question, k=9).json())
"""


def test_answers_do_not_depend_on_the_hash_seed(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    """Two processes with different hash seeds build the same index and answer alike."""
    dice = random.Random(2)
    root = make_corpus({**TEXTS, **{f"{n}.txt": text(dice) for n in range(5)}})
    said = []
    for seed in ("1", "2"):
        index = tmp_path / f"index{seed}"
        ran = subprocess.run(
            [sys.executable, "-c", _ASK, str(root), str(index)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=False,
            text=True,
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        said.append(ran.stdout)
    # Line by line: that shows which field it is that differs.
    assert said[0].splitlines() == said[1].splitlines()
    assert said[0].count('"question"') == 3
    assert content(tmp_path / "index1") == content(tmp_path / "index2")


def test_vectors_are_those_of_a_fresh_encoding(library: Library) -> None:
    """After rebuilds, each passage's vector is still the encoder's own, in half precision."""
    from qwenqa.passages import encoder_text

    (library.settings.corpus / "new.txt").write_text("A kettle sings.")
    library.rebuild()
    opened = library.generation()
    for row, passage in enumerate(opened.all_passages()):
        stored = opened.documents[opened.document_of(passage.source.address) or 0]
        candidates = [encoder_text(section.context, passage.text) for section in stored.sections]
        expected = ToyEncoder().encode_passages(candidates).astype(np.float16)
        assert any(np.array_equal(opened.codes()[row], one) for one in expected)
