"""The page in a real Chromium, as a person uses it; hostile documents run nothing."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from pages import HOSTILE, Served
from visits import IN_A_BROWSER, Visit, playwright

from qwenqa import Library

pytestmark = IN_A_BROWSER
FISH = "Which bird waits for fish in shallow water?"


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


def test_hits_are_gone_through_in_the_source(visit: Visit) -> None:
    """Buttons and keys go to the next and the previous hit, in whichever document each is."""
    visit.open()
    visit.ask("zebra")
    visit.page.locator("#open-1").click()
    visit.shows("#source .which-hit", "Hit 1 of")
    playwright.expect(visit.page.locator("#source")).to_have_attribute("role", "region")
    visit.page.locator("#next-hit").click()
    visit.shows("#source .which-hit", "Hit 2 of")
    visit.page.locator("#source #go-3").click()
    visit.shows("#source .which-hit", "Hit 3 of")
    visit.page.locator("#sheet").click()
    visit.page.keyboard.press("p")
    visit.shows("#source .which-hit", "Hit 2 of")
    visit.page.keyboard.press("n")
    visit.shows("#source .which-hit", "Hit 3 of")
    visit.page.keyboard.press("Escape")
    playwright.expect(visit.page.locator("#open-3")).to_be_focused()


def test_words_are_found_in_the_source(visit: Visit) -> None:
    """Typing finds, counts and scrolls; Enter goes on; hostile words are only text."""
    visit.open()
    visit.ask("pangolin")
    visit.page.locator("#open-1").click()
    visit.shows("#source .opened mark", "pangolin")
    box = visit.page.locator("#wanted :is(input, textarea)")
    box.press_sequentially("LINE 599")
    visit.shows("#found", "2 of 11")
    visit.shows("#source .found.now", "Line 599")
    visit.assert_in_view("#source .found.now")
    box.press("Enter")
    visit.shows("#found", "3 of 11")
    visit.assert_in_view("#source .found.now")
    visit.page.locator("#prior-find").click()
    visit.shows("#found", "2 of 11")
    box.fill(HOSTILE)
    box.press("Enter")
    visit.shows("#found", "Nothing found")
    assert visit.page.evaluate("typeof window.pwned") == "undefined"


def test_a_table_is_shown_as_a_table(visit: Visit) -> None:
    """The cited row is marked and in view, the headings above it; the text is one press away."""
    visit.open()
    visit.ask("quokkaland")
    visit.page.locator("#open-1").click()
    visit.shows("#source tr.opened mark", "quokkaland")
    visit.assert_in_view("#source tr.opened mark")
    visit.assert_in_view("#source .grid thead")
    visit.page.locator("#as-text").click()
    visit.shows("#source .line.opened mark", "quokkaland,quokka city")
    visit.page.locator("#as-text").click()
    visit.shows("#source tr.opened mark", "quokkaland")


def test_pages_are_thumbed_through(visit: Visit) -> None:
    """Buttons, the number box and keys turn pages, whose images stand there before they are."""
    visit.open()
    visit.ask("Which pelican carries a fish?")
    visit.page.locator("#open-1").click()
    visit.shows("#source .page-number", "Page 2 of 4")
    playwright.expect(visit.page.locator("#ahead img")).to_have_count(2)
    visit.page.locator("#following").click()
    visit.shows("#source .page-number", "Page 3 of 4")
    number = visit.page.locator("#number input")
    number.fill("1")
    number.press("Enter")
    visit.shows("#source .page-number", "Page 1 of 4")
    visit.page.locator("#source .paper").focus()
    visit.page.keyboard.press("End")
    visit.shows("#source .page-number", "Page 4 of 4")
    visit.page.locator("#zoom").click()
    playwright.expect(visit.page.locator("#zoom .fit")).to_be_visible()


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
    visit.shows("#listed", "<img src=x onerror=pwned=6>")
    visit.page.wait_for_timeout(300)
    assert visit.page.evaluate("typeof window.pwned") == "undefined"
    within = ":is(script, img, iframe, svg, style, a, .katex, .mermaid)"
    for view in ("#answer", "#source", "#listed", "#because", "#why-not"):
        assert visit.page.locator(f"{view} {within}").count() == 0


def test_hostile_questions_and_names_are_text_in_the_other_views(visit: Visit) -> None:
    """Found, saved, mapped, refused by a filter and asked before: nothing of it runs."""
    script, name = "<script>window.pwned=1</script>", "<img src=x onerror=pwned=6>"
    visit.open()
    visit.ask(f"quagga zebra {HOSTILE}")
    visit.page.locator("#open-1").click()
    visit.page.locator("#source .cited").first.wait_for()
    box = visit.page.locator("#wanted :is(input, textarea)")
    box.fill(script)
    box.press("Enter")
    visit.shows("#found", " of ")
    visit.page.keyboard.press("Escape")
    visit.page.locator("#keep-asking").click()
    visit.turn_to("Saved questions")
    visit.shows("#questions", script)
    visit.page.locator("#chosen input").click()
    visit.page.get_by_role("option").first.click()
    visit.page.locator("#history :is(p, article)").first.wait_for()
    visit.turn_to("Map")
    visit.shows("#mapped", name)
    assert (
        visit.page.locator("#mapped :is(script, img, iframe, style, a, foreignObject)").count() == 0
    )
    visit.turn_to("Saved questions")
    visit.page.locator("#remove").click()
    visit.shows("#saving", "Removed")
    visit.turn_to("Ask")
    visit.page.locator("#which > button").click()
    visit.page.get_by_label("Path").fill(HOSTILE)
    visit.ask("zebra")
    visit.shows("#cards .message", "No indexed document matches")
    visit.shows("#cards .message", script)
    visit.open()
    visit.shows("#recents", script)
    assert visit.page.evaluate("typeof window.pwned") == "undefined"


def test_why_is_told_when_it_is_opened(visit: Visit) -> None:
    """The reasons of an answer, and of a sentence that is not shown; another answer closes them."""
    visit.open()
    playwright.expect(visit.page.locator("#why")).to_be_hidden()
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
    playwright.expect(visit.page.locator("#because")).to_be_hidden()
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
    assert all("Content Security Policy" in complaint for complaint in visit.complaints)
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
    visit.page.wait_for_url("**/?q=owl&**")
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
    visit.shows("#listed", "new.md")
    playwright.expect(visit.page.locator(".stale")).to_have_count(0)
    visit.ask("What does an axolotl regrow?")
    visit.shows("#hit-1 mark", "An axolotl regrows its limbs.")


def test_a_saved_question_tells_its_news_after_a_rebuild(visit: Visit, served: Served) -> None:
    """The question just asked is saved; after a rebuild what became of its answer stands there."""
    visit.open()
    visit.ask("Who sings loudly?")
    visit.page.locator("#keep-asking").click()
    visit.turn_to("Saved questions")
    visit.shows("#saving", "Saved: Who sings loudly?")
    visit.shows("#questions", "It will be asked")
    (served.corpus / "singer.md").write_text("# Singer\n\nA dipper sings loudly.\n")
    visit.turn_to("Documents")
    visit.page.locator("#rebuild").click()
    visit.shows("#report", "Saved questions asked again: 1; with news: 1.")
    visit.turn_to("Saved questions")
    visit.shows("#questions", "newly cited singer.md, lines 1-3: singer.md is new.")


def test_a_link_opens_the_answer_and_says_when_it_has_changed(visit: Visit, served: Served) -> None:
    """The copied link gives the same answer in silence; after a rebuild it says what is new."""
    visit.open()
    visit.ask("Which kakapo cannot fly?")
    link = visit.copy("#copy-link", visit.page.locator("#copy-link").click)
    assert link.startswith(visit.url)
    query = link.removeprefix(visit.url)
    visit.open(query)
    visit.shows("#asked", "Which kakapo cannot fly?")
    playwright.expect(visit.page.locator("#cards .message.note")).to_have_count(0)
    (served.corpus / "kakapo.md").write_text("# Kakapo\n\nThe kakapo cannot fly.\n")
    visit.turn_to("Documents")
    visit.page.locator("#rebuild").click()
    visit.shows("#report", "kakapo.md")
    visit.open(query)
    visit.shows("#cards .message.note", "The answer has changed since the link was made")


def test_an_answer_is_saved_as_a_file_that_verifies(visit: Visit, served: Served) -> None:
    """What is downloaded is a bundle of this answer, and each of its citations is exact."""
    visit.open()
    visit.ask(FISH)
    with visit.page.expect_download() as waiting:
        visit.page.locator("#save-bundle").click()
    path = waiting.value.path()
    checked = Library(corpus=served.corpus, index=served.index).verify_bundle(path.read_bytes())
    assert checked.good
    assert waiting.value.suggested_filename == "answer.json"


def test_a_follow_up_says_what_was_added_and_gives_it_back(visit: Visit) -> None:
    """The added words stand above the answer; each can be taken away, and then is not asked."""
    visit.open()
    visit.ask("Where does the Heron wait?")
    visit.ask("And what for?")
    visit.shows(".follow", "Heron")
    visit.shows("#asked", "And what for? Heron")
    visit.page.locator("#drop-1").click()
    playwright.expect(visit.page.locator("#asked")).not_to_contain_text("Heron")


def test_questions_asked_before_are_offered_again(visit: Visit) -> None:
    """They stay in the browser alone, and one press asks them."""
    visit.open()
    visit.ask(FISH)
    visit.ask("owl")
    visit.open()
    visit.page.locator(".recent", has_text=FISH).click()
    visit.shows("#hit-1 mark", "A heron waits")


def test_documents_are_searched_and_ordered(visit: Visit) -> None:
    """Typing leaves the documents that match; a pressed head orders them."""
    visit.open()
    visit.turn_to("Documents")
    visit.shows("#listed tbody", "birds.md")
    visit.page.locator("#find-documents :is(input, textarea)").fill("long plain")
    playwright.expect(visit.page.locator("#listed tbody tr")).to_have_count(1)
    visit.shows("#listed tbody", "long.txt")
    visit.page.locator("#find-documents :is(input, textarea)").fill("")
    visit.page.locator("#sort-size").click()
    visit.shows("#sort-size", "▼")
    visit.shows("#listed tbody tr", "long.txt")


def test_the_map_lights_the_hits(visit: Visit) -> None:
    """The map has a point for each passage, and the answer's hits by number."""
    visit.open()
    visit.ask(FISH)
    visit.turn_to("Map")
    visit.shows("#mapped .lit-list", "birds.md")
    assert visit.page.locator("#mapped .lit").count() >= 1
    assert visit.page.locator("#mapped .map > path").count() > 100
    assert visit.page.locator("#mapped .map .question").count() == 1


def test_the_history_of_a_saved_question_is_told_and_it_is_asked_again(
    visit: Visit, served: Served
) -> None:
    """Choose it: what each rebuild changed; one press asks it again in the view that asks."""
    question = "What does the ibis probe?"
    visit.open()
    visit.ask(question)
    visit.turn_to("Saved questions")
    visit.page.locator("#save").click()
    visit.shows("#questions", question)
    for what in ("mud", "sand"):
        (served.corpus / "ibis.md").write_text(f"# Ibis\n\nThe ibis probes the {what}.\n")
        Library(corpus=served.corpus, index=served.index, model="toy").rebuild()
    visit.open()
    visit.turn_to("Saved questions")
    visit.page.locator("#chosen input").click()
    visit.page.get_by_role("option", name=question).click()
    visit.shows("#history del", "mud")
    visit.shows("#history ins", "sand")
    visit.page.locator("#again").click()
    visit.shows("#asked", question)
    visit.shows("#cards", "The ibis probes the sand.")
