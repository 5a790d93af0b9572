"""Files that a call names: only those that the upload route gave to who names them."""

from __future__ import annotations

import json
import secrets
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import Send

from qwenqa.ui.request_bodies import Refusal
from qwenqa.ui.serve.headers import rewriting

_KIND = "gradio.FileData"
_MOST = 10_000
"""Uploads that can be named; the oldest are forgotten."""
FOREIGN: Refusal = (
    400,
    "A call may name no file or address, but for files that were uploaded in the same session.",
)
_TOO_DEEP: Refusal = (400, "The values of the call are nested too deeply.")


@dataclass(slots=True)
class _Given:
    """An upload: where it lies, whose it is, and the session that named it first."""

    path: str
    user: str
    session: str | None = None


class Tokens:
    """The names by which uploads are called, which nobody can guess, instead of their paths."""

    def __init__(self) -> None:
        self._given: OrderedDict[str, _Given] = OrderedDict()

    def give(self, path: str, user: str) -> str:
        """A new name for an upload of a user; "" is anybody, where there are no users."""
        token = secrets.token_urlsafe(32)
        self._given[token] = _Given(path, user)
        if len(self._given) > _MOST:
            self._given.popitem(last=False)
        return token

    def path(self, token: str, user: str, session: str) -> str | None:
        """Where an upload lies: for its user alone, in the session that names it first."""
        upload = self._given.get(token)
        if upload is None or upload.user != user:
            return None
        upload.session = upload.session or session
        return upload.path if upload.session == session else None


def checked(body: bytes, tokens: Tokens | None, user: str) -> bytes | Refusal:
    """The body of a call with paths in the place of tokens, or why it is refused.

    It is read as Gradio reads it, by ``json.loads``; what that cannot read Gradio refuses too.
    """
    try:
        call = json.loads(body)
    except RecursionError:
        return _TOO_DEEP
    except ValueError:
        return body
    named = list(_files(call))
    session = call.get("session_hash") if isinstance(call, dict) else None
    for value in named:
        path = _path(value, session, tokens, user)
        if path is None:
            return FOREIGN
        value.clear()
        value.update(path=path, meta={"_type": _KIND})
    return json.dumps(call).encode() if named else body


def _path(value: dict[str, Any], session: Any, tokens: Tokens | None, user: str) -> str | None:
    token = value.get("path")
    if tokens is None or not isinstance(token, str) or not isinstance(session, str):
        return None
    return tokens.path(token, user, session) if session else None


def _files(call: Any) -> Iterator[dict[str, Any]]:
    """What Gradio may take for a file, at any depth; the call itself is none, whatever it holds.

    By name it has the endpoint's parameters, of which one is called path.
    """
    waiting = list(call.values()) if isinstance(call, dict) else [call]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict) and _names_a_file(value):
            yield value
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _names_a_file(value: dict[str, Any]) -> bool:
    return any(isinstance(value.get(field), str) for field in ("path", "url")) or (
        value.get("_type") == _KIND
    )


def handing(send: Send, tokens: Tokens, user: str) -> Send:
    """A send that gives tokens in the place of the paths that Gradio tells who uploads."""

    def hand(status: int, _: MutableHeaders, body: bytes) -> bytes:
        if status != HTTPStatus.OK:
            return body
        return json.dumps([tokens.give(load, user) for load in json.loads(body)]).encode()

    return rewriting(send, hand)
