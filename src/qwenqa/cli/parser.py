"""What can be typed: commands, options and exit codes, and a guess at what a slip meant."""

from __future__ import annotations

import argparse
import difflib
import re
import textwrap
from collections.abc import Sequence
from enum import IntEnum
from typing import NoReturn

from qwenqa.cli import output
from qwenqa.cli.options import values
from qwenqa.cli.table import COMMANDS
from qwenqa.errors import SettingsError


class Exit(IntEnum):
    """The exit codes; ``EXITS`` says what each means."""

    GOOD = 0
    NOT_FOUND = 1
    BAD_INPUT = 2
    UNUSABLE = 3
    BUSY = 4
    FAULT = 5
    INTERRUPTED = 130
    CLOSED = 141


EXITS = {
    Exit.GOOD: "answered, built, shown, or verified",
    Exit.NOT_FOUND: "nothing in the documents answers (ask), the sentence is in no passage "
    "(why-not), a citation is not good or a bundle altered (verify), "
    "the index is damaged (check), or the tuned model is not better (tune)",
    Exit.BAD_INPUT: "wrong usage or bad input: an option, the question, the citation, the "
    "collection",
    Exit.UNUSABLE: "the corpus, the index, the model, the port or the output cannot be used",
    Exit.BUSY: "another process is building the index",
    Exit.FAULT: "a fault of qwenqa itself",
    Exit.INTERRUPTED: "interrupted (Ctrl-C)",
    Exit.CLOSED: "whoever read the output went away (as in: qwenqa ask ... | head -1)",
}


class _Version(argparse.Action):
    """Shows the version, which takes a while to look up and is seldom asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        output.write(f"qwenqa {version('qwenqa')}\n")
        parser.exit()


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence, and exceptions like any other."""

    def error(self, message: str) -> NoReturn:
        raise SettingsError(f"{_sentence(message)} See: {self.prog} --help")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command and its options; raises SettingsError for what cannot be understood.

    Raises SystemExit after showing the help or the version.
    """
    whole, commands = _parsers()
    options, surplus = whole.parse_known_args(arguments)
    if surplus:
        own = commands.get(options.command, whole)
        raise SettingsError(f"{_surplus(surplus[0], own, commands)} See: {own.prog} --help")
    if options.command is None:
        raise SettingsError(f"Give a command: {', '.join(COMMANDS)}. See: qwenqa --help")
    return options


def parser() -> argparse.ArgumentParser:
    """The parser of every command, from which the help and docs/reference/shell.md are made."""
    return _parsers()[0]


def _parsers() -> tuple[_Parser, dict[str, _Parser]]:
    """The parser of every command, and each command's own."""
    whole = _Parser(
        prog="qwenqa",
        description="Ask a folder of documents; get the passages that answer, each cited to its\n"
        "exact place, checkable, offline.",
        epilog=_exits(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[_common()],
        allow_abbrev=False,
    )
    # Parents share their options with what is made of them, and this sets the options' own too.
    whole.set_defaults(corpus=None, index=None, model=None, json=False, command=None)
    whole.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    common = _common()
    parsers = {}
    for name, command in COMMANDS.items():
        description = f"{command.told[0].upper()}{command.told[1:]}."
        parsers[name] = commands.add_parser(
            name, parents=[common], help=command.told, description=description, allow_abbrev=False
        )
        command.add_options(parsers[name])
    return whole, parsers


def _common() -> _Parser:
    """Options of every command, before it or after it; absent ones leave no trace."""
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = common.add_argument_group("common options")
    group.add_argument(
        "--corpus",
        metavar="FOLDER",
        type=values.folder,
        help="folder of the documents (else QWENQA_CORPUS, else corpus)",
    )
    group.add_argument(
        "--index",
        metavar="FOLDER",
        type=values.folder,
        help="folder of the index (else QWENQA_INDEX, else index)",
    )
    group.add_argument(
        "--model",
        metavar="NAME",
        help="model by Hub name or folder (else QWENQA_MODEL, else the index's own)",
    )
    group.add_argument(
        "--json",
        action="store_true",
        help="one JSON object on standard output, an error too: "
        '{"error": sentence, "kind": its class}',
    )
    return common


def _exits() -> str:
    rows = [
        textwrap.fill(f"{code:5d}  {meaning}", 79, subsequent_indent=" " * 7)
        for code, meaning in EXITS.items()
    ]
    return "\n".join(["exit codes:", *rows])


def _sentence(message: str) -> str:
    """The parser's complaint as a sentence, with what was probably meant."""
    if slip := re.search(r"invalid choice: '(.*?)'", message):
        return f"There is no command {slip[1]!r}.{_meant(slip[1], list(COMMANDS))}"
    if slip := re.match(r"the following arguments are required: (.+)", message):
        return f"{slip[1]} is missing."
    return re.sub(r"^argument (\S+?):", r"\1", message).rstrip(".") + "."


def _surplus(typed: str, own: argparse.ArgumentParser, commands: dict[str, _Parser]) -> str:
    """What is wrong with an argument that the command does not take."""
    if not typed.startswith("-"):
        return f"{typed!r} is one word too many here."
    name = typed.partition("=")[0]
    if others := [command for command, parser in commands.items() if name in _options(parser)]:
        return f"{name} is an option of {', '.join(others)}, not of this command."
    return f"There is no option {name!r} here.{_meant(name, _options(own))}"


def _options(parser: argparse.ArgumentParser) -> list[str]:
    """What a parser takes, by its own table: a list kept by hand would fall behind."""
    return list(parser._option_string_actions)


def _meant(typed: str, choices: list[str]) -> str:
    close = difflib.get_close_matches(typed, choices, n=1, cutoff=0.5)
    return f" Did you mean {close[0]}?" if close else ""
