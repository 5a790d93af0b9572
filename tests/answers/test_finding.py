"""Finding words in a text: what differs in case, accents and white space alone is found."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwenqa.answers.citations.find_words import occurrences

TEXT = "Straße  in\nZÜRICH, Zu\u0308rich ﬁne Ελλάς がか한국 שָׁלוֹם [a] a.b 5 km"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("zurich", ["ZÜRICH", "Zu\u0308rich"]),
        ("in zurich", ["in\nZÜRICH"]),
        ("STRASSE", ["Straße"]),
        ("fine", ["ﬁne"]),
        ("ελλας", ["Ελλάς"]),
        ("か", ["か"]),
        ("한국", ["한국"]),
        ("שלום", ["שָׁלוֹם"]),
        ("[A]", ["[a]"]),
        (".", ["."]),
        ("km", ["km"]),
        ("  ", []),
        ("\u0301", []),
        ("Basel", []),
    ],
)
def test_case_accents_and_white_space_do_not_count(wanted: str, found: list[str]) -> None:
    """Every stretch found is of the text itself, and signs of patterns mean themselves."""
    assert [TEXT[slice(*occurrence)] for occurrence in occurrences(TEXT, wanted, 10)] == found


@given(st.text("aAÀbß ﬁ\n.[", min_size=1, max_size=12), st.integers(0, 5))
def test_a_part_of_a_text_is_found_in_it(text: str, start: int) -> None:
    """What somebody copies out of a text is found; finds are in order and do not overlap."""
    wanted = text[start : start + 4]
    found = occurrences(text, wanted, 100)
    assert bool(found) == bool(wanted.strip())
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_no_more_are_given_than_asked_for() -> None:
    """The first ones are given."""
    assert [occurrence.start for occurrence in occurrences("a" * 50, "a", 3)] == [0, 1, 2]
