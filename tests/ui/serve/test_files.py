"""Files that a call names: what passes, and what becomes of it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.types import Message

from qwenqa.ui.serve.file_values import FOREIGN, Tokens, checked, handing

KIND = {"_type": "gradio.FileData"}


def call(value: Any, session: Any = "s") -> bytes:
    return json.dumps({"data": [value], "session_hash": session}).encode()


@pytest.mark.parametrize(
    "value",
    [
        {"path": "/etc/hostname"},
        {"path": "/etc/hostname", "meta": KIND},
        {"url": "http://127.0.0.1/x"},
        {"path": ["/etc/hostname"], "meta": KIND},
        {"meta": KIND},
        [[{"a": {"b": [{"path": "x", "meta": KIND}]}}]],
    ],
)
@pytest.mark.parametrize("tokens", [None, Tokens()])
def test_what_was_not_given_is_refused(value: Any, tokens: Tokens | None) -> None:
    """Paths, addresses and whatever says that it is a file, at any depth, wherever it stands."""
    assert checked(call(value), tokens, "") == FOREIGN
    assert checked(json.dumps({"x": 1, "event_data": value}).encode(), tokens, "") == FOREIGN
    assert checked(json.dumps([value]).encode(), tokens, "") == FOREIGN


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"1",
        b"[1, 2]",
        b"username=anna&password=x",
        b'{"data": ["a path", {"address": "a.md", "places": [{"kind": "page"}]}]}',
        b'{"question": "heron", "path": "*.pdf", "kind": "pdf"}',
        b'{"data": ["{\\"path\\": \\"/etc/hostname\\"}"]}',
    ],
)
def test_what_names_no_file_stays_as_it_is(body: bytes) -> None:
    """Among it the call by name whose filter is called path, and text that looks like a file."""
    assert checked(body, Tokens(), "") is body


def test_values_that_are_nested_without_end_are_refused() -> None:
    """In a sentence, before anything walks through them."""
    body = b'{"data": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    refusal = checked(body, None, "")
    assert isinstance(refusal, tuple)
    assert refusal[0] == 400


def test_an_upload_is_of_one_user_and_of_one_session() -> None:
    """The session that names it first may name it again, and nobody else may at all."""
    tokens = Tokens()
    token = tokens.give("/folder/x.md", "anna")
    value = {"path": token, "url": "http://x", "orig_name": "../x", "meta": KIND, "is_stream": True}
    assert checked(call(value), tokens, "bert") == FOREIGN
    assert checked(call(value, session=None), tokens, "anna") == FOREIGN
    for _ in range(2):
        passed = checked(call([value]), tokens, "anna")
        assert isinstance(passed, bytes)
        assert json.loads(passed)["data"] == [[{"path": "/folder/x.md", "meta": KIND}]]
    assert checked(call(value, session="t"), tokens, "anna") == FOREIGN
    assert checked(call({"path": "/folder/x.md", "meta": KIND}), tokens, "anna") == FOREIGN
    both = [value, {"path": "/etc/hostname", "meta": KIND}]
    assert checked(call(both), tokens, "anna") == FOREIGN


def test_who_uploads_is_told_names_and_no_paths() -> None:
    """Each path becomes a name; what is no list of paths stays as it is."""
    tokens = Tokens()
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def answered(status: int, *parts: bytes) -> bytes:
        sent.clear()
        told = handing(send, tokens, "anna")
        await told({"type": "http.response.start", "status": status, "headers": []})
        for at, part in enumerate(parts, 1):
            await told({"type": "http.response.body", "body": part, "more_body": at < len(parts)})
        return bytes(sent[1]["body"])

    (token,) = json.loads(asyncio.run(answered(200, b'["/fol', b'der/x.md"]')))
    assert tokens.path(token, "anna", "s") == "/folder/x.md"
    assert sent[0]["headers"] == [(b"content-length", str(len(sent[1]["body"])).encode())]
    assert asyncio.run(answered(413, b"too large")) == b"too large"


def test_the_oldest_uploads_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their number is bounded."""
    monkeypatch.setattr("qwenqa.ui.serve.file_values._MOST", 2)
    tokens = Tokens()
    given = [tokens.give(name, "") for name in "abc"]
    assert [tokens.path(one, "", "s") for one in given] == [None, "b", "c"]
