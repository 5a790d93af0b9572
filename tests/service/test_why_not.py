"""What became of an expected sentence: one fate for each place where it stands, and no guesses."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from written import MakeCorpus

from qwenqa import Filter, Library
from qwenqa.errors import QuestionError
from qwenqa.types import WhyNot

QUESTION = "What does the heron wait for?"
HERON = "The heron waits for fish in the reeds."
FILES: dict[str, str | bytes] = {
    "a.txt": f"{HERON}\n",
    "b.txt": "The heron waits for nothing at all in the long dull winter months of the year.\n",
    "copy.txt": f"{HERON.upper()}\n",
    "far.txt": "Oolong leaves are rolled by hand.\n",
    "odd.xyz": "A lynx sleeps in the odd file.\n",
    "empty.txt": "",
}


@pytest.fixture
def birds(make_corpus: MakeCorpus, tmp_path: Path) -> Library:
    return over(make_corpus(FILES), tmp_path)


def over(corpus: Path, folder: Path) -> Library:
    toy = Library(corpus=corpus, index=folder / "index", model="toy")
    toy.rebuild()
    return toy


def test_a_shown_sentence_is_said_to_be_shown(birds: Library) -> None:
    """The first place is the hit itself; its twin is folded under it."""
    found = birds.why_not(HERON, QUESTION)
    shown = birds.ask(QUESTION).hits[0]
    assert found.fate == "shown"
    first, second = found.standings
    assert (first.rank, second.fate, second.rank) == (1, "folded", 1)
    assert {first.where.address, second.where.address} == {"a.txt", "copy.txt"}
    assert first.where.address == shown.hit.passage.source.address
    assert "which has the same words and is hit 1" in second.detail
    assert "case" in first.folding + second.folding


def test_below_and_lost_in_fusion_are_told_apart(birds: Library) -> None:
    """What one retriever alone would show was lost in fusion; the rest is below those shown."""
    birds_k1 = birds.why_not("The heron waits for nothing", QUESTION, k=1)
    assert birds_k1.fate == "below"
    (one,) = birds_k1.standings
    assert one.trace
    assert one.rank == 2
    assert one.fused_rank == 3
    assert "it would be hit 2" in one.detail
    assert birds.why_not("Oolong leaves", QUESTION, k=1).standings[0].lacks == ("heron", "wait")


def test_lost_in_fusion(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    """First by vectors, and not first for both together."""
    alike = "Where would they be when"
    library = over(make_corpus({"a.txt": "A zebra.\n", "b.txt": f"{alike}\n"}), tmp_path)
    found = library.why_not(alike, f"{alike} a zebra?", k=1)
    (one,) = found.standings
    assert one.trace
    assert (one.trace.dense_rank, one.trace.lexical_rank, one.fused_rank) == (1, None, 2)
    assert found.fate == "lost in fusion"
    assert "one retriever alone has it among the first 1" in found.detail
    assert one.lacks == ("zebra",)


def test_ranks_are_over_the_whole_index(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    """Far beyond the candidates the ranks are still those of a full search, and it says so."""
    many = {f"n{n:03}.txt": f"Heron {n} waits.\n" for n in range(130)}
    library = over(make_corpus({**many, "z.txt": "Oolong leaves are rolled by hand.\n"}), tmp_path)
    found = library.why_not("Oolong leaves", "Where does the heron wait?", k=3)
    (one,) = found.standings
    assert found.fate == "no candidate"
    assert one.trace
    assert one.trace.dense_rank
    assert one.trace.dense_rank > 100
    assert one.trace.lexical_rank is None
    generation, encoder = library.opened()
    vector = encoder.encode_queries(["Where does the heron wait?"])
    ranking = list(generation.dense_candidates(vector, len(generation)))
    assert ranking.index(one.where.passage or 0) + 1 == one.trace.dense_rank


def test_a_sentence_that_stands_nowhere_is_absent(birds: Library) -> None:
    """One other letter is enough; what could not be looked into is named."""
    found = birds.why_not("The heron waits for fist in the reeds.", QUESTION)
    assert (found.fate, found.standings) == ("absent", ())
    assert "no indexed source (4 looked through" in found.detail
    assert not found.in_a_passage


def test_a_skipped_file_is_looked_into(birds: Library) -> None:
    """The sentence stands in a file that the build left out, and why it did."""
    found = birds.why_not("a lynx sleeps", QUESTION)
    assert found.fate == "not indexed"
    assert found.detail.startswith("It stands in odd.xyz, line 1, which is not indexed: it has the")
    assert found.standings[0].folding == ("case",)


def test_new_and_changed_files_are_looked_into(birds: Library) -> None:
    """What is on disk and not yet in the index is told, with what to do."""
    (birds.settings.corpus / "new.txt").write_text("Nothing.\n\nAn axolotl regrows limbs.\n")
    (birds.settings.corpus / "far.txt").write_text("Green tea is not rolled.\n")
    new = birds.why_not("An axolotl regrows limbs.", QUESTION)
    assert "new.txt, line 3, which is new since the index was built" in new.detail
    assert "far.txt, line 1, which has changed" in birds.why_not("Green tea", QUESTION).detail
    assert birds.why_not("Oolong leaves", QUESTION).in_a_passage


def test_what_cannot_be_looked_into_is_named(birds: Library, tmp_path: Path) -> None:
    """A link and a file of bytes: neither is claimed to hold the sentence or not to."""
    (birds.settings.corpus / "link.txt").symlink_to(tmp_path)
    (birds.settings.corpus / "bytes.bin").write_bytes(bytes(range(32)) * 20)
    birds.rebuild()
    found = birds.why_not("Nobody wrote this.", QUESTION)
    assert {one.address for one in found.unread} == {"link.txt", "bytes.bin"}
    assert "2 other files could not be looked into" in found.detail


def test_furniture_is_told(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    """Text that is kept and left out of passages is said to be."""
    page = (
        "<html><body><nav><a href='x'>Home of all the lynxes</a></nav><article><h1>Herons</h1>"
        f"<p>{HERON} It stands there for hours on end, in every weather, until one comes.</p>"
        "</article></body></html>"
    )
    library = over(make_corpus({"page.html": page}), tmp_path)
    found = library.why_not("Home of all the lynxes", QUESTION)
    assert found.fate == "left out"
    assert "running header, a page number or navigation" in found.detail
    assert not found.in_a_passage


def test_a_sentence_over_two_passages_names_both(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    """Each part's passage is named, neither as the whole."""
    text = "# One\n\nThe lynx sleeps.\n\n# Two\n\nThe stoat wakes.\n"
    library = over(make_corpus({"a.md": text}), tmp_path)
    found = library.why_not("The lynx sleeps. # Two The stoat wakes.", "Who sleeps?")
    assert [standing.whole for standing in found.standings] == [False, False]
    assert found.standings[0].folding == ("white space",)


def test_a_filter_that_leaves_the_source_out_is_told(birds: Library) -> None:
    """The place is named, and that it was not asked."""
    found = birds.why_not("Oolong leaves", QUESTION, within=Filter(path="a.*"))
    assert found.fate == "filtered"
    assert found.standings[0].trace is None


def test_many_places_are_counted(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    """Twenty are named, best first, and the others counted."""
    texts = {f"{n:02}.txt": f"The heron waits. {'Rain. ' * n}\n" for n in range(30)}
    found = over(make_corpus(texts), tmp_path).why_not("the heron waits", QUESTION)
    assert len(found.standings) == 20
    assert found.more == 10
    ranks = [standing.rank or 0 for standing in found.standings]
    assert ranks == sorted(ranks)


def test_the_record_is_json_and_empty_sentences_are_refused(birds: Library) -> None:
    """What is written is read back equal; nothing is looked for where nothing was given."""
    found = birds.why_not(HERON, QUESTION)
    assert msgspec.json.decode(msgspec.json.encode(found), type=WhyNot) == found
    for bad in ("", " \n", "x" * 10_001):
        with pytest.raises(QuestionError, match="The sentence"):
            birds.why_not(bad, QUESTION)
    with pytest.raises(QuestionError, match="The question is empty"):
        birds.why_not(HERON, " ")
