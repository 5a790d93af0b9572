"""One run of the shell: whatever happens ends in a sentence and an exit code."""

from __future__ import annotations

import contextlib
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import TextIO

from qwenqa.cli import ending, output
from qwenqa.cli.commands.library import Serve
from qwenqa.cli.parser import Exit, parse
from qwenqa.cli.table import COMMANDS
from qwenqa.errors import (
    BuilderBusyError,
    CitationError,
    CollectionError,
    QuestionError,
    QwenqaError,
    SettingsError,
    UsersError,
)
from qwenqa.service.library import Library
from qwenqa.settings import load

_INTERRUPTED = "Interrupted. The index still serves; the next build goes on from what was finished."
_SETTINGS = (
    "corpus",
    "index",
    "model",
    "dimension",
    "precision",
    "reranker",
    "level",
    "host",
    "port",
    "users",
    "open",
    "allow_upload",
    "root_path",
)
"""What can be set by an option, too."""

_CODES: tuple[tuple[type[QwenqaError], Exit], ...] = (
    (BuilderBusyError, Exit.BUSY),
    (SettingsError, Exit.BAD_INPUT),
    (UsersError, Exit.BAD_INPUT),
    (QuestionError, Exit.BAD_INPUT),
    (CitationError, Exit.BAD_INPUT),
    (CollectionError, Exit.BAD_INPUT),
    (QwenqaError, Exit.UNUSABLE),
)


def run(argv: Sequence[str] | None, serve: Serve) -> int:
    """Do what the arguments say (None: those of the process); gives the exit code.

    ``serve`` serves the page; it is handed in because the shell knows no page.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    output.prepare_streams()
    try:
        with ending.in_order():
            return int(_run(arguments, serve))
    except output.OutputError as error:
        with contextlib.suppress(output.OutputError):
            if not error.closed:
                output.note(f"qwenqa: The output cannot be written ({error}).")
        _drop_unwritten()
        return Exit.CLOSED if error.closed else Exit.UNUSABLE


def _run(arguments: list[str], serve: Serve) -> int:
    as_json = "--json" in arguments
    try:
        return _do(parse(arguments), serve)
    except SystemExit as shown:  # the help or the version
        return int(shown.code or 0)
    except KeyboardInterrupt:
        return _failed(_INTERRUPTED, "KeyboardInterrupt", as_json, 130)
    except QwenqaError as error:
        code = next(code for kind, code in _CODES if isinstance(error, kind))
        return _failed(str(error), type(error).__name__, as_json, code)
    except output.OutputError:
        raise
    except Exception as error:
        if os.environ.get("QWENQA_TRACEBACK"):
            raise
        return _failed(_fault(error), type(error).__name__, as_json, Exit.FAULT)


def _do(options: Namespace, serve: Serve) -> int:
    named = {name: getattr(options, name, None) for name in _SETTINGS}
    for name in ("allowed_hosts", "proxies"):
        several = getattr(options, name, None)
        named[name] = ",".join(several) if several else None
    library = Library(settings=load(named))
    options.serve_page = serve
    return COMMANDS[options.command].does(library, options)


def _failed(sentence: str, kind: str, as_json: bool, code: int) -> int:
    if as_json:
        output.write_json({"error": output.one_line(sentence), "kind": kind})
    else:
        output.note(f"qwenqa: {sentence}")
    return code


def _fault(error: Exception) -> str:
    return (
        f"A fault of qwenqa itself ({type(error).__name__}: {error}). Set QWENQA_TRACEBACK=1 "
        "and try again to see where, and please report it."
    )


def _drop_unwritten() -> None:
    """Point streams that cannot be written to nowhere, so that the exit does not stumble."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not _flushed(stream):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
            stream.flush()


def _flushed(stream: TextIO) -> bool:
    try:
        stream.flush()
    except OSError:
        return False
    return True
