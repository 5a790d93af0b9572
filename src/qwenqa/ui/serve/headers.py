"""The headers that every response carries: what a browser may run, frame and keep."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

from qwenqa.ui.serve.assets import FOLDER, KEPT, SCRIPTS, STYLES

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
_SAME_FOR_ALL = ("/static/", "/theme.css", "/login.css", *STYLES, *SCRIPTS)
"""Parts of the page itself, which browsers may keep and have to ask about."""


def headers(nonce: str) -> dict[str, str]:
    """The headers of a response in which the scripts of this nonce may run."""
    return {**_HEADERS, "content-security-policy": _POLICY.format(nonce=nonce)}


def with_headers(send: Send, nonce: str, path: str) -> Send:
    """A send that adds the headers; what may hold text of documents is kept by nobody."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            added = MutableHeaders(scope=message)
            added.update(headers(nonce))
            added["cache-control"] = _keeping(path, message["status"])
        await send(message)

    return guarded


def _keeping(path: str, status: int) -> str:
    if status not in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
        return "no-store"
    if path.startswith(FOLDER):
        return KEPT
    return "no-cache" if path.startswith(_SAME_FOR_ALL) else "no-store"


def rewriting(send: Send, rewrite: Callable[[int, MutableHeaders, bytes], bytes]) -> Send:
    """A send that gives the whole body as it is rewritten, of its status, headers and bytes."""
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
        headers = MutableHeaders(scope=start)
        body = rewrite(start["status"], headers, b"".join(parts))
        headers["content-length"] = str(len(body))
        await send(start)
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return rewritten
