"""The guard before Gradio, over a tiny application."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from qwenqa.ui.guard import MAX_BODY_BYTES, Guard

OWN = "http://127.0.0.1:7860"
CALL = "/gradio_api/call/ask"


async def _page(request: Request) -> HTMLResponse:
    return HTMLResponse("<head><script>one</script></head><script src=two></script>")


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def client() -> TestClient:
    routes = [
        Route("/", _page),
        Route(CALL, _echo, methods=["POST"]),
        Route("/gradio_api/upload", _echo, methods=["POST"]),
        Route("/gradio_api/file={path:path}", _page),
    ]
    return TestClient(Guard(Starlette(routes=routes)), base_url=OWN)


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
        assert answer.text.count(f'<script nonce="{nonce}"') == answer.text.count("<script") == 3
        assert int(answer.headers["content-length"]) == len(answer.content)
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


def test_refusals_carry_the_policy_too(client: TestClient) -> None:
    """No answer of the server may be framed, sniffed or run."""
    headers = client.get("/nowhere").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
