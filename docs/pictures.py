"""Takes the README's pictures of the page, with the real model and the corpus that ships.

    python docs/pictures.py             # docs/images/page.png and page-narrow.png
    python docs/pictures.py --all DIR   # every view, wide and narrow, light and dark, into DIR

Needs Playwright and a Chromium at ``/usr/bin/chromium`` (or in ``CHROMIUM``). The index is made
in a folder of its own and thrown away.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from qwenqa.service.library import Library
from qwenqa.ui.serve.server import serve

ROOT = Path(__file__).parent.parent
WIDE, NARROW = (1280, 940), (390, 1000)
ANSWERED = "Who led the Qwen-Coder series?"
EXPECTED = "Elon Musk praised the release"
NOT_ANSWERED = "What is the boiling point of mercury?"


def _asked(question: str) -> Callable[[Page], None]:
    def view(page: Page) -> None:
        box = page.locator("#question textarea, #question input")
        box.fill(question)
        box.press("Enter")
        page.locator("#hit-1").wait_for()
        # The reader's eye, not the blinking cursor, belongs on the answer.
        box.evaluate("element => element.blur()")

    return view


def _opened(page: Page) -> None:
    _asked(ANSWERED)(page)
    page.locator("#open-1").click()
    page.locator("#source .cited mark").first.wait_for()


def _status(page: Page) -> None:
    _turn_to(page, "Documents")
    page.locator("#rebuild").click()
    page.locator("#report .message.done").wait_for()


def _saved(page: Page) -> None:
    _asked(ANSWERED)(page)
    _turn_to(page, "Saved questions")
    page.locator("#save").click()
    page.locator("#questions h2").first.wait_for()


def _why(page: Page) -> None:
    _asked(ANSWERED)(page)
    page.locator("#why > button").click()
    page.locator("#because .reason").first.wait_for()
    page.locator("#because .reason summary").first.click()
    page.locator("#why textarea").fill(EXPECTED)
    page.locator("#look").click()
    page.locator("#why-not .message").wait_for()
    page.locator("#because").scroll_into_view_if_needed()


def _turn_to(page: Page, view: str) -> None:
    """Choose a view by its tab, which a narrow page keeps in a menu."""
    shown = "#views :is([role=tab], .overflow-dropdown button)"
    tabs = page.locator(shown).filter(has_text=view).filter(visible=True)
    if not tabs.count():
        page.get_by_label("More tabs").click()
    tabs.first.click()


def _map(page: Page) -> None:
    _asked(ANSWERED)(page)
    _turn_to(page, "Map")
    page.locator("#mapped svg").first.wait_for()


def _quality(page: Page) -> None:
    _turn_to(page, "Quality")
    page.locator("#measure").click()
    page.locator("#measured table").first.wait_for()


def _followed(page: Page) -> None:
    _asked(ANSWERED)(page)
    _asked("And when did he leave?")(page)
    page.locator(".follow").wait_for()


def _start(page: Page) -> None:
    page.locator("#holds p").wait_for()


VIEWS: dict[str, Callable[[Page], None]] = {
    "start": _start,
    "found": _asked(ANSWERED),
    "not-found": _asked(NOT_ANSWERED),
    "source": _opened,
    "status": _status,
    "saved": _saved,
    "why": _why,
    "map": _map,
    "quality": _quality,
    "follow-up": _followed,
}


@contextmanager
def served() -> Iterator[str]:
    """The page of the shipped corpus, on a free port; the server ends with the process."""
    with tempfile.TemporaryDirectory() as folder:
        library = Library(corpus=ROOT / "corpus", index=folder)
        library.rebuild()
        urls: list[str] = []
        ready = threading.Event()

        def announce(url: str) -> None:
            urls.append(url)
            ready.set()

        arguments = (library, "127.0.0.1", 0, announce)
        threading.Thread(target=serve, args=arguments, daemon=True).start()
        ready.wait()
        yield urls[0]


def take(
    browser: Browser, url: str, path: Path, view: str, size: tuple[int, int], scheme: str
) -> None:
    """Save a picture of one view as the window shows it."""
    width, height = size
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=1 if size == WIDE else 2,
    )
    page.goto(url)
    _start(page)
    VIEWS[view](page)
    page.wait_for_timeout(700)
    page.screenshot(path=path)
    page.close()


def main() -> None:
    """Take the pictures that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", type=Path, metavar="DIR", help="every view, into this folder")
    folder: Path | None = parser.parse_args().all
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    with served() as url, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        if folder is None:
            take(browser, url, ROOT / "docs/images/page.png", "source", WIDE, "light")
            take(browser, url, ROOT / "docs/images/page-narrow.png", "found", NARROW, "dark")
            return
        folder.mkdir(parents=True, exist_ok=True)
        for view in VIEWS:
            for name, size in (("wide", WIDE), ("narrow", NARROW)):
                for scheme in ("light", "dark"):
                    path = folder / f"{view}-{name}-{scheme}.png"
                    take(browser, url, path, view, size, scheme)


if __name__ == "__main__":
    main()
