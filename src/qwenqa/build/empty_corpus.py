"""When a corpus is taken for empty: nothing in it can be indexed, or nearly all has vanished."""

from __future__ import annotations

from qwenqa.corpus import Scan
from qwenqa.errors import EmptyCorpusError
from qwenqa.index.generation import Generation
from qwenqa.types import Skipped

_MANY, _NEARLY_ALL = 10, 0.9
"""Of at least so many documents, a loss of this share at once is taken for a mishap."""


def refuse_vanished(serving: Generation, scan: Scan) -> None:
    """Raise EmptyCorpusError when nearly all is gone and nothing came, as when a disk is away."""
    listed = {source.address for source in scan.sources}
    bytes_ = {source.sha256 for source in scan.sources}
    unread = tuple(f"{skipped.address}/" for skipped in scan.unreadable)
    before = [document.source for document in serving.documents]
    gone = [
        source
        for source in before
        if source.address not in listed
        and source.sha256 not in bytes_
        and not f"{source.address}/".startswith(unread)
    ]
    came = listed - {source.address for source in before}
    few = len(before) < _MANY or len(gone) < _NEARLY_ALL * len(before)
    if few or came or not scan.sources:
        return
    raise EmptyCorpusError(
        f"{len(gone):,} of {len(before):,} indexed documents are gone from the corpus folder and "
        "none has come, as when a disk is not mounted; the index still serves. If they are to "
        "leave it, use --allow-empty."
    )


def nothing_to_index(scan: Scan, unread: list[Skipped]) -> str:
    """What EmptyCorpusError says when no file of the corpus can be indexed."""
    skipped = [*scan.skipped, *unread]
    first = f" (for example {skipped[0].address}: {skipped[0].reason})" if skipped else ""
    if not scan.sources and not skipped:
        return (
            "The corpus folder is empty, so there is nothing to index. Put documents in it; "
            "to make an empty index on purpose, use --allow-empty."
        )
    return f"None of the files in the corpus folder can be indexed{first}. Add documents to it."
