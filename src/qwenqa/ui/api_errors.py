"""Calls of programs that cannot be answered as they are: what is left out, and what is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import gradio as gr
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import Message, Send

from qwenqa.errors import (
    CitationError,
    NoGenerationError,
    QuestionError,
    SettingsError,
    SourceError,
)
from qwenqa.ui.gradio_private import Api, UnknownEndpoint, look_at_values

BUSY = "The server is busy: too many questions wait already. Ask again in a moment."

_WRONG = (
    "There is no such endpoint, or it takes other values. /?view=api shows the endpoints and "
    "their parameters."
)
_NO_CALL = (
    'The body is not what is expected: send JSON such as {"data": ["a question"]}, with the header '
    "Content-Type: application/json."
)
_FAULT = "Something unexpected went wrong. Nothing was lost: try again."


_OURS = HTTPStatus.INTERNAL_SERVER_ERROR
_BLAME: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (NoGenerationError, HTTPStatus.SERVICE_UNAVAILABLE),
    (SourceError, HTTPStatus.NOT_FOUND),
    (QuestionError, HTTPStatus.BAD_REQUEST),
    (SettingsError, HTTPStatus.BAD_REQUEST),
    (CitationError, HTTPStatus.BAD_REQUEST),
)
_STATUSES = {status.phrase: status for _, status in _BLAME}


def fill_in(blocks: gr.Blocks) -> None:
    """Let calls leave the last parameters out that have a default, by position as by name.

    Gradio fills in only those that are called by name, and tells nothing of what is missing.
    """

    def filled(parts: list[Any], values: list[Any]) -> None:
        for part in parts[len(values) :]:
            if not isinstance(part, Api) or part.value is None:
                name = getattr(part, "label", "")
                raise told(HTTPStatus.BAD_REQUEST, f"The parameter {name} is missing.")
            values.append(part.value)

    look_at_values(blocks, filled)


def told(status: HTTPStatus, sentence: str) -> gr.Error:
    """What ends a call with a sentence; its title is the status, for which Gradio has no place."""
    return gr.Error(sentence, title=status.phrase, print_exception=False)


def blame(error: Exception) -> HTTPStatus:
    """Whose fault an error is: the asker's, or ours."""
    return next((status for kind, status in _BLAME if isinstance(error, kind)), _OURS)


def blamed(send: Send) -> Send:
    """A send that gives a failed call its status, which is 500 for Gradio whosever fault it is."""
    start: Message = {}
    body = bytearray()

    async def sent(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start" and message["status"] == _OURS:
            start = message
        elif not start:
            await send(message)
        else:
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                await _failed(start, bytes(body), send)

    return sent


async def _failed(start: Message, body: bytes, send: Send) -> None:
    """Send a failed call's answer with the status that its title says, and with a sentence."""
    details = json.loads(body)
    details["error"] = details.get("error") or _FAULT
    status = _STATUSES.get(details.get("title"), _OURS)
    response = sentence(status, details.pop("error"), **details)
    await send({**start, "status": status, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": response.body})


def sentence(status: int, text: str, **more: Any) -> JSONResponse:
    """A response with a status and one sentence, where Gradio's clients look for it."""
    later = {"retry-after": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return JSONResponse({**more, "detail": text, "error": text}, status, later)


def _telling(status: int, text: str) -> Callable[[Request, Exception], JSONResponse]:
    return lambda _, __: sentence(status, text)


def _http(_: Request, error: Exception) -> JSONResponse:
    """Gradio's own refusals keep their status; that of a full queue is said in our words."""
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        return sentence(error.status_code, BUSY)
    return JSONResponse({"detail": error.detail}, error.status_code, error.headers)


SENTENCES: dict[Any, Any] = {
    **dict.fromkeys(
        (UnknownEndpoint, KeyError, TypeError, ValueError),
        _telling(HTTPStatus.BAD_REQUEST, _WRONG),
    ),
    RequestValidationError: _telling(HTTPStatus.BAD_REQUEST, _NO_CALL),
    HTTPException: _http,
    Exception: _telling(HTTPStatus.INTERNAL_SERVER_ERROR, _FAULT),
}
"""What answers a call that fails before its endpoint is reached, by what was raised."""
