"""One served page for all tests of the page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pages import TEXTS, Served, interrupt, start

from qwenqa import Library


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One page for all tests of this folder."""
    corpus = tmp_path_factory.mktemp("corpus")
    for name, text in TEXTS.items():
        (corpus / name).write_text(text, encoding="utf-8")
    index = tmp_path_factory.mktemp("index")
    Library(corpus=corpus, index=index, model="toy").rebuild()
    page = start(corpus, index)
    yield page
    assert interrupt(page.process) == ""
    assert page.process.returncode == 0
