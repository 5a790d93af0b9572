"""The program: the shell with the page handed in, which is loaded only to be served."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from qwenqa.cli import run
from qwenqa.service.library import Library


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the shell and exit with its code."""
    if argv is None and sys.getfilesystemencoding() != "utf-8":
        _begin_again_in_utf8()
    sys.exit(run(argv, _serve))


def _begin_again_in_utf8() -> NoReturn:
    """Become a process whose file names and arguments are UTF-8, whatever the locale says."""
    os.environ["PYTHONUTF8"] = "1"
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606


def _serve(library: Library, host: str, port: int, announce: Callable[[str], None]) -> None:
    from qwenqa.ui.serve.server import serve

    serve(library, host, port, announce)


if __name__ == "__main__":
    main()
