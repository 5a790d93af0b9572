"""What is told of this machine: all to who sits at it, to others no folder of it."""

from __future__ import annotations

import re
from contextvars import ContextVar
from ipaddress import ip_address
from pathlib import PurePath
from typing import Any

ASKER: ContextVar[str] = ContextVar("asker", default="")
"""The address of who is being answered; events that waited in Gradio's queue know of none."""
_PATH = re.compile(r"(?<![\w.:/\\<])(?:[A-Za-z]:\\|/)(?:[^\s'\"/\\,;:]+[/\\])+([^\s'\"/\\,;:]*)")
_QUOTED = re.compile(r"(['\"])((?:[A-Za-z]:\\|/)[^'\"]+)\1")
_OURS = frozenset({"corpus", "index", "model", "name", "damage", "notes", "reason", "reranker"})
"""Fields of records whose words are ours, not those of documents."""


def is_near(address: str) -> bool:
    """Whether an address is this machine's own."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def discreet(text: str) -> str:
    """A sentence of ours as it is told to who asks: of paths others get the last part."""
    if is_near(ASKER.get()):
        return text
    quoted = _QUOTED.sub(lambda match: f"{match[1]}{_last(match[2])}{match[1]}", text)
    return _PATH.sub(lambda match: _last(match[0]), quoted)


def folder(path: str) -> str:
    """A path that is a field of its own, as it is told to who asks."""
    return path if is_near(ASKER.get()) or not _is_absolute(path) else _last(path)


def record(value: Any, field: str = "") -> Any:
    """A record in JSON's types, as it is told to who asks; quotes and titles stay as they are."""
    if isinstance(value, dict):
        return {name: record(item, name) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [record(item, field) for item in value]
    if isinstance(value, str) and field in _OURS:
        return folder(value) if _is_absolute(value) else discreet(value)
    return value


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or path[1:3] == ":\\"


def _last(path: str) -> str:
    return PurePath(path.replace("\\", "/")).name
