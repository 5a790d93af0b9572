"""What is different between two generations, and the report that is kept with each."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from shells import Shell, refusal
from test_build import change, text
from written import TEXTS, write_corpus

from qwenqa import Library
from qwenqa.errors import DamagedError, NoGenerationError
from qwenqa.index import opening
from qwenqa.index.header import HEADER, folder_of, header_bytes, read_header
from qwenqa.types import Diff


@pytest.fixture
def shell(library: Library) -> Shell:
    """A shell over the library's folders."""
    return Shell(library.settings.corpus, library.settings.index)


def passages(index: Path, number: int) -> dict[tuple[str, int, int], str]:
    """Digests by address and span."""
    opened = opening.numbered(index, number)
    found = {(p.source.address, p.start, p.end): p.digest for p in opened.all_passages()}
    opened.close()
    return found


@pytest.mark.parametrize("seed", range(4))
def test_a_diff_counts_what_comparing_all_passages_gives(tmp_path: Path, seed: int) -> None:
    """Of each kind as many as differ by place and digest, in all and summed over the sources."""
    dice = random.Random(seed)
    root = write_corpus(tmp_path / "corpus", {"0.txt": text(dice), "1.md": text(dice)})
    library = Library(root, tmp_path / "index", "toy")
    library.rebuild()
    for _ in range(8):
        change(dice, root)
    library.rebuild(allow_empty=True)
    found = library.diff(1, 2, texts=True)
    old, new = (passages(tmp_path / "index", number) for number in (1, 2))
    gone, come = Counter(old.items() - new.items()), Counter(new.items() - old.items())
    moved = (Counter(d for _, d in gone) & Counter(d for _, d in come)).total()
    counts = found.passages
    assert counts.moved == moved
    assert (counts.added, counts.removed) == (len(come) - moved, len(gone) - moved)
    assert counts.kept == len(old.items() & new.items())
    for kind in ("added", "removed", "moved"):
        summed = sum(getattr(source.passages, kind) for source in found.sources)
        assert summed == getattr(counts, kind)
    assert {(c.address, c.start, c.end) for c in found.texts_added} <= {k for k, _ in come}
    assert {(c.address, c.start, c.end) for c in found.texts_removed} <= {k for k, _ in gone}
    assert len(found.texts_added) == counts.added
    assert len(found.texts_removed) == counts.removed


def test_a_diff_names_each_source_with_its_fate(library: Library) -> None:
    """Added, changed, removed, moved, skipped, no longer skipped; what stayed is not named."""
    corpus = library.settings.corpus
    (corpus / "odd.xyz").write_text("x")
    (corpus / "stays.txt").write_text("This stays as it is.\n")
    library.rebuild()
    (corpus / "odd.xyz").unlink()
    (corpus / "strange.xyz").write_text("y")
    (corpus / "birds.md").write_text("# Birds\n\nNo bird is here.\n")
    (corpus / "ships.txt").rename(corpus / "boats.txt")
    (corpus / "deep/tea.txt").unlink()
    (corpus / "new.txt").write_text("Something new is here.\n")
    library.rebuild()
    found = library.diff(2, 3, texts=True)
    assert [(source.address, source.fate, source.before) for source in found.sources] == [
        ("birds.md", "changed", ""),
        ("boats.txt", "moved", "ships.txt"),
        ("deep/tea.txt", "removed", ""),
        ("new.txt", "added", ""),
    ]
    assert [one.address for one in found.skipped] == ["strange.xyz"]
    assert [one.address for one in found.no_longer_skipped] == ["odd.xyz"]
    assert found.model is None
    assert "Oolong" in next(o.quote for o in found.texts_removed if o.address == "deep/tea.txt")
    assert [one.quote for one in found.texts_added if one.address == "new.txt"] == [
        "Something new is here."
    ]
    assert library.diff(3, 3).sources == ()


def test_a_diff_backwards_takes_back_what_it_gave(library: Library) -> None:
    """From new to old, added and removed change places."""
    (library.settings.corpus / "new.txt").write_text("Something new is here.\n")
    (library.settings.corpus / "deep/tea.txt").unlink()
    library.rebuild()
    there, back = library.diff(1, 2, texts=True), library.diff(2, 1, texts=True)
    assert there.texts_added == back.texts_removed
    assert there.texts_removed == back.texts_added
    assert {source.address: source.fate for source in back.sources} == {
        "new.txt": "removed",
        "deep/tea.txt": "added",
    }


def test_the_report_is_kept_with_its_generation(library: Library) -> None:
    """What a build said is read back, for the serving generation and for every kept one."""
    (library.settings.corpus / "new.txt").write_text("Something new is here.\n")
    done = library.rebuild()
    assert library.report() == library.report(2) == done
    assert library.report(1).added == tuple(sorted(TEXTS))
    library.roll_back()
    assert library.report() == library.report(1)


def test_what_has_no_report_says_so(library: Library) -> None:
    """No such generation, one not complete, and a damaged report: one sentence each."""
    index = library.settings.index
    with pytest.raises(NoGenerationError, match=r"no generation 9 .* Those there are: 1\."):
        library.report(9)
    with pytest.raises(NoGenerationError, match="no generation 9"):
        library.diff(1, 9)
    header = msgspec.structs.replace(read_header(index, 1), kind="words")
    (folder_of(index, 1) / HEADER).write_bytes(header_bytes(header))
    with pytest.raises(NoGenerationError, match="not complete"):
        library.report(1)


def test_a_damaged_report_is_found(library: Library) -> None:
    """A flipped byte in the report is told, and names the file."""
    path = folder_of(library.settings.index, 1) / "report.json"
    data = bytearray(path.read_bytes())
    data[40] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedError, match=r"report\.json"):
        library.report(1)


def test_the_shell_shows_reports_and_differences(shell: Shell) -> None:
    """The report as after the build; the difference with its sources, and texts when asked."""
    (shell.corpus / "new.txt").write_text("Something new is here.\n")
    (shell.corpus / "ships.txt").rename(shell.corpus / "boats.txt")
    built = shell("build").out
    assert shell("report").out == shell("report", "2").out == built
    told = shell("diff", "1", "2").out
    assert "added  new.txt (passages: 1 added)" in told
    assert "moved  ships.txt -> boats.txt" in told
    assert "Something new" not in told
    assert "    Something new is here." in shell("diff", "1", "2", "--texts").out
    found = msgspec.json.decode(shell("diff", "1", "2", "--texts", "--json").out, type=Diff)
    assert found == Library(shell.corpus, shell.index).diff(1, 2, texts=True)
    assert set(shell("report", "1", "--json").json) >= {"added", "saved", "passage_counts"}


def test_the_shell_says_which_generations_there_are(shell: Shell) -> None:
    """A number that is not kept, and one that is none, are refused in one sentence."""
    assert "Those there are: 1." in refusal(shell("report", "7"), 3)
    assert "generation 7" in refusal(shell("diff", "7", "1"), 3)
    assert "no whole number" in refusal(shell("diff", "one", "2"), 2)
