"""The users of a served page, as the shell lists and changes them."""

from __future__ import annotations

import getpass
import sys
from argparse import Namespace
from pathlib import Path

from qwenqa.cli import output
from qwenqa.cli.parser import Exit
from qwenqa.errors import SettingsError, UsersError
from qwenqa.service.library import Library
from qwenqa.service.users import Users


def users(library: Library, given: Namespace) -> Exit:
    """List, add or remove users of the file that is named."""
    file = library.settings.users
    if not file:
        raise SettingsError("No user file is named. Name one with --users FILE or QWENQA_USERS.")
    known = Users(Path(file))
    if given.action == "list":
        return _list(known, given)
    if not given.name:
        raise SettingsError(f"NAME is missing: qwenqa users {given.action} NAME")
    return _add(known, given) if given.action == "add" else _remove(known, given)


def _list(known: Users, given: Namespace) -> Exit:
    if given.json:
        output.write_json({"users": known.names()})
    else:
        names = "".join(f"{output.one_line(name)}\n" for name in known.names())
        output.write(names or "There are no users yet. To add one: qwenqa users add NAME\n")
    return Exit.GOOD


def _add(known: Users, given: Namespace) -> Exit:
    new = known.add(given.name, _password(given.name))
    if given.json:
        output.write_json({"user": given.name, "new": new})
    else:
        did = "may use the page" if new else "has another password"
        output.write(f"{output.one_line(given.name)} now {did}.\n")
    return Exit.GOOD


def _remove(known: Users, given: Namespace) -> Exit:
    known.remove(given.name)
    if given.json:
        output.write_json({"user": given.name})
    else:
        output.write(f"{output.one_line(given.name)} may no longer use the page.\n")
    return Exit.GOOD


def _password(name: str) -> str:
    """The password, asked twice without echo, or the first line of standard input."""
    if sys.stdin is None or not sys.stdin.isatty():
        line = sys.stdin.readline() if sys.stdin else ""
        return line.rstrip("\r\n")
    first = getpass.getpass(f"Password of {output.one_line(name)}: ")
    if getpass.getpass("The same again: ") != first:
        raise UsersError("The two passwords differ. Nothing was changed; try again.")
    return first
