"""Bundles: one file that holds an answer as Web Annotations, and is checked anywhere."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paged import paged
from shells import QUESTION, Shell, refusal
from written import TEXTS, MakeCorpus

from qwenqa import Answer, Filter, Library
from qwenqa.answers.answer import bundles
from qwenqa.errors import CitationError

HERON = "A heron waits in shallow water for fish."


@pytest.fixture
def answer(library: Library) -> Answer:
    return library.ask(QUESTION)


def written(library: Library, answer: Answer) -> dict[str, Any]:
    """A bundle as the JSON that it is."""
    found = json.loads(library.bundle(answer))
    assert isinstance(found, dict)
    return found


def sealed(content: dict[str, Any]) -> str:
    """A bundle with the SHA-256 that it should have: what a careful forger writes."""
    return json.dumps({**content, "sha256": bundles.digest(content)})


def test_each_hit_is_an_annotation(library: Library, answer: Answer) -> None:
    """Targets name the source and the exact stretch by position, words and what stands around."""
    content = written(library, answer)
    assert content["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert (content["type"], len(content["items"])) == ("AnnotationPage", len(answer))
    for item, cited in zip(content["items"], answer.hits, strict=True):
        assert item["type"] == "Annotation"
        spans = [(cited.citation.start, cited.citation.end), *cited.marks]
        for target, (start, end) in zip(item["target"], spans, strict=True):
            assert unquote(target["source"]) == cited.citation.address
            text = TEXTS[cited.citation.address]
            position, quote = target["selector"]
            assert (position["start"], position["end"]) == (start, end)
            assert quote["exact"] == text[start:end]
            assert text[:start].endswith(quote.get("prefix", ""))
            assert text[end:].startswith(quote.get("suffix", ""))
        whole = item["target"][0]["selector"][1]
        assert len(whole.get("prefix", "")) == min(32, cited.citation.start)
        assert len(whole.get("suffix", "")) == min(32, len(text) - cited.citation.end)


def test_ids_are_names_and_tell_apart(library: Library, answer: Answer) -> None:
    """Page and annotations have different names, the same for the same answer."""
    content = written(library, answer)
    names = [content["id"], *(one["id"] for one in content["items"])]
    assert len(set(names)) == len(names)
    assert all(name.startswith("urn:uuid:") for name in names)
    assert library.bundle(library.ask(QUESTION)) == library.bundle(answer)


def test_positions_count_code_points(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    """A character beyond 16 bits counts once, as the specification says."""
    text = "🐦🐦 come first.\n\nThe grey heron eats small fish.\n"
    library = Library(make_corpus({"é b:c.txt": text}), tmp_path / "other", "toy")
    (item,) = written(library, library.ask("heron fish"))["items"]
    assert item["target"][0]["source"] == "%C3%A9%20b%3Ac.txt"
    for one in item["target"]:
        position, quote = one["selector"]
        assert text[position["start"] : position["end"]] == quote["exact"]


def test_pages_of_pdfs_are_fragments(library: Library) -> None:
    """A PDF's passage names the page on which it begins, a mark its own; a text has none."""
    data = paged(("Nothing is told here.", "The grey heron eats small fish.", "An end."))
    (library.settings.corpus / "birds.pdf").write_bytes(data)
    library.rebuild()
    answer = library.ask("grey heron fish", 1, Filter(kind="pdf"))
    (item,) = written(library, answer)["items"]
    fragments = [one["selector"][2] for one in item["target"]]
    assert {fragment["type"] for fragment in fragments} == {"FragmentSelector"}
    assert fragments[-1]["value"] == "page=2"
    assert library.verify_bundle(library.bundle(answer)).good


def test_it_says_how_was_asked(library: Library) -> None:
    """Question, filter, number of hits, level, model with its weights, generation, and Markdown."""
    within = Filter(path="*.md")
    answer = library.ask(QUESTION, 2, within)
    content = written(library, answer)
    assert content["question"] == QUESTION
    settings = content["settings"]
    assert settings["within"]["path"] == "*.md"
    assert (settings["k"], settings["level"]) == (2, library.settings.level)
    assert settings["encoder"]["weights"] == library.opened()[1].identity.weights
    assert (content["generation"], content["model"]) == (answer.generation, "toy")
    assert content["markdown"] == answer.markdown()


def test_an_answer_alone_makes_a_bundle(library: Library, answer: Answer) -> None:
    """Without the documents only what stands around the passages is unknown."""
    assert library.verify_bundle(answer.bundle()).good
    old = replace(answer, asked_with=None)
    assert json.loads(old.bundle())["settings"] == {"within": None}
    assert Answer.from_json(answer.json()) == answer


def test_it_is_checked_where_only_the_documents_are(
    library: Library, answer: Answer, tmp_path: Path
) -> None:
    """A copy of the corpus is enough: no index, and no model."""
    shutil.copytree(library.settings.corpus, tmp_path / "there" / "corpus")
    elsewhere = Library(tmp_path / "there" / "corpus", tmp_path / "there" / "index", "none")
    found = elsewhere.verify_bundle(library.bundle(answer))
    assert found.good
    assert [one for one, _ in found.checked] == [hit.citation for hit in answer.hits]
    assert {verdict.verdict for _, verdict in found.checked} == {"exact"}
    assert not (tmp_path / "there" / "index").exists()


def test_every_verdict_is_said_for_each_hit(library: Library, answer: Answer) -> None:
    """What became of each file since is told hit by hit; the bundle itself is unaltered."""
    corpus = library.settings.corpus
    (corpus / "birds.md").write_text(TEXTS["birds.md"].replace("heron waits", "heron waited"))
    (corpus / "ships.txt").write_text("Before.\n\n" + TEXTS["ships.txt"])
    (corpus / "deep/tea.txt").unlink()
    found = library.verify_bundle(library.bundle(answer))
    assert (found.flaws, found.good) == ((), False)
    verdicts = {
        one.address: verdict.verdict for one, verdict in found.checked if HERON in one.quote
    }
    verdicts |= {
        one.address: verdict.verdict for one, verdict in found.checked if one.address != "birds.md"
    }
    assert verdicts == {"birds.md": "changed", "ships.txt": "moved", "deep/tea.txt": "missing"}
    assert [one.verdict for _, one in found.checked] == [
        library.verify(one).verdict for one, _ in found.checked
    ]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all values that are no containers, empty ones too."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for name, one in inner:
        if isinstance(one, dict | list) and one:
            yield from leaves(one, (*path, name))
        else:
            yield (*path, name)


def changed(content: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    other = copy.deepcopy(content)
    inside: Any = other
    for name in path[:-1]:
        inside = inside[name]
    inside[path[-1]] = value
    return other


def test_no_value_can_be_changed_unnoticed(library: Library) -> None:
    """Any other value anywhere, or one that is gone or new, is told or refused."""
    answer = library.ask(QUESTION, 1)
    content = written(library, answer)
    for path in leaves(content):
        for value in ("x", 7, None):
            other = changed(content, path, value)
            try:
                found = library.verify_bundle(json.dumps(other))
            except CitationError:
                continue
            assert other == content or bundles.ALTERED in found.flaws, path
    for name in content:
        without = json.dumps({key: one for key, one in content.items() if key != name})
        with pytest.raises(CitationError) if name in NEEDED else nullcontext():
            assert bundles.ALTERED in library.verify_bundle(without).flaws
    assert bundles.ALTERED in library.verify_bundle(json.dumps({**content, "more": 1})).flaws


NEEDED = ("bundle", "question", "items", "markdown", "sha256")


def test_writing_it_anew_changes_nothing(library: Library, answer: Answer) -> None:
    """Other white space, order of names and escapes are the same bundle."""
    content = written(library, answer)
    turned = dict(reversed(content.items()))
    for told in (json.dumps(turned), json.dumps(content, indent=7), json.dumps(content) + "\n\n"):
        assert library.verify_bundle(told).good
    as_script = json.dumps(content).replace('"confidence": 0.0,', '"confidence": 0,')
    assert library.verify_bundle(as_script).good


@pytest.mark.parametrize("name", ["source", "start", "end", "exact"])
def test_a_forgery_that_contradicts_itself_is_told(
    library: Library, answer: Answer, name: str
) -> None:
    """What an annotation shows is what its citation checks, or a true SHA-256 is no help."""
    content = written(library, answer)
    target = content["items"][0]["target"][0]
    holder = target if name == "source" else next(one for one in target["selector"] if name in one)
    holder[name] = 3 if isinstance(holder[name], int) else "Herons cannot fish."
    found = library.verify_bundle(sealed(content))
    assert bundles.ALTERED not in found.flaws
    (flaw,) = found.flaws
    assert "passage 1" in flaw
    assert not found.good


def test_a_forged_citation_does_not_verify(library: Library, answer: Answer) -> None:
    """Words that the file does not hold are missing, whatever digests are made for them."""
    content = json.loads(sealed(json.loads(library.bundle(answer).replace("heron", "horse"))))
    found = library.verify_bundle(json.dumps(content))
    assert not found.good


@pytest.mark.parametrize(
    "data",
    [
        *("", "no json", "null", "3", "[]", '"bundle"', "{}", '{"bundle": 3}'),
        *('{"bundle": "qwenqa 1"}', '{"bundle": "qwenqa 1", "bundle": "qwenqa 1"}', "[" * 10**6),
        '{"bundle":' * 10**5,
        '{"bundle": "qwenqa 1", "items": NaN}',
        '{"bundle": "qwenqa 1", "n": ' + "9" * 10_000 + "}",
        '{"bundle": "\\ud800"}',
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_no_bundle_is_refused(library: Library, data: str | bytes) -> None:
    """Anything else is one sentence."""
    with pytest.raises(CitationError, match="This is not a whole bundle"):
        library.verify_bundle(data)


@given(data=st.data())
def test_any_part_of_any_type_is_told_or_refused(library: Library, data: st.DataObject) -> None:
    """Whatever stands in the place of a part, even with a true SHA-256, no other error comes."""
    content = written(library, library.ask(QUESTION, 2))
    path = data.draw(st.sampled_from(list(parts(content))))
    json_values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=4,
    )
    other = changed(content, path, data.draw(json_values))
    try:
        library.verify_bundle(sealed(other))
    except CitationError as error:
        assert str(error).endswith(".")


def parts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all values, containers too."""
    if isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*path, name)
            yield from parts(one, (*path, name))


def test_a_cut_bundle_is_refused(library: Library, answer: Answer) -> None:
    """However much of it is there, a part is no bundle."""
    whole = library.bundle(answer).rstrip()
    for end in range(0, len(whole), 97):
        with pytest.raises(CitationError):
            library.verify_bundle(whole[:end])


def test_a_name_that_stands_twice_is_refused(library: Library, answer: Answer) -> None:
    """Readers of JSON differ in which of the two they take: neither is believed."""
    whole = library.bundle(answer)
    twice = whole.replace('"question": ', '"question": "Another?", "question": ', 1)
    with pytest.raises(CitationError, match="twice"):
        library.verify_bundle(twice)


def test_a_later_kind_is_named(library: Library, answer: Answer) -> None:
    """A bundle that a newer qwenqa writes is not misread."""
    content = {**written(library, answer), "bundle": "qwenqa 2"}
    with pytest.raises(CitationError, match="'qwenqa 2'"):
        library.verify_bundle(sealed(content))


@pytest.fixture
def shell(library: Library) -> Shell:
    return Shell(library.settings.corpus, library.settings.index)


def test_the_shell_writes_and_checks_bundles(shell: Shell, tmp_path: Path) -> None:
    """``ask --bundle`` answers as ever; ``verify`` knows the bundle by itself, a line a hit."""
    path = tmp_path / "answer.json"
    ran = shell("ask", QUESTION, "--bundle", str(path))
    assert (ran.code, ran.out) == (0, shell("ask", QUESTION).out)
    assert f"qwenqa verify {path}" in ran.err
    found = shell("verify", str(path), "--index", str(tmp_path / "none"))
    hits = len(json.loads(path.read_text())["items"])
    assert found.code == 0
    lines = found.out.splitlines()
    assert lines[0] == "unaltered The bundle is as it was written."
    assert [line.split()[0] for line in lines[1:]] == ["exact"] * hits
    told = shell("verify", "-", "--json", stdin=path.read_bytes()).json
    assert (told["good"], told["flaws"], len(told["checked"])) == (True, [], hits)


def test_the_shell_tells_an_altered_bundle(shell: Shell, tmp_path: Path) -> None:
    """Code 1, with what is wrong; a broken one is code 2; a bad file name is said."""
    path = tmp_path / "answer.json"
    shell("ask", QUESTION, "--bundle", str(path))
    altered = path.read_bytes().replace(b"Confidence", b"Certainty")
    ran = shell("verify", "-", stdin=altered)
    assert ran.code == 1
    assert ran.out.startswith("altered  The bundle is not as it was written")
    assert shell("verify", "-", "--json", stdin=altered).json["good"] is False
    wrong = altered.replace(b'"reader_version": 1', b'"reader_version": "one"')
    assert "not a whole bundle" in refusal(shell("verify", "-", stdin=wrong), 2)
    refused = shell("ask", QUESTION, "--bundle", str(tmp_path / "no" / "answer.json"))
    assert "cannot be written" in refusal(refused, 2)


def test_verify_takes_a_list_of_citations(shell: Shell) -> None:
    """What ``ask --citations json`` writes is checked too."""
    taken = shell("ask", QUESTION, "--citations", "json").out
    ran = shell("verify", "-", stdin=taken.encode())
    assert (ran.code, ran.out.count("\n")) == (0, len(json.loads(taken)))
