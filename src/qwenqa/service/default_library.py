"""Asking the folder where one stands, without naming anything."""

from __future__ import annotations

import threading
from pathlib import Path

from qwenqa.answers.answer.answer import Answer
from qwenqa.service.library import DEFAULT_HITS, Library
from qwenqa.settings import Settings, load
from qwenqa.types import Filter


def ask(question: str, k: int = DEFAULT_HITS, within: Filter | None = None) -> Answer:
    """Ask the documents in ``corpus/`` of the working directory; see ``Library.ask``.

    Uses ``index/`` beside it and builds it when there is none. The library is kept for the
    next question while the working directory and the settings stay the same.
    """
    settings = load({})
    key = (Path.cwd(), settings)
    with _LIBRARIES_LOCK:
        if key not in _LIBRARIES:
            _LIBRARIES.clear()
            _LIBRARIES[key] = Library(settings=settings)
        library = _LIBRARIES[key]
    return library.ask(question, k, within)


_LIBRARIES: dict[tuple[Path, Settings], Library] = {}
_LIBRARIES_LOCK = threading.Lock()
