"""Saved questions: asked again after each build, with what became of each citation and why."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from shells import Shell, refusal
from written import write_corpus

from qwenqa import BuildReport, Library
from qwenqa.encoders import ToyEncoder
from qwenqa.errors import DamagedError, EncoderError, QuestionError
from qwenqa.index.files.segment import passage_id
from qwenqa.index.saved import SAVED
from qwenqa.types import SavedChange, Vectors

QUESTION = "Where does the heron wait?"
FILLER = "gravel mortar trowel scaffold plank hammer chisel rivet girder cement".split()


def heron(number: int) -> str:
    """A document with a passage on herons, further from the question the higher the number."""
    more = " ".join(f"{word}{number}" for word in FILLER[: number * 2])
    return f"# Notes\n\nOpening words of file{number}.\n\n## Bird\n\nThe heron waits {more}.\n"


HERONS = {f"heron{number}.md": heron(number) for number in range(1, 6)}
FILES = {
    **HERONS,
    "plank.txt": "A plank and a hammer lie here.\n",
    "girder.txt": "The girder needs a rivet.\n",
}
BEST = "heron1.md"


@pytest.fixture
def asked(tmp_path: Path) -> Library:
    """A library with one saved question, built: its five citations are those of the herons."""
    library = Library(write_corpus(tmp_path / "corpus", FILES), tmp_path / "index", "toy")
    library.saved.add(QUESTION)
    library.rebuild()
    return library


def edit(library: Library, files: Mapping[str, str | None]) -> SavedChange:
    """Write files, or remove those that are None, and build: what became of the question."""
    for address, content in files.items():
        path = library.settings.corpus / address
        if content is None:
            path.unlink()
        else:
            path.write_text(content)
    (change,) = library.rebuild().saved
    return change


def of(change: SavedChange, kind: str) -> list[tuple[str, str]]:
    """Address and reason of the citations to which this happened."""
    return [
        (citation.citation.address, citation.reason)
        for citation in change.citations
        if citation.change == kind
    ]


def kinds(change: SavedChange) -> list[str]:
    """What happened to each citation, sorted."""
    return sorted(citation.change for citation in change.citations)


def test_a_question_is_first_asked_when_it_has_nothing_to_be_compared_with(asked: Library) -> None:
    """The first build keeps the answer that asking gives, and compares with nothing."""
    (change,) = asked.report().saved
    answer = asked.ask(QUESTION)
    assert change.before == 0
    assert change.was_found is None
    assert not change.same
    assert list(change.cited) == [hit.citation for hit in answer.hits]
    assert {one.address for one in change.cited} == HERONS.keys()
    assert (change.found, change.confidence) == (answer.found, answer.confidence)


def test_what_has_nothing_to_do_with_it_leaves_an_answer_the_same(asked: Library) -> None:
    """A new document that ranks below the cited ones changes no citation."""
    change = edit(asked, {"mortar.txt": "Mortar is mixed with a trowel.\n"})
    assert change.same
    assert change.before == 1
    assert kinds(change) == ["same"] * 5


def test_a_timeline_is_of_one_question_the_newest_first(asked: Library) -> None:
    """What each kept generation said of it; a question that was not saved has none."""
    asked.saved.add("What needs a rivet?")
    (asked.settings.corpus / "mortar.txt").write_text("Mortar is mixed with a trowel.\n")
    report = asked.rebuild()
    other, first = (asked.timeline(one) for one in ("What needs a rivet?", QUESTION))
    assert [one.generation for one in first] == [report.generation, 1]
    assert [one.generation for one in other] == [report.generation]
    assert (first[0].change, other[0].change) == report.saved
    assert asked.timeline("What is a trowel?") == ()


def test_a_citation_moves_within_an_edited_source(asked: Library) -> None:
    """Words that stand further down are the same words, moved."""
    longer = HERONS[BEST].replace("Opening", "Many more opening")
    change = edit(asked, {BEST: longer})
    assert kinds(change) == ["moved"] + ["same"] * 4
    assert of(change, "moved") == [(BEST, f"{BEST} was edited.")]
    (moved,) = (citation for citation in change.citations if citation.before)
    assert moved.before
    assert moved.citation.start == moved.before.start + len("Many more ")
    assert moved.citation.quote == moved.before.quote


def test_a_citation_moves_with_a_renamed_source(asked: Library) -> None:
    """The old address and the new one are named."""
    change = edit(asked, {BEST: None, "renamed.md": HERONS[BEST]})
    assert kinds(change) == ["moved"] + ["same"] * 4
    assert of(change, "moved") == [("renamed.md", f"{BEST} is now renamed.md.")]


def test_a_citation_moves_to_a_source_of_equal_text(asked: Library) -> None:
    """When the cited copy is removed the other one is cited, and that is no loss."""
    edit(asked, {"copy.md": HERONS[BEST]})
    cited = asked.report().saved[0].cited[0].address
    other = ({BEST, "copy.md"} - {cited}).pop()
    change = edit(asked, {cited: None})
    assert kinds(change) == ["moved"] + ["same"] * 4
    assert of(change, "moved") == [(other, f"{cited} was removed; {other} has the same words.")]


def test_a_citation_moves_to_a_copy_that_comes_first(asked: Library) -> None:
    """The cited words still stand where they stood; their copy is cited now."""
    span = next(
        (one.start, one.end) for one in asked.report().saved[0].cited if one.address == BEST
    )
    names = (f"copy{number}.md" for number in range(1000))
    first = next(name for name in names if passage_id(name, *span) < passage_id(BEST, *span))
    change = edit(asked, {first: HERONS[BEST]})
    assert kinds(change) == ["moved"] + ["same"] * 4
    assert of(change, "moved") == [
        (first, f"{BEST} is cited no longer: {first} has the same words.")
    ]


def test_words_that_differ_in_their_case_are_the_same_words(asked: Library) -> None:
    """As in ranking; the reason says what differs."""
    change = edit(asked, {BEST: HERONS[BEST].replace("The heron", "THE HERON")})
    assert kinds(change) == ["moved"] + ["same"] * 4
    assert of(change, "moved") == [(BEST, f"{BEST} was edited. Case or punctuation differ.")]


def test_a_new_source_is_newly_cited_and_pushes_the_last_one_down(asked: Library) -> None:
    """The new citation says that its source is new, the lost one by what it was pushed down."""
    change = edit(asked, {"new.md": "# Notes\n\nThe heron waits where it does.\n"})
    assert kinds(change) == ["lost", "newly cited"] + ["same"] * 4
    assert of(change, "newly cited") == [("new.md", "new.md is new.")]
    assert [reason for _, reason in of(change, "lost")] == ["Pushed down by new.md, which is new."]


def test_what_was_copied_before_its_source_went_was_pushed_down(asked: Library) -> None:
    """The words still stand in the copy: what came above them is the reason, not the removal."""
    last = asked.report().saved[0].cited[-1].address
    edit(asked, {"copy.md": HERONS[last]})
    cited = asked.report().saved[0].cited[-1].address
    assert cited in (last, "copy.md")
    new = "# Notes\n\nThe heron waits where it does.\n"
    change = edit(asked, {cited: None, "new.md": new})
    assert of(change, "lost") == [(cited, "Pushed down by new.md, which is new.")]


def test_an_edited_source_pushes_the_last_one_down(asked: Library) -> None:
    """A source that was there and now answers is named as edited."""
    change = edit(asked, {"plank.txt": "The heron waits where it does.\n"})
    assert of(change, "newly cited") == [("plank.txt", "plank.txt was edited.")]
    ((_, reason),) = of(change, "lost")
    assert reason == "Pushed down by plank.txt, which was edited."


def test_many_sources_that_push_down_are_not_all_named(asked: Library) -> None:
    """Three are named and the others counted."""
    new = {
        f"new{n}.md": f"The heron waits where it does, {word}.\n" for n, word in enumerate(FILLER)
    }
    change = edit(asked, new)
    assert len(of(change, "lost")) == 5
    assert {reason.endswith("; 2 more.") for _, reason in of(change, "lost")} == {True}


def test_a_citation_is_lost_with_its_source(asked: Library) -> None:
    """A removed source is named; what moves up in its place says so."""
    change = edit(asked, {BEST: None})
    assert of(change, "lost") == [(BEST, f"{BEST} was removed.")]
    assert [reason for _, reason in of(change, "newly cited")] == [
        "It ranks higher now: what stood above it is gone or lower."
    ]


def test_a_citation_is_lost_when_its_words_are_edited_away(asked: Library) -> None:
    """The passage is gone from a source that is still there."""
    change = edit(asked, {BEST: "# Notes\n\nGravel, nothing but gravel.\n"})
    assert of(change, "lost") == [(BEST, f"{BEST} was edited.")]


def test_words_that_stand_in_another_passage_are_said_to_stand_there(asked: Library) -> None:
    """A citation whose passage grew is lost, and the reason says where its words stand."""
    longer = f"{HERONS[BEST]}\nMuch else is said besides.\n"
    change = edit(asked, {BEST: longer})
    assert of(change, "lost") == [
        (
            BEST,
            f"{BEST} was edited: the words still stand there, at lines 5-7, in another passage.",
        )
    ]
    assert of(change, "newly cited") == [(BEST, f"{BEST} was edited.")]


def test_a_citation_is_lost_when_its_source_can_no_longer_be_indexed(asked: Library) -> None:
    """The reason for which it is skipped is told."""
    change = edit(asked, {BEST: " \n"})
    ((address, reason),) = of(change, "lost")
    assert address == BEST
    assert reason.startswith(f"{BEST} is no longer indexed (")
    assert asked.report().skipped[0].reason in reason


def test_a_citation_is_lost_when_sources_are_split_otherwise(asked: Library) -> None:
    """Another limit for passages is no edit of the source."""
    other = Library(settings=replace(asked.settings, passage_tokens=16))
    (change,) = other.rebuild().saved
    told = "is read or split in another way now"
    assert of(change, "lost")
    assert all(told in reason for _, reason in of(change, "lost"))
    assert all(told in reason for _, reason in of(change, "newly cited"))


class TurnedEncoder(ToyEncoder):
    """A model of other weights, for which every question is about planks."""

    identity = replace(ToyEncoder.identity, name="turned", weights="turned")

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The vector of a plank for every question."""
        return super().encode_queries(["A plank and a hammer lie here" for _ in texts])


def test_another_model_is_the_reason_when_all_else_stayed(
    asked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is lost and newly cited under another model over equal sources names both models."""
    monkeypatch.setattr("qwenqa.service.open.models.weights_of", lambda _: "turned")
    monkeypatch.setattr("qwenqa.service.open.models.open_encoder", lambda *_: TurnedEncoder())
    (change,) = Library(settings=asked.settings).rebuild().saved
    assert change.before == 1
    told = "The model changed from toy to turned."
    assert ("plank.txt", told) in of(change, "newly cited")
    assert {reason for _, reason in of(change, "lost")} == {told}
    assert asked.diff(1, 2).model == ("toy", "turned")


def test_a_rank_that_changed_with_the_rarity_of_words_is_told(tmp_path: Path) -> None:
    """When nothing cited is new, the reason names what ranks above now."""
    long = " ".join(FILLER * 12)
    files = {f"{name}{n}.txt": f"The {name} {n}.\n" for name in ("eel", "heron") for n in range(3)}
    files |= {f"long{n}.txt": f"heron {long} other{n}\n" for n in range(3)}
    library = Library(write_corpus(tmp_path / "corpus", files), tmp_path / "index", "toy")
    library.saved.add("heron eel")
    library.rebuild()
    change = edit(library, {f"longer{n}.txt": f"eel {long} {long} else{n}\n" for n in range(12)})
    assert not any("long" in one.address for one in change.cited)
    lost = of(change, "lost")
    assert lost
    assert all(
        reason.startswith("As other documents changed, it ranks lower") for _, reason in lost
    )
    assert all("ranks higher now" in reason for _, reason in of(change, "newly cited"))


def test_that_nothing_answers_any_more_is_a_change(asked: Library) -> None:
    """The verdict of the answer is compared too."""
    change = edit(asked, dict.fromkeys(HERONS))
    assert (change.was_found, change.found) == (True, False)
    assert not change.same
    assert len(of(change, "lost")) == 5


def test_a_question_saved_after_the_build_is_compared_with_the_answer_then(asked: Library) -> None:
    """The earlier generation is asked what it would have answered."""
    asked.saved.add("Which girder needs a rivet?")
    (asked.settings.corpus / "girder.txt").unlink()
    _, change = asked.rebuild().saved
    assert change.before == 1
    assert ("girder.txt", "girder.txt was removed.") in of(change, "lost")


def test_what_failed_once_is_compared_again_later(
    asked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure while asking stands in the report, fails no build, and is made up for."""
    with monkeypatch.context() as patched:

        def fails(*_: object) -> None:
            raise EncoderError("The model is tired.")

        patched.setattr(ToyEncoder, "encode_queries", fails)
        change = edit(asked, {"mortar.txt": "Mortar is mixed.\n"})
        assert change.failure == "The model is tired."
        assert asked.report().saved == (change,)
        patched.setattr(ToyEncoder, "encode_queries", lambda *_: 1 / 0)
        assert "ZeroDivisionError" in edit(asked, {"mortar.txt": "Mortar dries.\n"}).failure
    change = edit(asked, {BEST: None})
    assert (change.failure, change.before) == ("", 3)
    assert of(change, "lost") == [(BEST, f"{BEST} was removed.")]


def test_without_saved_questions_nothing_is_asked(
    asked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No question is encoded when none is saved."""
    asked.saved.remove(1)
    monkeypatch.setattr(ToyEncoder, "encode_queries", lambda *_: 1 / 0)
    (asked.settings.corpus / "mortar.txt").write_text("Mortar is mixed.\n")
    assert asked.rebuild().saved == ()


def test_the_answer_is_that_of_the_generation_it_is_kept_with(asked: Library) -> None:
    """After rolling back, the next build is compared with what served."""
    edit(asked, {BEST: None})
    asked.roll_back()
    change = edit(asked, {"mortar.txt": "Mortar is mixed.\n"})
    assert change.before == 1
    assert of(change, "lost") == [(BEST, f"{BEST} was removed.")]


def test_every_report_reads_back_whole(asked: Library) -> None:
    """A report with each kind of change is equal after JSON."""
    edit(asked, {BEST: None, "new.md": "The heron waits where it does.\n"})
    report = asked.report()
    assert msgspec.json.decode(msgspec.json.encode(report), type=BuildReport) == report


# The file of saved questions


def test_questions_are_kept_in_order_and_once(asked: Library) -> None:
    """Saving a saved question changes nothing; removing is by number or words."""
    saved = asked.saved
    assert saved.add("Second?") == 2
    assert saved.add(f" {QUESTION}\n") == 1
    assert list(saved) == [QUESTION, "Second?"]
    assert saved.remove(1) == QUESTION
    assert saved.remove("Second?") == "Second?"
    assert list(saved) == []
    for wrong in (1, 0, -1, "Never?"):
        with pytest.raises(QuestionError, match="saved list"):
            saved.remove(wrong)
    with pytest.raises(QuestionError):
        saved.add(" ")


def test_saved_questions_survive_what_happens_to_generations(asked: Library) -> None:
    """Damage of every generation, rolling back, an empty corpus: they are still asked."""
    corpus, index = asked.settings.corpus, asked.settings.index
    for number in range(4):
        edit(asked, {"mortar.txt": f"Mortar {number}.\n"})
    asked.roll_back()
    assert list(asked.saved) == [QUESTION]
    for path in index.glob("gen-*/*/texts.utf8"):
        path.write_bytes(b"damaged")
    again = Library(settings=asked.settings)
    assert list(again.saved) == [QUESTION]
    assert again.saved_states() == ((QUESTION, None),)
    (change,) = again.rebuild().saved
    assert change.found
    for path in corpus.iterdir():
        path.unlink()
    (change,) = again.rebuild(allow_empty=True).saved
    assert len(of(change, "lost")) == 5
    assert change.cited == ()
    write_corpus(corpus, FILES)
    (change,) = again.rebuild().saved
    assert len(of(change, "newly cited")) == 5


@pytest.mark.parametrize("damage", [b"", b"x", b"flip", b'["a"]'])
def test_a_damaged_file_of_questions_is_found_and_left(asked: Library, damage: bytes) -> None:
    """It is told in a sentence, fails no build, and is never written over."""
    path = asked.settings.index / SAVED
    data = path.read_bytes().replace(b"heron", b"hexon") if damage == b"flip" else damage
    path.write_bytes(data)
    with pytest.raises(DamagedError, match="damaged"):
        list(asked.saved)
    with pytest.raises(DamagedError, match="damaged"):
        asked.saved.add("Another?")
    change = edit(asked, {"mortar.txt": "Mortar is mixed.\n"})
    assert (change.question, change.cited) == ("", ())
    assert "damaged" in change.failure
    assert path.read_bytes() == data


def test_a_question_can_be_saved_before_there_is_an_index(tmp_path: Path) -> None:
    """The folder is made; there is no answer yet."""
    library = Library(tmp_path / "corpus", tmp_path / "new" / "index", "toy")
    assert list(library.saved) == []
    library.saved.add("What is it?")
    assert library.saved_states() == (("What is it?", None),)


ADDING = """
import sys
from pathlib import Path
from qwenqa import Library
index, name = sys.argv[1:]
saved = Library(index=index, model="toy").saved
for number in range(30):
    saved.add(f"{name} {number}?")
    if number % 3 == 0:
        saved.remove(f"{name} {number}?")
"""


def test_two_processes_that_save_at_once_lose_nothing(tmp_path: Path) -> None:
    """Every question that either saved and did not remove is there, in its order."""
    command = [sys.executable, "-c", ADDING, str(tmp_path / "index")]
    running = [subprocess.Popen([*command, name]) for name in ("a", "b")]
    assert [one.wait() for one in running] == [0, 0]
    found = list(Library(index=tmp_path / "index", model="toy").saved)
    for name in ("a", "b"):
        assert [one for one in found if one.startswith(name)] == [
            f"{name} {number}?" for number in range(30) if number % 3
        ]
    assert len(found) == 40


def test_threads_that_save_at_once_lose_nothing(tmp_path: Path) -> None:
    """One library, many threads."""
    saved = Library(index=tmp_path / "index", model="toy").saved
    threads = [threading.Thread(target=saved.add, args=(f"{n}?",)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(saved) == sorted(f"{n}?" for n in range(20))


def test_a_question_can_be_saved_while_something_builds(
    asked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saving waits for no builder, and the build that began before asks it."""
    encode = ToyEncoder.encode_passages

    def and_save(self: ToyEncoder, *given: object) -> Vectors:
        asked.saved.add("Meanwhile?")
        return encode(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(ToyEncoder, "encode_passages", and_save)
    (asked.settings.corpus / "mortar.txt").write_text("Mortar is mixed.\n")
    assert [one.question for one in asked.rebuild().saved] == [QUESTION, "Meanwhile?"]


# In the shell


@pytest.fixture
def shell(asked: Library) -> Shell:
    """A shell over the library's folders."""
    return Shell(asked.settings.corpus, asked.settings.index)


def test_the_shell_saves_lists_and_removes(shell: Shell) -> None:
    """Each command shows what is saved then, numbered, with its state."""
    text = shell("saved", "add", "Which", "girder?").out
    assert f"1. {QUESTION}" in text
    assert "2. Which girder?" in text
    assert "will be asked" in text
    assert shell("saved", "list").out == text
    records = shell("saved", "list", "--json").json["saved"]
    assert [record["question"] for record in records] == [QUESTION, "Which girder?"]
    assert records[0]["last"]["found"] is True
    assert records[1]["last"] is None
    assert QUESTION not in shell("saved", "remove", "1").out
    assert "No question is saved" in shell("saved", "remove", "Which girder?").out


def test_the_shell_refuses_what_makes_no_sense(shell: Shell) -> None:
    """One sentence each, with the code for bad input."""
    assert "add, list or remove" in refusal(shell("saved", "keep", "x"), 2)
    assert "Name the question" in refusal(shell("saved", "add"), 2)
    assert "takes no question" in refusal(shell("saved", "list", "x"), 2)
    assert "saved list" in refusal(shell("saved", "remove", "7"), 2)
    assert "ACTION is missing" in refusal(shell("saved"), 2)


def test_build_and_report_tell_the_news(shell: Shell) -> None:
    """What is not the same stands there with its place and reason; what is the same does not."""
    (shell.corpus / BEST).unlink()
    (shell.corpus / "new.md").write_text("The heron waits where it does.\n")
    built = shell("build").out
    assert "saved questions: 1 asked, 1 with news" in built
    assert "Changed: 1 newly cited, 1 lost. It is answered." in built
    assert f"lost  {BEST}, lines 5-7: {BEST} was removed." in built
    assert "newly cited  new.md, line 1: new.md is new." in built
    assert "heron2" not in built
    assert shell("report").out == built
    (shell.corpus / "mortar.txt").write_text("Mortar is mixed.\n")
    assert "saved questions: 1 asked, 0 with news\n" in shell("build").out
    assert "Unchanged. It is answered." in shell("saved", "list").out
