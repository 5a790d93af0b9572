"""Which sources a filter lets through."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from qwenqa.index.header import StoredDocument
from qwenqa.types import Filter


def passes(stored: StoredDocument, chosen: Filter) -> bool:
    """Whether a filter lets a document's source through."""
    address = stored.source.address
    kinds = (stored.reader.name, PurePosixPath(address).suffix.lower().lstrip("."))
    language, chosen_language = stored.language.lower(), chosen.language.lower()
    return (
        (not chosen.path or fnmatchcase(address, chosen.path))
        and (not chosen.kind or chosen.kind.lower().lstrip(".") in kinds)
        and (
            not chosen_language
            or language == chosen_language
            or language.startswith(f"{chosen_language}-")
        )
        and (not chosen.since or stored.date[: len(chosen.since)] >= chosen.since)
        # A date that is absent or not so exact may be later: "~" comes after any digit or sign.
        and (not chosen.until or f"{stored.date}~"[: len(chosen.until)] <= chosen.until)
    )
