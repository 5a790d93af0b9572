"""What the page says while it works and when something fails, without a browser."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pages import read
from written import PATIENCE, TEXTS

from qwenqa import Library
from qwenqa.errors import BuilderBusyError
from qwenqa.types import Progress, Skipped
from qwenqa.ui.html import words
from qwenqa.ui.html.sources import Order
from qwenqa.ui.one_time_files import OneTimeFiles, bundles
from qwenqa.ui.page.page import page
from qwenqa.ui.question_queue import Desk
from qwenqa.ui.views.ask import LOADING, Asking
from qwenqa.ui.views.documents import CANCELLED, Building


class Address:
    """A request whose address asks a question."""

    def __init__(self, **parameters: str) -> None:
        self.query_params = parameters


@pytest.fixture
def warmed() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@pytest.fixture
def asking(library: Library, warmed: threading.Event) -> Asking:
    return Asking(library, warmed, bundles())


@pytest.fixture
def building(library: Library) -> Building:
    return Building(library)


def test_only_what_takes_long_waits_in_the_queue(library: Library, warmed: threading.Event) -> None:
    """An event that joins the queue as another leaves it is never answered, so few may."""
    made = page(library, warmed, OneTimeFiles(), bundles(), desk=Desk(), allow_upload=True)
    private = [one for one in made.fns.values() if one.api_visibility == "private"]
    assert {one.name for one in private if one.queue} == {"rebuilt", "measured", "added"}
    assert len(private) > 30


def test_while_the_model_is_loaded_the_page_says_so(
    asking: Asking, warmed: threading.Event
) -> None:
    """Loading is said until it is over, which the examples wait for."""
    assert asking.loading() == ""
    warmed.clear()
    assert LOADING in asking.loading()
    threading.Timer(0.1, warmed.set).start()
    assert asyncio.run(asking.examples())[0] == ""
    assert asking.loading() == ""


def test_pages_that_wait_for_the_model_hold_no_thread(
    asking: Asking, warmed: threading.Event
) -> None:
    """There are few threads, which all other requests need."""
    warmed.clear()

    async def opened() -> int:
        pages = [asyncio.create_task(asking.examples()) for _ in range(100)]
        await asyncio.sleep(0.1)
        held = threading.active_count() - before
        warmed.set()
        assert all(told == "" for told, *_ in await asyncio.gather(*pages))
        return held

    before = threading.active_count()
    assert asyncio.run(opened()) == 0


def test_an_address_with_a_question_fills_the_box_and_answers(asking: Asking) -> None:
    """With ``?q=`` the box gets the question; without, an open page is left as it is."""
    updates = asking.loaded(Address(q="heron"))  # type: ignore[arg-type]
    question, *_, html, answer, understood, before = updates
    assert question == "heron"
    assert "hit-1" in html
    assert answer.question == "heron"
    assert understood.added == ()
    assert [one for one, _ in before] == ["heron"]
    untouched = asking.loaded(Address())  # type: ignore[arg-type]
    assert all(update == {"__type__": "update"} for update in untouched)


def test_an_unexpected_error_is_a_sentence_without_its_details(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever breaks inside, a person reads what to do, and no inner text."""

    def breaks(*_: Any) -> None:
        raise RuntimeError("inner secret")

    monkeypatch.setattr(Library, "ask", breaks)
    html, *_ = asking.asked("heron", [])
    assert "Something unexpected went wrong" in html
    assert "RuntimeError" in html
    assert "inner secret" not in html


def test_a_rebuild_tells_its_stages_and_what_it_did(building: Building, tmp_path: Path) -> None:
    """From the first look over the stages to the report; the button is off meanwhile."""
    (tmp_path / "corpus" / "new.md").write_text("# New\n\nA new sentence.\n")
    told = list(building.rebuilt())
    assert told[0][1]["interactive"] is False
    assert any("<progress" in html for html, *_ in told[1:-1])
    assert "Added 1" in read(told[-1][0])
    assert "new.md" in told[-1][0]
    assert told[-1][1]["interactive"] is True


def test_a_rebuild_does_not_take_back_anothers_cancel(
    building: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was cancelled and has not come to its next step yet ends, whoever rebuilds meanwhile."""
    begun, go = threading.Event(), threading.Event()

    def waits(library: Library, progress: Any) -> Any:
        if not begun.is_set():
            begun.set()
            assert go.wait(PATIENCE)
        progress(Progress("reading", 0, 1))
        raise BuilderBusyError("busy")

    monkeypatch.setattr(Library, "rebuild", waits)
    first = building.rebuilt()
    next(first)
    assert begun.wait(PATIENCE)
    building.cancel()
    assert "busy" in list(building.rebuilt())[-1][0]
    go.set()
    assert CANCELLED in list(first)[-1][0]


def test_a_rebuild_can_be_cancelled(
    building: Building, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelling ends it in a sentence with the old index serving; the next rebuild is whole."""
    (tmp_path / "corpus" / "new.md").write_text("# New\n\nA new sentence.\n")
    rebuild = Library.rebuild

    def cancelled(library: Library, progress: Any) -> Any:
        building.cancel()
        return rebuild(library, progress)

    with monkeypatch.context() as patched:
        patched.setattr(Library, "rebuild", cancelled)
        assert CANCELLED in list(building.rebuilt())[-1][0]
    assert library.generation().document_of("new.md") is None
    assert "Added 1" in read(list(building.rebuilt())[-1][0])


def test_a_failed_rebuild_says_why_and_the_old_index_answers(
    asking: Asking, building: Building, tmp_path: Path
) -> None:
    """Without a corpus folder the build fails in words, and questions are still answered."""
    (tmp_path / "corpus").rename(tmp_path / "away")
    told = list(building.rebuilt())
    assert "error" in told[-1][0]
    assert told[-1][1]["interactive"] is True
    html, *_ = asking.asked("heron", [])
    assert "hit-1" in html
    assert "Not verified: missing" in html


def test_filters_reach_the_question(asking: Asking, building: Building) -> None:
    """The fields choose the documents; none that matches and a bad date are told in words."""
    html, *_ = asking.asked("heron", [], " *.md ", "", None, "", "")
    assert "hit-1" in html
    none, *_ = asking.asked("heron", [], "zz/*")
    assert "No indexed document matches" in none
    assert "Not found in the indexed documents" not in none
    bad, *_ = asking.asked("heron", [], "", "", "May", "", "")
    assert "write a date as 2026" in bad
    assert ("markdown", "markdown") in building.status()[3]["choices"]


def test_the_page_says_what_is_in_the_folder(building: Building) -> None:
    """How many documents of each kind, the most first; nothing where nothing is indexed."""
    *_, told = building.status()
    assert read(told) == "In the index: plain 2 · markdown 1"


def test_status_says_when_the_documents_have_changed(building: Building, tmp_path: Path) -> None:
    """The notice is there exactly when a rebuild would change something."""
    assert building.status()[1]["visible"] is False
    (tmp_path / "corpus" / "new.md").write_text("# New\n")
    status, notice, label, *_ = building.status()
    assert notice["visible"] is True
    assert "have changed" in notice["value"]
    assert "documents have changed" in status
    assert label["label"] == words.label("Documents") + " (3)"


def test_the_report_shows_hostile_names_and_warnings_literally(
    building: Building, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reader, pages and warnings stand in the table; markup in them stays text."""
    status = library.status()
    hostile = "<img src=x onerror=alert(1)>"
    one = status.sources[0]
    told = replace(one.extraction, pages=1234, blank_pages=(2, 3), warnings=(hostile,))
    named = replace(one, source=replace(one.source, address=hostile), extraction=told)
    skipped = (Skipped(hostile, hostile),)
    changed = replace(status, sources=(named,), skipped=skipped)
    monkeypatch.setattr(Library, "status", lambda _: changed)
    building.status()
    html = building.listed("", Order())
    assert "<img" not in html
    assert html.count("onerror") == 2
    assert one.reader in html
    assert "1,2342 without text" in read(html)


def test_documents_are_found_by_what_is_known_of_them(building: Building, tmp_path: Path) -> None:
    """All words must stand in path, title, kind or state, in any of the page's languages."""
    corpus = tmp_path / "corpus"
    (corpus / "new.md").write_text("# New\n")
    (corpus / "birds.md").write_text("# Birds\n\nAn owl hunts.\n")
    (corpus / "ships.txt").unlink()
    building.status()
    every = ["birds.md", "deep/tea.txt", "new.md", "ships.txt"]

    def found(wanted: str) -> list[str]:
        html = building.listed(wanted, Order())
        return [one for one in every if f">{one}<" in html]

    assert found("") == every
    assert found("MARKDOWN birds") == ["birds.md"]
    assert found("new") == ["new.md"]
    assert found("changed") == found("cambiado") == ["birds.md"]
    assert found("removed") == ["ships.txt"]
    assert found("nowhere") == []


def test_a_pressed_head_orders_the_table(building: Building) -> None:
    """Figures begin with the largest, words with the first; a second press turns them round."""
    building.status()
    first, order = building.sorted("size", "", Order())
    second, turned = building.sorted("size", "", order)
    sizes = {one: (first.index(f">{one}<"), second.index(f">{one}<")) for one in TEXTS}
    by_size = sorted(TEXTS, key=lambda one: len(TEXTS[one]))
    assert sorted(TEXTS, key=lambda one: -sizes[one][0]) == by_size
    assert sorted(TEXTS, key=lambda one: sizes[one][1]) == by_size
    assert (order, turned) == (Order("size", down=True), Order("size", down=False))
    assert building.sorted("kind", "", Order())[1] == Order("kind", down=False)


def test_the_first_steps_say_how_far_they_are(tmp_path: Path) -> None:
    """Without a folder, with an empty one and with unread files: what to do, and no error."""
    library = Library(corpus=tmp_path / "corpus", index=tmp_path / "index", model="toy")
    building = Building(library)
    assert "It is not there yet" in read(building.status()[1]["value"])
    (tmp_path / "corpus").mkdir()
    assert "It is empty now" in read(building.status()[1]["value"])
    (tmp_path / "corpus" / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    assert "error" in list(building.rebuilt())[-1][0]
    steps = read(building.status()[1]["value"])
    assert "Three steps to your first answer" in steps
    assert "Files in it now: 1." in steps
    (tmp_path / "corpus" / "birds.md").write_text("# Birds\n\nAn owl hunts.\n")
    assert "Added 1: birds.md" in read(list(building.rebuilt())[-1][0])
    assert "Three steps" not in read(building.status()[1]["value"])
