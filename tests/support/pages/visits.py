"""A person's visit to the page in a real Chromium, and all that went wrong in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from written import PATIENCE

playwright = pytest.importorskip("playwright.sync_api")

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
IN_A_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}"),
]
# Notes whatever a button comes to say, however soon it says something else.
SAID = """(selector) => {
    const button = document.querySelector(selector);
    window.said = [];
    new MutationObserver(() => window.said.push(button.textContent)).observe(
        button, {childList: true, characterData: true, subtree: true}
    );
}"""

playwright.expect.set_options(timeout=PATIENCE * 1000)


class Visit:
    """A page in the browser, with all it asked for and everything that went wrong in it."""

    def __init__(self, page: playwright.Page, url: str) -> None:
        self.page = page
        self.url = url
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type == "error" else None,
        )

    def open(self, query: str = "") -> None:
        """Go to the page and wait until it can be typed into."""
        so_far = len(self.complaints)
        self.page.goto("about:blank")
        # Gradio tells of its open connections when a page is left, which nobody reads.
        del self.complaints[so_far:]
        self.page.goto(self.url + query)
        self.page.locator("#question :is(textarea, input)").wait_for()

    def ask(self, question: str) -> None:
        """Type a question, press Enter, and wait for what is said about it."""
        self.turn_to("Ask")
        box = self.page.locator("#question :is(textarea, input)")
        box.fill(question)
        box.press("Enter")
        self.shows("#asked", question[:40])

    def turn_to(self, view: str) -> None:
        """Choose a view by its tab, which a narrow page keeps in a menu."""
        shown = "#views :is([role=tab], .overflow-dropdown button)"
        tabs = self.page.locator(shown).filter(has_text=view).filter(visible=True)
        if not tabs.count():
            self.page.get_by_label("More tabs").click()
        tabs.first.click()

    def shows(self, selector: str, text: str) -> None:
        """The first such element comes to contain the text."""
        playwright.expect(self.page.locator(selector).first).to_contain_text(text)

    def copy(self, selector: str, press: Callable[[], None]) -> str:
        """Copy by a press, which the button confirms for a while; what was copied."""
        self.page.evaluate(SAID, selector)
        press()
        for _ in range(10 * PATIENCE):
            if "Copied" in self.page.evaluate("window.said"):
                break
            self.page.wait_for_timeout(100)
        assert "Copied" in self.page.evaluate("window.said")
        return str(self.page.evaluate("navigator.clipboard.readText()"))

    def assert_in_view(self, selector: str) -> None:
        """The first such element comes into the window."""
        playwright.expect(self.page.locator(selector).first).to_be_in_viewport()
