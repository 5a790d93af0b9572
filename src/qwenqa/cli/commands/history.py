"""The commands that tell what changed: the report of a build, a difference, saved questions."""

from __future__ import annotations

from argparse import Namespace

from qwenqa.cli import output
from qwenqa.cli.parser import Exit
from qwenqa.cli.text import changes, results
from qwenqa.errors import QuestionError, SettingsError
from qwenqa.service.library import Library


def report(library: Library, options: Namespace) -> Exit:
    """Show what the build of a generation changed."""
    build = library.report(options.generation)
    if options.json:
        output.write_json(build)
    else:
        output.write(results.built(build) + changes.asked_again(build))
    return Exit.GOOD


def diff(library: Library, options: Namespace) -> Exit:
    """Show what is different between two generations."""
    difference = library.diff(options.old, options.new, texts=options.texts)
    if options.json:
        output.write_json(difference)
    else:
        output.write(changes.different(difference, texts=options.texts))
    return Exit.GOOD


def saved(library: Library, options: Namespace) -> Exit:
    """Save, list or remove questions; each shows those that are saved then."""
    _change_saved(library, options.action, " ".join(options.question))
    states = library.saved_states()
    if options.json:
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
        is_number = question.isdecimal() and question not in library.saved
        library.saved.remove(int(question) if is_number else question)
