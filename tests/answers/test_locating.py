"""A sentence stands where its words stand; white space, case and form of Unicode may differ."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwenqa.answers.citations.locate_sentence import find, folded, folding

_texts = st.text("aAbB \n\u00e9\u0301\u1100\u1161\u30ab\u3099\ufb01\u00df水。", max_size=40)


@given(text=_texts, sentence=_texts)
def test_what_is_found_is_the_sentence_once_both_are_folded(text: str, sentence: str) -> None:
    """Every stretch, once folded, holds the sentence; and where there is one it is found."""
    spans = find(text, sentence)
    wanted = folded(sentence)
    assert bool(spans) == bool(wanted and wanted in folded(text))
    for start, end in spans:
        assert wanted in folded(text[start:end])
    assert all(a.end <= b.end for a, b in itertools.pairwise(spans))


@given(before=_texts, sentence=_texts.filter(str.strip), after=_texts)
def test_a_sentence_between_others_is_found(before: str, sentence: str, after: str) -> None:
    """Whatever stands around it, and in whatever case and form, it is found with its place."""
    text = f"{before} {sentence} {after}"
    for asked in (sentence, sentence.upper().lower(), unicodedata.normalize("NFD", sentence)):
        if folded(asked) == folded(sentence):
            assert find(text, asked)


@pytest.mark.parametrize(
    ("text", "sentence", "found", "names"),
    [
        ("A wren sings. An owl hunts.", "An owl hunts.", "An owl hunts.", ()),
        ("An owl\n  hunts at night", "An owl hunts", "An owl\n  hunts", ("white space",)),
        ("AN OWL hunts", "An owl", "AN OWL", ("case",)),
        ("Cafe\u0301 noir", "Caf\u00e9", "Cafe\u0301", ("Unicode form",)),
        ("the \uff26ish  waits", "fish waits", "\uff26ish  waits", None),
        ("天气很好。水很深。", "水很深", "水很深", ()),
        ("An owl hunts", "An owl hunt", "An owl hunt", ()),
    ],
)
def test_only_what_was_needed_is_named(
    text: str, sentence: str, found: str, names: tuple[str, ...] | None
) -> None:
    """The stretch is exact to the character; what had to be disregarded is as little as does."""
    (span,) = find(text, sentence)
    assert text[span.start : span.end] == found
    named = folding(found, sentence)
    assert named == (("white space", "Unicode form", "case") if names is None else names)


def test_one_other_letter_is_another_sentence() -> None:
    """Nothing is found by likeness."""
    assert find("The heron waits for fish.", "The heron waits for fist.") == []
    assert find("The heron waits for fish.", " \n ") == []
