"""The guard before Gradio, over a tiny application."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from qwenqa.service.upkeep.users import User, Users
from qwenqa.ui import request_bodies
from qwenqa.ui.serve import login as auth
from qwenqa.ui.serve.assets import KEPT, Assets
from qwenqa.ui.serve.guard import MAX_BODY_BYTES, Guard
from qwenqa.ui.serve.login import TRIES, LoginGate
from qwenqa.ui.serve.proxies import Outermost
from qwenqa.ui.serve.uploads import Uploads

OWN = "http://127.0.0.1:7860"
CALL = "/gradio_api/call/ask"
RUN = "/gradio_api/run/ask"
UPLOAD = "/gradio_api/upload"


async def _page(request: Request) -> HTMLResponse:
    return HTMLResponse("<head><script>one</script></head><script src=two></script>")


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


def routes() -> list[Route]:
    """A tiny application with the paths of the page."""
    return [
        Route("/", _page),
        Route(CALL, _echo, methods=["POST"]),
        Route(UPLOAD, _taken, methods=["POST"]),
        Route("/gradio_api/file={path:path}", _page),
        Route("/login", _entry),
        Route("/page-image/x", _page),
        Route(RUN, _late, methods=["POST"]),
    ]


def guarded(app: Starlette, **options: Any) -> Outermost:
    """An application behind all that stands before it."""
    return Outermost(Guard(app, **options), ["127.0.0.1"])


@pytest.fixture
def client() -> TestClient:
    return TestClient(guarded(Starlette(routes=routes())), base_url=OWN)


async def _taken(request: Request) -> JSONResponse:
    return JSONResponse([f"/folder/{len(await request.body())}"])


async def _entry(request: Request) -> HTMLResponse:
    return HTMLResponse("Log in")


async def _late(request: Request) -> PlainTextResponse:
    await asyncio.sleep(0.2)
    return PlainTextResponse("")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": OWN, "sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:9999"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ],
)
def test_only_own_pages_and_programs_may_post(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    """A request that a browser sends from another origin is refused, any other is served."""
    assert client.post(CALL, content=b"x", headers=headers).status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/proxy=http://elsewhere.example",
        "/gradio_api/vibe-edit",
        "/static/../../etc/passwd",
        "/static/%2e%2e/secret",
        "/monitoring",
        "/login",
    ],
)
def test_paths_that_the_page_does_not_need_are_closed(client: TestClient, path: str) -> None:
    """What is not named as open is not there, for reading and for writing."""
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


def test_a_body_over_the_limit_is_refused_whole_or_in_parts(client: TestClient) -> None:
    """Exactly the limit passes; one byte more gets 413, announced or not."""

    def parts(size: int) -> Iterator[bytes]:
        yield from (b"x" * 1000 for _ in range(size // 1000))
        yield b"x" * (size % 1000)

    for content in (b"x" * MAX_BODY_BYTES, parts(MAX_BODY_BYTES)):
        answer = client.post(CALL, content=content)
        assert (answer.status_code, answer.text) == (200, str(MAX_BODY_BYTES))
    for content in (b"x" * (MAX_BODY_BYTES + 1), parts(MAX_BODY_BYTES + 1)):
        assert client.post(CALL, content=content).status_code == 413


@pytest.mark.parametrize("length", ["many", "-1", "9" * 30])
def test_an_impossible_length_is_refused(client: TestClient, length: str) -> None:
    """A length that is no number, or no possible one, is not waited for."""
    answer = client.post(CALL, content=b"x", headers={"content-length": length})
    assert answer.status_code == 413


def test_scripts_of_the_page_carry_a_nonce_that_is_new_each_time(client: TestClient) -> None:
    """Each script has the nonce that its policy names; the next page has another one."""
    nonces = []
    for _ in range(2):
        answer = client.get("/")
        policy = answer.headers["content-security-policy"]
        assert "unsafe-eval" not in policy
        assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
        (nonce,) = re.findall("'nonce-([^']+)'", policy)
        assert answer.text.count(f'<script nonce="{nonce}"') == answer.text.count("<script") == 5
        assert int(answer.headers["content-length"]) == len(answer.content)
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


def test_refusals_carry_the_policy_too(client: TestClient) -> None:
    """No answer of the server may be framed, sniffed or run."""
    headers = client.get("/nowhere").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FROB"])
def test_other_methods_are_refused(client: TestClient, method: str) -> None:
    """Nothing is answered but what reads and what the page posts."""
    assert client.request(method, "/").status_code == 405


@pytest.mark.parametrize(("addresses", "busy"), [(1, 120), (2, 20), (20, 20)])
def test_more_direct_calls_than_are_answered_are_told_so(addresses: int, busy: int) -> None:
    """Calls that do not wait in the queue are counted; one address gets half of the places."""

    async def crowd() -> list[httpx.Response]:
        app = guarded(Starlette(routes=routes()))
        wires = [httpx.ASGITransport(app, client=(f"192.0.2.{n}", 1)) for n in range(addresses)]
        clients = [httpx.AsyncClient(transport=wire, base_url=OWN) for wire in wires]
        calls = [clients[n % addresses].post(RUN) for n in range(220)]
        return [*await asyncio.gather(*calls), await clients[0].post(RUN)]

    *calls, later = asyncio.run(crowd())
    refused = [call for call in calls if call.status_code == 503]
    assert (len(refused), later.status_code) == (busy, 200)
    assert "The server is busy" in refused[0].json()["error"]
    assert int(refused[0].headers["retry-after"]) > 0


def test_who_sends_slowly_is_in_nobodys_way() -> None:
    """A call whose body does not come takes no place from the calls that are here."""

    async def never() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(60)

    async def crowd() -> int:
        wire = httpx.ASGITransport(guarded(Starlette(routes=routes())))
        async with httpx.AsyncClient(transport=wire, base_url=OWN) as client:
            slow = [asyncio.create_task(client.post(RUN, content=never())) for _ in range(250)]
            await asyncio.sleep(0)
            answer = await client.post(RUN)
            for one in slow:
                one.cancel()
            await asyncio.gather(*slow, return_exceptions=True)
            return answer.status_code

    assert asyncio.run(crowd()) == 200


def test_a_body_that_comes_too_slowly_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request is not waited for longer than the limit, however it drips."""
    monkeypatch.setattr(request_bodies, "BODY_SECONDS", 0.05)

    async def drops() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(60)

    async def slowly() -> httpx.Response:
        wire = httpx.ASGITransport(guarded(Starlette(routes=routes())))
        async with httpx.AsyncClient(transport=wire, base_url=OWN) as client:
            return await client.post(CALL, content=drops())

    assert asyncio.run(slowly()).status_code == 408


def test_a_body_that_breaks_off_is_no_call() -> None:
    """Of a request whose sender has gone the application never hears."""
    heard: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append(scope["path"])

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def nobody(_: Any) -> None:
        pass

    scope = {"type": "http", "method": "POST", "path": RUN, "client": ("192.0.2.7", 1)}
    scope |= {"headers": [(b"host", b"127.0.0.1")], "raw_path": RUN.encode()}
    asyncio.run(guarded(app)(scope, gone, nobody))  # type: ignore[arg-type]
    assert heard == []


class House:
    """A guard with users: anna's password is "a few words"."""

    def __init__(self, file: Path) -> None:
        self.users = Users(file)
        self.users.add("anna", "a few words")
        self.gate = LoginGate(self.users)
        ways = [
            Route("/login", self.gate.login, methods=["POST"]),
            Route("/logout", self.gate.logout, methods=["POST"]),
        ]
        self.app = guarded(Starlette(routes=[*ways, *routes()]), gate=self.gate)
        self.client = self.visit()

    def visit(self) -> TestClient:
        """Another browser."""
        return TestClient(self.app, base_url=OWN)

    def login(self, password: str = "a few words", **headers: str) -> httpx.Response:
        """What the client is told when anna logs in."""
        return login(self.client, password, **headers)


def login(client: TestClient, password: str = "a few words", **headers: str) -> httpx.Response:
    """Log anna in."""
    form = {"username": "anna", "password": password}
    return client.post("/login", data=form, headers=headers)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "users.json")


@pytest.mark.parametrize("path", ["/page-image/x", "/config", "/assets/x", "/page.css"])
def test_without_a_login_nothing_is_given_out(house: House, path: str) -> None:
    """Neither what is read nor what is asked; with a token that is good, both."""
    assert house.client.get(path).status_code == 401
    assert house.client.post(CALL).status_code == 401
    house.client.cookies.set(house.gate.cookie, "guessed")
    assert house.client.get(path).status_code == 401
    house.client.cookies.clear()
    house.login()
    assert house.client.get(path).status_code != 401
    assert house.client.post(CALL).status_code == 200


def test_the_page_is_the_login_until_then(house: House) -> None:
    """Whoever has to log in gets the login page, at any of the page's addresses."""
    assert house.client.get("/?q=heron").text == "Log in"
    house.login()
    assert "<script" in house.client.get("/?q=heron").text


@pytest.mark.parametrize(
    "gone", ["removed", "added again", "another password", "the same password", "file damaged"]
)
def test_a_login_ends(house: House, gone: str, tmp_path: Path) -> None:
    """At once, with its user or the password, for good; or while nobody knows who is a user."""
    house.login()
    assert house.client.post(CALL).status_code == 200
    if gone == "file damaged":
        (tmp_path / "users.json").write_text("{")
    elif "password" not in gone:
        house.users.remove("anna")
    if "again" in gone or "password" in gone:
        house.users.add("anna", "other words" if "another" in gone else "a few words")
    assert house.client.post(CALL).status_code == 401


def test_logging_out_ends_one_session(house: House) -> None:
    """That of the cookie, by a post of the own page alone; the same user's others go on."""
    other = house.visit()
    for client in (house.client, other):
        assert login(client).status_code == 200
    cookie = house.client.cookies[house.gate.cookie]
    away = {"origin": "http://evil.example", "sec-fetch-site": "cross-site"}
    for headers in ({}, {"sec-fetch-site": "cross-site"}):
        assert house.client.get("/logout", headers=headers).status_code == 404
    assert house.client.post("/logout", headers=away).status_code == 403
    assert house.client.post(CALL).status_code == 200
    assert house.client.post("/logout", headers={"origin": OWN}).status_code == 200
    house.client.cookies.set(house.gate.cookie, cookie)
    assert house.client.post(CALL).status_code == 401
    assert other.post(CALL).status_code == 200


def test_a_users_sessions_are_bounded_and_those_of_others_stay(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who logs in again and again ends the oldest of the own sessions, and nobody else's."""
    monkeypatch.setattr(auth, "_LOGINS", 2)
    house.users.add("bert", "a few words")
    bert = house.visit()
    bert.post("/login", data={"username": "bert", "password": "a few words"})
    annas = [house.visit() for _ in range(3)]
    for client in annas:
        login(client)
    assert [client.post(CALL).status_code for client in annas] == [401, 200, 200]
    assert bert.post(CALL).status_code == 200


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"--x\r\n\xff"),
        ("application/x-www-form-urlencoded", b"%ff&&=="),
        ("application/json", b"{}"),
        ("", b""),
    ],
)
def test_what_is_no_login_lets_nobody_in(
    house: House, monkeypatch: pytest.MonkeyPatch, kind: str, content: bytes
) -> None:
    """A form that is none is refused like a wrong password."""
    monkeypatch.setattr(auth, "WRONG_SECONDS", 0)
    answer = house.client.post("/login", content=content, headers={"content-type": kind})
    assert answer.status_code in (400, 401)
    assert house.gate.cookie not in house.client.cookies


def test_guessing_is_slowed_by_address(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many wrong passwords even the right one has to wait; what succeeds counts not."""
    monkeypatch.setattr(auth, "WRONG_SECONDS", 0)
    for _ in range(TRIES):
        assert house.login().status_code == 200
    for _ in range(TRIES):
        wrong = house.login("other words")
        assert (wrong.status_code, wrong.json()["detail"][:8]) == (401, "The name")
    refused = house.login()
    assert refused.status_code == 429
    assert "Too many wrong passwords" in refused.json()["detail"]


def test_a_login_from_another_site_is_refused(house: House) -> None:
    """Nobody is logged in as somebody else by another page, nor is the cookie sent from there."""
    assert house.login(origin="http://evil.example").status_code == 403
    cookie = house.login().headers["set-cookie"].lower()
    assert "samesite=lax" in cookie
    assert "httponly" in cookie
    assert "secure" not in cookie
    over_tls = TestClient(house.app, base_url="https://127.0.0.1:7860")
    assert "secure" in login(over_tls).headers["set-cookie"].lower()


def test_unknown_names_and_wrong_passwords_take_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is checked against one hash, and sleeps as long."""
    slept: list[float] = []
    checked: list[str] = []
    verify = Users.check

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    def counted(users: Users, name: str, password: str) -> User | None:
        checked.append(name)
        return verify(users, name, password)

    monkeypatch.setattr(auth.asyncio, "sleep", sleep)
    monkeypatch.setattr(Users, "check", counted)
    for name, password, good in (
        ("anna", "wrong words", False),
        ("nobody", "wrong words", False),
        ("anna", "a few words", True),
    ):
        assert bool(asyncio.run(LoginGate(house.users).admits(name, password))) is good
    assert checked == ["anna", "nobody", "anna"]
    assert slept == [auth.WRONG_SECONDS] * 2


@pytest.fixture
def uploads() -> Iterator[Uploads]:
    made = Uploads(1_000_000)
    yield made
    made.close()
    assert not made.folder.exists()


def test_uploads_are_open_only_where_allowed(client: TestClient, uploads: Uploads) -> None:
    """And then from the page's own site, with a length, within the limit, while there is room."""
    taking = TestClient(guarded(Starlette(routes=routes()), uploads=uploads), base_url=OWN)
    body = b"x" * 3_000_000
    assert client.post(UPLOAD, content=body).status_code == 404
    (token,) = taking.post(UPLOAD, content=body).json()
    assert uploads.tokens.path(token, "", "s") == f"/folder/{len(body)}"
    foreign = {"origin": "http://evil.example"}
    assert taking.post(UPLOAD, content=body, headers=foreign).status_code == 403
    assert taking.post(UPLOAD, content=iter([body])).status_code == 411
    assert taking.post(UPLOAD, content=b"x" * (uploads.request_bytes + 1)).status_code == 413
    assert taking.post(CALL, content=body).status_code == 413
    (uploads.folder / "full").write_bytes(b"x" * 8 * uploads.request_bytes)
    assert taking.post(UPLOAD, content=body).status_code == 503


def test_what_nobody_added_is_swept(uploads: Uploads) -> None:
    """A file that lies there for long makes room for others."""
    old = uploads.folder / "old"
    old.write_bytes(b"x" * 8 * uploads.request_bytes)
    assert not uploads.has_room()
    os.utime(old, (0, 0))
    assert uploads.has_room()
    assert not old.exists()


@pytest.mark.parametrize(("browser", "body"), [("127.0.0.1", "held"), ("192.0.2.7", "compressed")])
def test_what_every_page_needs_is_kept_by_browsers(tmp_path: Path, browser: str, body: str) -> None:
    """On this machine it comes from memory, elsewhere as Gradio compresses it; all else is not."""

    async def compressed(_: Request) -> PlainTextResponse:
        return PlainTextResponse("compressed")

    (tmp_path / "x.js").write_text("held")
    app = Starlette(routes=[Route("/assets/x.js", compressed), *routes()])
    client = TestClient(guarded(app, assets=Assets(tmp_path)), base_url=OWN, client=(browser, 1))
    answer = client.get("/assets/x.js")
    assert (answer.text, answer.headers["cache-control"]) == (body, KEPT)
    assert client.get("/assets/y.js").status_code == 404
    assert client.get("/assets/y.js").headers["cache-control"] == "no-store"
    assert client.get("/page-image/x").headers.get("cache-control") != KEPT


@pytest.mark.parametrize("path", ["/", UPLOAD])
def test_the_page_comes_whole_and_uncompressed(path: str, uploads: Uploads) -> None:
    """The application is asked with every header but the one, and the page's end is its end."""
    asked: list[bytes] = []
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked.extend(name for name, _ in scope["headers"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"[", "more_body": True})
        await send({"type": "http.response.body", "body": b"]"})

    async def nothing() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def take(message: Any) -> None:
        sent.append(message)

    names = [b"accept", b"accept-encoding", b"host", b"zest", b"content-length"]
    scope = {"type": "http", "method": "POST" if path == UPLOAD else "GET", "path": path}
    scope |= {"headers": [(name, b"0") for name in names], "client": ("192.0.2.7", 1)}
    scope |= {"raw_path": path.encode(), "nonce": "x"}
    asyncio.run(Guard(app, uploads=uploads)(scope, nothing, take))  # type: ignore[arg-type]
    assert asked == [name for name in names if name != b"accept-encoding"]
    if path == "/":
        assert [one["type"] for one in sent] == ["http.response.start", "http.response.body"]
        assert not sent[-1]["more_body"]
        headers = dict(sent[0]["headers"])
        assert int(headers[b"content-length"]) == len(sent[-1]["body"])
        assert headers[b"cache-control"] == b"no-store"


def test_what_is_no_request_goes_by_or_goes_nowhere() -> None:
    """The server's beginning and end reach the application; a socket does not."""
    heard: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append(scope["type"])

    for kind in ("lifespan", "websocket"):
        asyncio.run(Guard(app)({"type": kind, "path": "/"}, None, None))  # type: ignore[arg-type]
    assert heard == ["lifespan"]


@pytest.mark.parametrize(
    ("path", "open_"),
    [
        ("/gradio_api/queue/join", True),
        ("/assets/a.js", True),
        ("/assets/..", False),
        ("/assets//a.js", False),
        ("/assets/a\\b.js", False),
        ("/assetsx", False),
        ("/page.css", True),
        ("/page.cssx", False),
    ],
)
def test_a_path_is_open_as_the_page_writes_it(path: str, open_: bool) -> None:
    """Folders with all in them, files alone, and nothing that leads elsewhere."""
    scope = {"path": path, "raw_path": path.encode(), "method": "GET"}
    assert Guard(_page)._is_open(scope) == open_  # type: ignore[arg-type]


def test_only_an_editor_may_upload(tmp_path: Path, uploads: Uploads) -> None:
    """A reader is told so for the file and for its progress; nobody else gets that far."""
    users = Users(tmp_path / "users.json")
    users.add("anna", "a few words")
    gate = LoginGate(users)
    app = Starlette(routes=[Route("/login", gate.login, methods=["POST"]), *routes()])
    client = TestClient(guarded(app, gate=gate, uploads=uploads), base_url=OWN)
    assert client.post(UPLOAD, content=b"x").status_code == 401
    login(client)
    for role, status in (("reader", 403), ("editor", 200)):
        users.change("anna", role)  # type: ignore[arg-type]
        assert client.post(UPLOAD, content=b"x").status_code == status
        progress = client.get("/gradio_api/upload_progress").status_code
        assert (progress == 403) == (role == "reader")


def test_a_call_is_checked_by_its_path_and_body() -> None:
    """What the check refuses never reaches the application; what it lets by is whole."""
    seen: list[tuple[str, bytes]] = []

    def check(path: str, body: bytes) -> tuple[int, str] | None:
        seen.append((path, body))
        return (400, "No.") if body == b"bad" else None

    client = TestClient(guarded(Starlette(routes=routes()), check=check), base_url=OWN)
    refused = client.post(CALL, content=b"bad")
    assert (refused.status_code, refused.json()["error"]) == (400, "No.")
    assert client.post(CALL, content=b"good").text == "4"
    assert seen == [(CALL, b"bad"), (CALL, b"good")]
    client.get("/page-image/x")
    assert len(seen) == 2
