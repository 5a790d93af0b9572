"""The served page as a program meets it: who is let in, what is open, how errors read."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import Any

import httpx
import pytest
from calling import HTTP
from pages import Served, interrupt, start

from qwenqa import Library
from qwenqa.errors import ServeError
from qwenqa.ui.server import drop_gradio_variables, serve


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
