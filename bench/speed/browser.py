"""How long the page takes in a browser: from Enter to the marked answer, and the first view.

``python bench/speed/browser.py`` prints a table and writes it to ``docs/measurements/browser.md``. It needs
Playwright and a Chromium (``CHROMIUM``, else ``/usr/bin/chromium``). The corpus is made here:
sentences of words as frequent as in language (Zipf), with a fixed seed. Passages get random
vectors, since encoding them would take too long; questions are encoded by the default model. The
reference is the same question asked in the server's process, without a page.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from rebuilding import SyntheticEncoder
from zipf import write_corpus

from qwenqa import Library
from qwenqa.encoders import DEFAULT_MODEL, open_encoder
from qwenqa.types import Vectors
from qwenqa.ui.serve.server import serve

SIZES = (1_000, 100_000)
QUESTIONS = 30
# The clock starts with the key and stops at the first frame with the new answer in it.
ARMED = """(question) => {
    const said = () => document.querySelector("#asked")?.textContent ?? "";
    let began = 0;
    addEventListener("keydown", () => (began = performance.now()), {capture: true, once: true});
    window.took = new Promise((done) => {
        const seen = new MutationObserver(() => {
            if (!said().startsWith(question) || !document.querySelector("#cards .hit")) return;
            seen.disconnect();
            requestAnimationFrame(() => done(performance.now() - began));
        });
        seen.observe(document.body, {childList: true, subtree: true, characterData: true});
    });
}"""


class HalfSynthetic(SyntheticEncoder):
    """Random vectors for passages, the default model's for questions."""

    def __init__(self) -> None:
        self._real = open_encoder(DEFAULT_MODEL)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, shape (len(texts), 384)."""
        return self._real.encode_queries(texts)


def main() -> None:
    """Measure, print, and write the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="passages")
    sizes = options.parse_args().sizes
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    encoder = HalfSynthetic()
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        rows = [measured(browser, Path(folder, str(size)), size, encoder) for size in sizes]
    lines = [
        "# The page in a browser\n",
        f"{date.today()}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}; server "
        f"and browser on the same machine. Medians (and nine of ten) of {QUESTIONS} questions, "
        f"milliseconds, model loaded. Passages have random "
        "vectors, questions the default model's; written by `bench/speed/browser.py`.\n",
        "| passages | Enter to the marked answer | in process | ratio | first view usable | on the "
        "second visit |",
        "|---|---|---|---|---|---|",
        *rows,
    ]
    told = "\n".join(lines)
    print(told)
    (Path(__file__).parents[2] / "docs/measurements/browser.md").write_text(told + "\n", "utf-8")


def measured(browser: Browser, folder: Path, size: int, encoder: HalfSynthetic) -> str:
    """One row: an index of so many passages, asked in the browser and beside it."""
    questions = write_corpus(folder / "corpus", size, QUESTIONS)
    library = Library(folder / "corpus", folder / "index", "toy")
    library._serving.models._encoder = encoder
    library._serving.models._opened = library._serving.models.wanted(None)
    library.rebuild()
    page, (first, second) = opened(browser, library)
    asked = [timed(page, question) for question in questions]
    bare = [milliseconds(library, f"{question} so?") for question in questions]
    page.close()
    held = len(library.generation())
    nine = statistics.quantiles(asked, n=10)[-1]
    median, beside = statistics.median(asked), statistics.median(bare)
    return (
        f"| {held:,} | {median:.0f} ({nine:.0f}) | {beside:.0f} | {median / beside:.1f} "
        f"| {first:.0f} | {second:.0f} |"
    )


def opened(browser: Browser, library: Library) -> tuple[Page, list[float]]:
    """The page, and the milliseconds from the server's answering until it can be typed into.

    The first visit has an empty cache in the browser, the second what the first left.
    """
    ready, urls = threading.Event(), []

    def announce(url: str) -> None:
        urls.append(url)
        ready.set()

    arguments = (library, "127.0.0.1", 0, announce)
    threading.Thread(target=serve, args=arguments, daemon=True).start()
    ready.wait()
    context = browser.new_context()
    visits = []
    for _ in range(2):
        page = context.new_page()
        began = time.perf_counter()
        page.goto(urls[0])
        page.locator("#question :is(textarea, input)").wait_for()
        visits.append(1000 * (time.perf_counter() - began))
    page.wait_for_timeout(3000)
    timed(page, "What is asked first, before the clock counts?")
    return page, visits


def timed(page: Page, question: str) -> float:
    """Milliseconds from Enter to the first frame with the answer."""
    box = page.locator("#question :is(textarea, input)")
    box.fill(question)
    page.evaluate(ARMED, question)
    box.press("Enter")
    return float(page.evaluate("window.took"))


def milliseconds(library: Library, question: str) -> float:
    """How long a question takes in this process."""
    began = time.perf_counter()
    library.ask(question)
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
