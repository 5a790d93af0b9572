"""The library: ask, rebuild, status, verify, as a caller sees them."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from written import TEXTS, MakeCorpus, write_corpus

import qwenqa
from qwenqa import Library
from qwenqa.cli.text import status_report
from qwenqa.encoders import ToyEncoder
from qwenqa.errors import OtherEncoderError, QuestionError, SettingsError, SourceError
from qwenqa.settings import MAX_QUESTION_CHARACTERS, Settings, load

QUESTION = "Where does the heron wait?"


def test_an_answer_is_cited_marked_and_verified(library: Library) -> None:
    """The passage, its place, the sentence that answers, and that it stands in the file."""
    answer = library.ask(QUESTION)
    best = answer.hits[0]
    assert answer.found
    assert answer.generation == 1
    assert best.hit.passage.source.address == "birds.md"
    assert best.hit.passage.headings[-1] == "Herons"
    assert best.verification.verdict == "exact"
    ((start, end),) = best.marks
    assert library.view("birds.md").text[start:end] == ("A heron waits in shallow water for fish.")


def test_quotes_marks_and_matches_are_slices_of_the_text(library: Library) -> None:
    """text[start:end] is the quote, for every citation, mark and matched word of every hit."""
    for question in (QUESTION, "tin and wool", "oolong leaves", "night owl sails"):
        for hit in library.ask(question, k=20).hits:
            text = library.view(hit.citation.address).text
            passage = hit.hit.passage
            assert text[hit.citation.start : hit.citation.end] == hit.citation.quote
            assert hit.citation.quote == passage.text
            assert hit.matched or not hit.marks
            for start, end in (*hit.marks, *hit.matched):
                assert passage.start <= start < end <= passage.end
            assert all(mark in passage.sentences for mark in hit.marks)
            words = {text[a:b].lower()[:4] for a, b in hit.matched}
            assert all(any(word in asked for asked in question.lower().split()) for word in words)


@pytest.mark.parametrize("k", [1, 2, 3, 10**9])
def test_at_most_k_hits_and_the_first_stay_the_first(library: Library, k: int) -> None:
    """Asking for fewer hits gives the first of those that asking for more gives."""
    everything = library.ask(QUESTION, k=50).hits
    some = library.ask(QUESTION, k=k).hits
    assert len(some) == min(k, len(everything))
    assert [one.hit.passage.id for one in some] == [
        one.hit.passage.id for one in everything[: len(some)]
    ]


@pytest.mark.parametrize("k", [0, -1])
def test_no_hits_cannot_be_asked_for(library: Library, k: int) -> None:
    """A number of hits below one is refused in one sentence."""
    with pytest.raises(SettingsError, match="at least 1"):
        library.ask(QUESTION, k=k)


@pytest.mark.parametrize("question", ["", " \n\t", "\0", "x" * (MAX_QUESTION_CHARACTERS + 1)])
def test_an_empty_or_enormous_question_is_refused(library: Library, question: str) -> None:
    """Such a question raises QuestionError and costs nothing."""
    with pytest.raises(QuestionError):
        library.ask(question)


@pytest.mark.parametrize(
    "question",
    [
        "?",
        "the of",
        "模型在哪里？",
        "🙂",
        "\ud800 heron",
        "a\0b",
        "heron " * 1500,
        "field:heron AND (",
    ],
)
def test_any_other_question_is_answered(library: Library, question: str) -> None:
    """Signs, scripts, broken characters and query syntax are words like others."""
    answer = library.ask(question)
    assert 0 <= answer.confidence <= 1
    answer.question.encode("utf-8")


def test_a_question_longer_than_the_model_reads_is_noted(library: Library) -> None:
    """What the encoder does not see is said, not hidden."""
    assert "longer" in library.ask("heron " * 100).notes[0]
    assert library.ask("heron").notes == ()


def test_what_nothing_answers_is_said_so(library: Library) -> None:
    """Words that stand nowhere give no confident answer, but the nearest passages."""
    answer = library.ask("Zyxgarble quuxification frobnicates plugh?")
    assert not answer.found
    assert not answer
    assert "Not found in the indexed documents." in str(answer)


def test_what_cannot_be_read_now_was_not_removed(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is there and refuses is no new, changed or removed one; one that is gone is."""
    root = library.settings.corpus
    (root / "birds.md").unlink()
    real = os.open

    def refuse(path: str | Path, *given: int, **named: int) -> int:
        if Path(path).name == "ships.txt":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *given, **named)

    monkeypatch.setattr(os, "open", refuse)
    since = library.status().since
    assert (since.new, since.changed, since.removed) == ((), (), ("birds.md",))


def test_the_first_question_builds_the_index(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    """Asking is enough; the index is made when there is none."""
    library = Library(make_corpus(TEXTS), tmp_path / "index", "toy")
    assert library.status().generation == 0
    assert library.ask(QUESTION).generation == 1


def test_several_first_questions_at_once_build_once(
    make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    """Threads that ask the same library before there is an index all get their answer."""
    library = Library(make_corpus(TEXTS), tmp_path / "index", "toy")
    answers: list[object] = []

    def ask() -> None:
        try:
            answers.append(library.ask(QUESTION).generation)
        except qwenqa.QwenqaError as error:
            answers.append(error)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [1] * 6


def test_another_model_than_the_indexs_is_refused(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vectors of different weights are never compared, even under the same name."""
    monkeypatch.setattr(ToyEncoder, "identity", replace(ToyEncoder.identity, weights="toy-2"))
    other = Library(settings=library.settings)
    with pytest.raises(OtherEncoderError, match="build"):
        other.ask(QUESTION)
    other.rebuild()
    assert other.ask(QUESTION).hits


def test_status_says_what_is_indexed(library: Library) -> None:
    """Sources with their passages, the model, and whether the corpus has changed."""
    (library.settings.corpus / "x.png").write_bytes(b"\x89PNG")
    library.rebuild()
    status = library.status()
    assert (status.generation, status.stale, status.model) == (2, False, "toy")
    assert [source.source.address for source in status.sources] == sorted(TEXTS)
    assert sum(source.passages for source in status.sources) == status.passages
    assert [one.address for one in status.skipped] == ["x.png"]
    (library.settings.corpus / "x.png").unlink()
    assert library.status().stale


def test_a_view_is_the_indexed_text(library: Library) -> None:
    """A document is shown as it was indexed, and whether its file has changed since."""
    view = library.view("ships.txt")
    assert (view.text, view.changed) == (TEXTS["ships.txt"], False)
    (library.settings.corpus / "ships.txt").write_text("Sunk.")
    assert library.view("ships.txt").text == TEXTS["ships.txt"]
    assert library.view("ships.txt").changed
    with pytest.raises(SourceError, match="not in the index"):
        library.view("../ships.txt")


def test_asking_sees_a_file_that_changed(library: Library) -> None:
    """A citation is checked against the disk when the answer is made; a gone quote is not good."""
    path = library.settings.corpus / "birds.md"
    text = TEXTS["birds.md"]

    def verdict() -> tuple[str, bool]:
        checked = library.ask(QUESTION).hits[0].verification
        return checked.verdict, checked.good

    assert verdict() == ("exact", True)
    path.write_text("New first line.\n" + text)
    assert verdict() == ("moved", True)
    path.write_text(text + "\nNew last line.\n")
    assert verdict() == ("exact", True)
    path.write_text("Nothing of it is left.")
    assert verdict() == ("changed", False)
    path.unlink()
    assert verdict() == ("missing", False)


def test_citations_verify_without_an_index(library: Library, tmp_path: Path) -> None:
    """Years later on another machine: a corpus and the JSON are enough."""
    citation = library.ask(QUESTION).hits[0].citation
    elsewhere = Library(write_corpus(tmp_path / "other", TEXTS), tmp_path / "none", "toy")
    assert elsewhere.verify(qwenqa.citation_json(citation)).verdict == "exact"
    assert elsewhere.verify(citation).verdict == "exact"


@pytest.mark.parametrize(
    "address", ["../secret.txt", "/etc/hostname", "", ".", "deep/../../secret.txt", "x" * 5000]
)
def test_a_citation_never_leads_out_of_the_corpus(library: Library, address: str) -> None:
    """An address outside the corpus is missing, though a file with the quote stands there."""
    citation = library.ask(QUESTION).hits[0].citation
    (library.settings.corpus.parent / "secret.txt").write_text(citation.quote)
    assert library.verify(replace(citation, address=address)).verdict == "missing"


def test_later_questions_see_the_newer_generation(library: Library) -> None:
    """A library that has answered notices a build by another one."""
    assert library.ask(QUESTION).generation == 1
    (library.settings.corpus / "new.txt").write_text("A kettle sings on the stove.")
    Library(settings=library.settings).rebuild()
    assert library.ask(QUESTION).hits
    assert library.serving() == 2
    answer = library.ask("What sings on the stove?")
    assert answer.generation == 2
    assert answer.hits[0].citation.address == "new.txt"


def test_ask_uses_the_working_directory(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``qwenqa.ask`` reads corpus/ and index/ where it is called."""
    monkeypatch.chdir(tmp_path)
    assert qwenqa.ask(QUESTION).hits[0].citation.address == "birds.md"


def test_settings_come_from_what_is_given_then_the_environment() -> None:
    """Given beats environment beats default; empty variables are not set."""
    environment = {"QWENQA_CORPUS": "there", "QWENQA_PORT": "8000", "QWENQA_MODEL": ""}
    settings = load({"corpus": "here", "port": None}, environment)
    assert (settings.corpus, settings.port, settings.model) == (Path("here"), 8000, "")
    assert load({}, {}) == Settings()


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"QWENQA_PORT": "many"}, "QWENQA_PORT"),
        ({"QWENQA_PORT": "70000"}, "70000"),
        ({"QWENQA_PASSAGE_TOKENS": "3"}, "3"),
    ],
)
def test_unusable_settings_are_named(environment: dict[str, str], named: str) -> None:
    """The variable or value that cannot be used stands in the message."""
    with pytest.raises(SettingsError, match=named):
        load({}, environment)


def test_a_library_shows_where_it_is(library: Library) -> None:
    """Its repr names the folders."""
    assert str(library.settings.corpus) in repr(library)


def test_an_index_remembers_its_dimension(library: Library, tmp_path: Path) -> None:
    """A chosen dimension is inherited by who sets none, and another one is another encoder."""

    def with_dimension(number: int) -> Library:
        return Library(settings=replace(library.settings, dimension=number))

    assert with_dimension(9).status().stale
    with_dimension(9).rebuild()
    unsaid = with_dimension(0)
    assert unsaid.ask("Where does the heron wait?").hits
    assert (unsaid.status().dimension, unsaid.status().truncated) == (9, True)
    assert not unsaid.status().stale
    with pytest.raises(OtherEncoderError, match=r"toy \(9 dimensions\).*--dimension 9, or build"):
        with_dimension(10).ask("Where does the heron wait?")
    with_dimension(256).rebuild()
    assert not unsaid.status().truncated


@pytest.mark.parametrize(
    ("setting", "value"), [("precision", "fp8"), ("dimension", -1), ("dimension", "many")]
)
def test_unusable_ways_of_using_a_model_are_refused(setting: str, value: object) -> None:
    """The sentence names the setting and what it can be."""
    with pytest.raises(SettingsError, match=setting):
        load({setting: value}, {})


def test_status_says_what_the_model_is_made_for(tmp_path: Path, library: Library) -> None:
    """Languages, licence and size of a published model; of another one, that they are not known."""
    named = Library(
        corpus=tmp_path, index=tmp_path / "none", model="intfloat/multilingual-e5-small"
    )
    known = named.status()
    assert (known.languages, known.license, known.parameters) == ("94 languages", "MIT", 118)
    assert "made for 94 languages, 118 million parameters, licence MIT" in status_report.status(
        replace(known, generation=1)
    )
    assert library.status().languages == ""
    assert "languages it is made for is not known" in status_report.status(library.status())
