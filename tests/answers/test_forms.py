"""Citations as BibTeX and CSL-JSON: whatever a document says stays inside its field."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shells import QUESTION, Shell, refusal
from test_citing import QUOTED, citations
from written import TEXTS

from qwenqa import Citation, Library, citation_bibtex, citation_csl, citation_from_json
from qwenqa.answers.citations import reference_formats

HOSTILE = st.text(
    st.sampled_from("{}\\%#&_~^$@\"'=,<>:-\n\r\t\0\x1b\u2028 aé中\u202e") | st.characters(),
    max_size=60,
)


def entry(bibtex: str) -> tuple[str, dict[str, str]]:
    """Key and fields of the one entry that BibTeX reads: braces count wherever they stand."""
    head = re.match(r"@misc\{([a-z0-9-]+),\n", bibtex)
    assert head
    fields = {}
    at = head.end()
    while found := re.compile(r"  ([a-z]+) = \{").match(bibtex, at):
        depth, at = 1, found.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(bibtex[at], 0)
            at += 1
        fields[found[1]] = bibtex[found.end() : at - 1]
        assert bibtex[at : at + 2] == ",\n"
        at += 2
    assert bibtex[at:] == "}\n", "nothing stands behind the entry, and nothing between its fields"
    return head[1], fields


def shown(tex: str) -> str:
    """What TeX sets for a field; fails where a command of the text itself would run."""
    names = {"backslash": "\\", "braceleft": "{", "braceright": "}"}
    names |= {"asciitilde": "~", "asciicircum": "^"}

    def sign(found: re.Match[str]) -> str:
        return names[found[1]] if found[1] else found[2]

    known = r"\\text([a-z]+)\{\}|\\([%#&_$])"
    bare = re.sub(known, "", tex)
    assert not re.search(r"[\\{}%#&_~^$]", bare), bare
    return re.sub(known, sign, tex)


def test_a_bibtex_entry_says_what_a_citation_says() -> None:
    """Title, year, path, place, span, both the file's SHA-256 and the quote."""
    key, fields = entry(citation_bibtex(QUOTED, "Birds & 100% {wrens}", "2024-03-09"))
    assert key.startswith("birds-")
    assert fields.pop("year") == "2024"
    assert shown(fields["title"][1:-1]) == "Birds & 100% {wrens}"
    assert shown(fields["annote"]) == "A wren sings."
    place = "File birds.md, dated 2024-03-09, page 3 (iii), characters 11-24"
    assert shown(fields["note"]) == f"{place}; SHA-256 of the file {'f' * 64}"


def test_without_title_and_date_the_files_name_stands() -> None:
    """No year is made up; the title is the file's name, not its folders."""
    _, fields = entry(citation_bibtex(replace(QUOTED, address="a/b/birds.md"), date="undated"))
    assert "year" not in fields
    assert fields["title"] == "{birds.md}"
    (item,) = json.loads(citation_csl(QUOTED, date="12. May"))
    assert "issued" not in item


@given(citation=citations, address=HOSTILE, quote=HOSTILE, title=HOSTILE, date=HOSTILE)
def test_no_text_leaves_its_bibtex_field(
    citation: Citation, address: str, quote: str, title: str, date: str
) -> None:
    """Whatever stands in a document: one entry, balanced braces, no command, and the words kept."""
    citation = replace(citation, address=address, quote=quote)
    written = citation_bibtex(citation, title, date)
    _, fields = entry(written)
    assert fields.keys() <= {"title", "year", "note", "annote"}
    kept = re.sub("[\x00-\x1f\x7f-\x9f]", "\ufffd", " ".join(quote.split()))
    assert shown(fields["annote"]) == kept
    for value in (fields["note"], fields["title"][1:-1]):
        shown(value)
    assert len(written.splitlines()) == len(fields) + 2


@given(citation=citations, address=HOSTILE, quote=HOSTILE, title=HOSTILE, date=HOSTILE)
def test_csl_is_one_item_with_known_variables(
    citation: Citation, address: str, quote: str, title: str, date: str
) -> None:
    """The JSON loads, the quote is exact, and a note names no variable in braces or as a line."""
    citation = replace(citation, address=address, quote=quote)
    (item,) = json.loads(citation_csl(citation, title, date))
    allowed = {"id", "type", "title", "issued", "page", "locator", "note", "annote", "custom"}
    assert {"id", "type", "title", "note"} <= item.keys() <= allowed
    assert item["type"] == "document"
    assert item["annote"] == quote
    assert item["custom"]["path"] == address
    assert item["custom"]["characters"] == [citation.start, citation.end]
    assert not re.search(r"[{}\n]", item["note"])
    assert not re.match(r"[A-Za-z-]+:", item["note"])


@pytest.mark.parametrize(
    ("date", "parts"),
    [
        ("2024", [2024]),
        ("2024-03", [2024, 3]),
        ("2024-03-09", [2024, 3, 9]),
        ("2024-03-09T12:00:00+01:00", [2024, 3, 9]),
    ],
)
def test_a_date_is_as_exact_as_the_source_says(date: str, parts: list[int]) -> None:
    """Year, month and day, as far as they are named."""
    (item,) = json.loads(citation_csl(QUOTED, date=date))
    assert item["issued"] == {"date-parts": [parts]}


def test_pages_are_named_where_there_are_any() -> None:
    """A page's number with the source's own label; a file without pages has none."""
    (item,) = json.loads(citation_csl(QUOTED))
    assert (item["page"], item["locator"]) == ("3 (iii)", "page 3 (iii)")
    (item,) = json.loads(citation_csl(replace(QUOTED, pages=None, places=())))
    assert "page" not in item
    assert item["locator"] == "line 3"


def test_keys_tell_citations_apart() -> None:
    """One key for one claim: another span, file or content has another key."""
    others = [{"start": 12}, {"address": "b/birds.md"}, {"source_sha256": "e" * 64}]
    made = [QUOTED, *(replace(QUOTED, **other) for other in others)]  # type: ignore[arg-type]
    keys = [entry(citation_bibtex(one))[0] for one in made]
    assert len(set(keys)) == 4
    assert entry(citation_bibtex(QUOTED))[0] == keys[0]


def test_only_what_verifies_is_taken_along(library: Library) -> None:
    """A citation whose quote is gone is in no form."""
    (library.settings.corpus / "birds.md").write_text("All gone.\n")
    hits = library.ask(QUESTION).hits
    good = [hit.citation.address for hit in hits if hit.verification.good]
    assert 0 < len(good) < len(hits)
    taken = json.loads(reference_formats.citations(hits, "json", lambda _: ""))
    assert [one["address"] for one in taken] == good


@pytest.fixture
def shell(library: Library) -> Shell:
    return Shell(library.settings.corpus, library.settings.index)


def test_ask_writes_citations_in_each_form(shell: Shell, library: Library) -> None:
    """``ask --citations`` writes nothing else, one for each passage, and ends as ``ask`` does."""
    cited = [hit.citation for hit in library.ask(QUESTION).hits]
    ran = {form: shell("ask", QUESTION, "--citations", form) for form in reference_formats.FORMS}
    assert {(one.code, one.err) for one in ran.values()} == {(0, "")}
    parsed = re.split(r"\n(?=@misc)", ran["bibtex"].out)
    assert [shown(entry(one)[1]["annote"]) for one in parsed] == [
        " ".join(one.quote.split()) for one in cited
    ]
    assert [load["annote"] for load in json.loads(ran["csl"].out)] == [one.quote for one in cited]
    whole = json.loads(ran["json"].out)
    assert [citation_from_json(json.dumps(one)) for one in whole] == cited
    assert len(ran["text"].out.splitlines()) == len(cited)
    assert ran["markdown"].out.count("SHA-256 `") == len(cited)


def test_near_misses_are_not_cited(shell: Shell) -> None:
    """Where nothing answers there is nothing to take along, and it is said."""
    ran = shell("ask", "zzz qqq xxx", "--citations", "bibtex")
    assert (ran.code, ran.out) == (1, "")
    assert "Not found" in ran.err


def test_what_does_not_verify_is_said(shell: Shell) -> None:
    """Citations that are left out are counted on standard error."""
    (shell.corpus / "birds.md").write_text(TEXTS["birds.md"].replace("heron", "stork"))
    ran = shell("ask", QUESTION, "-k", "1", "--citations", "csl")
    assert json.loads(ran.out) == []
    assert "Left out, since they do not verify now: 1 of 1" in ran.err


@pytest.mark.parametrize("arguments", [["--citations", "ris"], ["--citations", "csl", "--json"]])
def test_other_forms_are_refused(shell: Shell, arguments: list[str]) -> None:
    """An unknown form, and two forms at once, are one sentence."""
    ran = shell("ask", QUESTION, *arguments)
    if "--json" in arguments:
        assert "leave --json out" in ran.json["error"]
    else:
        assert "text, markdown, json, bibtex or csl" in refusal(ran, 2)
