"""The options of the commands that ask: ask, why, why-not, saved, verify."""

from __future__ import annotations

import argparse

from qwenqa.answers.citations.reference_formats import FORMS
from qwenqa.cli.options import groups, values
from qwenqa.service.library import DEFAULT_HITS

SAVED_ACTIONS = ("add", "list", "remove")
"""What can be done with saved questions."""


_FILTERS = {
    "path": ("PATTERN", "files whose path in the folder matches, with * and ?: 'reports/*.pdf'"),
    "kind": ("KIND", "files of a kind, a suffix or the name of a reader: pdf"),
    "since": ("DATE", "documents dated then or later: 2020, 2020-06 or 2020-06-30"),
    "until": ("DATE", "documents dated then or earlier, that year, month or day included"),
    "language": ("TAG", "documents that say they are in a language: en (en-GB too)"),
}


def asking(command: argparse.ArgumentParser) -> None:
    """What is asked, and of which documents."""
    command.add_argument(
        "question",
        nargs="+",
        metavar="QUESTION",
        help="the question in one or more words, or - to read it from standard input",
    )
    _hits_and_filters(command, "passages to show at most")


def ask(command: argparse.ArgumentParser) -> None:
    """What is asked, and what is taken along of its answer."""
    asking(command)
    command.add_argument(
        "--after",
        metavar="QUESTION",
        help="a question asked before: what this one lacks is taken from it, and told",
    )
    taken = command.add_argument_group("what is taken along")
    taken.add_argument(
        "--citations",
        metavar="FORM",
        type=values.one_of_words(FORMS),
        help=f"write only the verified citations of the answer: {', '.join(FORMS)}",
    )
    taken.add_argument(
        "--bundle",
        metavar="FILE",
        help="write the answer there too, as a bundle (JSON) that qwenqa verify checks anywhere",
    )


def why_not(command: argparse.ArgumentParser) -> None:
    """The sentence that was expected, and the question."""
    command.add_argument(
        "sentence",
        nargs="+",
        metavar="SENTENCE",
        help="the sentence as it stands in its document, or - to read it from standard input",
    )
    command.add_argument(
        "--question", metavar="TEXT", required=True, help="the question that it should answer"
    )
    _hits_and_filters(command, "passages that would be shown")


def _hits_and_filters(command: argparse.ArgumentParser, passages: str) -> None:
    command.add_argument(
        "-k",
        metavar="N",
        type=values.hits,
        default=DEFAULT_HITS,
        help=f"{passages} ({DEFAULT_HITS})",
    )
    groups.reranker(command)
    groups.level(command)
    groups.model(command)
    which = command.add_argument_group("which documents are asked")
    for name, (metavar, text) in _FILTERS.items():
        which.add_argument(f"--{name}", metavar=metavar, default="", help=text)


def saved(command: argparse.ArgumentParser) -> None:
    """What is done with which question."""
    command.add_argument(
        "action",
        metavar="ACTION",
        type=values.one_of_words(SAVED_ACTIONS),
        help=", ".join(SAVED_ACTIONS),
    )
    command.add_argument(
        "question",
        nargs="*",
        default=[],  # else a message says that it is required
        metavar="QUESTION",
        help="the question in one or more words; to remove one, its number does too",
    )


def verify(command: argparse.ArgumentParser) -> None:
    """What is verified."""
    command.add_argument(
        "citation",
        metavar="FILE",
        help="a citation, an answer or a bundle in JSON, or - to read it from standard input",
    )
