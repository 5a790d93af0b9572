"""The options of the commands that measure and train: evaluate, tune."""

from __future__ import annotations

import argparse

from qwenqa.cli.options import values
from qwenqa.service.training import EPOCHS


def tune(command: argparse.ArgumentParser) -> None:
    """What is trained on, and where the model goes."""
    command.add_argument(
        "questions",
        metavar="FILE",
        help='JSON Lines of {"question": …, "quote": words that answer, or "address": document}',
    )
    command.add_argument(
        "--to",
        metavar="FOLDER",
        type=values.folder,
        required=True,
        help="folder for the tuned model",
    )
    command.add_argument(
        "--epochs",
        metavar="N",
        type=values.epochs,
        default=EPOCHS,
        help=f"how often each question is trained on ({EPOCHS})",
    )


def evaluate(command: argparse.ArgumentParser) -> None:
    """What is measured."""
    command.add_argument(
        "folder",
        nargs="?",
        metavar="COLLECTION",
        type=values.folder,
        help="folder with corpus.jsonl, queries.jsonl and qrels.tsv; without one the index is "
        "measured with questions made from it",
    )
    command.add_argument(
        "--limit",
        metavar="N",
        type=values.queries,
        help="the first N queries, or N made questions (300)",
    )
    of_collection = command.add_argument_group("with a collection")
    of_collection.add_argument(
        "--work",
        metavar="FOLDER",
        type=values.folder,
        help="keep its index there, so that a second evaluation encodes queries only",
    )
    of_collection.add_argument(
        "--runs",
        metavar="FOLDER",
        type=values.folder,
        help="write a TREC run of each retriever there",
    )
    of_collection.add_argument(
        "--compare",
        nargs=2,
        metavar="RUN",
        help="compare a second TREC run with a first one by its judgements, and build nothing",
    )
