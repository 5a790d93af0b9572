"""Sources to segments: what is read is split and written, what was read before is taken over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from qwenqa.build.context import BuildContext, Reading
from qwenqa.build.plan import Planner, Use
from qwenqa.errors import SourceChangedError, SourceError, UnreadableError
from qwenqa.index.files.segment import SegmentDraft, sections_of
from qwenqa.index.header import Section, SegmentEntry, StoredDocument
from qwenqa.index.publish import Part, writing
from qwenqa.lexical.languages import language_of
from qwenqa.types import Document, ReaderIdentity, Skipped, Source


@dataclass(slots=True)
class SegmentWriter:
    """The segments of a build while they are written, one after the other.

    ``closed`` is called after each segment but the last: what is finished may be kept. ``settled``
    is False when a source was not read to its end, so that the next build tries again.
    """

    work: Path
    name: str
    context: BuildContext
    planner: Planner
    closed: Callable[[], None]
    parts: list[Part] = field(default_factory=list)
    entries: list[SegmentEntry] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    settled: bool = True
    _draft: SegmentDraft | None = None

    def write(self, fresh: Iterable[Source], progress: Callable[[int, str], None]) -> None:
        """Write what is taken over and what is read; raises GenerationError."""
        with writing(self.work.parent):
            try:
                for use in self.planner.uses():
                    self._take(use)
                self._read(list(fresh), progress)
                self._close()
            finally:
                if self._draft:
                    self._draft.close()

    def _take(self, use: Use) -> None:
        if use.taken:
            self._room().take(use.generation.segments[use.segment], use.taken)

    def _read(self, fresh: list[Source], progress: Callable[[int, str], None]) -> None:
        readings = self.context.read(fresh)
        for source, reading in zip(fresh, readings, strict=True):
            try:
                self._add(source, reading)
            except SourceError as error:
                self._leave_out(source, error)
            progress(1, source.address)

    def _add(self, source: Source, reading: Reading) -> None:
        if isinstance(reading, SourceError):
            raise reading
        document, reader = reading
        pieces = self.context.split(document)
        if not pieces:
            reasons = document.extraction.warnings or ("holds no text that could be indexed",)
            raise SourceError("; ".join(reasons))
        stored = _stored(source, reader, document, sections_of(pieces))
        self._room().add(stored, document.text, pieces)

    def _leave_out(self, source: Source, error: SourceError) -> None:
        skipped = Skipped(source.address, str(error))
        self.skipped.append(skipped)
        if isinstance(error, (SourceChangedError, UnreadableError)):
            self.settled = False
            self.planner.keep(skipped)

    def _room(self) -> SegmentDraft:
        """The draft of a segment that is not full."""
        draft, context = self._draft, self.context
        if draft and (
            draft.passages >= context.segment_passages
            or draft.bytes_of_text >= context.segment_bytes
        ):
            self._close()
            self.closed()
        if self._draft is None:
            name = f"segment-{self.name}-{len(self.parts)}"
            self._draft = SegmentDraft(self.work / name)
        return self._draft

    def _close(self) -> None:
        if draft := self._draft:
            entry, files = draft.finish()
            self._draft = None
            named = {f"{entry.name}/{file}": one for file, one in files.items()}
            self.parts.append(Part(entry.name, self.work, named))
            self.entries.append(entry)


def _stored(
    source: Source, reader: ReaderIdentity, document: Document, sections: tuple[Section, ...]
) -> StoredDocument:
    return StoredDocument(
        source=source,
        reader=reader,
        title=document.title,
        author=document.author,
        date=document.date,
        language=document.language,
        spoken=language_of(document.text, document.language),
        places=document.places,
        extraction=document.extraction,
        sections=sections,
        text_start=0,
        text_end=0,
        characters=len(document.text),
    )
