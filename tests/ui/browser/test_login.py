"""Logging in, the endpoints' description and a busy server, as Chromium shows them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pages import Served, interrupt, start
from visits import IN_A_BROWSER, playwright
from written import PATIENCE, write_corpus

from qwenqa import Library, Users
from qwenqa.service.upkeep.users import Role
from qwenqa.ui.api_errors import BUSY, sentence

pytestmark = IN_A_BROWSER

SHOWN = playwright.expect


@pytest.fixture
def page(browser: playwright.Browser) -> Iterator[playwright.Page]:
    """A new visitor's page, in which no script may be refused or fail."""
    context = browser.new_context(viewport={"width": 390, "height": 800})
    context.set_default_timeout(PATIENCE * 1000)
    made = context.new_page()
    complaints: list[str] = []
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on(
        "console",
        lambda said: complaints.append(said.text) if "Content Security" in said.text else None,
    )
    yield made
    assert complaints == []
    context.close()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A page with one user."""
    folder: Path = tmp_path_factory.mktemp("guarded")
    corpus = write_corpus(folder / "corpus", {"birds.md": "A heron waits for fish.\n"})
    Library(corpus=corpus, index=folder / "index", model="toy").rebuild()
    Users(folder / "users.json").add("anna", "a few words")
    served = start(corpus, folder / "index", QWENQA_USERS=str(folder / "users.json"))
    yield served
    assert interrupt(served.process) == ""


def test_a_permalink_opens_after_the_login(guarded: Served, page: playwright.Page) -> None:
    """Wrong words are told, right ones lead to what was asked for; on a phone's width too."""
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).path))
    page.goto(f"{guarded.url}/?q=heron")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill("other words")
    page.keyboard.press("Enter")
    SHOWN(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    assert asked <= {"/", "/login", "/login.css", "/login.js", "/favicon.ico"}
    page.get_by_label("Password").fill("a few words")
    page.get_by_role("button", name="Log in").click()
    SHOWN(page.locator("#asked").first).to_contain_text("heron")


def test_who_logs_out_has_to_log_in_again(guarded: Served, page: playwright.Page) -> None:
    """The page has a way out, after which it asks for name and password."""
    page.goto(guarded.url)
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill("a few words")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").click()
    SHOWN(page.get_by_label("Password")).to_be_visible()
    page.goto(f"{guarded.url}/?q=heron")
    SHOWN(page.get_by_label("Password")).to_be_visible()


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_the_page_shows_what_the_user_may_do(
    guarded: Served, page: playwright.Page, role: Role
) -> None:
    """It says who is logged in, and as what; a reader has no control of the editors'."""
    Users(guarded.corpus.parent / "users.json").change("anna", role)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(guarded.url)
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill("a few words")
    page.get_by_role("button", name="Log in").click()
    SHOWN(page.locator(".who")).to_contain_text(f"anna, {'a reader' if role == 'reader' else 'an'}")
    for view, control in (("Documents", "#rebuild"), ("Saved questions", "#save")):
        page.get_by_role("tab", name=view).click()
        SHOWN(page.locator("#find-documents" if view == "Documents" else "#chosen")).to_be_visible()
        SHOWN(page.locator(control)).to_be_visible(visible=role == "editor")


def test_a_refusal_is_told_until_something_is_answered(
    served: Served, page: playwright.Page
) -> None:
    """Where too many ask at once the page says so; the question asked again has its answer."""
    page.goto(f"{served.url}/?q=heron")
    SHOWN(page.locator("#asked").first).to_contain_text("heron")
    box = page.locator("#question :is(textarea, input)")
    box.fill("Which bird waits for fish?")
    # How the server says so is in test_guard.py; here it is said at a moment of our choice.
    refusal = bytes(sentence(503, BUSY).body).decode()
    page.route("**/run/predict*", lambda one: one.fulfill(status=503, body=refusal))
    box.press("Enter")
    SHOWN(page.locator("#trouble")).to_have_text(BUSY)
    page.unroute("**/run/predict*")
    box.press("Enter")
    SHOWN(page.locator("#asked").first).to_contain_text("Which bird")
    SHOWN(page.locator("#trouble")).to_be_hidden()


def test_the_endpoints_are_described(served: Served, page: playwright.Page) -> None:
    """``/?view=api`` opens by itself and tells each endpoint, its parameters and its result."""
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.goto(f"{served.url}/?view=api")
    docs = page.locator(".api-docs")
    for told in (
        *("/ask", "/search", "/status", "/source", "/verify"),
        "Passages to give at most, from 1 to 100.",
        "found: bool",
        "Literal['exact', 'moved', 'changed', 'missing', 'unreadable']",
    ):
        SHOWN(docs.first).to_contain_text(told)
    assert hosts == {urlsplit(served.url).netloc}
