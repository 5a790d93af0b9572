"""What a call of an endpoint asks for, looked at before it is let in, however it comes."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from typing import Any

import msgspec

from qwenqa.errors import SettingsError
from qwenqa.service.ask.notes import check_filter
from qwenqa.service.ask.search import checked_question
from qwenqa.service.library import DEFAULT_HITS
from qwenqa.types import Filter
from qwenqa.ui.api_errors import BUSY
from qwenqa.ui.path_hiding import ASKER
from qwenqa.ui.question_queue import Desk
from qwenqa.ui.request_bodies import Refusal

_CALL = re.compile(r"/gradio_api/(run|call|call/v2|queue)/([^/]+)/?")
ASKING = ("ask", "search")
MOST_HITS = 100


class Checking:
    """Refuses calls that no index could answer, or that would wait for too long at the desk.

    Gradio would take ten times as long to say no. Endpoints are known by their order too.
    """

    def __init__(self, endpoints: list[Callable[..., Any]], desk: Desk) -> None:
        self._endpoints = {endpoint.__name__: endpoint for endpoint in endpoints}
        self._desk = desk

    def refusal(self, path: str, body: bytes) -> Refusal | None:
        """Why a request is refused, None where it is good, or no call of an endpoint."""
        call = _CALL.fullmatch(path)
        try:
            call_body = json.loads(body) if call else None
        except ValueError:
            return None  # Gradio says so
        if not call or not isinstance(call_body, dict):
            return None
        named = call[1] == "call/v2"
        function = self._called(call[2], None if named else call_body.get("fn_index"))
        data = call_body if named else call_body.get("data")
        try:
            if function and isinstance(data, (list, dict)):
                check(function, data)
        except (SettingsError, ValueError) as error:
            return 400, str(error)
        asks = function is not None and function.__name__ in ASKING and call[1] == "run"
        return (503, BUSY) if asks and self._desk.is_full(ASKER.get()) else None

    def _called(self, name: str, number: object) -> Callable[..., Any] | None:
        if isinstance(number, int) and 0 <= number < len(self._endpoints):
            return list(self._endpoints.values())[number]
        return self._endpoints.get(name) if number is None else None


def check(function: Callable[..., Any], data: list[Any] | dict[str, Any]) -> None:
    """Raise where an endpoint cannot be called with these values, or would refuse them."""
    parameters = inspect.signature(function).parameters
    arguments = data if isinstance(data, dict) else dict(zip(parameters, data, strict=False))
    if arguments.keys() - parameters.keys():
        return  # Gradio says so
    values = {}
    for name, parameter in parameters.items():
        if name not in arguments and parameter.default is parameter.empty:
            raise SettingsError(f"The parameter {name} is missing.")
        values[name] = converted(name, arguments.get(name, parameter.default), function)
    if function.__name__ in ASKING:
        _check_asked(values.pop("question"), values.pop("k", DEFAULT_HITS), **values)


def _check_asked(question: str, k: int, **fields: str) -> None:
    checked_question(question)
    check_filter(Filter(**{name: text.strip() for name, text in fields.items()}))
    if not 1 <= k <= MOST_HITS:
        bound = "at least 1" if k < 1 else f"at most {MOST_HITS}"
        raise SettingsError(f"The number of passages is {k:,}; ask for {bound}.")


def converted(name: str, value: Any, function: Callable[..., Any]) -> Any:
    """A value as what the parameter of a function takes; raises SettingsError."""
    hints = inspect.get_annotations(function.__func__, eval_str=True)  # type: ignore[attr-defined]
    try:
        return msgspec.convert(value, hints[name])
    except msgspec.ValidationError as error:
        reason = str(error)[:1].lower() + str(error)[1:]
        raise SettingsError(f"The parameter {name} cannot be used: {reason}.") from error
