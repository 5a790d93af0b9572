"""What stands outermost: what proxies say is believed or dropped, and other names are refused."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from qwenqa.ui.serve.headers import with_headers

_SAID = (b"x-forwarded-", b"forwarded", b"x-real-ip", b"x-gradio-server", b"x-script-name")
"""Headers that say where a request comes from, or by which address the page is called."""
_OTHER_NAME = (
    "The page is not served by this name. Whoever serves it can allow the name with "
    "--allow-host NAME (QWENQA_ALLOWED_HOSTS). A proxy before it has to pass on the Host header, "
    "or to be named with --proxy ADDRESS and send X-Forwarded-Host."
)


class Outermost:
    """ASGI middleware: every response has its headers; only trusted proxies speak for others.

    ``names`` are those by which the page may be called, ``*.name`` all below one. ``proxies``
    are addresses or networks whose X-Forwarded-For, -Proto and -Host are believed; nobody else's
    reach the application. ``root`` is the path under which a proxy serves the page.
    """

    def __init__(
        self, app: ASGIApp, names: Sequence[str], proxies: Sequence[str] = (), root: str = ""
    ) -> None:
        self.app = app
        self.names = tuple(name.lower() for name in names)
        self.root = root
        self.trusted = Trusted(proxies)
        self._believing = ProxyHeadersMiddleware(self._named, list(proxies))  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request as who it comes from."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope = {**scope, "nonce": secrets.token_urlsafe(16)}
        send = with_headers(send, scope["nonce"], scope["path"])
        if self.trusted(scope):
            await self._believing(_called(scope), receive, send)  # type: ignore[arg-type]
        else:
            await self._named(scope, receive, send)

    async def _named(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what calls the page by one of its names, below its path or without it."""
        headers = [header for header in scope["headers"] if not header[0].startswith(_SAID)]
        scope = {**scope, "headers": headers}
        if not self._is_ours(Headers(scope=scope).get("host", "")):
            await PlainTextResponse(_OTHER_NAME, 400)(scope, receive, send)
        elif self.root and scope["path"] == self.root:
            await RedirectResponse(f"{self.root}/")(scope, receive, send)
        else:
            await self.app(_below(scope, self.root), receive, send)

    def _is_ours(self, host: str) -> bool:
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        name = name.lower()
        return any(
            name == ours or (ours.startswith("*.") and name.endswith(ours[1:]))
            for ours in self.names
        )


class Trusted:
    """Whether a request comes from one of some addresses or networks."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._networks = [ip_network(address, strict=False) for address in addresses]

    def __call__(self, scope: Scope) -> bool:
        """Whether this one does."""
        try:
            address = ip_address(scope["client"][0])
        except (TypeError, ValueError):
            return False
        return any(address in network for network in self._networks)


def _called(scope: Scope) -> Scope:
    """The request with the Host that its proxy was called by."""
    host = Headers(scope=scope).get("x-forwarded-host", "").split(",")[0].strip()
    if not host:
        return scope
    others = [header for header in scope["headers"] if header[0] != b"host"]
    return {**scope, "headers": [*others, (b"host", host.encode("latin-1"))]}


def _below(scope: Scope, root: str) -> Scope:
    """The request as the application knows it, where a proxy leaves the page's path in it."""
    path: str = scope["path"]
    if not root or not path.startswith(f"{root}/"):
        return scope
    raw = scope.get("raw_path", path.encode()).removeprefix(root.encode())
    return {**scope, "path": path.removeprefix(root), "raw_path": raw}
