"""What stands before Gradio: who may ask what, how much, and what a browser may run."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from qwenqa.service.upkeep.users import EDITOR
from qwenqa.ui import request_bodies
from qwenqa.ui.api_errors import BUSY, blamed, sentence
from qwenqa.ui.path_hiding import ASKER, is_near
from qwenqa.ui.request_bodies import MAX_BODY_BYTES, Refusal
from qwenqa.ui.roles import EDITORS_ONLY, opens
from qwenqa.ui.serve import file_values
from qwenqa.ui.serve.assets import FOLDER, SCRIPTS, STYLES, Assets
from qwenqa.ui.serve.headers import rewriting
from qwenqa.ui.serve.login import TRIES_SECONDS, LoginGate, user_of
from qwenqa.ui.serve.uploads import Uploads

_LOGIN, _LOGOUT = "/login", "/logout"
_UPLOAD = "/gradio_api/upload"
_PROGRESS = "/gradio_api/upload_progress"
_RUN = "/gradio_api/run/"
_BEFORE_LOGIN = frozenset({"/", "/login.css", "/login.js", "/favicon.ico", "/robots.txt"})
_OPEN_PATHS = frozenset(
    {"/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt"}
    | {*STYLES, *SCRIPTS}
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
)
_ASSETS = (FOLDER, "/static/", "/theme.css", "/page.js", *STYLES)
_READING = ("GET", "HEAD")
_NO_ROOM = "Too many uploaded files wait to be added. Try again later."
_METHODS = (*_READING, "POST")
MAX_CALLS = 200
_CROWDS = {_RUN: MAX_CALLS, _UPLOAD: 4}
"""How many requests of a kind are answered at a time, of those that do not wait in the queue."""

Called = Callable[[str, bytes], Callable[..., Any] | None]

_OWN_FILES = "".join(
    (
        *(f'<link rel="stylesheet" href="{path[1:]}">' for path in STYLES),
        *(f'<script defer src="{path[1:]}"></script>' for path in SCRIPTS),
        "</head>",
    )
)


Check = Callable[[str, bytes], Refusal | None]
"""What looks at a path and a body, and says why they are refused."""


class Guard:
    """ASGI middleware: known paths only, no cross-site request, small bodies, a strict policy.

    The scripts that Gradio writes into its own page get a nonce that is new for every page;
    nothing else inline is run by the browser, whatever a document says. ``gate`` says who has
    logged in; without one everybody may ask. Without ``uploads`` no file is taken. ``assets`` are
    served from memory to browsers on this machine; others get them compressed. ``called`` is
    given the path and the body of a call, and gives the function it would run. ``check``
    looks at each body.
    """

    def __init__(
        self,
        app: ASGIApp,
        gate: LoginGate | None = None,
        uploads: Uploads | None = None,
        assets: Assets | None = None,
        called: Called = lambda _, __: None,
        check: Check = lambda *_: None,
    ) -> None:
        self.app = app
        self.assets = assets
        self.gate = gate
        self.uploads = uploads
        self.called = called
        self.check = check
        self._crowd: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or refuse it with a status and a sentence."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        ASKER.set(address := str((scope.get("client") or ("",))[0]))
        refusal = await self._refusal(scope)
        if refusal is None:
            # Before it is counted: who sends slowly is in nobody's way.
            refusal, receive = await self._read(scope, receive)
        async with self._counted(scope["path"], address) as busy:
            if refusal := refusal or busy:
                await _refused(scope, refusal)(scope, receive, send)
            else:
                await self._answered(scope, receive, send)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer to a request that is not refused."""
        if self._is_stranger(scope):
            await self.app({**scope, "path": _LOGIN, "raw_path": b"/login"}, receive, send)
        elif self.uploads and scope["path"] == _UPLOAD:
            handing = file_values.handing(send, self.uploads.tokens, user_of(scope))
            await self.app(_uncompressed(scope), receive, handing)
        elif scope["path"] == "/":
            await self.app(_uncompressed(scope), receive, _with_nonce(send, scope["nonce"]))
        elif is_near(ASKER.get()) and scope["path"].startswith(_ASSETS):
            asset = self.assets and self.assets.get(scope["path"])
            await (asset or self.app)(_uncompressed(scope), receive, send)
        elif scope["path"].startswith(_RUN):
            await self.app(scope, receive, blamed(send))
        else:
            await self.app(scope, receive, send)

    async def _refusal(self, scope: Scope) -> Refusal | None:
        """Status and sentence with which a request is refused, or None."""
        headers = Headers(scope=scope)
        if scope["method"] not in _METHODS:
            return 405, "Only GET, HEAD and POST are answered here."
        if _cross_site(scope["method"], headers):
            return 403, "Requests from other sites are refused."
        if not self._is_open(scope):
            return 404, "There is nothing here."
        if self.gate:
            scope["user"] = await self.gate.visitor(headers.get("cookie", ""))
        return self._not_let_in(scope) or await self._too_large(scope, headers)

    def _is_open(self, scope: Scope) -> bool:
        """Whether there is something at the path, which is written as the page writes it."""
        path: str = scope["path"]
        if ".." in path or "//" in path or "\\" in path or b"%" in scope.get("raw_path", b""):
            return False
        if path in (_UPLOAD, _PROGRESS):
            return self.uploads is not None
        if path == _LOGOUT:  # no link ends a session
            return self.gate is not None and scope["method"] == "POST"
        if path in (_LOGIN, "/login.css", "/login.js"):
            return self.gate is not None
        return path in _OPEN_PATHS or path.startswith(_OPEN_FOLDERS)

    def _is_stranger(self, scope: Scope) -> bool:
        """Whether it is the page that is asked for, by somebody who has to log in first."""
        return self.gate is not None and scope["path"] == "/" and scope["user"] is None

    def _not_let_in(self, scope: Scope) -> Refusal | None:
        """Why who has to log in is not answered."""
        path: str = scope["path"]
        if self.gate is None or path in _BEFORE_LOGIN:
            return None
        if path == _LOGIN:
            if scope["method"] != "POST":
                return None
            wait = f"Too many wrong passwords. Try again in {TRIES_SECONDS:.0f} seconds."
            return None if self.gate.throttle.begin(scope) else (429, wait)
        if scope["user"] is None:
            return 401, "Log in first, on the page."
        is_open = path not in (_UPLOAD, _PROGRESS) or scope["user"].role == EDITOR
        return None if is_open else (403, EDITORS_ONLY)

    async def _read(self, scope: Scope, receive: Receive) -> tuple[Refusal | None, Receive]:
        """The body before the application gets it, but for uploads, which go to the disk."""
        if scope["method"] in _READING:
            return None, receive
        if scope["path"] == _UPLOAD:
            return None, request_bodies.steadily(receive)
        body = await request_bodies.whole(receive)
        if isinstance(body, bytes):
            tokens = self.uploads.tokens if self.uploads else None
            body = file_values.checked(body, tokens, user_of(scope))
        if not isinstance(body, bytes):
            return body, receive
        refusal = self._for_others(scope, body) or self.check(scope["path"], body)
        return refusal, request_bodies.again(body, receive)

    def _for_others(self, scope: Scope, body: bytes) -> Refusal | None:
        """Why a call is refused to who asks it, if it is for others only."""
        visitor, path = scope.get("user"), scope["path"]
        if visitor is None or path in (_LOGIN, _LOGOUT):
            return None
        function = self.called(path, body)
        return None if function is None or opens(function, visitor.role) else (403, EDITORS_ONLY)

    async def _too_large(self, scope: Scope, headers: Headers) -> Refusal | None:
        if self.uploads is None or scope["path"] != _UPLOAD:
            large = request_bodies.too_long(headers.get("content-length", "0"), MAX_BODY_BYTES)
            return request_bodies.TOO_LARGE if large else None
        length = headers.get("content-length")
        if length is None:
            return request_bodies.NO_LENGTH
        most = self.uploads.request_bytes
        if request_bodies.too_long(length, most):
            return 413, f"The upload is larger than {most:,} bytes. Add fewer files at once."
        return None if await asyncio.to_thread(self.uploads.has_room) else (503, _NO_ROOM)

    @asynccontextmanager
    async def _counted(self, path: str, address: str) -> AsyncIterator[Refusal | None]:
        """While a request of a limited kind is answered; why not, where there are too many.

        Those from one address get half of the places.
        """
        kind = next((prefix for prefix in _CROWDS if path.startswith(prefix)), None)
        if kind is None:
            yield None
            return
        self._crowd.update((kind, kind + address))
        many = self._crowd[kind] > _CROWDS[kind] or self._crowd[kind + address] > _CROWDS[kind] / 2
        try:
            yield (503, BUSY) if many else None
        finally:
            # Only what is there is kept: addresses are many.
            self._crowd -= Counter((kind, kind + address))


def _refused(scope: Scope, refusal: Refusal) -> Response:
    """The refusal as a person reads it, or as a program does."""
    status, text = refusal
    if scope["path"].startswith("/gradio_api/") or scope["path"] == _LOGIN:
        return sentence(status, text)
    return PlainTextResponse(text, status)


def _cross_site(method: str, headers: Headers) -> bool:
    """Whether a browser sent this from another origin; other clients send no such header."""
    origin = headers.get("origin")
    if origin is not None and _place(origin) != headers.get("host"):
        return True
    site = headers.get("sec-fetch-site", "none")
    return method not in _READING and site not in ("same-origin", "none")


def _place(origin: str) -> str | None:
    """Host and port of an origin, None where it is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _uncompressed(scope: Scope) -> Scope:
    """The request without leave to compress, as the page has to be for its nonce."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    return {**scope, "headers": headers}


def _with_nonce(send: Send, nonce: str) -> Send:
    """A send that names the nonce in the page's own scripts and adds our own files."""

    def rewrite(_: int, headers: MutableHeaders, body: bytes) -> bytes:
        headers["cache-control"] = "no-store"
        page = body.decode().replace("</head>", _OWN_FILES, 1)
        return page.replace("<script", f'<script nonce="{nonce}"').encode()

    return rewriting(send, rewrite)
