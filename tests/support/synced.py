"""What is made durable, and in which order."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock


@contextmanager
def synced() -> Iterator[list[Path]]:
    """The paths of the files and folders that are synced within, as they are."""
    paths: list[Path] = []
    real = os.fsync

    def noted(file: int) -> None:
        paths.append(Path(f"/proc/self/fd/{file}").readlink())
        real(file)

    with mock.patch("os.fsync", noted):
        yield paths
