"""What ``/?view=api`` says of an endpoint: its parameters and what it gives, in words and types."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from qwenqa.ui.gradio_private import Dependency, describe, get_function_description, parts

_PLAIN = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


def described(endpoint: Dependency, function: Callable[..., Any]) -> None:
    """Name the parameters and the result of an endpoint after its function and its docstring.

    Left to itself, Gradio calls them "1st" and "2nd", and says nothing of them.
    """
    _, told, (returned,) = get_function_description(function)
    parameters, result = parts(endpoint)
    for part, (name, meaning) in zip(parameters, told.items(), strict=True):
        describe(part, name, {**part.api_info(), "additional_description": meaning})
    record = inspect.get_annotations(inspect.unwrap(function), eval_str=True)["return"]
    describe(result, function.__name__, {**_schema(record), "description": returned})


def _schema(record: type[Any]) -> dict[str, Any]:
    """JSON schema of a record, one level deep: what records it holds are objects."""
    hints = get_type_hints(record)
    named = {field.name: _kind(hints[field.name]) for field in fields(record)}
    return {"type": "object", "properties": named}


def _kind(hint: Any) -> dict[str, Any]:
    if get_origin(hint) in (Union, UnionType):
        return {"anyOf": [_kind(arg) for arg in get_args(hint)]}
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _kind(get_args(hint)[0])}
    if get_origin(hint) is Literal:
        return {"enum": list(get_args(hint))}
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    if issubclass(hint, tuple):
        return {"type": "array", "items": _kind(next(iter(get_type_hints(hint).values())))}
    return {"type": "object", "additionalProperties": {}}
