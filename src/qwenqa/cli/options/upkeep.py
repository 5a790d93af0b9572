"""The options of the commands that keep the index: build, watch, status, check and its history."""

from __future__ import annotations

import argparse

from qwenqa.cli.options import groups, values


def build(command: argparse.ArgumentParser) -> None:
    """How an index is built, and with what."""
    groups.model(command)
    command.add_argument(
        "--allow-empty",
        action="store_true",
        help="go on when nothing, or next to nothing, of what was indexed is left, "
        "which else is refused",
    )


def watch(command: argparse.ArgumentParser) -> None:
    """How often is looked."""
    groups.model(command)
    groups.polls(command)


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
        type=values.whole,
        help="number of the generation (the one before; qwenqa check names those there are)",
    )


def report(command: argparse.ArgumentParser) -> None:
    """Whose report is shown."""
    command.add_argument(
        "generation",
        nargs="?",
        metavar="N",
        type=values.whole,
        help="number of a kept generation (else the one that serves)",
    )


def diff(command: argparse.ArgumentParser) -> None:
    """Which two generations are told apart."""
    for name, which in (("old", "earlier"), ("new", "later")):
        command.add_argument(
            name, metavar=name.upper(), type=values.whole, help=f"number of the {which} generation"
        )
    command.add_argument(
        "--texts",
        action="store_true",
        help="show the added and removed passages with their places",
    )
