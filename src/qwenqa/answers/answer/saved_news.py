"""What became of saved questions, in words: the same in the shell and on the page."""

from __future__ import annotations

from qwenqa.answers.citations.claims import place_label
from qwenqa.types import Citation, CitationChange, SavedChange

NOT_YET = "It will be asked when the index is next built and something has changed."


def summary(last: SavedChange | None) -> str:
    """What the last build said of a saved question; None when it was not asked yet."""
    if last is None:
        return NOT_YET
    if last.failure:
        return f"It could not be asked. {last.failure}"
    kinds = [citation.change for citation in last.citations]
    counts = [
        f"{kinds.count(kind)} {kind}" for kind in ("moved", "newly cited", "lost") if kind in kinds
    ]
    if not last.before:
        head = "Asked for the first time."
    elif last.same:
        head = "Unchanged."
    else:
        head = f"Changed: {', '.join(counts)}." if counts else "Changed."
    return f"{head} {_verdict(last)}"


def _verdict(last: SavedChange) -> str:
    if last.found:
        return (
            "It is answered now, and was not before."
            if last.was_found is False
            else "It is answered."
        )
    if last.was_found:
        return "Nothing seems to answer it any more."
    return "Nothing seems to answer it."


def told(change: CitationChange) -> str:
    """What became of one citation, without the kind of change: its place and the reason."""
    before = f" (before: {where(change.before)})" if change.before else ""
    reason = f": {change.reason}" if change.reason else ""
    return f"{where(change.citation)}{before}{reason}"


def where(citation: Citation) -> str:
    """The citation's address and place."""
    return f"{citation.address}, {place_label(citation)}"
