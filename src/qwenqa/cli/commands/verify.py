"""``qwenqa verify``: citations, answers and bundles against the files."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from qwenqa.answers.answer.answer import Answer
from qwenqa.answers.citations.claims import citation_from_json
from qwenqa.cli import output
from qwenqa.cli.parser import Exit
from qwenqa.cli.text import results
from qwenqa.errors import CitationError, QuestionError
from qwenqa.service.library import Library
from qwenqa.types import Citation, Verification

_MAX_INPUT_BYTES = 64 * 2**20


def verify(library: Library, options: Namespace) -> Exit:
    """Check a citation, several, all of an answer, or a bundle, a line each."""
    data = _input(options.citation)
    shape = _shape(data)
    if isinstance(shape, dict) and "bundle" in shape:
        return _verify_bundle(library, data, as_json=options.json)
    checked = [(citation, library.verify(citation)) for citation in _citations(data, shape)]
    good = all(verification.good for _, verification in checked)
    if options.json:
        output.write_json({"good": good, "checked": _records(checked)})
    else:
        output.write(
            "".join(results.verified(citation, verification) for citation, verification in checked)
        )
    return Exit.GOOD if good else Exit.NOT_FOUND


def _verify_bundle(library: Library, data: bytes, *, as_json: bool) -> Exit:
    bundle = library.verify_bundle(data)
    if as_json:
        output.write_json(
            {
                "good": bundle.good,
                "question": bundle.question,
                "flaws": bundle.flaws,
                "checked": _records(bundle.checked),
            }
        )
    else:
        output.write(results.bundle_verified(bundle))
    return Exit.GOOD if bundle.good else Exit.NOT_FOUND


def _records(checked: Any) -> list[dict[str, Citation | Verification]]:
    return [
        {"citation": citation, "verification": verification} for citation, verification in checked
    ]


def _shape(data: bytes) -> Any:
    """What JSON holds, None where it is none."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _citations(data: bytes, shape: Any) -> list[Citation]:
    """The citation that JSON holds, each of a list, or all of an answer's; raises CitationError."""
    if shape and isinstance(shape, list):
        citations = [citation_from_json(msgspec.json.encode(record)) for record in shape]
    elif isinstance(shape, dict) and "hits" in shape:
        citations = [hit.citation for hit in Answer.from_json(data).hits]
    else:
        citations = [citation_from_json(data)]
    if not citations:
        raise CitationError("This answer cites nothing, so there is nothing to verify.")
    return citations


def _input(name: str) -> bytes:
    """What a file, or standard input for ``-``, holds; raises CitationError."""
    if name == "-":
        return read_all(sys.stdin.buffer) if sys.stdin else b""
    path = Path(name)
    if not path.is_file():
        what = "is not a plain file" if path.exists() else "does not exist"
        raise CitationError(f"{name} {what}. Name a file that holds a citation in JSON, or -.")
    try:
        with path.open("rb") as file:
            return read_all(file)
    except OSError as error:
        raise CitationError(f"{name} cannot be read ({error.strerror}).") from error


def read_all(file: BinaryIO) -> bytes:
    """All that a file holds, within bounds; raises QuestionError."""
    data = file.read(_MAX_INPUT_BYTES + 1)
    if len(data) > _MAX_INPUT_BYTES:
        raise QuestionError("The input is larger than 64 MiB, which is no question or citation.")
    return data
