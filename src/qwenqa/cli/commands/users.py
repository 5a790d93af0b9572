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


def users(library: Library, options: Namespace) -> Exit:
    """List, add or change users of the file that is named, or remove them."""
    file = library.settings.users
    if not file:
        raise SettingsError("No user file is named. Name one with --users FILE or QWENQA_USERS.")
    users_file = Users(Path(file))
    if options.action == "list":
        return _list(users_file, options)
    if not options.name:
        raise SettingsError(f"NAME is missing: qwenqa users {options.action} NAME")
    return {"add": _add, "role": _change, "remove": _remove}[options.action](users_file, options)


def _list(users_file: Users, options: Namespace) -> Exit:
    if options.json:
        users = [{"name": name, "role": role} for name, role in users_file.roles().items()]
        output.write_json({"users": users})
    else:
        lines = [f"{role}  {output.one_line(name)}\n" for name, role in users_file.roles().items()]
        none = "There are no users yet. To add one: qwenqa users add NAME\n"
        output.write("".join(lines) or none)
    return Exit.GOOD


def _add(users_file: Users, options: Namespace) -> Exit:
    role = options.as_role or options.role
    new = users_file.add(options.name, _password(options.name), role)
    if options.json:
        output.write_json({"user": options.name, "new": new})
    else:
        did = f"may use the page, as {role or READER}" if new else "has another password"
        output.write(f"{output.one_line(options.name)} now {did}.\n")
    return Exit.GOOD


def _change(users_file: Users, options: Namespace) -> Exit:
    role = options.as_role or options.role
    if not role:
        raise SettingsError(f"ROLE is missing: qwenqa users role {options.name} reader|editor")
    users_file.change(options.name, role)
    if options.json:
        output.write_json({"user": options.name, "role": role})
    else:
        output.write(f"{output.one_line(options.name)} is now {role}.\n")
    return Exit.GOOD


def _remove(users_file: Users, options: Namespace) -> Exit:
    users_file.remove(options.name)
    if options.json:
        output.write_json({"user": options.name})
    else:
        output.write(f"{output.one_line(options.name)} may no longer use the page.\n")
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
