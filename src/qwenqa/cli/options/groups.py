"""Options that several commands share: models, confidence, how files are watched."""

from __future__ import annotations

import argparse

from qwenqa.cli.options import values
from qwenqa.settings import Settings
from qwenqa.types import PRECISIONS


def model(command: argparse.ArgumentParser) -> None:
    """How the model of ``--model`` is used, for the commands that build."""
    group = command.add_argument_group("how the model is used")
    group.add_argument(
        "--dimension",
        metavar="N",
        type=values.whole,
        help="cut its vectors to the first N components, for models trained to be cut "
        "(else QWENQA_DIMENSION, else the index's own)",
    )
    group.add_argument(
        "--precision",
        metavar="NAME",
        help=f"{', '.join(PRECISIONS)} (else QWENQA_PRECISION, else the index's own, else fp32)",
    )


def reranker(command: argparse.ArgumentParser) -> None:
    """Which model orders the best passages."""
    command.add_argument(
        "--reranker",
        metavar="NAME",
        help="model by Hub name or folder that orders the best passages (else QWENQA_RERANKER, "
        "else none)",
    )


def level(command: argparse.ArgumentParser) -> None:
    """From which confidence passages are said to answer."""
    command.add_argument(
        "--level",
        metavar="P",
        help="confidence, from 0 to 1, from which passages are said to answer (else QWENQA_LEVEL, "
        f"else {Settings().level})",
    )


def polls(command: argparse.ArgumentParser) -> None:
    """How changes of the documents are seen."""
    command.add_argument(
        "--poll",
        action="store_true",
        help="compare the files to see changes, for network folders where none are told",
    )
