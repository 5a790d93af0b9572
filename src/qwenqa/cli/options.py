"""The options of each command, and what may be typed for them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import TypeVar

from qwenqa.answers.citations.reference_formats import FORMS
from qwenqa.service.library import DEFAULT_HITS
from qwenqa.service.training import EPOCHS
from qwenqa.service.upkeep.users import ROLES
from qwenqa.settings import Settings
from qwenqa.types import PRECISIONS

W = TypeVar("W", bound=str)

SAVED_ACTIONS = ("add", "list", "remove")
"""What can be done with saved questions."""
USERS_ACTIONS = ("add", "list", "role", "remove")
"""What can be done with users."""

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
        type=_one_of(FORMS),
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


def _hits_and_filters(command: argparse.ArgumentParser, told_k: str) -> None:
    command.add_argument(
        "-k", metavar="N", type=_hits, default=DEFAULT_HITS, help=f"{told_k} ({DEFAULT_HITS})"
    )
    _reranker(command)
    _level(command)
    _model(command)
    which = command.add_argument_group("which documents are asked")
    for name, (shown, told) in _FILTERS.items():
        which.add_argument(f"--{name}", metavar=shown, default="", help=told)


def status(command: argparse.ArgumentParser) -> None:
    """What of the status is shown."""
    command.add_argument(
        "--all",
        action="store_true",
        help="list every source, not only those whose reading gave a warning",
    )


def check(command: argparse.ArgumentParser) -> None:
    """How deep is looked."""
    command.add_argument(
        "--full",
        action="store_true",
        help="also read what is in the files, and compare the sources with what was indexed",
    )


def rollback(command: argparse.ArgumentParser) -> None:
    """Which generation serves then."""
    command.add_argument(
        "generation",
        nargs="?",
        metavar="N",
        type=_whole,
        help="number of the generation (the one before; qwenqa check names those there are)",
    )


def _model(command: argparse.ArgumentParser) -> None:
    """How the model of ``--model`` is used, for the commands that build."""
    group = command.add_argument_group("how the model is used")
    group.add_argument(
        "--dimension",
        metavar="N",
        type=_whole,
        help="cut its vectors to the first N components, for models trained to be cut "
        "(else QWENQA_DIMENSION, else the index's own)",
    )
    group.add_argument(
        "--precision",
        metavar="NAME",
        help=f"{', '.join(PRECISIONS)} (else QWENQA_PRECISION, else the index's own, else fp32)",
    )


def _reranker(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--reranker",
        metavar="NAME",
        help="model by Hub name or folder that orders the best passages (else QWENQA_RERANKER, "
        "else none)",
    )


def _level(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--level",
        metavar="P",
        help="confidence, from 0 to 1, from which passages are said to answer (else QWENQA_LEVEL, "
        f"else {Settings().level})",
    )


def build(command: argparse.ArgumentParser) -> None:
    """How an index is built, and with what."""
    _model(command)
    command.add_argument(
        "--allow-empty",
        action="store_true",
        help="go on when nothing, or next to nothing, of what was indexed is left, "
        "which else is refused",
    )


def serve(command: argparse.ArgumentParser) -> None:
    """Where the page is served, and to whom."""
    command.add_argument(
        "--host", metavar="ADDRESS", help="address to serve on (else QWENQA_HOST, else 127.0.0.1)"
    )
    command.add_argument(
        "--port",
        metavar="N",
        type=_port,
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
    _reranker(command)
    _level(command)
    _model(command)
    _polls(command)


def _users_file(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--users",
        metavar="FILE",
        help="file of the users who may use the page (else QWENQA_USERS)",
    )


def users(command: argparse.ArgumentParser) -> None:
    """What is done with whom."""
    command.add_argument(
        "action", metavar="ACTION", type=_one_of(USERS_ACTIONS), help=", ".join(USERS_ACTIONS)
    )
    command.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help="the user; the password is asked for, or read from standard input where that is no "
        "terminal; adding one again gives another password",
    )
    role = "what the user may do: a reader asks, an editor also rebuilds, measures, saves and adds"
    command.add_argument("role", nargs="?", metavar="ROLE", type=_one_of(ROLES), help=role)
    command.add_argument(
        "--role",
        dest="as_role",
        metavar="ROLE",
        type=_one_of(ROLES),
        help="the same as ROLE (else a new user is a reader, and another one what it was)",
    )
    _users_file(command)


def watch(command: argparse.ArgumentParser) -> None:
    """How often is looked."""
    _model(command)
    _polls(command)


def _polls(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--poll",
        action="store_true",
        help="compare the files to see changes, for network folders where none are told",
    )


def report(command: argparse.ArgumentParser) -> None:
    """Whose report is shown."""
    command.add_argument(
        "generation",
        nargs="?",
        metavar="N",
        type=_whole,
        help="number of a kept generation (else the one that serves)",
    )


def diff(command: argparse.ArgumentParser) -> None:
    """Which two generations are told apart."""
    for name, told in (("old", "earlier"), ("new", "later")):
        command.add_argument(
            name, metavar=name.upper(), type=_whole, help=f"number of the {told} generation"
        )
    command.add_argument(
        "--texts",
        action="store_true",
        help="show the added and removed passages with their places",
    )


def saved(command: argparse.ArgumentParser) -> None:
    """What is done with which question."""
    command.add_argument(
        "action", metavar="ACTION", type=_one_of(SAVED_ACTIONS), help=", ".join(SAVED_ACTIONS)
    )
    command.add_argument(
        "question",
        nargs="*",
        default=[],  # else a message says that it is required
        metavar="QUESTION",
        help="the question in one or more words; to remove one, its number does too",
    )


def tune(command: argparse.ArgumentParser) -> None:
    """What is trained on, and where the model goes."""
    command.add_argument(
        "questions",
        metavar="FILE",
        help='JSON Lines of {"question": …, "quote": words that answer, or "address": document}',
    )
    command.add_argument(
        "--to", metavar="FOLDER", type=folder, required=True, help="folder for the tuned model"
    )
    command.add_argument(
        "--epochs",
        metavar="N",
        type=_epochs,
        default=EPOCHS,
        help=f"how often each question is trained on ({EPOCHS})",
    )


def verify(command: argparse.ArgumentParser) -> None:
    """What is verified."""
    command.add_argument(
        "citation",
        metavar="FILE",
        help="a citation, an answer or a bundle in JSON, or - to read it from standard input",
    )


def evaluate(command: argparse.ArgumentParser) -> None:
    """What is measured."""
    command.add_argument(
        "folder",
        nargs="?",
        metavar="COLLECTION",
        type=folder,
        help="folder with corpus.jsonl, queries.jsonl and qrels.tsv; without one the index is "
        "measured with questions made from it",
    )
    command.add_argument(
        "--limit", metavar="N", type=_some, help="the first N queries, or N made questions (300)"
    )
    of_collection = command.add_argument_group("with a collection")
    of_collection.add_argument(
        "--work",
        metavar="FOLDER",
        type=folder,
        help="keep its index there, so that a second evaluation encodes queries only",
    )
    of_collection.add_argument(
        "--runs", metavar="FOLDER", type=folder, help="write a TREC run of each retriever there"
    )
    of_collection.add_argument(
        "--compare",
        nargs=2,
        metavar="RUN",
        help="compare a second TREC run with a first one by its judgements, and build nothing",
    )


def folder(text: str) -> str:
    """A folder's path as it was typed; raises ArgumentTypeError when it is empty."""
    if not text:
        raise argparse.ArgumentTypeError("names no folder")
    return text


def _one_of(words: Sequence[W]) -> Callable[[str], W]:
    """A reader of one of the words, which says what it can be."""

    def read(text: str) -> W:
        for word in words:
            if text == word:
                return word
        named = f"{', '.join(words[:-1])} or {words[-1]}"
        raise argparse.ArgumentTypeError(f"is {text[:40]!r}; it can be {named}")

    return read


def _hits(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"is {text}; ask for at least 1 passage")
    return number


def _epochs(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"is {text}; train at least once")
    return number


def _some(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"is {text}; ask at least 1 question")
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
