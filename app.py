"""Serve the page for the documents in ``corpus/`` beside this file.

``python app.py`` is ``qwenqa serve`` with the folders ``corpus/`` and ``index/`` that stand
here, whatever the working directory; it takes the same options and environment variables.
"""

import os
import sys
from pathlib import Path

from qwenqa.__main__ import main

HERE = Path(__file__).resolve().parent


def folders() -> list[str]:
    """Options that name the folders here, where the environment does not name others."""
    return [
        part
        for name in ("corpus", "index")
        if not os.environ.get(f"QWENQA_{name.upper()}")
        for part in (f"--{name}", str(HERE / name))
    ]


if __name__ == "__main__":
    main(["serve", *folders(), *sys.argv[1:]])
