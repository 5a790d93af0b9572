"""One served page for all tests of the page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from paged import paged
from pages import PAGES, TEXTS, Served, interrupt, start
from written import PATIENCE

from qwenqa import Library
from qwenqa.ui import gradio_private  # noqa: F401 - imports Gradio in half the time

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from visits import Visit


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One page for all tests of this folder."""
    corpus = tmp_path_factory.mktemp("corpus")
    for name, text in TEXTS.items():
        (corpus / name).write_text(text, encoding="utf-8")
    (corpus / "pages.pdf").write_bytes(paged(PAGES))
    index = tmp_path_factory.mktemp("index")
    Library(corpus=corpus, index=index, model="toy").rebuild()
    page = start(corpus, index)
    yield page
    assert interrupt(page.process) == ""
    assert page.process.returncode == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a file."""
    from visits import CHROMIUM, playwright

    with playwright.sync_playwright() as driver:
        # Chromium's own sandbox does not start for root, as in a container.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = driver.chromium.launch(
            executable_path=CHROMIUM, args=arguments, timeout=PATIENCE * 1000
        )
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Visit]:
    """A new visitor, whose page must end without a complaint and without a foreign host."""
    from visits import Visit

    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE * 1000)
    visitor = Visit(context.new_page(), served.url)
    yield visitor
    assert visitor.complaints == []
    assert visitor.hosts == {urlsplit(served.url).netloc}
    context.close()
