"""The served page as a program meets it: who is let in, what is open, how errors read."""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from typing import Any

import httpx
import msgspec
import pytest
from pages import Served, interrupt, start
from written import PATIENCE

from qwenqa import Filter, Library
from qwenqa.errors import ServeError
from qwenqa.ui.server import drop_gradio_variables, serve

# The page is on this machine, and may be as slow as it is.
HTTP = httpx.Client(
    timeout=PATIENCE,
    trust_env=False,
    # A kept connection may be closed by the server in the moment in which it is used again.
    limits=httpx.Limits(max_keepalive_connections=0),
)
NO_FILTER = ("",) * len(Filter.__slots__)


def call(served: Served, endpoint: str, *data: Any) -> tuple[str, Any]:
    """Call an endpoint over plain HTTP; the kind of event that ends it, and its data."""
    begun = HTTP.post(f"{served.url}/gradio_api/call/{endpoint}", json={"data": data})
    begun.raise_for_status()
    where = f"{served.url}/gradio_api/call/{endpoint}/{begun.json()['event_id']}"
    lines = HTTP.get(where).text.splitlines()
    event = next(line for line in lines if line.startswith("event: "))
    told = next(line for line in lines if line.startswith("data: "))
    return event.removeprefix("event: "), json.loads(told.removeprefix("data: "))


def test_ask_gives_the_answer_that_python_gives(served: Served) -> None:
    """The endpoint's JSON is that of the library on the same index."""
    library = Library(corpus=served.corpus, index=served.index, model="toy")
    question = "Which bird waits for fish?"
    event, (told,) = call(served, "ask", question, 3, *NO_FILTER)
    assert event == "complete"
    assert told == json.loads(library.ask(question, 3).json())
    event, (told,) = call(served, "ask", question, 3, "zz/*", *NO_FILTER[1:])
    assert told["notes"] == ["No indexed document matches: path zz/*."]


def test_status_tells_what_is_indexed(served: Served) -> None:
    """The endpoint's JSON is the status of the library on the same index."""
    event, (told,) = call(served, "status")
    assert event == "complete"
    library = Library(corpus=served.corpus, index=served.index, model="toy")
    assert told == json.loads(msgspec.json.encode(library.status()))
    assert told["stale"] is False


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (("", 5), "The question is empty."),
        (("heron", 0), "ask for at least 1"),
        (("x" * 20_000, 5), "at most 10,000"),
    ],
)
def test_an_error_is_one_plain_sentence(served: Served, data: tuple[str, int], told: str) -> None:
    """A client gets what went wrong in words, and no traceback."""
    event, error = call(served, "ask", *data, *NO_FILTER)
    assert event == "error"
    assert told in json.dumps(error)
    assert "Traceback" not in json.dumps(error)


def test_only_two_endpoints_are_listed(served: Served) -> None:
    """The page's own events are no public interface."""
    info = HTTP.get(f"{served.url}/gradio_api/info").json()
    assert set(info["named_endpoints"]) == {"/ask", "/status"}
    assert info["unnamed_endpoints"] == {}
    parameters = info["named_endpoints"]["/ask"]["parameters"]
    types = {one["parameter_name"]: one["type"] for one in parameters}
    filters = {name: {"type": "string"} for name in Filter.__slots__}
    assert types == {"question": {"type": "string"}, "k": {"type": "integer"}, **filters}
    assert all(one["parameter_has_default"] for one in parameters[1:])


def test_an_image_has_a_name_that_was_given(served: Served) -> None:
    """Without such a name there is no page image, and no path leads out of their folder."""
    for name in ("guess", "", "%2e%2e/page.css", "a/b"):
        assert HTTP.get(f"{served.url}/page-image/{name}").status_code == 404


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1.elsewhere.example", "", "a b"])
def test_a_foreign_host_is_refused(served: Served, host: str) -> None:
    """A name that leads to this machine by somebody else's doing gets 400."""
    assert HTTP.get(served.url, headers={"host": host}).status_code == 400


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_own_names_are_served(served: Served, name: str) -> None:
    """This machine's own names are good, with the port."""
    port = served.url.rsplit(":", 1)[1]
    assert HTTP.get(served.url, headers={"host": f"{name}:{port}"}).status_code == 200


def test_no_file_is_given_out_and_none_taken(served: Served) -> None:
    """Whatever the environment allows, files of the machine and uploads stay closed."""
    own = served.corpus / "birds.md"
    for path in (f"/gradio_api/file={own}", f"/file={own}", "/gradio_api/file=/etc/hostname"):
        assert HTTP.get(served.url + path).status_code == 404
    upload = HTTP.post(f"{served.url}/gradio_api/upload", files={"files": b"x"})
    assert upload.status_code == 404


def test_the_environment_changes_nothing(served: Served) -> None:
    """Variables that would change Gradio's server leave no trace in its configuration."""
    config = HTTP.get(f"{served.url}/config").json()
    assert config["root"] == served.url
    assert not config.get("mcp_server")
    assert not config.get("run_history")
    assert not config.get("vibe_mode")
    assert not config.get("analytics_enabled")
    assert HTTP.get(f"{served.url}/monitoring").status_code == 404
    assert HTTP.post(f"{served.url}/gradio_api/mcp/").status_code == 404


def test_a_cross_site_post_is_refused(served: Served) -> None:
    """Another site's page cannot ask in a visitor's name."""
    answer = HTTP.post(
        f"{served.url}/gradio_api/call/ask",
        json={"data": ["heron", 1]},
        headers={"origin": "http://elsewhere.example", "sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403


def test_an_enormous_body_is_refused(served: Served) -> None:
    """60 MB get 413, and the server goes on answering."""
    url = f"{served.url}/gradio_api/call/ask"

    def parts() -> Any:
        for _ in range(60):
            yield b"x" * 1_000_000

    for content in (parts(), b"x" * 60_000_000):
        # The server may hang up while the body is still being sent.
        with suppress(httpx.TransportError):
            assert HTTP.post(url, content=content).status_code == 413
    assert HTTP.get(served.url).status_code == 200


def test_a_port_in_use_is_one_plain_sentence(library: Library) -> None:
    """The error names the port and the way out."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=f"Port {port} is already in use.*--port"):
            serve(library, "127.0.0.1", port, print)


def test_a_host_that_is_not_here_is_one_plain_sentence(library: Library) -> None:
    """An address of another machine cannot be served on."""
    with pytest.raises(ServeError, match="choose another with --host"):
        serve(library, "192.0.2.1", 0, print)


def test_gradio_variables_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them go, and nothing else."""
    monkeypatch.setenv("GRADIO_ALLOWED_PATHS", "/")
    monkeypatch.setenv("QWENQA_PORT", "1")
    drop_gradio_variables()
    assert not [name for name in os.environ if name.startswith("GRADIO_")]
    assert os.environ["QWENQA_PORT"] == "1"


def test_ctrl_c_ends_in_silence_with_a_page_open(library: Library) -> None:
    """An interrupt ends the server at once, without a traceback, though a page is connected."""
    page = start(library.settings.corpus, library.settings.index)
    with HTTP.stream("GET", f"{page.url}/gradio_api/heartbeat/open") as beat:
        assert beat.status_code == 200
        assert interrupt(page.process) == ""
    assert page.process.returncode == 0
