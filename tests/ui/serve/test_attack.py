"""Every event and endpoint is given files and addresses that the server never gave out."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count, cycle
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import gradio
import httpx
import pytest
from pages import Served, interrupt, start
from written import PATIENCE, write_corpus

import qwenqa
from qwenqa import Library, Users
from qwenqa.service.upkeep.users import EDITOR

WATCHED = """
import os, sys
log = os.open(os.environ["WATCHED"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
watched = {"open", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "os.listdir",
           "os.scandir", "os.link", "os.symlink", "os.rename", "shutil.copyfile", "shutil.move"}
# Gradio tells errors of its own there, until nobody reads it any more.
os.dup2(os.open(os.environ["WATCHED"] + ".errors", os.O_WRONLY | os.O_CREAT), 2)
targets = os.environ["TARGETS"].split("|")

def hook(event, given):
    if event in watched:
        told = repr(given)
        os.write(log, f"{event} {told}\\n".encode("utf-8", "replace"))
        if any(one in told for one in targets):
            raise PermissionError(told)  # else the server hangs, and says nothing of the others

sys.addaudithook(hook)
if os.environ["LOCKS"] == "gradio":
    from qwenqa.ui.serve import file_values
    file_values.checked = lambda body, *_: body
if os.environ["LOCKS"] == "guard":
    from qwenqa.ui import gradio_private
    gradio_private.open_no_foreign_files = lambda _: None
"""
OWN = [sys.prefix, sys.base_prefix, *qwenqa.__path__, *gradio.__path__, "/dev/null", "/proc/self"]
CONNECTIONS = 8


@dataclass
class Victim:
    """A server whose every opening and asking is written down, and what it may open."""

    served: Served
    folder: Path
    values: list[Any]
    headers: dict[str, str]

    @property
    def log(self) -> Path:
        """What it opened and asked, a line each."""
        return self.folder / "log"

    def strange(self) -> list[str]:
        """What it opened or asked outside its own folders since it was last looked at."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        os.truncate(self.log, 0)
        own = [*OWN, str(self.folder / "corpus"), str(self.folder / "index")]
        own += [str(self.folder / "tmp"), str(self.folder / "users.json")]
        return [line for line in lines if not _is_own(line, own)]

    def config(self) -> list[dict[str, Any]]:
        """Its events, as they tell themselves."""
        told = httpx.get(
            f"{self.served.url}/config", headers=self.headers, timeout=PATIENCE, trust_env=False
        )
        events: list[dict[str, Any]] = told.json()["dependencies"]
        return events


def _is_own(line: str, own: list[str]) -> bool:
    event, _, given = line.partition(" ")
    if event.startswith("socket."):
        return False
    if event == "open" and given[1:].lstrip("-")[:1].isdigit():
        return True  # a descriptor that was open before
    return any(f"'{root}" in given for root in own)


@pytest.fixture(scope="module", params=["plain", "users", "uploads", "users and uploads"])
def victim(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    yield from attacked(tmp_path_factory.mktemp("victim"), request.param)


def attacked(folder: Path, kind: str, locks: str = "both") -> Iterator[Victim]:
    """A served library, and beside it what is to be opened by it."""
    corpus = write_corpus(folder / "corpus", {"birds.md": "A heron waits for fish.\n"})
    Library(corpus=corpus, index=folder / "index", model="toy").rebuild()
    (folder / "tmp").mkdir()
    settings = {"TMPDIR": str(folder / "tmp"), "WATCHED": str(folder / "log"), "LOCKS": locks}
    if "users" in kind:
        Users(folder / "users.json").add("anna", "a few words", EDITOR)
        settings["QWENQA_USERS"] = str(folder / "users.json")
    if "uploads" in kind:
        settings["QWENQA_ALLOW_UPLOAD"] = "yes"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        names = _names(folder, port)
        targets = [str(folder / "target"), "/dev/zero", "/etc/hostname", f"{port}", ".invalid'"]
        settings["TARGETS"] = "|".join(targets)
        served = start(corpus, folder / "index", before=WATCHED, **settings)
        victim = Victim(served, folder, [_file(name) for name in names], {})
        if "users" in kind:
            login = {"username": "anna", "password": "a few words"}
            got = httpx.post(served.url + "/login", data=login, timeout=PATIENCE, trust_env=False)
            victim.headers["cookie"] = "; ".join(f"{k}={v}" for k, v in got.cookies.items())
        yield victim
        listening.settimeout(0)
        with pytest.raises(BlockingIOError):
            listening.accept()
    assert interrupt(served.process) == ""
    assert locks == "gradio" or not (folder / "log.errors").read_text()


def _names(folder: Path, port: int) -> list[str]:
    """What somebody would have a server open."""
    (folder / "target").mkdir()
    (folder / "target" / "secret.txt").write_text("secret")
    (folder / "target" / "dot.svg").write_text("<svg/>")
    os.mkfifo(folder / "target" / "pipe")
    here = folder / "target"
    return [
        *(str(one) for one in (here / "secret.txt", here / "dot.svg", here / "pipe", here)),
        *("/dev/zero", "/etc/hostname", "../target/secret.txt", f"file:{here}/secret.txt"),
        *(f"http://127.0.0.1:{port}/x", f"https://127.0.0.1:{port}/x", "http://attack.invalid/x"),
        *("\\\\attack.invalid\\share\\x", f"//127.0.0.1:{port}/x", f"file://{here}/secret.txt"),
    ]


def _file(name: str) -> dict[str, Any]:
    return {"path": name, "url": name, "meta": {"_type": "gradio.FileData"}}


SHAPES = [
    lambda file: file,
    lambda file: [file],
    lambda file: {"a": [{"b": file}]},
    lambda file: {**file, "is_stream": True},
    lambda file: {"path": file["path"], "meta": file["meta"], "orig_name": "x", "size": 1},
    lambda file: [["x", file], [[file]]],
    lambda file: {"value": file, "__type__": "update"},
    lambda file: {"path": file["path"]},
    lambda file: {"url": file["url"], "meta": file["meta"]},
]


def bodies(victim: Victim) -> Iterator[tuple[str, Any]]:
    """Paths and bodies: each parameter of each event by each route, in turn each value and shape.

    The endpoints that programs call get each value.
    """
    turn = count()
    for event in victim.config():
        places = max(len(event["inputs"]), 1)
        listed = event["api_visibility"] == "public"
        for step in range(max(places, len(victim.values) * listed)):
            for route in _routes(event, step):
                value = victim.values[next(turn) % len(victim.values)]
                data: list[Any] = ["heron"] * places
                data[step % places] = SHAPES[next(turn) % len(SHAPES)](value)
                yield route(data)


def _routes(event: dict[str, Any], step: int) -> Iterator[Callable[[list[Any]], tuple[str, Any]]]:
    """How an event is called with values."""
    call = {"fn_index": event["id"], "session_hash": f"session{step}", "trigger_id": None}
    name = event["api_name"]
    yield lambda data: ("queue/join", {**call, "data": data})
    yield lambda data: ("queue/join", {**call, "data": ["heron"] * len(data), "event_data": data})
    yield lambda data: ("run/predict", {**call, "data": data})
    yield lambda data: (f"run/{name}", {"data": data})
    yield lambda data: (f"call/{name}", {"data": data})
    yield lambda data: (f"call/v2/{name}", {f"p{n}": one for n, one in enumerate(data)})


def posted(victim: Victim, calls: list[tuple[str, Any]]) -> list[tuple[int, str]]:
    """Status and body of the answers to all calls, several of which are asked at a time."""
    host, headers = httpx.URL(victim.served.url), victim.headers
    lines: SimpleQueue[HTTPConnection] = SimpleQueue()
    for _ in range(CONNECTIONS):
        lines.put(HTTPConnection(host.host, host.port, timeout=PATIENCE))

    def post(call: tuple[str, Any]) -> tuple[int, str]:
        line = lines.get()
        told = {"content-type": "application/json", **headers}
        line.request("POST", f"/gradio_api/{call[0]}", json.dumps(call[1]), told)
        answer = line.getresponse()
        body = answer.read().decode()
        lines.put(line)
        return answer.status, body

    with ThreadPoolExecutor(CONNECTIONS) as many:
        answers = list(many.map(post, calls))
    while not lines.empty():
        lines.get().close()
    return answers


def still_answers(victim: Victim) -> bool:
    """Whether an honest question has its answer."""
    ((status, body),) = posted(victim, [("run/ask", {"data": ["Which bird waits for fish?"]})])
    return status == 200 and bool(json.loads(body)["data"][0]["hits"])


def test_no_event_opens_what_was_not_given_out(victim: Victim) -> None:
    """Files, devices, pipes, folders and addresses, in each parameter by each route: 4xx."""
    assert still_answers(victim)
    victim.strange()
    calls = list(bodies(victim))
    answers = posted(victim, calls)
    assert victim.strange() == []
    for call, (status, body) in zip(calls, answers, strict=True):
        assert 400 <= status < 500, (call, body)
        assert json.loads(body)["error"].endswith("."), (call, body)
    assert still_answers(victim)


@pytest.mark.parametrize("locks", ["gradio", "guard"])
def test_each_lock_holds_alone(tmp_path: Path, locks: str) -> None:
    """Without the guard's look Gradio opens nothing; without Gradio's own check the guard does."""
    for victim in attacked(tmp_path, "uploads", locks):
        assert still_answers(victim)
        victim.strange()
        shapes = cycle(SHAPES)
        calls = [
            ("run/predict", {"data": [next(shapes)(value)] * 7, "fn_index": event})
            for event in _different(victim)
            for value in victim.values
        ]
        answers = posted(victim, calls)
        assert victim.strange() == []
        assert locks == "gradio" or {status for status, _ in answers} == {400}
        assert still_answers(victim)


def _different(victim: Victim) -> Iterator[int]:
    """One event for each kind of parts that values go to, by its number."""
    config = httpx.get(f"{victim.served.url}/config", timeout=PATIENCE, trust_env=False).json()
    kinds = {part["id"]: part["type"] for part in config["components"]}
    seen = set()
    for event in config["dependencies"]:
        kind = tuple(kinds[one] for one in event["inputs"])
        if kind and kind not in seen:
            seen.add(kind)
            yield event["id"]


def test_no_address_leads_to_a_file(victim: Victim) -> None:
    """No path and no query of what is read opens what was not given out."""
    victim.strange()
    names = [value["path"] for value in victim.values]
    routes = ["gradio_api/file=", "file=", "gradio_api/file/", "gradio_api/proxy=", "static/"]
    routes += ["assets/", "page-image/", "bundle/", "gradio_api/stream/"]
    paths = [f"{route}{name}" for route in routes for name in names]
    paths += [f"{page}?deep_link={name}" for page in ("", "config") for name in names]
    with httpx.Client(timeout=PATIENCE, trust_env=False, headers=victim.headers) as client:
        for path in paths:
            answer = client.get(f"{victim.served.url}/{path}", headers={"range": "bytes=0-9"})
            assert "secret" not in answer.text
            assert answer.status_code < 500
            assert "?" in path or answer.status_code >= 400
    assert victim.strange() == []


def test_no_body_of_another_kind_is_taken(victim: Victim) -> None:
    """Forms with files, and calls of what components offer, are refused."""
    victim.strange()
    call = {"data": [victim.values[0]], "session_hash": "x", "fn_name": "x", "component_id": "1"}
    form = {name: json.dumps(value) for name, value in call.items()}
    with httpx.Client(timeout=PATIENCE, trust_env=False, headers=victim.headers) as client:
        for path in ("component_server", "run/ask", "queue/join", "call/ask", "process_recording"):
            url = f"{victim.served.url}/gradio_api/{path}"
            sent = client.post(url, data=form, files={"files": ("x", b"x"), "data": b"x"})
            refused = [sent, client.post(url, data=form), client.post(url, json=call)]
            for answer in refused:
                assert 400 <= answer.status_code < 500
                assert answer.json()["error"].endswith(".")
    assert victim.strange() == []
