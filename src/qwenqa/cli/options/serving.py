"""The options of the commands that serve the page and say who may use it: serve, users."""

from __future__ import annotations

import argparse

from qwenqa.cli.options import groups, values
from qwenqa.service.upkeep.users import ROLES

USERS_ACTIONS = ("add", "list", "role", "remove")
"""What can be done with users."""


def serve(command: argparse.ArgumentParser) -> None:
    """Where the page is served, and to whom."""
    command.add_argument(
        "--host", metavar="ADDRESS", help="address to serve on (else QWENQA_HOST, else 127.0.0.1)"
    )
    command.add_argument(
        "--port",
        metavar="N",
        type=values.port,
        help="port to serve on, 0 for any free one (else QWENQA_PORT, else 7860)",
    )
    _users_file(command)
    command.add_argument(
        "--allow-host",
        dest="allowed_hosts",
        metavar="NAME",
        action="append",
        help="a further name by which browsers may call the page; can be given several times "
        "(else QWENQA_ALLOWED_HOSTS, with commas)",
    )
    command.add_argument(
        "--proxy",
        dest="proxies",
        metavar="ADDRESS",
        action="append",
        help="address or network of a proxy whose X-Forwarded-For, -Proto and -Host are believed; "
        "can be given several times (else QWENQA_PROXIES, with commas)",
    )
    command.add_argument(
        "--root-path",
        metavar="PATH",
        help="path under which a proxy serves the page, such as /qa (else QWENQA_ROOT_PATH)",
    )
    command.add_argument(
        "--open",
        action="count",
        help="given twice: serve beyond this machine without users, so that everybody who reaches "
        "the page reads the documents (else QWENQA_OPEN=2)",
    )
    command.add_argument(
        "--allow-upload",
        action="store_true",
        default=None,
        help="let people add files to the corpus on the page (else QWENQA_ALLOW_UPLOAD)",
    )
    command.add_argument(
        "--watch", action="store_true", help="rebuild whenever the documents change, too"
    )
    groups.reranker(command)
    groups.level(command)
    groups.model(command)
    groups.polls(command)


def _users_file(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--users",
        metavar="FILE",
        help="file of the users who may use the page (else QWENQA_USERS)",
    )


def users(command: argparse.ArgumentParser) -> None:
    """What is done with whom."""
    command.add_argument(
        "action",
        metavar="ACTION",
        type=values.one_of_words(USERS_ACTIONS),
        help=", ".join(USERS_ACTIONS),
    )
    command.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help="the user; the password is asked for, or read from standard input where that is no "
        "terminal; adding one again gives another password",
    )
    role = "what the user may do: a reader asks, an editor also rebuilds, measures, saves and adds"
    command.add_argument(
        "role", nargs="?", metavar="ROLE", type=values.one_of_words(ROLES), help=role
    )
    command.add_argument(
        "--role",
        dest="as_role",
        metavar="ROLE",
        type=values.one_of_words(ROLES),
        help="the same as ROLE (else a new user is a reader, and another one what it was)",
    )
    _users_file(command)
