"""What is made for an open page, an image or a file, served to whoever was given its name."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict

from fastapi import HTTPException, Response

FOLDER = "page-image"
BUNDLES = "bundle"


class OneTimeFiles:
    """Things made for open pages, each under a name that nobody can guess.

    A request can only fetch what an event has made: it starts no work and names no file. Of one
    kind as many are ``kept``; an image is some hundred kilobytes.
    """

    def __init__(
        self, folder: str = FOLDER, kind: str = "image/png", kept: int = 48, name: str = ""
    ) -> None:
        """``folder`` is where they are served; with a ``name`` browsers save them under it."""
        self._folder = folder
        self._most = kept
        self._kind = kind
        self._name = name
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._changing = threading.Lock()

    def keep(self, data: bytes) -> str:
        """Keep one, forget the oldest; gives the address to fetch it from."""
        name = secrets.token_urlsafe(16)
        with self._changing:
            self._kept[name] = data
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return f"{self._folder}/{name}"

    def fetch(self, name: str) -> Response:
        """The response to a request for one; 404 for a name that was not given."""
        data = self._kept.get(name)
        if data is None:
            raise HTTPException(404, "There is nothing here.")
        saved = {"content-disposition": f'attachment; filename="{self._name}"'}
        return Response(data, media_type=self._kind, headers=saved if self._name else None)


def bundles() -> OneTimeFiles:
    """A place for answers to be saved as files."""
    return OneTimeFiles(BUNDLES, "application/ld+json", name="answer.json")
