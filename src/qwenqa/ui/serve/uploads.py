"""Where Gradio puts uploaded files until they are added to the corpus."""

from __future__ import annotations

import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from qwenqa.ui.request_bodies import MAX_BODY_BYTES
from qwenqa.ui.serve.file_values import Tokens

FILES_AT_ONCE = 4
"""Files of the largest allowed size that one request may hold."""
_REQUESTS_HELD = 8
"""Requests of that size that the folder may hold."""
_KEPT_SECONDS = 3600
"""After which what nobody added, or was broken off, is removed."""


class Uploads:
    """A temporary folder of uploaded files, each of at most ``file_bytes`` bytes.

    It is bounded, swept of what is old, and removed with all that is in it by ``close``.
    """

    def __init__(self, file_bytes: int) -> None:
        self.file_bytes = file_bytes
        self.request_bytes = FILES_AT_ONCE * file_bytes + MAX_BODY_BYTES
        self.tokens = Tokens()
        self._folder = TemporaryDirectory(prefix="qwenqa-", ignore_cleanup_errors=True)

    @property
    def folder(self) -> Path:
        """The folder."""
        return Path(self._folder.name)

    def has_room(self) -> bool:
        """Whether the folder takes another request, once what is old is removed."""
        size = 0
        for parent, _, names in os.walk(self.folder):
            size += sum(_kept(Path(parent, name)) for name in names)
        return size + self.request_bytes <= _REQUESTS_HELD * self.request_bytes

    def close(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()


def _kept(path: Path) -> int:
    """The bytes that a file holds, after it was removed for its age: none."""
    try:
        status = path.stat()
        if status.st_mtime > time.time() - _KEPT_SECONDS:
            return status.st_size
        path.unlink()
    except OSError:
        pass  # another request was first
    return 0
