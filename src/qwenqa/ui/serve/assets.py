"""The scripts and styles of the page: our own, and some seventy of Gradio's."""

from __future__ import annotations

from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path

from starlette.responses import Response

STYLES = tuple(
    f"/{name}.css" for name in ("page", "answer", "source", "sheet", "why", "views", "map", "lists")
)
"""Our own styles; what comes later outweighs what comes before."""
SCRIPTS = ("/page.js", "/trouble.js", "/api.js")
FOLDER = "/assets/"
KEPT = "public, max-age=31536000, immutable"
"""What browsers are told of them: their names change with what is in them."""


class Assets:
    """The files of a folder, from memory once they were asked for.

    Gradio reads each from the disk in four turns of other threads, which is slow just when a page
    is opened first: while another thread loads the model.
    """

    def __init__(self, folder: Path) -> None:
        """Serve the files of a folder, not of those below it."""
        self._names = frozenset(path.name for path in folder.iterdir() if path.is_file())
        self._read = lru_cache(maxsize=None)(lambda name: (folder / name).read_bytes())

    def get(self, path: str) -> Response | None:
        """The file at a path, None where there is none."""
        name = path.removeprefix(FOLDER)
        if name not in self._names:
            return None
        return Response(self._read(name), media_type=guess_type(name)[0])
