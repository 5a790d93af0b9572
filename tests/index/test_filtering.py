"""Filters: a source is let through when it is known to be what is asked for."""

from __future__ import annotations

import calendar
from itertools import product

import msgspec
import pytest

from qwenqa import Filter, Library
from qwenqa.index.filtering import passes
from qwenqa.index.header import StoredDocument

DATES = (
    "",
    "2019",
    "2020",
    "2020-05",
    "2020-06",
    "2020-06-14",
    "2020-06-15T09:30:00",
    "2021-01-01",
)
ASKED = ("2019", "2020", "2020-05", "2020-06", "2020-06-14", "2020-06-15", "2021")


@pytest.fixture
def ships(library: Library) -> StoredDocument:
    """What the index knows of ``ships.txt``, which says neither its date nor its language."""
    opened = library.generation()
    number = opened.document_of("ships.txt")
    assert number is not None
    assert (opened.documents[number].date, opened.documents[number].language) == ("", "")
    return opened.documents[number]


def days(date: str) -> tuple[str, str]:
    """The first and the last day that a date may mean; any day where there is none."""
    if not date:
        return "0000-00-00", "9999-99-99"
    year, month = date[:4], date[5:7]
    last = calendar.monthrange(int(year), int(month or 12))[1]
    return f"{date[:10]}-01-01"[:10] if len(date) < 10 else date[:10], (
        date[:10] if len(date) >= 10 else f"{year}-{month or 12}-{last}"
    )


@pytest.mark.parametrize(("date", "asked"), [*product(DATES, ASKED)])
def test_a_date_is_let_through_when_every_day_that_it_may_mean_is(
    ships: StoredDocument, date: str, asked: str
) -> None:
    """A year is not known to be before June of that year, and no date not before anything."""
    dated = msgspec.structs.replace(ships, date=date)
    (first, last), (since, until) = days(date), days(asked)
    assert passes(dated, Filter(since=asked)) == (first >= since)
    assert passes(dated, Filter(until=asked)) == (last <= until)
    both = Filter(since=asked, until=asked)
    assert passes(dated, both) == (since <= first <= last <= until)


def test_a_language_includes_its_regions_and_nothing_else(ships: StoredDocument) -> None:
    """English lets British English through, no German, and no source that says no language."""
    said = ("en", "en-GB", "EN-us", "enm", "de", "")
    let = [one for one in said if passes(_in(ships, one), Filter(language="En"))]
    assert let == ["en", "en-GB", "EN-us"]
    assert [one for one in said if passes(_in(ships, one), Filter(language="en-gb"))] == ["en-GB"]
    assert all(passes(_in(ships, one), Filter()) for one in said)


def _in(stored: StoredDocument, language: str) -> StoredDocument:
    return msgspec.structs.replace(stored, language=language)


def test_a_kind_is_a_reader_or_a_suffix_and_a_path_a_pattern(ships: StoredDocument) -> None:
    """With or without its dot, in any case; all that is asked for has to hold."""
    for kind, let in (("plain", 1), ("txt", 1), (".TXT", 1), ("pdf", 0), ("markdown", 0)):
        assert passes(ships, Filter(kind=kind)) == let
        assert not passes(ships, Filter(kind=kind, path="birds*"))
    assert passes(ships, Filter(kind="txt", path="s?ips.*"))
    assert not passes(ships, Filter(path="SHIPS.txt"))


def test_questions_are_asked_of_what_a_filter_lets_through(library: Library) -> None:
    """An undated source answers no question about a time, and each other one without it."""
    root = library.settings.corpus
    (root / "dated.md").write_text("---\ndate: 2020-06-15\nlang: de\n---\nThe brig left Hull.\n")
    library.rebuild()
    for chosen in (Filter(until="2020-06"), Filter(since="2020"), Filter(language="de")):
        hits = library.ask("When did the brig leave?", within=chosen).hits
        assert [hit.citation.address for hit in hits] == ["dated.md"]
    assert not library.ask("When did the brig leave?", within=Filter(until="2019")).hits
    assert len(library.ask("When did the brig leave?").hits) > 1
