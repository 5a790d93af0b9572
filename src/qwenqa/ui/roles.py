"""Who may use which event: what a function is for is said where it is written, else editors only.

A function that nobody marked is refused to readers, and a test fails on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from qwenqa.service.upkeep.users import EDITOR, READER, Role

EDITORS_ONLY = "This is for editors. Ask who runs this page to make you one."
F = TypeVar("F", bound=Callable[..., Any])
_MARK = "qwenqa_role"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, and as what."""

    name: str
    role: Role


def for_readers(function: F) -> F:
    """Mark a function of an event that every user may use: it asks, and changes nothing."""
    setattr(function, _MARK, READER)
    return function


def for_editors(function: F) -> F:
    """Mark a function that changes what others see, or keeps the machine busy for long."""
    setattr(function, _MARK, EDITOR)
    return function


def marked(function: Callable[..., Any] | None) -> Role | None:
    """The role that a function is marked for; None where nobody has decided."""
    role: Role | None = getattr(getattr(function, "func", function), _MARK, None)
    return role


def opens(function: Callable[..., Any] | None, role: Role) -> bool:
    """Whether a user of this role may use the function."""
    return role == EDITOR or marked(function) == READER
