"""The program: the shell with the page handed in, which is loaded only to be served."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from qwenqa.cli import run
from qwenqa.service.library import Library


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the shell and exit with its code."""
    sys.exit(run(argv, _serve))


def _serve(library: Library, host: str, port: int, announce: Callable[[str], None]) -> None:
    from qwenqa.ui.server import serve

    serve(library, host, port, announce)


if __name__ == "__main__":
    main()
