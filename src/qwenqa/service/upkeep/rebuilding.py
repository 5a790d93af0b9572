"""Bringing the index up to the corpus, and back to what it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qwenqa import corpus as corpora
from qwenqa.build.builder import build, is_current, unchanged
from qwenqa.build.context import Earlier
from qwenqa.errors import NoGenerationError
from qwenqa.index import opening, publish
from qwenqa.index.generation import Generation
from qwenqa.index.header import kept
from qwenqa.index.publish import builder
from qwenqa.index.salvage import all_whole_parts
from qwenqa.service.open.current_generation import Serving
from qwenqa.service.open.reading import build_context_of, recipe_of, retention_of
from qwenqa.service.upkeep.saved import asking
from qwenqa.settings import Settings
from qwenqa.types import BuildReport, Encoder, Progress


def rebuild(
    settings: Settings,
    serving: Serving,
    progress: Callable[[Progress], None],
    *,
    allow_empty: bool,
) -> BuildReport:
    """Index what is new or changed; raises as ``Library.rebuild`` says."""
    corpora.require_folder(settings.corpus)  # else not even the index's folder is made
    with builder(settings.index):
        before = serving.anew()
        scan = corpora.scan(settings.corpus)
        if before and _gives(serving, before) and current(settings, before, scan):
            return unchanged(settings.index, before, retention_of(settings))
        encoder = _encoder(serving, before)
        whole = before is not None and not before.damage
        earlier = Earlier(
            before,
            opening.checkpoint(settings.index),
            () if whole else all_whole_parts(settings.index),
        )
        try:
            return build(
                settings.index,
                scan,
                build_context_of(
                    settings, encoder, asking(settings.index, encoder, settings.level)
                ),
                earlier,
                allow_empty=allow_empty,
                progress=progress,
            )
        finally:
            earlier.close()
            serving.follow()


def current(settings: Settings, generation: Generation, scan: corpora.Scan) -> bool:
    """Whether a rebuild with the same model would change nothing."""
    return is_current(generation, scan, recipe_of(settings, generation.header.recipe.encoder))


def roll_back(index: Path, serving: Serving, number: int | None) -> int:
    """Let a kept generation serve, the one before if none is named; raises as ``Library``'s."""
    with builder(index):
        now = serving.latest().number
        if number is None:
            earlier = (header.generation for header in kept(index) if header.generation < now)
            number = max(earlier, default=0)
        if not number:
            raise NoGenerationError(f"There is no generation before {now} in {index}.")
        opening.numbered(index, number).close()
        publish.serve(index, number)
    serving.follow()
    return number


def _gives(serving: Serving, before: Generation) -> bool:
    return serving.models.gives(before.header.recipe.encoder)


def _encoder(serving: Serving, before: Generation | None) -> Encoder:
    """The encoder that is meant, with the graph that the index before was compared with."""
    built = before.header.recipe.encoder if before else None
    graph = before.header.compared.graph if before else ""
    return serving.models.open(serving.models.wanted(built, graph))
