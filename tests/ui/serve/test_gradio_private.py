"""Each private handle into Gradio still does what it is there for, and there is no other."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import gradio
import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from gradio.blocks import BlocksConfig
from gradio.state_holder import SessionState
from starlette.responses import Response
from starlette.routing import Mount

import qwenqa
from qwenqa.ui import gradio_private

SOURCE = Path(qwenqa.__path__[0])
STUBS = """
import sys
opened = []
sys.addaudithook(lambda event, given: event == "open" and opened.append(str(given[0])))
import {module}
print(sum(name.endswith(".pyi") and "components" in name for name in opened))
"""


@pytest.fixture(autouse=True)
def fetching(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give back to Gradio what a test took."""
    kept = gradio.processing_utils.async_ssrf_protected_download
    monkeypatch.setattr(gradio.processing_utils, "async_ssrf_protected_download", kept)
    described = vars(BlocksConfig)["config_for_block"]
    monkeypatch.setattr(BlocksConfig, "config_for_block", described)


class Doubling:
    """A page with one endpoint that doubles a number, mounted as ``qwenqa serve`` does."""

    def __init__(self, **options: Any) -> None:
        with gradio.Blocks() as self.page:
            self.parts = gradio_private.parts(gradio.api(self.double, api_name="double"))
        self.options = options

    def double(self, number: int, note: str = "none") -> dict[str, Any]:
        """Twice the number, beside the note."""
        return {"doubled": 2 * number, "note": note}

    def client(self) -> TestClient:
        """Mount it, and give a client of it."""
        self.app = FastAPI()
        own = {"path": "/", "ssr_mode": False, "mcp_server": False}
        gradio.mount_gradio_app(self.app, self.page, **own, **self.options)
        return TestClient(self.app, raise_server_exceptions=False)


def run(client: TestClient, *data: Any) -> httpx.Response:
    return client.post("/gradio_api/run/double", json={"data": data})


@pytest.mark.parametrize("module", ["gradio", "qwenqa.ui.gradio_private"])
def test_gradio_is_imported_without_its_stub_files(module: str) -> None:
    """Left alone it reads and writes one for every component; here it touches none."""
    program = [sys.executable, "-c", STUBS.format(module=module)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    assert (int(done.stdout) > 0) is (module == "gradio")


def test_the_assets_are_those_of_the_page() -> None:
    """The page asks for a script that lies in the folder."""
    page = Doubling().client().get("/").text
    names = {path.name for path in gradio_private.ASSETS.iterdir()}
    assert any(f"assets/{name}" in page for name in names if name.endswith(".js"))


def test_an_endpoint_that_is_not_there_raises_what_is_named() -> None:
    """It is answered as the handler of that error says."""
    answer = {gradio_private.UnknownEndpoint: lambda *_: Response(status_code=418)}
    client = Doubling(app_kwargs={"exception_handlers": answer}).client()
    assert client.post("/gradio_api/run/treble", json={"data": [1]}).status_code == 418


def test_parts_are_described() -> None:
    """Names, defaults and meanings that are given to the parts stand in what clients are told."""
    doubling = Doubling()
    number, note = doubling.parts.parameters
    assert (number.value, note.value) == (None, "none")
    meaning = {**number.api_info(), "additional_description": "To be doubled."}
    gradio_private.describe(number, "number", meaning)
    gradio_private.describe(doubling.parts.result, "double", {"type": "object"})
    told = doubling.client().get("/gradio_api/info").json()["named_endpoints"]["/double"]
    assert told["parameters"][0]["label"] == "number"
    assert "To be doubled." in str(told["parameters"][0])
    assert told["returns"][0]["label"] == "double"


def test_docstrings_are_read() -> None:
    """What it does, what each parameter means, and what it gives."""

    def double(number: int) -> int:
        """Double.

        Args:
            number: To be doubled.

        Returns:
            Twice as much.
        """
        return 2 * number

    told = gradio_private.get_function_description(double)
    assert told == ("Double.", {"number": "To be doubled."}, ["Twice as much."])


def test_every_call_is_looked_at_before_it_is_used() -> None:
    """The values can be completed or refused, whichever way they came."""
    doubling = Doubling()

    def look(parts: list[Any], values: list[Any]) -> None:
        assert parts == doubling.parts.parameters
        if values[0] == 13:
            raise gradio.Error("Not that.", print_exception=False)
        values.append("looked at")

    gradio_private.look_at_values(doubling.page, look)
    client = doubling.client()
    assert run(client, 2).json()["data"] == [{"doubled": 4, "note": "looked at"}]
    assert run(client, 13).status_code == 500


@pytest.mark.parametrize("closed", [False, True])
def test_gradio_opens_no_foreign_files(tmp_path: Path, closed: bool) -> None:
    """Left alone a mounted page copies any file and asks any address; closed, it does neither."""
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    doubling = Doubling()
    if closed:
        gradio_private.open_no_foreign_files(doubling.page)
    client = doubling.client()
    for path, opens in ((str(secret), not closed), ("http://127.0.0.1:1/x", False)):
        value = {"path": path, "meta": {"_type": "gradio.FileData"}}
        assert (run(client, 1, value).status_code == 200) is opens
    fetching = gradio.processing_utils.async_ssrf_protected_download
    assert (fetching is gradio_private._fetch_nothing) is closed


def test_sessions_are_bounded() -> None:
    """The number reaches what remembers them."""
    doubling = Doubling()
    gradio_private.keep_sessions(doubling.page, 3)
    doubling.client()
    (mounted,) = [route.app for route in doubling.app.routes if isinstance(route, Mount)]
    assert mounted.state_holder.capacity == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "body", "runs"),
    [
        ("run/double", b'{"data": [1]}', True),
        ("run/double/", b'{"data": [1]}', True),
        ("run/other", b'{"data": [1], "fn_index": "0"}', True),
        ("run/double", b'{"data": [1], "fn_index": 9}', False),
        ("call/double", b'{"data": [1], "fn_index": 9}', True),
        ("call/v2/double", b'{"number": 1}', True),
        ("queue/join", b'{"data": [1], "fn_index": false, "session_hash": "x"}', True),
        ("queue/join", b'{"data": [1], "session_hash": "x"}', False),
        ("run/other", b'{"data": [1]}', False),
        ("run/double", b"[" * 100_000, False),
    ],
)
def test_what_a_call_would_run_is_known(path: str, body: bytes, runs: bool) -> None:
    """As Gradio finds it: by the number where the route reads one, else by the name."""
    doubling = Doubling()
    function = gradio_private.called(doubling.page, f"/gradio_api/{path}", body)
    assert function == (doubling.double if runs else None)


def test_nothing_runs_that_is_not_allowed() -> None:
    """Each way of calling asks first, with the function and the user's name."""
    doubling = Doubling(auth_dependency=lambda request: request.headers.get("name"))
    asked: list[Any] = []

    async def allows(function: Any, name: str | None) -> bool:
        asked.append((function, name))
        return name == "anna"

    gradio_private.before_each_run(doubling.page, allows, "Not you.")
    with doubling.client() as client:
        for name in ("anna", "bert"):
            client.headers["name"] = name
            assert (run(client, 2, "").status_code == 200) is (name == "anna")
            begun = client.post("/gradio_api/call/double", json={"data": [2, ""]}).json()
            told = client.get(f"/gradio_api/call/double/{begun['event_id']}").text
            assert ("doubled" in told) is (name == "anna")
    assert asked == [(doubling.double, "anna")] * 2 + [(doubling.double, "bert")] * 2


def test_a_part_of_the_page_is_described_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions share it and change no other's; what is put into one is described anew."""
    with gradio.Blocks() as page:
        part = gradio.Textbox(value="as made")
    plain = SessionState(page).config_values
    gradio_private.describe_once(page)
    first, second = SessionState(page), SessionState(page)
    assert first.config_values == second.config_values == plain
    monkeypatch.setattr(part, "get_config", None)
    assert SessionState(page).config_values == plain
    first._update_value_in_config(part._id, "changed")
    assert first.config_values[part._id]["props"]["value"] == "changed"
    assert second.config_values == SessionState(page).config_values == plain
    first[part._id] = gradio.Textbox(value="another")
    first._update_config(part._id)
    assert first.config_values[part._id]["props"]["value"] == "another"


def test_there_are_no_other_handles() -> None:
    """Outside that module Gradio is only ``gr``, and nothing imports what is made for tests."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            inside = [name for name in names if name.startswith(("gradio.", "gradio_client"))]
            assert path.name == "gradio_private.py" or not inside, path
            assert not [name for name in names if name.startswith("unittest")], path
