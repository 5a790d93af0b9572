"""Serves the page: takes the port, stands the guard before Gradio, ends cleanly."""

from __future__ import annotations

import errno
import inspect
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from qwenqa.errors import QwenqaError, ServeError, UsersError
from qwenqa.service.library import Library
from qwenqa.service.users import Users
from qwenqa.settings import Settings

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

    from qwenqa.ui.auth import Door

_FILES = Path(__file__).parent
_WILDCARDS = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not bound to
_LINGER_SECONDS = 1
_TWICE = 2
_OPEN_PAGES = 500
"""Pages whose last answer is kept, so that its passages can be opened; the oldest are forgotten."""


def serve(library: Library, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve the page until interrupted; ``announce`` gets its URL once the server answers.

    ``port`` 0 takes any free one. The model is loaded meanwhile. Raises ServeError when the
    port or the host cannot be used, or everybody could read the documents by it.
    """
    settings = library.settings
    door = _door(settings)
    listening = _listen(host, port)
    with listening:
        _refuse_open(settings, host, *listening.getsockname()[:2])
        url = _url(host, listening.getsockname()[1])
        warmed = threading.Event()
        app = application(library, host, warmed, door, allow_upload=settings.allow_upload)
        server = _server(app, lambda: announce(url))
        threading.Thread(target=_warm, args=(library, warmed), daemon=True).start()
        try:
            server.run(sockets=[listening])
        except KeyboardInterrupt:
            return


def application(
    library: Library,
    host: str,
    warmed: threading.Event,
    door: Door | None = None,
    *,
    allow_upload: bool = False,
) -> FastAPI:
    """The guarded ASGI application of one library; ``warmed`` is set once its model is loaded.

    Without a door everybody is let in.
    """
    # Gradio reads its variables when it is imported, so they must be gone before.
    drop_gradio_variables()
    import_gradio()
    import gradio
    from fastapi import FastAPI
    from fastapi.responses import FileResponse
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.routing import Mount

    from qwenqa.ui.calls import SENTENCES, fill_in
    from qwenqa.ui.guard import Guard
    from qwenqa.ui.html.words import translations
    from qwenqa.ui.page import page
    from qwenqa.ui.pictures import FOLDER, Pictures
    from qwenqa.ui.theme import THEME

    app = FastAPI(openapi_url=None)
    for name in ("page.css", "page.js", "api.js", "login.css", "login.js"):
        app.add_api_route(f"/{name}", lambda name=name: FileResponse(_FILES / name))
    app.add_api_route("/login", lambda: FileResponse(_FILES / "login.html"))
    pictures = Pictures()
    app.add_api_route(f"/{FOLDER}/{{name}}", pictures.fetch, response_model=None)
    settings = library.settings
    upload_bytes = settings.upload_mib * 2**20 if allow_upload else 0
    blocks = page(library, warmed, pictures, allow_upload=allow_upload)
    blocks.state_session_capacity = _OPEN_PAGES
    fill_in(blocks)
    gradio.mount_gradio_app(
        app,
        blocks,
        path="/",
        app_kwargs={"exception_handlers": SENTENCES},
        auth=door.admits if door else None,
        theme=THEME,
        footer_links=["api"],
        run_history=False,
        allowed_paths=[],
        show_error=False,
        max_file_size=upload_bytes,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        i18n=gradio.I18n(**translations()),
    )
    if door:
        (mounted,) = (one.app for one in app.routes if isinstance(one, Mount))
        door.stand_before(mounted)
    app.add_middleware(Guard, door=door, upload_bytes=upload_bytes)
    hosts = [*_hosts(host), *settings.hosts]
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    return app


def drop_gradio_variables() -> None:
    """Forget ``GRADIO_*`` of the environment: they would override what is set here."""
    for name in [one for one in os.environ if one.startswith("GRADIO_")]:
        del os.environ[name]


def import_gradio() -> None:
    """Import Gradio without its writing of stub files for editors, half of what it takes.

    Gradio writes them for every component into its own folder, each time; it leaves out
    components whose class has no file, which is what it is told here.
    """
    getfile = inspect.getfile

    def of_others(thing: Any) -> str:
        if str(getattr(thing, "__module__", "")).startswith("gradio."):
            raise OSError
        return getfile(thing)

    with patch.object(inspect, "getfile", of_others):
        import gradio  # noqa: F401


def _listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address; raises ServeError."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind)
        if os.name == "posix":
            # Elsewhere this would let two servers share the port.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(address)
            listening.listen()
        except OSError:
            listening.close()
            raise
    except OSError as error:
        raise ServeError(_why_not(host, port, error)) from error
    return listening


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is already in use by another program; choose another with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} may not be used by this account; choose one above 1023 with --port."
    return f"Nothing can be served on {host!r} ({error.strerror}); choose another with --host."


def _door(settings: Settings) -> Door | None:
    """The door for the users of the settings, if there are to be any; raises UsersError."""
    if not settings.users:
        return None
    from qwenqa.ui.auth import Door

    users = Users(Path(settings.users))
    if not users.names():
        raise UsersError(
            f"There are no users in {settings.users}, so nobody could log in. To add one: "
            f"qwenqa users add NAME --users {settings.users}"
        )
    return Door(users)


def _refuse_open(settings: Settings, host: str, address: str, port: int) -> None:
    """Raise ServeError where other machines could ask, and nobody has to log in, unmeant."""
    alone = ip_address(address.partition("%")[0]).is_loopback
    if alone or settings.users or settings.open >= _TWICE:
        return
    raise ServeError(
        f"On {host or address} everybody who reaches port {port} of this machine could read the "
        "documents. Add users (qwenqa users add NAME --users users.json) and serve with --users "
        "users.json; or, if everybody may read them, say so twice: --open --open (QWENQA_OPEN=2)."
    )


def _url(host: str, port: int) -> str:
    shown = "127.0.0.1" if host in _WILDCARDS else host
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _hosts(host: str) -> list[str]:
    """The names by which a browser may call the server; any other Host gets 400."""
    names = ["localhost", "127.0.0.1", "::1", "[::1]", host, f"[{host}]"]
    if host in _WILDCARDS:
        own = socket.gethostname()
        names += [own, f"{own}.local", *_own_addresses()]
    return [name for name in names if name not in (*_WILDCARDS, "[]")]


def _own_addresses() -> list[str]:
    """The address other machines of the network reach this one by; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return []
        return [str(ip_address(probe.getsockname()[0]))]


def _server(app: FastAPI, started: Callable[[], None]) -> uvicorn.Server:
    import uvicorn

    from qwenqa.ui.connections import configured

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                started()

    return Announcing(configured(app, _LINGER_SECONDS))


def _warm(library: Library, warmed: threading.Event) -> None:
    # The first question meets the same error and shows it.
    with suppress(QwenqaError):
        library.warm()
    warmed.set()
