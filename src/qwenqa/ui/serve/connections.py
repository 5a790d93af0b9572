"""How long a connection may take to say what it wants, and which go when there are too many."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any, ClassVar

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from qwenqa.ui.serve.headers import headers
from qwenqa.ui.serve.login import address_of
from qwenqa.ui.serve.proxies import Trusted

HEAD_SECONDS = 10.0
"""Within which a request's head must be there, or a connection say farewell."""
IDLE_SECONDS = 30
"""For which an answered connection is kept. Clients trust one for 5 s (httpx) or longer; closed
within that, the next request on it is lost."""
MAX_HEAD_BYTES = 32_768
MAX_CONNECTIONS, MAX_FROM_ONE = 800, 400
"""Beyond these, of all and of one address, one is ended for each that comes; each open page holds
two. Proxies that are trusted speak for many addresses."""
_FAIR = 8
"""Connections that any address may hold before it is the first to lose one."""
_GRACE_SECONDS = 2.0
"""For which who has just come is not told from who is being answered."""
_LINGER_SECONDS, _LINGERING = 2.0, 100
"""For which a refused connection is listened to, and how many are: closed at once, it would lose
the sentence that it was sent."""
_FULL = 503, "The server is busy: too many connections are open. Try again in a moment."
_LATE = 408, f"The head of the request did not arrive within {HEAD_SECONDS:.0f} seconds."
_NO_HTTP = 400, "This is no request that can be understood (HTTP/1.1)."


class Connection(H11Protocol):
    """uvicorn's HTTP over h11, which knows no deadline for a head and no limit of connections."""

    trusted: ClassVar[Trusted]
    lingering: ClassVar[deque[Connection]]
    address = ""
    since = 0.0
    _deadline: asyncio.TimerHandle | None = None
    _heard = False
    _refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a head; where there are too many connections, one of them has to go."""
        super().connection_made(transport)
        asker = {"client": self.client}
        self.address = "" if self.trusted(asker) else address_of(asker)
        self.since = self.loop.time()
        self._make_room()
        self._wait(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Take what came; with a head, the wait is over."""
        if self._refused:
            return
        before, self._heard = self.cycle, True
        super().data_received(data)
        if self.cycle is not before and self._deadline:
            self._deadline.cancel()

    def on_response_complete(self) -> None:
        """Wait for the next head; what is left of a refused body counts as waiting."""
        super().on_response_complete()
        self._heard = False
        self._wait(IDLE_SECONDS + HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        super().connection_lost(exc)
        if self._deadline:
            self._deadline.cancel()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words
        """Refuse what is no request, with the headers of every response."""
        self._refuse(*_NO_HTTP)

    @property
    def waits(self) -> bool:
        """Whether it should have asked by now: its request is not there, or not all of it."""
        asks = self.cycle is None or self.cycle.response_complete or self.cycle.more_body
        return asks and self.loop.time() - self.since > _GRACE_SECONDS

    def _make_room(self) -> None:
        """End one connection where there are too many: of those that hold the most, who waits."""
        rivals = [
            connection for connection in self.connections if isinstance(connection, Connection)
        ]
        connections = Counter(rival.address for rival in rivals)
        if connections[self.address] > MAX_FROM_ONE and self.address:
            rivals = [rival for rival in rivals if rival.address == self.address]
        elif len(rivals) <= MAX_CONNECTIONS:
            return
        connections[""] = 0
        most = max(
            (rival for rival in rivals if rival is not self),
            key=lambda rival: (max(connections[rival.address], _FAIR), rival.waits, -rival.since),
        )
        most._refuse(*_FULL)

    def _wait(self, seconds: float) -> None:
        if self._deadline:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        answering = self.cycle is not None and not self.cycle.response_complete
        if self._refused or not (answering or self._heard):
            self.transport.abort()
        elif not answering:
            self._refuse(*_LATE)

    def _refuse(self, status: int, text: str) -> None:
        """Say why, unless an answer has begun, and hear what is still sent for a while."""
        self.connections.discard(self)
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            if self.cycle.response_started:
                self.transport.abort()
                return
        self._refused = True
        self._linger()
        self.flow.resume_reading()
        self.transport.write(_said(status, text))
        with suppress(OSError):  # it hung up, and nobody has heard of it yet
            self.transport.write_eof()

    def _linger(self) -> None:
        self._wait(_LINGER_SECONDS)
        self.lingering.append(self)
        if len(self.lingering) > _LINGERING:
            self.lingering.popleft().transport.abort()


def _said(status: int, text: str) -> bytes:
    """A whole response that ends its connection."""
    added = {
        "content-type": "text/plain; charset=utf-8",
        "content-length": str(len(text)),
        "cache-control": "no-store",
        "connection": "close",
        **({"retry-after": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}),
        **headers("none"),
    }
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in added.items()]
    return "\r\n".join([*lines, "", text]).encode("ascii")


def configured(app: Any, linger_seconds: int, proxies: Sequence[str]) -> uvicorn.Config:
    """How uvicorn serves an application; open pages are waited for so long at the end."""

    class Served(Connection):
        trusted = Trusted(proxies)
        lingering: ClassVar[deque[Connection]] = deque()

    return uvicorn.Config(
        app,
        http=Served,
        ws="none",
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=linger_seconds,
    )
