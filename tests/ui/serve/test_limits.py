"""What a hostile program gets from the served page: a refusal, soon, and the page lives on."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest
from calling import HTTP, call, connected
from pages import Served
from written import PATIENCE

from qwenqa.ui.serve.connections import HEAD_SECONDS, MAX_CONNECTIONS, MAX_FROM_ONE, MAX_HEAD_BYTES

ASKING = 500


def told(served: Served, request: bytes) -> str:
    """All that the server says to some bytes, until it hangs up or has said it."""
    with connected(served) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        parts = []
        with suppress(ConnectionError):
            while part := connection.recv(65_536):
                parts.append(part)
    return b"".join(parts).decode("utf-8", "replace")


def asked(path: str, headers: str = "", method: str = "GET") -> bytes:
    """A request as it stands on the wire."""
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode()


@pytest.mark.parametrize(
    "path",
    [
        "/%2e%2e/%2e%2e/etc/passwd",
        "/static/../../../../etc/passwd",
        "/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "//etc/passwd",
        "//elsewhere.example/",
        "/static//x",
        "/static/..\\..\\x",
        "/static/..%5c..%5cx",
        "/page%2ecss",
        "/%00",
        "/page.css;x",
        "http://elsewhere.example/",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=http://elsewhere.example",
        "/login",
        "/logout",
    ],
)
def test_no_path_leads_elsewhere(served: Served, path: str) -> None:
    """However it is written, what is not the page's is not there."""
    answer = told(served, asked(path, "Connection: close\r\n"))
    assert answer.startswith("HTTP/1.1 404 "), answer
    assert answer.endswith("There is nothing here.") or "There is nothing here." in answer


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
def test_no_other_method_is_answered(served: Served, method: str) -> None:
    """Methods that the page does not need get 405."""
    assert told(served, asked("/", method=method)).startswith("HTTP/1.1 405 ")


def test_no_websocket_is_opened(served: Served) -> None:
    """A wish for another protocol is not granted."""
    wish = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    assert "101 Switching" not in told(served, asked("/gradio_api/queue/join", wish + key))


def test_a_long_head_is_refused(served: Served) -> None:
    """A head is held up to its limit only."""
    endless = asked("/", f"X-Long: {'x' * (2 * MAX_HEAD_BYTES)}\r\n")
    assert told(served, endless[:-4]).startswith("HTTP/1.1 400 ")
    assert HTTP.get(served.url, headers={"x-long": "x" * 8000}).status_code == 200


@pytest.mark.parametrize("request_line", [b"\x16\x03\x01\x02", b"GET\r\n\r\n", b"\0" * 50])
def test_what_is_no_http_is_refused(served: Served, request_line: bytes) -> None:
    """Bytes that are no request get 400, or nothing."""
    assert told(served, request_line)[:12] in ("", "HTTP/1.1 400")


def test_an_endless_body_is_refused_at_its_limit(served: Served) -> None:
    """A body that never ends, in chunks, gets 413 before it has sent 4 MB."""
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    head = asked("/gradio_api/call/ask", "Transfer-Encoding: chunked\r\n", "POST")
    with connected(served) as connection:
        connection.sendall(head)
        for _ in range(60):
            connection.sendall(chunk)
        assert connection.recv(12) == b"HTTP/1.1 413"


@pytest.mark.slow
def test_a_head_that_drips_is_hung_up_on(served: Served) -> None:
    """A connection that never says what it wants is closed; another is served meanwhile."""
    with connected(served) as silent, connected(served) as dripping:
        dripping.settimeout(HEAD_SECONDS / 5)
        ended = False
        for _ in range(PATIENCE):
            with suppress(TimeoutError):
                ended = dripping.recv(12) in (b"HTTP/1.1 408", b"")
            if ended:
                break
            with suppress(ConnectionError):
                dripping.sendall(b"G")
        assert ended
        assert silent.recv(1) == b""
    assert HTTP.get(served.url).status_code == 200


@pytest.mark.slow
def test_a_connection_is_kept_for_longer_than_clients_trust_it(served: Served) -> None:
    """A request after a pause for which a client still uses its connection is answered."""
    trusted = httpx.Limits().keepalive_expiry
    assert trusted
    with connected(served) as connection:
        for pause in (0, 1.2 * trusted):
            time.sleep(pause)
            connection.sendall(asked("/robots.txt"))
            assert connection.recv(9) == b"HTTP/1.1 "
            drain(connection)


def drain(connection: socket.socket) -> None:
    """Take what has been said so far."""
    connection.settimeout(0.5)
    with suppress(TimeoutError):
        while connection.recv(65_536):
            pass
    connection.settimeout(PATIENCE)


@pytest.mark.parametrize(("addresses", "held"), [(1, MAX_FROM_ONE), (9, MAX_CONNECTIONS)])
def test_too_many_connections_are_told_so(served: Served, addresses: int, held: int) -> None:
    """Beyond the limit who waits for longest hears a sentence; who comes is served, each time."""
    with ExitStack() as stack:
        sources = [f"127.0.0.{2 + number % addresses}" for number in range(held + 20)]
        waiting = [stack.enter_context(connected(served, source)) for source in sources]
        said = b""
        while part := waiting[0].recv(65_536):
            said += part
        assert said.startswith(b"HTTP/1.1 503 ")
        assert b"\r\nretry-after: 1\r\n" in said
        assert b"\r\ncontent-security-policy: default-src 'none'" in said
        assert said.endswith(b"Try again in a moment.")
        waiting[-1].sendall(asked("/robots.txt"))
        assert waiting[-1].recv(9) == b"HTTP/1.1 "
        assert HTTP.get(served.url).status_code == 200
    assert call(served, "status")[0] == "complete"


def test_whoever_is_refused_can_read_why(served: Served) -> None:
    """What is no HTTP gets its sentence whole, however much is still being sent."""
    with connected(served) as connection:
        connection.sendall(b"\x16\x03\r\n\r\n" + b"x" * 200_000)
        said = b""
        while part := connection.recv(65_536):
            said += part
    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.endswith(b"(HTTP/1.1).")


async def ask_all(served: Served) -> Counter[str]:
    """How so many calls of ``ask``, all at once, end."""
    ends: Counter[str] = Counter()

    async def ask(client: httpx.AsyncClient, number: int) -> None:
        body = {"question": f"Which bird waits for fish in bay {number}?"}
        begun = await client.post("/gradio_api/call/v2/ask", json=body)
        if begun.status_code == 503:
            assert "The server is busy: too many" in begun.text
            ends["busy"] += 1
            return
        event = begun.json()["event_id"]
        answer = await client.get(f"/gradio_api/call/ask/{event}")
        ends["answered" if "event: complete" in answer.text else answer.text] += 1

    limits = httpx.Limits(max_connections=ASKING)
    async with httpx.AsyncClient(
        base_url=served.url, timeout=PATIENCE, trust_env=False, limits=limits
    ) as client:
        await asyncio.gather(*(ask(client, number) for number in range(ASKING)))
    return ends


def resident(served: Served) -> int:
    """Bytes of memory that the server's process holds."""
    status = Path(f"/proc/{served.process.pid}/status").read_text("ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


@pytest.mark.slow
def test_many_questions_at_once_are_answered_or_told_to_wait(served: Served) -> None:
    """Each of 500 gets its answer or the sentence that the server is busy, which lives on."""
    ends = asyncio.run(ask_all(served))
    assert set(ends) == {"answered", "busy"}
    assert ends.total() == ASKING
    assert call(served, "ask", "Which bird waits for fish?")[0] == "complete"
    if sys.platform == "linux":
        before = resident(served)
        asyncio.run(ask_all(served))
        assert resident(served) - before < 100 * 2**20
