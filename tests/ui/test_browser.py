"""The page in a real Chromium, as a person uses it; hostile documents run nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from pages import HOSTILE, Served
from written import PATIENCE

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}"),
]
playwright = pytest.importorskip("playwright.sync_api")

playwright.expect.set_options(timeout=PATIENCE * 1000)
FISH = "Which bird waits for fish in shallow water?"


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


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as driver:
        # Chromium's own sandbox does not start for root, as in a container.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = driver.chromium.launch(
            executable_path=CHROMIUM, args=arguments, timeout=PATIENCE * 1000
        )
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: playwright.Browser, served: Served) -> Iterator[Visit]:
    """A new visitor, whose page must end without a complaint and without a foreign host."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE * 1000)
    visitor = Visit(context.new_page(), served.url)
    yield visitor
    assert visitor.complaints == []
    assert visitor.hosts == {urlsplit(served.url).netloc}
    context.close()


def test_enter_asks_and_the_source_opens_at_the_mark(visit: Visit) -> None:
    """Ask, read the marked answer, open its source: the mark is in view; close it again."""
    visit.open()
    visit.ask(FISH)
    visit.shows(".lead", "A heron waits in shallow water for fish.")
    visit.shows("#hit-1 mark", "A heron waits in shallow water for fish.")
    visit.shows("#hit-1 .badge.good", "Verified: exact")
    visit.page.locator("#open-1").click()
    visit.shows("#source .cited mark", "A heron waits in shallow water for fish.")
    visit.page.locator("#close").click()
    playwright.expect(visit.page.locator("#source")).to_have_count(0)


def test_a_long_source_is_scrolled_to_the_mark_and_shows_more(visit: Visit) -> None:
    """The cited line of a long document is in view; earlier and later lines can be had."""
    visit.open()
    visit.ask("pangolin")
    visit.page.locator("#open-1").click()
    visit.assert_in_view("#source .cited mark")
    before = visit.page.locator("#source .line").count()
    visit.page.locator("#later").click()
    playwright.expect(visit.page.locator("#source .line").nth(before + 100)).to_be_attached()
    visit.page.locator("#earlier").click()
    playwright.expect(visit.page.locator("#source .line").nth(before + 900)).to_be_attached()


@pytest.mark.parametrize("question", ["canary zebra", "quagga"])
def test_hostile_documents_are_shown_literally_and_run_nothing(visit: Visit, question: str) -> None:
    """Scripts, handlers, templates, pictures and links of a document are text, in every view."""
    visit.open()
    visit.ask(question)
    visit.shows("#hit-1 .passage", "<script>window.pwned=1</script>")
    visit.shows("#hit-1 .passage", "![picture](http://elsewhere.example/p.png)")
    visit.shows("#hit-1 .passage", "${window.pwned=3} {{window.pwned=4}}")
    visit.shows("#hit-1 .passage", "$latex$ $$\\href{javascript:pwned}{x}$$")
    visit.shows("#hit-1 .passage", "__i18n__{'key':'x'} **stars** `ticks`")
    visit.shows("#hit-1 .passage", "U+202Edetrever")
    visit.page.locator("#open-1").click()
    visit.shows("#source .lines", "<script>window.pwned=1</script>")
    visit.page.locator("#why > button").click()
    visit.shows("#because", "<script>window.pwned=1</script>")
    visit.page.locator("#because .reason summary").first.click()
    visit.page.locator("#why textarea").fill(HOSTILE)
    visit.page.locator("#look").click()
    visit.shows("#why-not .message", "It stands in ")
    visit.turn_to("Documents")
    visit.shows("#status", "<img src=x onerror=pwned=6>")
    visit.page.wait_for_timeout(300)
    assert visit.page.evaluate("typeof window.pwned") == "undefined"
    within = ":is(script, img, iframe, svg, style, a, .katex, .mermaid)"
    for view in ("#answer", "#source", "#status", "#because", "#why-not"):
        assert visit.page.locator(f"{view} {within}").count() == 0


def test_why_is_told_when_it_is_opened(visit: Visit) -> None:
    """The reasons of an answer, and of a sentence that is not shown; another answer closes them."""
    visit.open()
    assert visit.page.locator("#why").count() == 0
    visit.ask(FISH)
    visit.page.locator("#why > button").click()
    visit.shows("#because", "Terms of the question")
    visit.page.locator("#because .reason summary").first.click()
    visit.shows("#because .reason", "is the sum of:")
    visit.page.locator("#why textarea").fill("the owl  hunts at night.")
    visit.page.locator("#look").click()
    visit.shows("#why-not", "It stands in birds.md, lines 1-3")
    visit.shows("#why-not", "Found only with other white space, case.")
    visit.ask("pangolin")
    playwright.expect(visit.page.locator("#because .reason")).to_have_count(0)
    visit.page.locator("#why > button").click()
    visit.shows("#because .reason", "long.txt")


def test_a_hostile_question_is_only_text(visit: Visit) -> None:
    """A question in the address, and one typed, run nothing and open nothing."""
    visit.open(f"?q={quote(HOSTILE)}")
    visit.shows("#asked", "<script>window.pwned=1</script>")
    visit.ask(f"zebra {HOSTILE}")
    visit.page.wait_for_timeout(300)
    assert visit.page.evaluate("typeof window.pwned") == "undefined"


def test_inline_scripts_are_refused(visit: Visit) -> None:
    """Even HTML that got past everything else could run nothing: the policy forbids it."""
    visit.open()
    ran = visit.page.evaluate(
        """() => {
            const place = document.createElement("div");
            place.innerHTML = "<b onclick='window.ran = 1'>press</b>";
            document.body.append(place);
            place.firstChild.click();
            const script = document.createElement("script");
            script.textContent = "window.ran = 2";
            document.body.append(script);
            return window.ran ?? null;
        }"""
    )
    assert ran is None
    assert all("Content Security Policy" in one for one in visit.complaints)
    assert len(visit.complaints) == 2
    visit.complaints.clear()


def test_citations_are_copied_whole(visit: Visit) -> None:
    """The copied text and JSON are the citation, which the server then verifies as exact."""
    visit.open()
    visit.ask(FISH)
    text = visit.copy("#copy-1", visit.page.locator("#copy-1").click)
    assert "A heron waits in shallow water for fish." in text
    assert "birds.md, lines" in text
    visit.page.locator("#hit-1 .forms summary").click()
    citation = json.loads(visit.copy("#copy-json-1", visit.page.locator("#copy-json-1").click))
    assert citation["address"] == "birds.md"
    assert citation["quote"].endswith("A heron waits in shallow water for fish.")


def test_a_question_in_the_address_is_answered(visit: Visit) -> None:
    """An address with a question opens its answer; asking puts the question there."""
    visit.open(f"?q={quote(FISH)}")
    visit.shows("#hit-1 mark", "A heron waits")
    visit.ask("owl")
    visit.page.wait_for_url("**/?q=owl")
    playwright.expect(visit.page).to_have_title("owl · qwenqa")


def test_the_keyboard_is_enough(visit: Visit) -> None:
    """Ask, walk the cards, open, close and return to the box without a mouse."""
    visit.open()
    visit.ask(FISH)
    visit.page.evaluate("document.activeElement.blur()")
    keys = visit.page.keyboard
    keys.press("j")
    playwright.expect(visit.page.locator("#hit-1")).to_be_focused()
    keys.press("j")
    playwright.expect(visit.page.locator("#hit-2")).to_be_focused()
    keys.press("k")
    keys.press("Enter")
    visit.page.locator("#source .cited").first.wait_for()
    keys.press("Escape")
    playwright.expect(visit.page.locator("#source")).to_have_count(0)
    playwright.expect(visit.page.locator("#open-1")).to_be_focused()
    visit.page.locator("#hit-1").focus()
    assert "birds.md, lines" in visit.copy("#copy-1", lambda: keys.press("c"))
    keys.press("/")
    playwright.expect(visit.page.locator("#question :is(textarea, input)")).to_be_focused()


def test_an_error_is_shown_as_a_sentence(visit: Visit) -> None:
    """An empty question gives advice, not a trace."""
    visit.open()
    visit.page.locator("#question :is(textarea, input)").press("Enter")
    visit.shows("#answer .error", "The question is empty.")


def test_a_rebuild_follows_a_changed_document(visit: Visit, served: Served) -> None:
    """A new file is noticed, indexed by the button, and answers the next question."""
    (served.corpus / "new.md").write_text("# Axolotl\n\nAn axolotl regrows its limbs.\n")
    visit.open()
    visit.shows(".stale", "The documents have changed")
    visit.turn_to("Documents")
    visit.page.locator("#rebuild").click()
    visit.shows("#report", "Added 1: new.md")
    visit.shows("#status", "new.md")
    playwright.expect(visit.page.locator(".stale")).to_have_count(0)
    visit.ask("What does an axolotl regrow?")
    visit.shows("#hit-1 mark", "An axolotl regrows its limbs.")


def test_a_saved_question_tells_its_news_after_a_rebuild(visit: Visit, served: Served) -> None:
    """The question just asked is saved; after a rebuild what became of its answer stands there."""
    visit.open()
    visit.ask("Who sings loudly?")
    visit.turn_to("Saved questions")
    visit.page.locator("#save").click()
    visit.shows("#saving", "Saved: Who sings loudly?")
    visit.shows("#questions", "It will be asked")
    (served.corpus / "singer.md").write_text("# Singer\n\nA dipper sings loudly.\n")
    visit.turn_to("Documents")
    visit.page.locator("#rebuild").click()
    visit.shows("#report", "1 saved question was asked again, 1 with news.")
    visit.turn_to("Saved questions")
    visit.shows("#questions", "newly cited singer.md, lines 1-3: singer.md is new.")


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(320, "light"), (390, "dark"), (820, "light"), (1280, "light"), (1280, "dark")],
)
def test_nothing_overflows_and_text_keeps_its_contrast(
    visit: Visit, width: int, scheme: str
) -> None:
    """At any width nothing reaches past the window; text is told from its ground, 4.5 to 1."""
    visit.page.set_viewport_size({"width": width, "height": 800})
    visit.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    visit.open()
    visit.ask("zebra")
    visit.turn_to("Saved questions")
    visit.page.locator("#questions p").first.wait_for()
    visit.turn_to("Ask")
    visit.page.locator("#why > button").click()
    visit.page.locator("#because .reason summary").first.click()
    visit.page.locator("#open-1").click()
    visit.page.locator("#source .cited").first.wait_for()
    past = visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert past <= 0
    faint = visit.page.evaluate(CONTRASTS)
    assert faint == []


# Notes whatever a button comes to say, however soon it says something else.
SAID = """(selector) => {
    const button = document.querySelector(selector);
    window.said = [];
    new MutationObserver(() => window.said.push(button.textContent)).observe(
        button, {childList: true, characterData: true, subtree: true}
    );
}"""
CONTRASTS = """() => {
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (colour) => {
        const [r, g, b] = parts(colour).map((one) => {
            const part = one / 255;
            return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => {
        for (let one = element; one; one = one.parentElement) {
            const colour = getComputedStyle(one).backgroundColor;
            const alpha = parts(colour)[3];
            if (alpha === undefined || alpha > 0.99) return colour;
        }
        return "rgb(255, 255, 255)";
    };
    const told = Array.from(document.querySelectorAll(".qq *, #question *, button"));
    return told
        .filter((one) => one.checkVisibility() && one.textContent.trim())
        .map((one) => [light(getComputedStyle(one).color), light(ground(one)), one.className])
        .map(([a, b, name]) => [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), name])
        .filter(([ratio]) => ratio < 4.5)
        .map(([ratio, name]) => `${name}: ${ratio.toFixed(2)}`);
}"""
