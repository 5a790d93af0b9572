"""What there is: the serving generation, its sources, and whether the corpus has changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qwenqa import corpus as corpora
from qwenqa.encoders import preset_of, why_torch
from qwenqa.errors import CorpusError
from qwenqa.index import publish
from qwenqa.index.generation import Generation
from qwenqa.index.header import kept
from qwenqa.settings import Settings
from qwenqa.types import Extraction, Skipped, Source


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One indexed source: its reader and version, passages, characters, and what reading gave.

    ``stale`` is why its passages are those of an earlier reading, empty when they are not.
    ``date`` is what the source says of itself (ISO 8601), empty where it says none.
    """

    source: Source
    reader: str
    reader_version: int
    title: str
    passages: int
    characters: int
    extraction: Extraction
    stale: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Since:
    """What has happened to files of the corpus since it was indexed, by address.

    ``there`` says whether the corpus folder is there. Where nothing was built all is new.
    """

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    there: bool = True


@dataclass(frozen=True, slots=True)
class Kept:
    """A complete generation in the index folder: when it was built, and how much it holds."""

    generation: int
    created: str
    documents: int
    passages: int


@dataclass(frozen=True, slots=True, repr=False)
class Status:
    """What there is: the serving generation, its sources, and whether the corpus has changed.

    ``generation`` is 0 and ``created`` empty when nothing was built. ``stale`` says that a
    rebuild would change something; ``dense`` names the kind of vector search; ``encoded`` of
    ``passages`` have a vector. ``damage`` says why an older generation serves, else it is empty.
    ``kept`` are the generations that can be rolled back to, the newest last; ``remains`` are left
    by builds that were killed, mean nothing, and go with the next build.

    ``languages`` the model is made for, its ``license`` and its ``parameters`` in millions are
    empty and 0 where they are not known; ``truncated`` says that ``dimension`` was chosen.
    ``torch`` says in half a sentence why a question needs torch, which takes seconds to import;
    it is empty where none does.
    ``since`` is what has happened to the files since.
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
    kept: tuple[Kept, ...] = ()
    remains: tuple[str, ...] = ()
    precision: str = "fp32"
    truncated: bool = False
    languages: str = ""
    license: str = ""
    parameters: int = 0
    torch: str = ""
    since: Since = Since()

    def __repr__(self) -> str:
        """What serves, in figures."""
        state = "stale" if self.stale else "up to date"
        return (
            f"<Status generation {self.generation}, {state}: {len(self.sources)} sources, "
            f"{self.passages} passages, {len(self.skipped)} skipped; model {self.model}>"
        )


def nothing_built(settings: Settings, model: str) -> Status:
    """The status where there is no index yet."""
    try:
        scan = corpora.scan(settings.corpus)
    except CorpusError:
        scan, since = corpora.Scan((), ()), Since(there=False)
    else:
        since = Since(new=tuple(source.address for source in scan.sources))
    return Status(
        corpus=str(settings.corpus),
        index=str(settings.index),
        generation=0,
        created="",
        stale=True,
        model=model,
        dimension=0,
        limit=0,
        dense="",
        passages=0,
        encoded=0,
        damage="",
        sources=(),
        skipped=scan.skipped,
        since=since,
        **_made(model),
    )


def status_of(
    settings: Settings, generation: Generation, scan: corpora.Scan, *, stale: bool
) -> Status:
    """The status where this generation serves and the corpus is as it was scanned."""
    header = generation.header
    encoder = header.recipe.encoder
    whole = kept(settings.index)
    return Status(
        corpus=str(settings.corpus),
        index=str(settings.index),
        generation=generation.number,
        created=header.created,
        stale=stale,
        model=encoder.name,
        dimension=encoder.dimension,
        limit=header.recipe.limit,
        dense=generation.dense.kind,
        passages=header.passages,
        encoded=generation.encoded,
        damage=generation.damage,
        sources=source_statuses(generation),
        skipped=header.skipped,
        kept=tuple(Kept(one.generation, one.created, one.documents, one.passages) for one in whole),
        remains=tuple(path.name for path in publish.remains(settings.index)),
        precision=encoder.precision,
        truncated=encoder.truncated,
        torch=why_torch(encoder, settings.device, header.compared),
        since=_since(generation, scan),
        **_made(encoder.name),
    )


def _since(generation: Generation, scan: corpora.Scan) -> Since:
    header = generation.header
    were = {document.source.address: document.source.sha256 for document in generation.documents}
    left_out = {skipped.address for skipped in (*header.skipped, *header.stale)}
    are = {
        source.address: source.sha256 for source in scan.sources if source.address not in left_out
    }
    there = {source.address for source in scan.sources} | {
        skipped.address for skipped in scan.unreadable
    }
    return Since(
        new=tuple(sorted(are.keys() - were.keys())),
        changed=tuple(
            sorted(address for address in are.keys() & were.keys() if are[address] != were[address])
        ),
        removed=tuple(sorted(were.keys() - there)),
    )


def _made(model: str) -> dict[str, Any]:
    """What is known of a published model."""
    preset = preset_of(model)
    if preset is None:
        return {}
    return {
        "languages": preset.languages,
        "license": preset.license,
        "parameters": preset.parameters,
    }


def source_statuses(generation: Generation) -> tuple[SourceStatus, ...]:
    """What is known of each source, in the order of their addresses."""
    counts = generation.passages_by_document()
    stale = {skipped.address: skipped.reason for skipped in generation.header.stale}
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
            date=stored.date,
        )
        for number, stored in enumerate(generation.documents)
    )
