"""A temporary folder of this process's own, for all that the page's libraries write."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from qwenqa.errors import ServeError


@contextmanager
def own_scratch() -> Iterator[str]:
    """Let whatever is temporary lie in a folder that nobody else may open, removed at the end.

    The shared one is no place: Gradio's folder in it may be somebody else's. The processes that
    are begun meanwhile use the folder too. Raises ServeError where none can be made.
    """
    try:
        scratch = tempfile.TemporaryDirectory(prefix="qwenqa-", ignore_cleanup_errors=True)
    except OSError as error:
        raise ServeError(
            f"No temporary folder can be made ({error.strerror}). Name one that can be written "
            "with TMPDIR."
        ) from error
    shared, named = tempfile.tempdir, os.environ.get("TMPDIR")
    with scratch as folder:
        tempfile.tempdir = os.environ["TMPDIR"] = folder
        try:
            yield folder
        finally:
            tempfile.tempdir = shared
            os.environ.pop("TMPDIR")
            if named is not None:
                os.environ["TMPDIR"] = named
