"""What a build says of itself: what changed since the last complete generation."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from qwenqa.build.changes import Difference
from qwenqa.errors import DamagedError
from qwenqa.index.generation import Generation
from qwenqa.index.header import Header, folder_of, kept
from qwenqa.types import BuildReport, SavedChange


def report_of(
    changes: Difference,
    header: Header,
    *,
    encoded: int = 0,
    seconds: float = 0.0,
    saved: tuple[SavedChange, ...] = (),
    published: bool = True,
) -> BuildReport:
    """The report of a build that led to the generation with this header."""
    return BuildReport(
        generation=header.generation,
        before=changes.old,
        published=published,
        added=changes.added,
        changed=changes.changed,
        removed=changes.removed,
        moved=changes.moved,
        kept=changes.kept,
        skipped=header.skipped,
        stale=header.stale,
        passages=header.passages,
        passage_counts=changes.passage_counts,
        encoded=encoded,
        reused=header.passages - encoded,
        seconds=round(seconds, 3),
        saved=saved,
    )


def last_complete(index: Path, serving: Generation | None) -> Generation | None:
    """The generation that a build is compared with; the caller closes another than serves."""
    if serving is None or serving.header.kind == "complete":
        return serving
    older = [header for header in kept(index) if header.generation < serving.number]
    for header in reversed(older):
        with suppress(DamagedError, OSError):
            return Generation(folder_of(index, header.generation), header)
    return None
