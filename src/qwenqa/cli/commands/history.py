"""The commands that tell what changed: the report of a build, a difference, saved questions."""

from __future__ import annotations

from argparse import Namespace

from qwenqa.cli import output
from qwenqa.cli.parser import Exit
from qwenqa.cli.text import changes, results
from qwenqa.errors import QuestionError, SettingsError
from qwenqa.service.library import Library


def report(library: Library, given: Namespace) -> Exit:
    """Show what the build of a generation changed."""
    found = library.report(given.generation)
    if given.json:
        output.write_json(found)
    else:
        output.write(results.built(found) + changes.asked_again(found))
    return Exit.GOOD


def diff(library: Library, given: Namespace) -> Exit:
    """Show what is different between two generations."""
    found = library.diff(given.old, given.new, texts=given.texts)
    if given.json:
        output.write_json(found)
    else:
        output.write(changes.different(found, texts=given.texts))
    return Exit.GOOD


def saved(library: Library, given: Namespace) -> Exit:
    """Save, list or remove questions; each shows those that are saved then."""
    _change_saved(library, given.action, " ".join(given.question))
    states = library.saved_states()
    if given.json:
        records = [{"question": question, "last": last} for question, last in states]
        output.write_json({"saved": records})
    else:
        output.write(changes.saved(states))
    return Exit.GOOD


def _change_saved(library: Library, action: str, question: str) -> None:
    if action == "list" and question:
        raise SettingsError("saved list takes no question. See: qwenqa saved --help")
    if action != "list" and not question:
        raise QuestionError(f'Name the question to {action}, as in: qwenqa saved {action} "…"')
    if action == "add":
        library.saved.add(question)
    elif action == "remove":
        known = question.isdecimal() and question not in library.saved
        library.saved.remove(int(question) if known else question)
