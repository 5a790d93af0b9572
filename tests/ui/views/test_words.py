"""The page's own words: every text has its translations, and nothing else is translated."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from gradio.i18n import I18nData

import qwenqa
from qwenqa.answers.answer import rendering
from qwenqa.ui.html import words
from qwenqa.ui.html.text import foreign

UI = Path(qwenqa.__path__[0]) / "ui"


def _said() -> set[str]:
    """Every text in the page's source that is a constant, or built of constants, given to say."""
    texts: set[str] = set()
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
    return texts


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_catalogues_have_the_same_texts_with_the_same_values(language: str) -> None:
    """Each English text has one translation with as many values, in the texts' order."""
    catalogue = words.catalogue(language)
    assert list(catalogue) == sorted(words.catalogue(words.LANGUAGES[0]))
    for english, translated in catalogue.items():
        assert translated.count("{}") == english.count("{}"), english
        assert translated.strip(), english


def test_every_text_of_the_catalogue_is_said_somewhere() -> None:
    """A text that nothing says any more is removed."""
    rates = {rendering.in_ten(n) for n in range(11)}
    assert set(words.catalogue("es")) - _said() - rates == set()


def test_a_text_is_english_with_its_key_and_a_label_is_gradios_mark() -> None:
    """English stands in the HTML, its key beside it; a label is what Gradio translates."""
    told = words.say("score {}", 0.5)
    found = re.fullmatch(r'<span class="say (\w+)">score </span>0.5', told)
    assert found
    assert words.translations()["en"][found[1]] == "score "
    assert words.translations()["zh"][found[1]] == "得分 "
    key = re.search(r'"key": "(\w+)"', words.label("Path"))
    assert key
    assert words.label("Path") == str(I18nData(key[1]))


def test_an_unknown_text_and_a_missing_value_are_refused() -> None:
    """What has no translation is no text of ours."""
    with pytest.raises(KeyError):
        words.say("never said")
    with pytest.raises(KeyError):
        words.label("never said")
    with pytest.raises(AssertionError):
        words.say("score {}")


def test_a_value_that_is_no_html_is_escaped() -> None:
    """What is put into a text or a template of ours without being escaped is escaped there."""
    told = words.say("Last read: {}", "<img src=x>")
    assert "<img" not in told
    assert told.count("&lt;img src=x&gt;") == 1
    assert words.say("Last read: {}", foreign("<b>$")).count("&lt;b&gt;&#36;") == 1
