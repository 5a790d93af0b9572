"""What there is: the serving generation, its sources, and whether the corpus has changed."""

from __future__ import annotations

from dataclasses import dataclass

from qwenqa.index.generation import Generation
from qwenqa.types import Extraction, Skipped, Source


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One indexed source: its reader and version, passages, characters, and what reading gave.

    ``stale`` is why its passages are those of an earlier reading, empty when they are not.
    """

    source: Source
    reader: str
    reader_version: int
    title: str
    passages: int
    characters: int
    extraction: Extraction
    stale: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Status:
    """What there is: the serving generation, its sources, and whether the corpus has changed.

    ``generation`` is 0 and ``created`` empty when nothing was built. ``stale`` says that a
    rebuild would change something; ``dense`` names the kind of vector search; ``encoded`` of
    ``passages`` have a vector. ``damage`` says why an older generation serves, else it is empty.
    """

    corpus: str
    index: str
    generation: int
    created: str
    stale: bool
    model: str
    dimension: int
    limit: int
    dense: str
    passages: int
    encoded: int
    damage: str
    sources: tuple[SourceStatus, ...]
    skipped: tuple[Skipped, ...]

    def __repr__(self) -> str:
        """What serves, in figures."""
        state = "stale" if self.stale else "up to date"
        return (
            f"<Status generation {self.generation}, {state}: {len(self.sources)} sources, "
            f"{self.passages} passages, {len(self.skipped)} skipped; model {self.model}>"
        )


def source_statuses(generation: Generation) -> tuple[SourceStatus, ...]:
    """What is known of each source, in the order of their addresses."""
    counts = generation.passages_by_document()
    stale = {one.address: one.reason for one in generation.header.stale}
    return tuple(
        SourceStatus(
            source=stored.source,
            reader=stored.reader.name,
            reader_version=stored.reader.version,
            title=stored.title,
            passages=counts[number],
            characters=stored.characters,
            extraction=stored.extraction,
            stale=stale.get(stored.source.address, ""),
        )
        for number, stored in enumerate(generation.documents)
    )
