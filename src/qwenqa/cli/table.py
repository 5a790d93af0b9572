"""Every command of the shell: what it is for, its options, and which function does it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pkgutil import resolve_name
from typing import TYPE_CHECKING, NamedTuple, Protocol

from qwenqa.cli.options import asking, measuring, serving, upkeep

if TYPE_CHECKING:
    from qwenqa.service.library import Library


class Does(Protocol):
    """A command at work."""

    def __call__(self, library: Library, options: argparse.Namespace) -> int:
        """Do it; gives the exit code."""


class Command(NamedTuple):
    """A command: what it is for, what adds its options, and what does it.

    ``name`` is a function's, below ``qwenqa.cli``: its module is imported when the command is
    given, so that asking does not wait for what only measuring needs.
    """

    told: str
    add_options: Callable[[argparse.ArgumentParser], None]
    name: str

    @property
    def does(self) -> Does:
        """The function that does it."""
        function: Does = resolve_name(f"qwenqa.cli.{self.name}")
        return function


COMMANDS = {
    "ask": Command(
        "answer a question with passages, each cited and verified",
        asking.ask,
        "commands.library:ask",
    ),
    "build": Command(
        "bring the index up to the documents; only what is new is encoded",
        upkeep.build,
        "commands.library:build",
    ),
    "serve": Command(
        "build if needed, then serve the page until Ctrl-C", serving.serve, "commands.library:serve"
    ),
    "users": Command(
        "who may use the served page, and as what: add, list, change and remove users",
        serving.users,
        "commands.users:users",
    ),
    "watch": Command(
        "bring the index up to the documents whenever they change, until Ctrl-C",
        upkeep.watch,
        "commands.serve_and_watch:watch",
    ),
    "status": Command(
        "what is indexed, with which model, and whether the documents have changed",
        upkeep.status,
        "commands.library:status",
    ),
    "why": Command(
        "why a question is answered with these passages: each stage, term and sentence",
        asking.asking,
        "commands.why:why",
    ),
    "why-not": Command(
        "what became of a sentence that was expected among the passages of a question",
        asking.why_not,
        "commands.why:why_not",
    ),
    "report": Command(
        "what the last build changed, or the one that made another kept generation",
        upkeep.report,
        "commands.history:report",
    ),
    "diff": Command(
        "what is different between two kept generations", upkeep.diff, "commands.history:diff"
    ),
    "saved": Command(
        "save questions, which are asked again after each build; list and remove them",
        asking.saved,
        "commands.history:saved",
    ),
    "check": Command(
        "whether the index is what was written: every file against its checksum",
        upkeep.check,
        "commands.library:check",
    ),
    "rollback": Command(
        "let an earlier generation of the index serve again",
        upkeep.rollback,
        "commands.library:rollback",
    ),
    "tune": Command(
        "train the model on your own questions; it is kept if it answers others better",
        measuring.tune,
        "commands.tune:run",
    ),
    "evaluate": Command(
        "measure how good the answers are, on a collection with judged relevance or on the index",
        measuring.evaluate,
        "commands.evaluate:evaluate",
    ),
    "verify": Command(
        "check a citation, or every citation of an answer or a bundle, against the files",
        asking.verify,
        "commands.verify:verify",
    ),
}
