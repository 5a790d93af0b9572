"""The page images that the page shows, served to whoever was given their name."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict

from fastapi import HTTPException, Response

FOLDER = "page-image"
_KEPT = 48
"""Images kept for pages that are open; one is some hundred kilobytes."""


class Pictures:
    """Images made for cited sources, each under a name that nobody can guess.

    A request can only fetch what an event has made: it starts no work and names no file.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._changing = threading.Lock()

    def keep(self, png: bytes) -> str:
        """Keep an image, forget the oldest; gives the address to fetch it from."""
        name = secrets.token_urlsafe(16)
        with self._changing:
            self._kept[name] = png
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return f"{FOLDER}/{name}"

    def fetch(self, name: str) -> Response:
        """The response to a request for an image; 404 for a name that was not given."""
        png = self._kept.get(name)
        if png is None:
            raise HTTPException(404, "There is nothing here.")
        headers = {"cache-control": "private, max-age=3600"}
        return Response(png, media_type="image/png", headers=headers)
