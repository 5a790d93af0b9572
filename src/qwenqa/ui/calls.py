"""Calls of programs that cannot be answered as they are: what is left out, and what is told."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import gradio as gr
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

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


def fill_in(blocks: gr.Blocks) -> None:
    """Let calls leave the last parameters out that have a default, by position as by name.

    Gradio fills in only those that are called by name, and tells nothing of what is missing.
    """

    def filled(parts: list[Any], given: list[Any]) -> None:
        for part in parts[len(given) :]:
            if not isinstance(part, Api) or part.value is None:
                name = getattr(part, "label", "")
                raise gr.Error(f"The parameter {name} is missing.", print_exception=False)
            given.append(part.value)

    look_at_values(blocks, filled)


def sentence(status: int, told: str) -> JSONResponse:
    """A response with a status and one sentence, where Gradio's clients look for it."""
    return JSONResponse({"detail": told, "error": told}, status)


def _telling(status: int, told: str) -> Callable[[Request, Exception], JSONResponse]:
    return lambda _, __: sentence(status, told)


def _http(_: Request, error: Exception) -> JSONResponse:
    """Gradio's own refusals keep their status; that of a full queue is said in our words."""
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        return sentence(error.status_code, BUSY)
    return JSONResponse({"detail": error.detail}, error.status_code, error.headers)


SENTENCES: dict[Any, Callable[[Request, Exception], JSONResponse]] = {
    **dict.fromkeys(
        (UnknownEndpoint, KeyError, TypeError, ValueError),
        _telling(HTTPStatus.BAD_REQUEST, _WRONG),
    ),
    RequestValidationError: _telling(HTTPStatus.BAD_REQUEST, _NO_CALL),
    HTTPException: _http,
    Exception: _telling(HTTPStatus.INTERNAL_SERVER_ERROR, _FAULT),
}
"""What answers a call that fails before its endpoint is reached, by what was raised."""
