"""Who may use which event, asked over HTTP in every way that leads to one."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from calling import HTTP
from pages import Served, interrupt, start
from written import write_corpus

from qwenqa import Library, Users
from qwenqa.ui.one_time_files import OneTimeFiles, bundles
from qwenqa.ui.page.page import page
from qwenqa.ui.question_queue import Desk
from qwenqa.ui.roles import EDITORS_ONLY, for_editors, for_readers, marked, opens

EDITORS = {"rebuilt", "cancel", "saved", "removed", "measured", "added"}
"""The events of editors, by the names of their functions; every other one is for readers too."""
HEAVY = {"rebuilt", "measured"}
PASSWORD = "a few words"


class House:
    """A served page with users, and the cookies of each."""

    def __init__(self, served: Served, users: Users) -> None:
        self.served = served
        self.cookies: dict[str, dict[str, str]] = {"anonymous": {}}
        for name in ("reader", "editor", "removed", "another password"):
            users.add(name, PASSWORD, "reader" if name == "reader" else "editor")
            login = {"username": name, "password": PASSWORD}
            answer = HTTP.post(f"{served.url}/login", data=login)
            self.cookies[name] = dict(answer.cookies)
            HTTP.cookies.clear()
        users.remove("removed")
        users.add("removed", PASSWORD, "editor")
        users.add("another password", "other words")

    def post(self, visitor: str, path: str, **body: Any) -> tuple[int, str]:
        """The status of a post, and what is said with it."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies[visitor].items())
        answer = HTTP.post(
            f"{self.served.url}/gradio_api/{path}", json=body, headers={"cookie": cookie}
        )
        return answer.status_code, answer.text

    def events(self) -> dict[int, str]:
        """Every event that ``/config`` names: its number and its function's name."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies["editor"].items())
        config = HTTP.get(f"{self.served.url}/config", headers={"cookie": cookie}).json()
        return {one["id"]: one["api_name"] for one in config["dependencies"]}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("roles")
    corpus = write_corpus(folder / "corpus", {"birds.md": "A heron waits for fish.\n"})
    Library(corpus=corpus, index=folder / "index", model="toy").rebuild()
    users = Users(folder / "users.json")
    users.add("first", PASSWORD)
    users_file = str(folder / "users.json")
    served = start(corpus, folder / "index", QWENQA_USERS=users_file, QWENQA_ALLOW_UPLOAD="yes")
    yield House(served, users)
    interrupt(served.process)


def function(name: str) -> str:
    """The name of an event's function: Gradio numbers those that several events have."""
    return re.sub(r"_\d+$", "", name)


def ways(number: int, name: str) -> dict[str, dict[str, Any]]:
    """Each path that leads to an event, with what is posted there."""
    empty: dict[str, Any] = {"data": []}
    return {
        "queue/join": {**empty, "fn_index": number, "session_hash": "roles"},
        "run/predict": {**empty, "fn_index": number},
        "run/ask": {**empty, "fn_index": number, "session_hash": "roles"},
        "run/status/": {**empty, "fn_index": str(number), "batched": True},
        f"run/{name}": empty,
        f"call/{name}": empty,
        f"call/v2/{name}": {},
    }


@pytest.mark.parametrize(
    "visitor", ["anonymous", "removed", "another password", "reader", "editor"]
)
def test_each_event_is_for_whom_it_is_for(house: House, visitor: str) -> None:
    """By every way: who is not let in gets 401, a reader 403 for what is the editors'."""
    events = house.events()
    assert {function(name) for name in events.values()} >= EDITORS | {"ask", "verify", "asked"}
    wrong = []
    for number, name in events.items():
        refused = 403 if visitor == "reader" and function(name) in EDITORS else None
        expected = refused if visitor in ("reader", "editor") else 401
        if visitor == "editor" and function(name) not in EDITORS - HEAVY:
            continue
        for path, body in ways(number, name).items():
            status, told = house.post(visitor, path, **body)
            if (status if status in (401, 403) else None) != expected:
                wrong.append((name, path, status, told[:80]))
            assert status != 403 or EDITORS_ONLY in told
    assert wrong == []


@pytest.mark.parametrize("visitor", ["reader", "editor"])
def test_the_page_says_who_asks(house: House, visitor: str) -> None:
    """By name and role, by which the page shows or hides what is the editors'."""
    status, told = house.post(visitor, "run/_who", data=[])
    assert status == 200, told
    assert f"qq who {visitor}" in told
    assert "Logged in as" in told


@pytest.mark.parametrize("visitor", ["anonymous", "removed", "another password", "reader"])
def test_uploads_are_editors(house: House, visitor: str) -> None:
    """Nobody else puts a file on the machine."""
    expected = 403 if visitor == "reader" else 401
    for path in ("upload", "upload?upload_id=x"):
        assert house.post(visitor, path)[0] == expected


@pytest.mark.parametrize("visitor", ["anonymous", "reader", "editor"])
@pytest.mark.parametrize(
    "path", ["cancel", "reset", "component_server", "api/rebuilt", "stream/x", "vibe-edit"]
)
def test_no_other_way_of_gradios_is_there(house: House, visitor: str, path: str) -> None:
    """What would end others' events, or run something otherwise, is not open at all."""
    body = {"event_id": "x", "session_hash": "x", "fn_index": 1, "data": []}
    assert house.post(visitor, path, **body)[0] == 404


def test_every_event_of_the_page_was_decided(library: Library) -> None:
    """Somebody said of each whether readers may use it; the table above says the same."""
    warmed = threading.Event()
    made = page(
        library,
        warmed,
        OneTimeFiles(),
        bundles(),
        desk=Desk(),
        allow_upload=True,
        logs_out=True,
    )
    undecided = [one.api_name for one in made.fns.values() if marked(one.fn) is None]
    assert undecided == []
    editing = {
        function(str(one.api_name)) for one in made.fns.values() if not opens(one.fn, "reader")
    }
    assert editing == EDITORS


def test_what_nobody_decided_is_for_editors() -> None:
    """So is what is no function."""

    def new() -> None: ...

    for undecided in (new, None):
        assert not opens(undecided, "reader")
        assert opens(undecided, "editor")
    assert not opens(for_editors(lambda: None), "reader")
    assert opens(for_readers(lambda: None), "reader")
