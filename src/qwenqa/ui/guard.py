"""What stands before Gradio: who may ask what, how much, and what a browser may run."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 1_000_000

_OPEN_PATHS = frozenset(
    {"/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt"}
    | {"/page.css", "/page.js"}
)
_OPEN_FOLDERS = (
    "/assets/",
    "/static/",
    "/page-image/",
    "/bundle/",
    "/gradio_api/info",
    "/gradio_api/openapi.json",
    "/gradio_api/queue/",
    "/gradio_api/call/",
    "/gradio_api/run/",
    "/gradio_api/heartbeat/",
    "/gradio_api/startup-events",
    "/gradio_api/app_id",
    "/gradio_api/cancel",
    "/gradio_api/reset",
)
_READING = ("GET", "HEAD", "OPTIONS")

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'nonce-{nonce}'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_OWN_FILES = '<link rel="stylesheet" href="page.css"><script defer src="page.js"></script></head>'


class Guard:
    """ASGI middleware: known paths only, no cross-site request, small bodies, a strict policy.

    The scripts that Gradio writes into its own page get a nonce that is new for every page;
    nothing else inline is run by the browser, whatever a document says.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or refuse it with 403, 404 or 413."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        refusal = _refusal(scope)
        if refusal is None and scope["method"] not in _READING:
            body = await _body(receive)
            refusal = _TOO_LARGE if body is None else None
            receive = _replayed(body or b"", receive)
        nonce = secrets.token_urlsafe(16)
        send = _with_policy(send, nonce)
        if refusal is not None:
            await PlainTextResponse(refusal[1], refusal[0])(scope, receive, send)
        elif scope["path"] == "/":
            await self.app(_uncompressed(scope), receive, _with_nonce(send, nonce))
        else:
            await self.app(scope, receive, send)


_TOO_LARGE = (413, f"The request is larger than {MAX_BODY_BYTES:,} bytes.")


def _refusal(scope: Scope) -> tuple[int, str] | None:
    """Status and sentence with which a request is refused, or None."""
    headers = Headers(scope=scope)
    if _cross_site(scope["method"], headers):
        return 403, "Requests from other sites are refused."
    path: str = scope["path"]
    if ".." in path or not (path in _OPEN_PATHS or path.startswith(_OPEN_FOLDERS)):
        return 404, "There is nothing here."
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        return _TOO_LARGE
    return None


def _cross_site(method: str, headers: Headers) -> bool:
    """Whether a browser sent this from another origin; other clients send no such header."""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        return True
    site = headers.get("sec-fetch-site", "none")
    return method not in _READING and site not in ("same-origin", "none")


async def _body(receive: Receive) -> bytes | None:
    """The whole body, or None when it grows past the limit."""
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return b""
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
        if sum(map(len, parts)) > MAX_BODY_BYTES:
            return None
    return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the body once, then what the connection gives."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _with_policy(send: Send, nonce: str) -> Send:
    """A send that adds the security headers and takes no cross-origin reader in."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["content-security-policy"] = _POLICY.format(nonce=nonce)
            headers.update(_HEADERS)
        await send(message)

    return guarded


def _uncompressed(scope: Scope) -> Scope:
    """The request without leave to compress, so that the page can be given its nonce."""
    kept = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    return {**scope, "headers": kept}


def _with_nonce(send: Send, nonce: str) -> Send:
    """A send that names the nonce in the page's own scripts and adds our two files."""
    start: Message = {}
    parts: list[bytes] = []

    async def rewritten(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
            return
        parts.append(message.get("body", b""))
        if message.get("more_body", False):
            return
        page = b"".join(parts).decode().replace("</head>", _OWN_FILES, 1)
        body = page.replace("<script", f'<script nonce="{nonce}"').encode()
        headers = MutableHeaders(scope=start)
        headers["content-length"] = str(len(body))
        headers["cache-control"] = "no-store"
        await send(start)
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return rewritten
