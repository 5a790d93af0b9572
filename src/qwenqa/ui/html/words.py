"""The page's own words, in the browser's language.

The server does not know which language a page is read in; the browser does. So HTML has English
in elements of their own, whose class is the text's key, and ``page.js`` puts the translation in
place before it is painted: ``say("Page {} of {}", 3, 12)``. Labels of Gradio's parts are
translated by Gradio, one a label: ``label("Path")``. Both take the words from ``gr.I18n``.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from html import escape
from pathlib import Path

from markupsafe import Markup

LANGUAGES = ("es", "zh")
"""Languages beside English, each with a file of its own: English text, its translation."""
_HERE = Path(__file__).parent / "catalogues"


def say(english: str, *values: object) -> Markup:
    """A text of ours as HTML; values stand where it has ``{}``, escaped unless they are HTML.

    Raises KeyError for a text without translation.
    """
    stretches = english.split("{}")
    assert len(stretches) == len(values) + 1, english
    texts = [_element(english, number) for number in range(len(stretches))]
    pairs = zip(values, texts[1:], strict=True)
    return texts[0] + Markup().join(Markup("{}{}").format(*pair) for pair in pairs)


def label(english: str) -> str:
    """A text of ours without values, as the label of one of Gradio's parts."""
    metadata = {"__type__": "translation_metadata", "key": _key(english, 0)}
    return f"__i18n__{json.dumps(metadata)}"


@cache
def translations() -> dict[str, dict[str, str]]:
    """What the translators are given: for each language each stretch of a text by its key."""
    texts: dict[str, dict[str, str]] = {"en": {}}
    for language in LANGUAGES:
        texts[language] = {}
        for english, translated in catalogue(language).items():
            pairs = zip(english.split("{}"), translated.split("{}"), strict=True)
            for number, (ours, theirs) in enumerate(pairs):
                texts["en"][_key(english, number)] = ours
                texts[language][_key(english, number)] = theirs
    return texts


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every text of ours, with its translation."""
    texts: dict[str, str] = json.loads((_HERE / f"{language}.json").read_text(encoding="utf-8"))
    return texts


@cache
def _element(english: str, number: int) -> Markup:
    """One stretch of a text; nothing where no language has words in it."""
    key = _key(english, number)
    if not any(texts[key] for texts in translations().values()):
        return Markup()
    ours = Markup(escape(english.split("{}")[number], quote=False))  # noqa: S704 - just escaped
    return Markup('<span class="say {}">{}</span>').format(key, ours)


@cache
def _key(english: str, number: int) -> str:
    """The key of one stretch; raises KeyError for a text without translation."""
    if any(english not in catalogue(language) for language in LANGUAGES):
        raise KeyError(english)
    # Of letters and digits alone: Gradio takes dots for steps into a tree.
    return f"qq{hashlib.sha256(english.encode()).hexdigest()[:12]}n{number}"
