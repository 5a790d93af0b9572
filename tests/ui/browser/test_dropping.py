"""Files dropped on a page whose server allows it, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import Served, interrupt, start
from visits import IN_A_BROWSER, Visit, playwright

from qwenqa import Library

pytestmark = IN_A_BROWSER


@pytest.fixture
def open_handed(tmp_path: Path) -> Iterator[Served]:
    """A page that takes files."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "birds.md").write_text("# Birds\n\nA wren sings loudly.\n")
    Library(corpus=corpus, index=tmp_path / "index", model="toy").rebuild()
    page = start(corpus, tmp_path / "index", QWENQA_ALLOW_UPLOAD="yes")
    yield page
    assert interrupt(page.process) == ""


def test_a_dropped_file_is_told_indexed_and_asked(
    browser: playwright.Browser, open_handed: Served, tmp_path: Path
) -> None:
    """A hostile name becomes a plain one; the same file twice is there already; it answers."""
    visit = Visit(browser.new_page(), open_handed.url)
    visit.open()
    dropped = tmp_path / "<img src=x onerror=pwned=1>.md"
    dropped.write_text("# Numbat\n\nA numbat eats termites.\n")
    visit.turn_to("Documents")
    box = visit.page.locator("#drop input[type=file]")
    for told in ("Added: added/", "There already: added/"):
        box.set_input_files(dropped)
        visit.shows("#dropped", told)
    visit.shows(".stale", "have changed")
    visit.page.locator("#rebuild").click()
    visit.shows("#report", "Added 1: added/")
    visit.ask("What does a numbat eat?")
    visit.shows("#hit-1 mark", "A numbat eats termites.")
    assert visit.page.evaluate("typeof window.pwned") == "undefined"
    assert visit.complaints == []


def test_a_page_that_takes_no_files_has_no_place_for_them(visit: Visit) -> None:
    """Where uploads are not allowed there is nothing to drop on."""
    visit.open()
    visit.turn_to("Documents")
    visit.page.locator("#rebuild").wait_for()
    assert visit.page.locator("#drop").count() == 0
