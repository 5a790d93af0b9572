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
from qwenqa.service.upkeep.users import READER, Users


def users(library: Library, given: Namespace) -> Exit:
    """List, add or change users of the file that is named, or remove them."""
    file = library.settings.users
    if not file:
        raise SettingsError("No user file is named. Name one with --users FILE or QWENQA_USERS.")
    known = Users(Path(file))
    if given.action == "list":
        return _list(known, given)
    if not given.name:
        raise SettingsError(f"NAME is missing: qwenqa users {given.action} NAME")
    return {"add": _add, "role": _change, "remove": _remove}[given.action](known, given)


def _list(known: Users, given: Namespace) -> Exit:
    if given.json:
        users = [{"name": name, "role": role} for name, role in known.roles().items()]
        output.write_json({"users": users})
    else:
        lines = [f"{role}  {output.one_line(name)}\n" for name, role in known.roles().items()]
        none = "There are no users yet. To add one: qwenqa users add NAME\n"
        output.write("".join(lines) or none)
    return Exit.GOOD


def _add(known: Users, given: Namespace) -> Exit:
    role = given.as_role or given.role
    new = known.add(given.name, _password(given.name), role)
    if given.json:
        output.write_json({"user": given.name, "new": new})
    else:
        did = f"may use the page, as {role or READER}" if new else "has another password"
        output.write(f"{output.one_line(given.name)} now {did}.\n")
    return Exit.GOOD


def _change(known: Users, given: Namespace) -> Exit:
    role = given.as_role or given.role
    if not role:
        raise SettingsError(f"ROLE is missing: qwenqa users role {given.name} reader|editor")
    known.change(given.name, role)
    if given.json:
        output.write_json({"user": given.name, "role": role})
    else:
        output.write(f"{output.one_line(given.name)} is now {role}.\n")
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
