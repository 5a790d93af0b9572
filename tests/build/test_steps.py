"""Builds in steps: found by words first, resumed where they were ended, sharing what stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from states import content
from written import MakeCorpus, write_corpus

from qwenqa import Library
from qwenqa.build.context import BuildContext
from qwenqa.encoders import ToyEncoder
from qwenqa.errors import DamagedError, EmptyCorpusError, NoGenerationError
from qwenqa.index import disk, opening, publish
from qwenqa.index.header import COPY, HEADER, folder_of
from qwenqa.service.upkeep import rebuilding
from qwenqa.types import EncoderIdentity, Vectors

FILES = {
    f"{n:02}.txt": f"Heron number {n} waits in the shallow water of bay {n}." for n in range(20)
}


class Tiring(ToyEncoder):
    """A toy encoder that notes what it encoded, and gives up after so many passages."""

    def __init__(self, strength: int = 10**9, weights: str = "toy-1") -> None:
        self.identity: EncoderIdentity = replace(ToyEncoder.identity, weights=weights)
        self.strength = strength
        self.encoded: list[str] = []
        self.most = 0

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of passages, until it is tired."""
        if len(self.encoded) + len(texts) > self.strength:
            raise KeyboardInterrupt
        self.encoded += texts
        self.most = max(self.most, len(texts))
        return super().encode_passages(texts, progress)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three passages a step and eight a segment, so that every build takes several."""
    made = rebuilding.build_context_of

    def small(*given: object) -> BuildContext:
        return replace(made(*given), step=3, segment_passages=8)  # type: ignore[arg-type]

    monkeypatch.setattr(rebuilding, "build_context_of", small)


@pytest.fixture
def unbuilt(make_corpus: MakeCorpus, tmp_path: Path) -> Library:
    """A library over twenty files that was never built."""
    return Library(make_corpus(FILES), tmp_path / "index", "toy")


def use(library: Library, encoder: ToyEncoder) -> None:
    """Let the library encode with this encoder from now on."""
    library._serving.models._encoder = encoder
    library._serving.models._opened = library._serving.models.wanted(None)


def fresh(library: Library, folder: Path, encoder: ToyEncoder | None = None) -> dict[str, object]:
    """What a build of the same corpus from nothing holds."""
    alone = Library(library.settings.corpus, folder, "toy")
    use(alone, encoder or ToyEncoder())
    alone.rebuild(allow_empty=True)
    return content(folder)


def test_words_are_found_before_anything_is_encoded(unbuilt: Library) -> None:
    """After reading, questions are answered by words; then with more and more vectors."""
    asker = Library(settings=unbuilt.settings)
    shares = []

    def ask(_: object) -> None:
        if publish.serving(unbuilt.settings.index) and asker.serving():
            answer = asker.ask("Which heron waits in bay 7?")
            assert "bay 7" in answer.hits[0].hit.passage.text
            shares.append(asker.generation().encoded)
            assert bool(answer.notes) == (shares[-1] < len(FILES))

    unbuilt.rebuild(ask)
    assert sorted(set(shares)) == [0, 3, 6, 8, 11, 14, 16, 19, 20]
    assert shares == sorted(shares)
    assert asker.ask("Which heron waits in bay 7?").notes == ()


@pytest.mark.parametrize("strength", [0, 3, 11, 17])
def test_an_ended_build_goes_on_where_it_was(
    unbuilt: Library, tmp_path: Path, strength: int
) -> None:
    """What was read and encoded before the end is not read or encoded again."""
    use(unbuilt, Tiring(strength))
    with pytest.raises(KeyboardInterrupt):
        unbuilt.rebuild()
    assert len(unbuilt.generation()) == len(FILES)
    assert unbuilt.status().encoded == unbuilt.generation().encoded <= strength
    every = unbuilt.generation().places.ids.tolist()
    known = unbuilt.generation().encoded_ids.tolist()
    assert unbuilt.generation().unencoded(every[::-1]) == set(every) - set(known)
    again = Tiring()
    use(unbuilt, again)
    report = unbuilt.rebuild(lambda told: None)
    done = len(FILES) - len(again.encoded)
    assert done == unbuilt_steps(strength)
    assert report.added == tuple(sorted(FILES))
    assert content(unbuilt.settings.index) == fresh(unbuilt, tmp_path / "fresh")
    assert [path.name for path in unbuilt.settings.index.glob("gen-*")] == [
        f"gen-{report.generation:08d}"
    ]


def unbuilt_steps(strength: int) -> int:
    """How many passages are kept of so many: whole steps in segments of 8, 8 and 4 passages."""
    return max(end for end in (0, 3, 6, 8, 11, 14, 16, 19, 20) if end <= strength)


def test_no_more_than_a_step_is_encoded_at_once(unbuilt: Library) -> None:
    """A build holds the texts of one step, however many there are, and encodes each once."""
    write_corpus(unbuilt.settings.corpus, {f"copy/{name}": text for name, text in FILES.items()})
    counting = Tiring()
    use(unbuilt, counting)
    assert unbuilt.rebuild().passages == 2 * len(FILES)
    assert counting.most == 3
    assert sorted(counting.encoded) == sorted(FILES.values())


def test_another_model_serves_only_when_it_is_done(
    unbuilt: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build for another model leaves the old answers until its end, and resumes too."""
    first = unbuilt.rebuild().generation
    monkeypatch.setattr("qwenqa.service.open.models.weights_of", lambda model: "toy-2")
    before = content(unbuilt.settings.index)
    use(unbuilt, Tiring(10, "toy-2"))
    with pytest.raises(KeyboardInterrupt):
        unbuilt.rebuild()
    assert content(unbuilt.settings.index) == before
    left = opening.checkpoint(unbuilt.settings.index)
    assert left
    with pytest.raises(NoGenerationError, match="There is no generation"):
        unbuilt.roll_back(left.number)
    left.close()
    again = Tiring(weights="toy-2")
    use(unbuilt, again)
    report = unbuilt.rebuild()
    assert unbuilt.diff(first, report.generation).model == ("toy", "toy")
    assert len(again.encoded) == len(FILES) - 8
    assert opening.checkpoint(unbuilt.settings.index) is None
    now = content(unbuilt.settings.index)
    assert now == fresh(unbuilt, tmp_path / "fresh", Tiring(weights="toy-2"))


def test_what_an_unfinished_build_left_never_answers(
    unbuilt: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the generation that serves is damaged, no checkpoint takes its place."""
    unbuilt.rebuild()
    index = unbuilt.settings.index
    monkeypatch.setattr("qwenqa.service.open.models.weights_of", lambda model: "toy-2")
    use(unbuilt, Tiring(10, "toy-2"))
    with pytest.raises(KeyboardInterrupt):
        unbuilt.rebuild()
    left = opening.checkpoint(index)
    assert left
    assert left.number > (publish.serving(index) or 0)
    left.close()
    damaged = folder_of(index, publish.serving(index) or 0)
    (damaged / HEADER).write_bytes(b"{}")
    with closing(opening.serving(index)) as instead:
        assert folder_of(index, instead.number) == damaged
    (damaged / COPY).write_bytes(b"{}")
    with pytest.raises(DamagedError):
        opening.serving(index)


def test_reading_is_not_begun_again(
    unbuilt: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole segments that were read before the end are taken over unread."""
    read: list[int] = []

    def stop(told: object) -> None:
        if told.stage == "reading" and told.done == 18:  # type: ignore[attr-defined]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unbuilt.rebuild(stop)
    assert publish.serving(unbuilt.settings.index) is None
    unbuilt.rebuild(lambda told: read.append(told.total) if told.stage == "reading" else None)
    assert set(read) == {len(FILES) - 16}
    assert content(unbuilt.settings.index) == fresh(unbuilt, tmp_path / "fresh")


def test_unchanged_parts_are_shared(unbuilt: Library) -> None:
    """A rebuild links what it does not change: the same file under two names."""
    unbuilt.rebuild()
    old = unbuilt.generation()
    (unbuilt.settings.corpus / "00.txt").write_text("An owl.")
    unbuilt.rebuild()
    new = unbuilt.generation()
    shared = [name for name in new.header.files if name in old.header.files and "/" in name]
    assert len(shared) >= 2 * 9
    for name in shared:
        assert (new.folder / name).stat().st_ino == (old.folder / name).stat().st_ino


def test_without_links_parts_are_copied(
    unbuilt: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a disk that has no links the index is the same."""

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    unbuilt.rebuild()
    (unbuilt.settings.corpus / "00.txt").write_text("An owl.")
    unbuilt.rebuild()
    monkeypatch.undo()
    assert content(unbuilt.settings.index) == fresh(unbuilt, tmp_path / "fresh")


@pytest.mark.slow
def test_many_rebuilds_leave_few_parts(unbuilt: Library, tmp_path: Path) -> None:
    """The number of segments and files of vectors grows as a logarithm; content is the same."""
    unbuilt.rebuild()
    for number in range(80):
        write_corpus(unbuilt.settings.corpus, {f"{number % 40:02}.txt": f"Owl {number} sings."})
        unbuilt.rebuild()
    header = unbuilt.generation().header
    assert len(header.segments) <= 2 * 8
    assert len(header.vectors) <= 2 * 8
    assert content(unbuilt.settings.index) == fresh(unbuilt, tmp_path / "fresh")


def test_a_renaming_of_everything_encodes_and_reads_nothing(
    unbuilt: Library, tmp_path: Path
) -> None:
    """Moved files keep their texts and vectors, and have the ids of their new places."""
    unbuilt.rebuild()
    root = unbuilt.settings.corpus
    (root / "in").mkdir()
    for address in FILES:
        (root / address).rename(root / "in" / address)
    counting, read = Tiring(), []
    use(unbuilt, counting)
    report = unbuilt.rebuild(lambda told: read.append(told.total) if told.stage == "reading" else 0)
    assert (len(report.moved), counting.encoded, set(read)) == (len(FILES), [], {0})
    assert content(unbuilt.settings.index) == fresh(unbuilt, tmp_path / "fresh")


def test_the_report_stays_with_its_generation(unbuilt: Library) -> None:
    """The report on disk is the one that the rebuild gave."""
    import msgspec

    from qwenqa import BuildReport

    report = unbuilt.rebuild()
    opened = opening.serving(unbuilt.settings.index)
    kept = msgspec.json.decode((opened.folder / "report.json").read_bytes(), type=BuildReport)
    assert kept == report
    assert report.passage_counts.added == len(FILES)


def test_a_header_counts_what_lives(unbuilt: Library) -> None:
    """Documents and passages of segments in which some are dead are not counted."""
    unbuilt.rebuild()
    for name in ("00.txt", "01.txt", "02.txt"):
        (unbuilt.settings.corpus / name).unlink()
    report = unbuilt.rebuild()
    header = unbuilt.generation().header
    assert any(segment.dead for segment in header.segments)
    assert header.documents == len(unbuilt.generation().documents) == len(FILES) - 3
    assert header.passages == len(unbuilt.generation()) == report.passages
    assert (report.encoded, report.reused) == (0, report.passages)


def test_the_space_that_is_asked_for_is_that_of_what_is_new(
    unbuilt: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the sources that are not known, as others took it, when a killed build's remains are gone.

    Then of the vectors that are to be made: a digest and two bytes for each number.
    """
    asked: list[int] = []
    index = unbuilt.settings.index
    remains = folder_of(index, 99)

    def require(folder: Path, needed: int) -> None:
        assert folder == index
        assert not remains.exists()
        asked.append(needed)

    monkeypatch.setattr(disk, "require_space", require)
    unbuilt.rebuild()
    vector = 32 + 2 * ToyEncoder.identity.dimension
    size = sum(map(len, FILES.values()))
    assert asked == [size // 4, len(FILES) * vector]
    ratio = sum(one.size for one in unbuilt.generation().header.files.values()) / size
    (unbuilt.settings.corpus / "copy.txt").write_text(FILES["00.txt"])
    (unbuilt.settings.corpus / "new.txt").write_text("An owl hunts.")
    remains.mkdir()
    asked.clear()
    unbuilt.rebuild()
    assert asked == [int(len("An owl hunts.") * ratio), vector]


@pytest.mark.parametrize(
    ("before", "gone", "come", "refused"),
    [
        (10, 9, 0, True),
        (10, 8, 0, False),
        (10, 9, 1, False),
        (9, 8, 0, False),
        (20, 18, 0, True),
        (20, 17, 0, False),
    ],
)
def test_nearly_all_gone_and_nothing_come_is_a_mishap(
    make_corpus: MakeCorpus, tmp_path: Path, before: int, gone: int, come: int, refused: bool
) -> None:
    """Nine of ten of at least ten documents; the index still serves, and a word lets it go."""
    names = list(FILES)[:before]
    root = make_corpus({name: FILES[name] for name in names})
    library = Library(root, tmp_path / "index", "toy")
    generation = library.rebuild().generation
    for name in names[:gone]:
        (root / name).unlink()
    for number in range(come):
        (root / f"new{number}.txt").write_text("An owl hunts.")
    if refused:
        with pytest.raises(EmptyCorpusError, match=f"{gone} of {before} indexed documents"):
            library.rebuild()
        assert library.serving() == generation
    assert len(library.rebuild(allow_empty=refused).removed) == gone
