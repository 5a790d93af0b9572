"""Serves the page: takes the port, stands the guard before Gradio, ends cleanly."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from qwenqa.errors import QwenqaError, UsersError
from qwenqa.service.library import Library
from qwenqa.service.upkeep.users import Users
from qwenqa.settings import Settings
from qwenqa.ui.serve.addresses import hosts, listen, refuse_open, url
from qwenqa.ui.serve.ending import Ending
from qwenqa.ui.serve.scratch import own_scratch

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI, Request
    from gradio import Blocks
    from starlette.types import ASGIApp

    from qwenqa.ui.one_time_files import OneTimeFiles
    from qwenqa.ui.roles import Visitor
    from qwenqa.ui.serve.login import LoginGate
    from qwenqa.ui.serve.uploads import Uploads

_FILES = Path(__file__).parents[1] / "static"
_LINGER_SECONDS = 1
_OPEN_PAGES = 500
"""Pages whose last answer is kept, so that its passages can be opened; the oldest are forgotten."""


def serve(library: Library, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve the page until interrupted; ``announce`` gets its URL once the server answers.

    ``port`` 0 takes any free one. The model is loaded meanwhile. Raises ServeError when the
    port or the host cannot be used, or everybody could read the documents by it.
    """
    settings = library.settings
    gate = _login_gate(settings)
    listening = listen(host, port)
    with listening, own_scratch() as scratch:
        refuse_open(settings, host, *listening.getsockname()[:2])
        where = url(host, listening.getsockname()[1])
        warmed = threading.Event()
        app = application(library, host, warmed, gate, allow_upload=settings.allow_upload)
        ending = Ending(scratch)
        server = _server(app, settings, lambda: announce(where), ending)
        threading.Thread(target=_warm, args=(library, warmed), daemon=True).start()
        try:
            server.run(sockets=[listening])
        except (KeyboardInterrupt, SystemExit):  # by SIGINT, SIGTERM or SIGHUP
            return
        finally:
            ending.done()


def application(
    library: Library,
    host: str,
    warmed: threading.Event,
    gate: LoginGate | None = None,
    *,
    allow_upload: bool = False,
) -> ASGIApp:
    """The guarded ASGI application of one library; ``warmed`` is set once its model is loaded.

    Without a gate everybody is let in.
    """
    # Gradio reads its variables when it is imported, so they must be gone before.
    drop_gradio_variables()

    from qwenqa.ui.api.endpoints import checking
    from qwenqa.ui.gradio_private import ASSETS, called  # isort: split - quicker than by another's import
    from qwenqa.ui.one_time_files import OneTimeFiles, bundles
    from qwenqa.ui.page.page import page
    from qwenqa.ui.question_queue import Desk
    from qwenqa.ui.serve.assets import Assets
    from qwenqa.ui.serve.guard import Guard
    from qwenqa.ui.serve.proxies import Outermost
    from qwenqa.ui.serve.uploads import Uploads

    settings = library.settings
    uploads = Uploads(settings.upload_mib * 2**20) if allow_upload else None
    if uploads:
        os.environ["GRADIO_TEMP_DIR"] = str(uploads.folder)
    pictures, saved = OneTimeFiles(), bundles()
    app = _own_routes(pictures, saved, uploads, gate)
    desk = Desk()
    blocks = page(
        library, warmed, pictures, saved, desk=desk, allow_upload=allow_upload, logs_out=bool(gate)
    )
    _mount(app, blocks, gate, uploads, settings.root_path)
    app.add_middleware(
        Guard,
        gate=gate,
        uploads=uploads,
        assets=Assets(ASSETS),
        called=partial(called, blocks),
        check=checking(library, desk).refusal,
    )
    names = [*hosts(host), *settings.hosts]
    return Outermost(app, names, settings.trusted_proxies, settings.root_path)


def _own_routes(
    pictures: OneTimeFiles, bundles: OneTimeFiles, uploads: Uploads | None, gate: LoginGate | None
) -> FastAPI:
    """An application with what the page needs besides Gradio's; at its end it leaves no upload."""
    from fastapi import FastAPI
    from fastapi.responses import FileResponse

    from qwenqa.ui.api_errors import SENTENCES
    from qwenqa.ui.one_time_files import BUNDLES, FOLDER
    from qwenqa.ui.serve.assets import SCRIPTS, STYLES

    @asynccontextmanager
    async def cleaned(_: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            if uploads:
                uploads.close()

    app = FastAPI(openapi_url=None, lifespan=cleaned, exception_handlers=SENTENCES)
    for path in (*STYLES, *SCRIPTS, "/login.css", "/login.js"):
        app.add_api_route(path, lambda path=path: FileResponse(_FILES / path[1:]))
    app.add_api_route("/login", lambda: FileResponse(_FILES / "login.html"))
    if gate:
        app.add_route("/login", gate.login, methods=["POST"])
        app.add_route("/logout", gate.logout, methods=["POST"])
    app.add_api_route(f"/{FOLDER}/{{name}}", pictures.fetch, response_model=None)
    app.add_api_route(f"/{BUNDLES}/{{name}}", bundles.fetch, response_model=None)
    return app


def _mount(
    app: FastAPI, page: Blocks, gate: LoginGate | None, uploads: Uploads | None, root: str
) -> None:
    """Let Gradio serve the page below the application's own routes, with all else shut."""
    import gradio

    from qwenqa.ui import gradio_private
    from qwenqa.ui.api_errors import SENTENCES, fill_in
    from qwenqa.ui.html.words import translations
    from qwenqa.ui.page.theme import THEME
    from qwenqa.ui.roles import EDITORS_ONLY

    gradio_private.keep_sessions(page, _OPEN_PAGES)
    gradio_private.describe_once(page)
    gradio_private.open_no_foreign_files(page)
    fill_in(page)
    if gate:
        gradio_private.before_each_run(page, gate.allows, EDITORS_ONLY)
    gradio.mount_gradio_app(
        app,
        page,
        path="/",
        root_path=root,
        app_kwargs={"exception_handlers": SENTENCES},
        auth_dependency=_name if gate else None,
        theme=THEME,
        footer_links=["api"],
        run_history=False,
        allowed_paths=[],
        show_error=False,
        max_file_size=uploads.file_bytes if uploads else 0,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        i18n=gradio.I18n(**translations()),
    )


def _name(request: Request) -> str | None:
    """The name of who has logged in, as the guard found it."""
    visitor: Visitor | None = request.scope.get("user")
    return visitor.name if visitor else None


def drop_gradio_variables() -> None:
    """Forget ``GRADIO_*`` of the environment: they would override what is set here."""
    for name in [variable for variable in os.environ if variable.startswith("GRADIO_")]:
        del os.environ[name]


def _login_gate(settings: Settings) -> LoginGate | None:
    """The gate for the users of the settings, if there are to be any; raises UsersError."""
    if not settings.users:
        return None
    from qwenqa.ui.serve.login import LoginGate

    users = Users(Path(settings.users))
    if not users.roles():
        raise UsersError(
            f"There are no users in {settings.users}, so nobody could log in. To add one: "
            f"qwenqa users add NAME --users {settings.users}"
        )
    return LoginGate(users)


def _server(
    app: ASGIApp, settings: Settings, started: Callable[[], None], ending: Ending
) -> uvicorn.Server:
    import uvicorn

    from qwenqa.ui.serve.connections import configured

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                started()

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            super().handle_exit(sig, frame)
            ending.begin(sig)

    return Announcing(configured(app, _LINGER_SECONDS, settings.trusted_proxies))


def _warm(library: Library, warmed: threading.Event) -> None:
    # The first question meets the same error and shows it.
    with suppress(QwenqaError):
        library.warm()
    warmed.set()
