"""How long a connection may take to say what it wants, and how many there may be."""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""Within which a request's head must be there, or a connection say farewell."""
IDLE_SECONDS = 30
"""For which an answered connection is kept. Clients trust one for 5 s (httpx) or longer; closed
within that, the next request on it is lost."""
MAX_HEAD_BYTES = 32_768
MAX_CONNECTIONS = 800
"""Beyond these, all are told that the server is busy; each open page holds two."""
_BUSY = b"The server is busy: too many connections are open. Try again in a moment."
_FULL = b"\r\n".join(
    (
        b"HTTP/1.1 503 Service Unavailable",
        b"content-type: text/plain; charset=utf-8",
        b"content-length: %d" % len(_BUSY),
        b"retry-after: 1",
        b"connection: close",
        b"",
        _BUSY,
    )
)


class Connection(H11Protocol):
    """uvicorn's HTTP over h11, which knows no deadline for a head and no limit of connections."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a head, or say at once that there are too many."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.write(_FULL)
            transport.close()
        else:
            self._wait(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Take what came; with a head, the wait is over."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before and self._deadline:
            self._deadline.cancel()

    def on_response_complete(self) -> None:
        """Wait for the next head; what is left of a refused body counts as waiting."""
        super().on_response_complete()
        self._wait(IDLE_SECONDS + HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        super().connection_lost(exc)
        if self._deadline:
            self._deadline.cancel()

    def _wait(self, seconds: float) -> None:
        if self._deadline:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()


def configured(app: Any, linger_seconds: int) -> uvicorn.Config:
    """How uvicorn serves an application; open pages are waited for so long at the end."""
    return uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=linger_seconds,
    )
