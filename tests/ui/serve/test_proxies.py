"""Behind a proxy, and called by other names: who is believed, and what is told of the machine."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from calling import HTTP
from gradio_client import Client
from pages import Served, interrupt, start
from written import write_corpus

from qwenqa import Library, Users
from qwenqa.errors import SettingsError
from qwenqa.settings import Settings
from qwenqa.ui.serve.assets import SCRIPTS, STYLES
from qwenqa.ui.serve.login import TRIES

OUTSIDE = "docs.example"
BROWSER = "192.0.2.7"
SECURED = ("content-security-policy", "x-content-type-options", "x-frame-options")


class Forwarding(BaseHTTPRequestHandler):
    """A proxy that serves the page under /qa/, takes that away, and says who asks."""

    upstream: str
    keeps_path = False
    protocol_version = "HTTP/1.0"

    def _forward(self) -> None:
        path = self.path if self.keeps_path else self.path.removeprefix("/qa")
        if not self.path.startswith("/qa/"):
            self.send_error(404)
            return
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in ("connection", "host", "accept-encoding")
        }
        headers |= {
            "X-Forwarded-Host": self.headers["host"],
            "X-Forwarded-For": BROWSER,
            "X-Forwarded-Proto": "http",
        }
        with HTTP.stream(
            self.command, self.upstream + path, headers=headers, content=body
        ) as answer:
            self.send_response(answer.status_code)
            for name, value in answer.headers.multi_items():
                if name not in ("transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.end_headers()
            for part in answer.iter_raw():
                self.wfile.write(part)
                self.wfile.flush()

    do_GET = do_POST = do_HEAD = _forward  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def proxied(served: Served, *, keeps_path: bool = False) -> Iterator[str]:
    """A proxy before a page; gives the address under which it serves it."""
    kind = type("Here", (Forwarding,), {"upstream": served.url, "keeps_path": keeps_path})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/qa"
        server.shutdown()


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A page that is served under a path, and believes its proxy."""
    folder = tmp_path_factory.mktemp("behind")
    corpus = write_corpus(folder / "corpus", {"birds.md": "A heron waits for fish.\n"})
    Library(corpus=corpus, index=folder / "index", model="toy").rebuild()
    page = start(
        corpus,
        folder / "index",
        QWENQA_PROXIES="127.0.0.1",
        QWENQA_ROOT_PATH="/qa",
        QWENQA_ALLOWED_HOSTS=OUTSIDE,
    )
    yield page
    assert interrupt(page.process) == ""


@pytest.mark.parametrize("keeps_path", [False, True])
def test_under_a_path_questions_are_answered(behind: Served, keeps_path: bool) -> None:
    """Gradio's own client asks by way of a proxy that takes the path away, or leaves it."""
    with proxied(behind, keeps_path=keeps_path) as url:
        client = Client(f"{url}/", verbose=False)
        assert client.predict("Which bird waits for fish?", api_name="/ask")["hits"]
        assert HTTP.get(f"{url}/config").json()["root"] == url


def test_a_proxy_says_by_which_name_and_scheme_the_page_is_called(behind: Served) -> None:
    """The page's address is the proxy's; a name that is not allowed is not believed either."""
    said = {"host": "inside", "x-forwarded-host": OUTSIDE, "x-forwarded-proto": "https"}
    assert HTTP.get(f"{behind.url}/config", headers=said).json()["root"] == (
        f"https://{OUTSIDE}/qa"
    )
    for name in ("elsewhere.example", "["):
        refused = HTTP.get(behind.url, headers={**said, "x-forwarded-host": name})
        assert refused.status_code == 400
        assert "--allow-host" in refused.text


@pytest.mark.parametrize(
    "header", ["x-forwarded-host", "x-gradio-server", "x-forwarded-prefix", "forwarded"]
)
@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/info"])
def test_nobody_else_says_where_the_page_is(served: Served, path: str, header: str) -> None:
    """What a client says of its way here is not in the answer."""
    said = {header: "http://elsewhere.example", "x-forwarded-proto": "https"}
    answer = HTTP.get(served.url + path, headers=said)
    assert answer.status_code == 200
    assert "elsewhere.example" not in answer.text
    assert "https://127.0.0.1" not in answer.text


def test_guessing_is_slowed_for_the_browser_not_for_the_proxy(tmp_path: Path) -> None:
    """Wrong passwords count for the address that a trusted proxy names, and for no other."""
    corpus = write_corpus(tmp_path / "corpus", {"birds.md": "A heron waits for fish.\n"})
    Library(corpus=corpus, index=tmp_path / "index", model="toy").rebuild()
    Users(tmp_path / "users.json").add("anna", "a few words")
    page = start(
        corpus,
        tmp_path / "index",
        QWENQA_PROXIES="127.0.0.1",
        QWENQA_USERS=str(tmp_path / "users.json"),
    )

    def login(address: str, password: str) -> int:
        return HTTP.post(
            f"{page.url}/login",
            data={"username": "anna", "password": password},
            headers={"x-forwarded-for": f"198.51.100.9, {address}"},
        ).status_code

    for _ in range(TRIES):
        assert login(BROWSER, "wrong words") == 401
    assert login(BROWSER, "a few words") == 429
    assert login("192.0.2.8", "a few words") == 200
    HTTP.cookies.clear()
    assert interrupt(page.process) == ""


def test_others_are_told_no_folder_of_the_machine(behind: Served) -> None:
    """Neither the page nor an endpoint nor an error names a folder, but to who sits here."""
    folder = str(behind.corpus.parent)
    near = HTTP.post(f"{behind.url}/gradio_api/run/status", json={"data": []})
    assert folder in near.text
    far = {"x-forwarded-for": BROWSER, "host": OUTSIDE}
    answers = [HTTP.get(behind.url + one, headers=far) for one in ("/", "/config")]
    for name, data in (
        ("status", []),
        ("ask", ["heron"]),
        ("source", ["nowhere.md"]),
        ("source", [f"{folder}/x.md"]),
    ):
        url = f"{behind.url}/gradio_api/run/{name}"
        answers.append(HTTP.post(url, json={"data": data}, headers=far))
    config = answers[1].json()
    for event in config["dependencies"]:
        body = {"data": [None] * len(event["inputs"]), "fn_index": event["id"], "session_hash": "x"}
        url = f"{behind.url}/gradio_api/run/predict"
        if not event["queue"] and event["targets"] and event["targets"][0][1] == "load":
            answers.append(HTTP.post(url, json=body, headers=far))
    told = "".join(answer.text for answer in answers)
    assert '"corpus": "corpus"' in told.replace('":"', '": "')
    assert folder not in told
    assert folder.replace("_", "&#95;") not in told


def wire(served: Served, request: bytes) -> tuple[int, dict[str, str]]:
    """Status and headers of what the server says to some bytes."""
    url = httpx.URL(served.url)
    assert url.port
    with socket.create_connection((url.host, url.port), timeout=60) as connection:
        connection.sendall(request)
        said = b""
        while part := connection.recv(65_536):
            said += part
    head, _, body = said.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    assert body or status.split()[1].startswith("3")
    return int(status.split()[1]), {
        name.lower(): value for name, _, value in (line.partition(": ") for line in lines)
    }


MALFORMED = (
    "Origin: http://[",
    "Origin: \xff\xfe",
    "Origin: http://a]b[:x",
    "Host: [",
    "Host: ]:[",
    "Host: \xff",
    "Content-Length: x",
    "Content-Length: -1",
    "Transfer-Encoding: gzip",
    "Cookie: =;==;\xff=\xff;" + "a;" * 999,
    "Content-Type: application/json; charset=\xff",
    "Content-Type: multipart/form-data",
    "Range: bytes=9-1,x",
    "If-Modified-Since: never",
    "X-Forwarded-For: \xff",
    "X-Forwarded-Host: http://[",
    "X-Forwarded-Proto: [",
    "X-Gradio-Server: http://[",
    "Accept-Encoding: \xff;q=x",
    "Accept-Language: \xff",
    "Sec-Fetch-Site: \xff",
    " folded",
    "no colon",
    "\0: x",
)


@pytest.mark.parametrize("line", MALFORMED)
@pytest.mark.parametrize(
    "target", ["GET /", "GET /config", "GET /page.css", "POST /gradio_api/run/ask"]
)
def test_whatever_a_header_says_there_is_an_answer_with_all_headers(
    served: Served, target: str, line: str
) -> None:
    """A malformed header is refused or ignored, never a fault, and the answer is guarded."""
    host = "" if line.startswith("Host") else "Host: localhost\r\n"
    head = f"{target} HTTP/1.1\r\n{host}Connection: close\r\n{line}\r\n"
    body = "Content-Length: 20\r\n\r\n" + '{"data": ["a heron"]}'[:20]
    long = target.startswith("POST") and not line.startswith(("Content-L", "Transfer"))
    status, headers = wire(served, (head + (body if long else "\r\n")).encode("latin-1"))
    assert status < 500
    assert all(name in headers for name in SECURED), headers
    assert headers["cache-control"]


def test_text_of_documents_is_kept_by_nobody(served: Served) -> None:
    """What may hold words of the documents is stored by no browser and no proxy."""
    call = {"data": ["Which bird waits for fish?"]}
    begun = HTTP.post(f"{served.url}/gradio_api/call/ask", json=call)
    event = begun.json()["event_id"]
    for answer in (
        begun,
        HTTP.get(f"{served.url}/gradio_api/call/ask/{event}"),
        HTTP.post(f"{served.url}/gradio_api/run/ask", json=call),
        *(HTTP.get(served.url + one) for one in ("/", "/config", "/gradio_api/info")),
        HTTP.get(f"{served.url}/page-image/x"),
        HTTP.get(f"{served.url}/bundle/x"),
        HTTP.get(served.url, headers={"host": "elsewhere.example"}),
    ):
        assert answer.headers["cache-control"] == "no-store", answer.url
        assert all(name in answer.headers for name in SECURED)


def test_every_style_and_script_that_the_page_names_is_served(served: Served) -> None:
    """The page links our own files in their order, and browsers ask whether they still hold."""
    page = HTTP.get(served.url).text
    linked = re.findall(r'<link rel="stylesheet" href="([a-z]+\.css)">', page)
    assert [f"/{name}" for name in linked] == list(STYLES)
    for path in (*STYLES, *SCRIPTS):
        answer = HTTP.get(served.url + path)
        assert answer.status_code == HTTPStatus.OK, path
        assert answer.headers["cache-control"] == "no-cache", path
        assert path[1:] in page


@pytest.mark.parametrize("proxies", ["proxy.example", "127.0.0.1,", "300.1.1.1", "10.0.0.0/99"])
def test_a_proxy_is_an_address(proxies: str) -> None:
    """Names are not believed, and what is no address is told."""
    if proxies == "127.0.0.1,":
        assert Settings(proxies=proxies).trusted_proxies == ("127.0.0.1",)
        return
    with pytest.raises(SettingsError, match="is no address"):
        Settings(proxies=proxies)


@pytest.mark.parametrize("path", ["qa", "/qa/", "/", "/../x", "//x", "/a b", "http://x/qa"])
def test_a_path_is_a_path(path: str) -> None:
    """What is no path below the host is told."""
    with pytest.raises(SettingsError, match="cannot be served under"):
        Settings(root_path=path)


def test_the_asker_is_told_what_is_wrong_whichever_way(served: Served) -> None:
    """Wrong values get 4xx and a sentence, directly and by way of the queue."""
    info = HTTP.get(f"{served.url}/config").json()["dependencies"]
    number = next(one["id"] for one in info if one["api_name"] == "ask")
    for data in ([""], ["heron", 0], ["heron", 101], ["heron", "many"], [5], [["x"]], [None], []):
        direct = HTTP.post(f"{served.url}/gradio_api/run/ask", json={"data": data})
        queued = HTTP.post(f"{served.url}/gradio_api/call/ask", json={"data": data})
        joining = {"data": data, "fn_index": number, "session_hash": "x"}
        joined = HTTP.post(f"{served.url}/gradio_api/queue/join", json=joining)
        for answer in (direct, queued, joined):
            assert answer.status_code == 400, (data, answer.text)
            assert answer.json()["error"] == answer.json()["detail"] == direct.json()["error"]
    for name, value in (("since", "May"), ("language", "klingon!"), ("k", None), ("what", "x")):
        body = {"question": "heron", name: value}
        by_name = HTTP.post(f"{served.url}/gradio_api/call/v2/ask", json=body)
        assert by_name.status_code == 400, name
        assert len(json.loads(by_name.text)["detail"]) > 20
