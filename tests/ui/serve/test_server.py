"""The served page as a program meets it: who is let in, what is open, how errors read."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from calling import HTTP
from gradio_client import Client
from gradio_client.exceptions import AuthenticationError
from pages import Served, interrupt, start
from written import PATIENCE, write_corpus

from qwenqa import Library, Users
from qwenqa.errors import ServeError
from qwenqa.service.upkeep.users import EDITOR
from qwenqa.ui.serve.addresses import listen
from qwenqa.ui.serve.server import drop_gradio_variables, serve


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


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::"])
def test_nobody_serves_everybody_unmeant(library: Library, host: str) -> None:
    """Beyond this machine the page has users, or it was said twice that it has none."""
    for said in (0, 1):
        open_once = Library(settings=replace(library.settings, open=said))
        with pytest.raises(ServeError, match=r"users add NAME.*--open --open"):
            serve(open_once, host, 0, print)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A page beyond this machine, with a user, a further name, and uploads."""
    folder = tmp_path_factory.mktemp("shared")
    corpus = write_corpus(folder / "corpus", {"birds.md": "A heron waits for fish.\n"})
    Library(corpus=corpus, index=folder / "index", model="toy").rebuild()
    Users(folder / "users.json").add("anna", "a few words", EDITOR)
    page = start(
        corpus,
        folder / "index",
        QWENQA_HOST="0.0.0.0",
        QWENQA_USERS=str(folder / "users.json"),
        QWENQA_ALLOWED_HOSTS="docs.example,*.inside.example",
        QWENQA_ALLOW_UPLOAD="yes",
        QWENQA_UPLOAD_MIB="1",
        TMPDIR=str(folder),
    )
    yield page
    assert interrupt(page.process) == ""
    assert not list(folder.glob("qwenqa-*"))


def logged_in(served: Served) -> dict[str, str]:
    """The headers of anna, who has logged in."""
    login = {"username": "anna", "password": "a few words"}
    cookies = HTTP.post(f"{served.url}/login", data=login).cookies
    HTTP.cookies.clear()
    return {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("docs.example", 200),
        ("docs.example:8443", 200),
        ("DOCS.example", 200),
        ("a.inside.example", 200),
        ("inside.example", 400),
        ("other.example", 400),
    ],
)
def test_names_that_were_allowed_are_served(shared: Served, host: str, status: int) -> None:
    """A browser may call by the further names, and by no other."""
    assert HTTP.get(shared.url, headers={"host": host}).status_code == status


def test_only_users_get_answers(shared: Served) -> None:
    """Without a login neither the page's parts nor its endpoints are there; with one, all are."""
    ask = f"{shared.url}/gradio_api/run/ask"
    body = {"data": ["Which bird waits for fish?"]}
    for path in ("config", "page.css", "theme.css", "assets/x", "gradio_api/info", "page-image/x"):
        assert HTTP.get(f"{shared.url}/{path}").status_code == 401
    assert "Log in" in HTTP.get(shared.url).text
    assert "window.gradio_config" not in HTTP.get(shared.url).text
    refused = HTTP.post(ask, json=body)
    assert (refused.status_code, refused.json()["error"]) == (401, "Log in first, on the page.")
    wrong = {"username": "anna", "password": "other words"}
    assert HTTP.post(f"{shared.url}/login", data=wrong).status_code == 401
    anna = logged_in(shared)
    cited = HTTP.post(ask, json=body, headers=anna).json()["data"][0]["hits"][0]["citation"]
    assert cited["address"] == "birds.md"
    assert "window.gradio_config" in HTTP.get(shared.url, headers=anna).text


def test_gradio_client_logs_in(shared: Served) -> None:
    """The client that Gradio ships needs the password, and then answers."""
    with pytest.raises(AuthenticationError):
        Client(shared.url, verbose=False)
    client = Client(shared.url, auth=("anna", "a few words"), verbose=False)
    assert client.predict("Which bird waits for fish?", api_name="/ask")["hits"]


def test_uploads_stop_at_their_limit_and_go_to_no_other_folder(shared: Served) -> None:
    """A file within the limit lands in the server's own folder, a larger one leaves nothing."""
    anna = logged_in(shared)
    upload = f"{shared.url}/gradio_api/upload"
    folder = next(shared.corpus.parent.glob("qwenqa-*"))
    assert HTTP.post(upload, files={"files": b"x"}).status_code == 401
    (token,) = HTTP.post(upload, files={"files": ("../x.txt", b"x")}, headers=anna).json()
    assert "/" not in token
    (path,) = folder.rglob("x.txt")
    assert path.read_bytes() == b"x"
    for size, status in ((2**20, 200), (2**20 + 1, 413)):
        held = {path for path in folder.rglob("*") if path.is_file()}
        answer = HTTP.post(upload, files={"files": b"y" * size}, headers=anna)
        assert answer.status_code == status
        new = {path for path in folder.rglob("*") if path.is_file()} - held
        assert len(new) == (status == 200)
    assert HTTP.get(f"{shared.url}/gradio_api/file={path}", headers=anna).status_code == 404


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


def test_no_answer_waits_for_the_one_before() -> None:
    """Connections send what they are given at once; held back, each answer took 40 ms more."""
    told: list[int] = []

    class Asked(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            given = transport.get_extra_info("socket")
            told.append(given.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            transport.close()

    async def connected() -> None:
        loop = asyncio.get_running_loop()
        async with await loop.create_server(Asked, sock=listen("127.0.0.1", 0)) as served:
            reader, writer = await asyncio.open_connection(*served.sockets[0].getsockname())
            assert await reader.read() == b""
            writer.close()

    asyncio.run(connected())
    assert told[0]


HANGING = {
    "loop": "from qwenqa.ui.serve import file_values\n"
    "file_values.checked = lambda *_: time.sleep(3600)",
    "thread": "from qwenqa import Library\nLibrary.status = lambda _: time.sleep(3600)",
}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("hangs", HANGING)
def test_the_server_ends_though_a_request_hangs(
    library: Library, tmp_path: Path, hangs: str, number: signal.Signals
) -> None:
    """Whether it holds the event loop or a thread; what was temporary is gone."""
    soon = "import signal, sys, time\nfrom qwenqa.ui.serve import ending\nending.LAST_SECONDS = 2\n"
    soon += "signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))\n"  # as the shell does
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    settings = library.settings
    before = soon + HANGING[hangs]
    page = start(settings.corpus, settings.index, before=before, TMPDIR=str(scratch))
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{page.url}/gradio_api/run/status", json={"data": []}, timeout=2)
    page.process.send_signal(number)
    page.process.communicate(timeout=PATIENCE)
    assert page.process.returncode == 128 + number
    assert list(scratch.iterdir()) == []
