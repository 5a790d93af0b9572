"""What can be typed: commands, options and exit codes, and a guess at what a slip meant."""

from __future__ import annotations

import argparse
import difflib
import re
import textwrap
from collections.abc import Sequence
from enum import IntEnum
from importlib.metadata import version
from typing import NoReturn

from qwenqa.errors import SettingsError
from qwenqa.service.library import DEFAULT_HITS

COMMANDS = {
    "ask": "answer a question with passages, each cited and verified",
    "build": "bring the index up to the documents; only what is new is encoded",
    "serve": "build if needed, then serve the page until Ctrl-C",
    "watch": "bring the index up to the documents whenever they change, until Ctrl-C",
    "status": "what is indexed, with which model, and whether the documents have changed",
    "report": "what the last build changed, or the one that made another kept generation",
    "diff": "what is different between two kept generations",
    "saved": "save questions, which are asked again after each build; list and remove them",
    "check": "whether the index is what was written: every file against its checksum",
    "rollback": "let an earlier generation of the index serve again",
    "verify": "check a citation, or every citation of an answer, against the files",
}


SAVED_ACTIONS = ("add", "list", "remove")
"""What can be done with saved questions."""


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
    Exit.NOT_FOUND: "nothing in the documents answers (ask), a citation is not good (verify), "
    "or the index is damaged (check)",
    Exit.BAD_INPUT: "wrong usage or bad input: an option, the question, the citation",
    Exit.UNUSABLE: "the corpus, the index, the model, the port or the output cannot be used",
    Exit.BUSY: "another process is building the index",
    Exit.FAULT: "a fault of qwenqa itself",
    Exit.INTERRUPTED: "interrupted (Ctrl-C)",
    Exit.CLOSED: "whoever read the output went away (as in: qwenqa ask ... | head -1)",
}


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence, and exceptions like any other."""

    def error(self, message: str) -> NoReturn:
        raise SettingsError(f"{_sentence(message)} See: {self.prog} --help")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command and its options; raises SettingsError for what cannot be understood.

    Raises SystemExit after showing the help or the version.
    """
    given = parser().parse_args(arguments)
    if given.command is None:
        raise SettingsError(f"Give a command: {', '.join(COMMANDS)}. See: qwenqa --help")
    return given


def parser() -> argparse.ArgumentParser:
    """The parser of every command, from which the help and docs/shell.md are made."""
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
    whole.add_argument("--version", action="version", version=f"qwenqa {version('qwenqa')}")
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    common = _common()
    made = {
        name: commands.add_parser(
            name, parents=[common], help=told, description=_opened(told), allow_abbrev=False
        )
        for name, told in COMMANDS.items()
    }
    _ask_options(made["ask"])
    _build_options(made["build"])
    _serve_options(made["serve"])
    _watch_options(made["watch"])
    _status_options(made["status"])
    _check_options(made["check"])
    _rollback_options(made["rollback"])
    _report_options(made["report"])
    _diff_options(made["diff"])
    _saved_options(made["saved"])
    _verify_options(made["verify"])
    return whole


def _common() -> _Parser:
    """Options of every command, before it or after it; absent ones leave no trace."""
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = common.add_argument_group("common options")
    group.add_argument(
        "--corpus",
        metavar="FOLDER",
        type=_folder,
        help="folder of the documents (else QWENQA_CORPUS, else corpus)",
    )
    group.add_argument(
        "--index",
        metavar="FOLDER",
        type=_folder,
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


_FILTERS = {
    "path": ("PATTERN", "files whose path in the folder matches, with * and ?: 'reports/*.pdf'"),
    "kind": ("KIND", "files of a kind, a suffix or the name of a reader: pdf"),
    "since": ("DATE", "documents dated then or later: 2020, 2020-06 or 2020-06-30"),
    "until": ("DATE", "documents dated then or earlier, that year, month or day included"),
    "language": ("TAG", "documents that say they are in a language: en (en-GB too)"),
}


def _ask_options(ask: argparse.ArgumentParser) -> None:
    ask.add_argument(
        "question",
        nargs="+",
        metavar="QUESTION",
        help="the question in one or more words, or - to read it from standard input",
    )
    ask.add_argument(
        "-k",
        metavar="N",
        type=_hits,
        default=DEFAULT_HITS,
        help=f"passages to show at most ({DEFAULT_HITS})",
    )
    which = ask.add_argument_group("which documents are asked")
    for name, (shown, told) in _FILTERS.items():
        which.add_argument(f"--{name}", metavar=shown, default="", help=told)


def _status_options(status: argparse.ArgumentParser) -> None:
    status.add_argument(
        "--all",
        action="store_true",
        help="list every source, not only those whose reading gave a warning",
    )


def _check_options(check: argparse.ArgumentParser) -> None:
    check.add_argument(
        "--full",
        action="store_true",
        help="also read what is in the files, and compare the sources with what was indexed",
    )


def _rollback_options(rollback: argparse.ArgumentParser) -> None:
    rollback.add_argument(
        "generation",
        nargs="?",
        metavar="N",
        type=_whole,
        help="number of the generation (the one before; qwenqa check names those there are)",
    )


def _build_options(build: argparse.ArgumentParser) -> None:
    build.add_argument(
        "--allow-empty",
        action="store_true",
        help="go on when nothing, or next to nothing, of what was indexed is left, "
        "which else is refused",
    )


def _serve_options(serve: argparse.ArgumentParser) -> None:
    serve.add_argument(
        "--host", metavar="ADDRESS", help="address to serve on (else QWENQA_HOST, else 127.0.0.1)"
    )
    serve.add_argument(
        "--port",
        metavar="N",
        type=_port,
        help="port to serve on, 0 for any free one (else QWENQA_PORT, else 7860)",
    )
    serve.add_argument(
        "--watch", action="store_true", help="rebuild whenever the documents change, too"
    )
    _watch_options(serve)


def _watch_options(watch: argparse.ArgumentParser) -> None:
    watch.add_argument(
        "--poll",
        action="store_true",
        help="compare the files to see changes, for network folders where none are told",
    )


def _report_options(report: argparse.ArgumentParser) -> None:
    report.add_argument(
        "generation",
        nargs="?",
        metavar="N",
        type=_whole,
        help="number of a kept generation (else the one that serves)",
    )


def _diff_options(diff: argparse.ArgumentParser) -> None:
    for name, told in (("old", "earlier"), ("new", "later")):
        diff.add_argument(
            name, metavar=name.upper(), type=_whole, help=f"number of the {told} generation"
        )
    diff.add_argument(
        "--texts",
        action="store_true",
        help="show the added and removed passages with their places",
    )


def _saved_options(saved: argparse.ArgumentParser) -> None:
    saved.add_argument("action", metavar="ACTION", type=_action, help=f"{', '.join(SAVED_ACTIONS)}")
    saved.add_argument(
        "question",
        nargs="*",
        default=[],  # else a message says that it is required
        metavar="QUESTION",
        help="the question in one or more words; to remove one, its number does too",
    )


def _verify_options(verify: argparse.ArgumentParser) -> None:
    verify.add_argument(
        "citation",
        metavar="FILE",
        help="a citation or an answer in JSON, or - to read it from standard input",
    )


def _exits() -> str:
    rows = [
        textwrap.fill(f"{code:5d}  {told}", 79, subsequent_indent=" " * 7)
        for code, told in EXITS.items()
    ]
    return "\n".join(["exit codes:", *rows])


def _folder(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("names no folder")
    return text


def _action(text: str) -> str:
    if text not in SAVED_ACTIONS:
        named = f"{', '.join(SAVED_ACTIONS[:-1])} or {SAVED_ACTIONS[-1]}"
        raise argparse.ArgumentTypeError(f"is {text[:40]!r}; it can be {named}")
    return text


def _hits(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"is {text}; ask for at least 1 passage")
    return number


def _port(text: str) -> int:
    number = _whole(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"is {text}; a port is between 0 and 65535")
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"is {text[:40]!r}, which is no whole number") from None


def _opened(told: str) -> str:
    return f"{told[0].upper()}{told[1:]}."


def _sentence(message: str) -> str:
    """The parser's complaint as a sentence, with what was probably meant."""
    if slip := re.search(r"invalid choice: '(.*?)'", message):
        return f"There is no command {slip[1]!r}.{_meant(slip[1], list(COMMANDS))}"
    if slip := re.match(r"unrecognized arguments: (\S+)", message):
        return _surplus(slip[1])
    if slip := re.match(r"the following arguments are required: (.+)", message):
        return f"{slip[1]} is missing."
    return re.sub(r"^argument (\S+?):", r"\1", message).rstrip(".") + "."


def _surplus(typed: str) -> str:
    if not typed.startswith("-"):
        return f"{typed!r} is one word too many here."
    if typed.partition("=")[0] in _OPTIONS:
        return f"{typed} is an option of another command."
    return f"There is no option {typed!r}.{_meant(typed, _OPTIONS)}"


def _meant(typed: str, choices: list[str]) -> str:
    close = difflib.get_close_matches(typed, choices, n=1, cutoff=0.5)
    return f" Did you mean {close[0]}?" if close else ""


_OPTIONS = [
    *("--corpus", "--index", "--model", "--json", "--version", "--help"),
    *("-k", "--allow-empty", "--texts", "--host", "--port", "--watch", "--poll"),
]
