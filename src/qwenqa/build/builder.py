"""One build from beginning to end."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import chain
from pathlib import Path

import msgspec
import numpy as np

from qwenqa.build.build_report import last_complete, report_of
from qwenqa.build.changes import difference, no_difference
from qwenqa.build.context import BuildContext, Earlier, Report
from qwenqa.build.empty_corpus import nothing_to_index, refuse_vanished
from qwenqa.build.encoding import Encoding, Living, part_of
from qwenqa.build.plan import Planner
from qwenqa.build.progress import Meter
from qwenqa.build.saved import GenerationChange
from qwenqa.build.segment_writer import SegmentWriter
from qwenqa.corpus import Scan
from qwenqa.errors import EmptyCorpusError
from qwenqa.index import disk, publish
from qwenqa.index.files.segment import Segment
from qwenqa.index.files.vectors import PREFIX
from qwenqa.index.generation import Generation
from qwenqa.index.header import FORMAT, Header, Kind, Recipe, SegmentEntry, folder_of
from qwenqa.index.publish import Part, Retention
from qwenqa.types import BuildReport, Progress, Skipped

_BYTES_PER_SOURCE_BYTE = 0.25
"""What an index takes at least, where no earlier one tells: pages and pictures hold little text."""


def build(
    index: Path,
    scan: Scan,
    context: BuildContext,
    earlier: Earlier,
    *,
    allow_empty: bool = False,
    progress: Report = lambda _: None,
) -> BuildReport:
    """Publish a generation that holds the scanned sources; the caller holds the builder's lock.

    A generation whose passages can be found by their words is published first when encoding
    takes several steps, unless another model's vectors serve until then.

    Raises EmptyCorpusError, unless allowed, when nothing can be indexed or nearly all documents
    vanished at once: an unmounted folder must not replace a good index. Raises GenerationError or
    EncoderError and leaves what served; what was read and encoded until then is used by the next
    build.
    """
    if earlier.serving and is_current(earlier.serving, scan, context.recipe):
        return unchanged(index, earlier.serving, context.retention)
    if earlier.serving and not allow_empty:
        refuse_vanished(earlier.serving, scan)
    number = publish.next_number(index)
    publish.remove_remains(index, [generation.folder for generation in earlier.opened()])
    disk.require_space(index, _needed(scan, earlier))
    with publish.work_folder(index) as work:
        return _Run(index, work, scan, context, earlier, progress, number).run(allow_empty)


def unchanged(index: Path, serving: Generation, retention: Retention) -> BuildReport:
    """The report of a build that found its generation current, and only tidied up."""
    publish.mend(index, serving.number, retention)
    return report_of(no_difference(serving), serving.header, published=False)


def is_current(serving: Generation, scan: Scan, recipe: Recipe) -> bool:
    """Whether the generation already is what a build of these sources would give."""
    header = serving.header
    if serving.damage or header.kind != "complete":
        return False
    addresses = {source.address for source in scan.sources}
    unlisted = tuple(skipped for skipped in header.skipped if skipped.address not in addresses)
    return (header.corpus_digest, header.recipe, unlisted) == (scan.digest, recipe, scan.skipped)


@dataclass(slots=True)
class _Run:
    """A build under way: the parts so far, and the generations made of them."""

    index: Path
    work: Path
    scan: Scan
    context: BuildContext
    earlier: Earlier
    progress: Report
    number: int
    began: float = field(default_factory=time.monotonic)
    encoded: int = 0
    _last: int = 0
    _written: int = 0
    _writer: SegmentWriter = field(init=False)
    _encoding: Encoding | None = None
    _opened: dict[str, Segment] = field(default_factory=dict)

    def run(self, allow_empty: bool) -> BuildReport:
        """Read, publish what can be found by words, encode in steps, publish all."""
        self._read()
        segments = self._segments()
        if (
            not any(segment.documents - len(segment.dead) for segment in segments)
            and not allow_empty
        ):
            raise EmptyCorpusError(nothing_to_index(self.scan, self._writer.skipped))
        if (serving := self.earlier.serving) and self._gives_again(serving, tuple(segments)):
            return unchanged(self.index, serving, self.context.retention)
        living = [self._living(segment) for segment in segments]
        encoding = self._encoding = Encoding(self.work, self._name, self.context, living)
        try:
            missing = encoding.reuse(self.earlier.opened())
            total = sum(len(rows) for _, rows in missing)
            dimension = self.context.encoder.identity.dimension
            disk.require_space(self.index, total * (32 + 2 * dimension))
            kind = self._unfinished_kind()
            if total > self.context.step:
                self._step(kind, segments)
            meter = Meter("encoding", total, self.progress)
            for count in encoding.encode(missing, meter.add):
                self.encoded += count
                if self.encoded < total:
                    self._step(kind, segments)
            return self._finish(segments)
        finally:
            for segment in self._opened.values():
                segment.close()

    def _gives_again(self, serving: Generation, segments: tuple[SegmentEntry, ...]) -> bool:
        """Whether what serves says all this already: what was tried again has failed again."""
        tried = msgspec.structs.replace(
            serving.header,
            kind="complete",
            recipe=self.context.recipe,
            corpus_digest=self._digest,
            segments=segments,
            skipped=self._unread,
            stale=tuple(self._writer.planner.stale),
        )
        return tried == serving.header and not serving.damage

    @property
    def _digest(self) -> str:
        """The corpus's; what was not read is not remembered, so that the next build looks again."""
        return self.scan.digest if self._writer.settled else ""

    @property
    def _unread(self) -> tuple[Skipped, ...]:
        unread = (*self.scan.skipped, *self._writer.skipped)
        return tuple(sorted(unread, key=lambda skipped: skipped.address))

    @property
    def _name(self) -> str:
        """The build's own, for the parts that it writes."""
        return f"{self.number:08d}"

    def _read(self) -> None:
        context = self.context
        planner = Planner(self.earlier.opened(), context.recipe, context.suffix_of)
        fresh = planner.plan(self.scan)
        self._writer = SegmentWriter(self.work, self._name, context, planner, self._checkpoint)
        self._writer.write(fresh, Meter("reading", len(fresh), self.progress).add)

    def _checkpoint(self) -> None:
        """Keep the finished segments for the next build, should this one not come to its end."""
        self._step("checkpoint", self._writer.entries)

    def _segments(self) -> list[SegmentEntry]:
        """The segments of the generation: earlier ones with what is dead in them, then new ones."""
        entries = []
        for use in self._writer.planner.uses():
            if use.living:
                entry = use.generation.header.segments[use.segment]
                entries.append(msgspec.structs.replace(entry, dead=use.dead))
        return [*entries, *self._writer.entries]

    def _living(self, entry: SegmentEntry) -> Living:
        segment = self._segment(entry.name)
        dead = np.isin(segment.table["document"], entry.dead)
        return Living(segment, np.flatnonzero(~dead))

    def _segment(self, name: str) -> Segment:
        for use in self._writer.planner.uses():
            if use.name == name:
                return use.generation.segments[use.segment]
        if name not in self._opened:
            self._opened[name] = Segment(self.work / name, mapped=True)
        return self._opened[name]

    def _parts(self) -> list[Part]:
        uses = self._writer.planner.uses()
        parts = [part_of(use.generation, use.name) for use in uses if use.living]
        return [*parts, *self._writer.parts, *(self._encoding.parts if self._encoding else ())]

    def _unfinished_kind(self) -> Kind:
        """Whether steps serve: not in the place of vectors that another model made."""
        serving = self.earlier.serving
        other = serving and serving.header.recipe.encoder != self.context.recipe.encoder
        return "checkpoint" if other and serving and serving.encoded else "words"

    def _step(self, kind: Kind, segments: Iterable[SegmentEntry]) -> None:
        """Make what there is a generation, and remove the last such one of this build."""
        header = self._write(kind, tuple(segments))
        publish.complete(self.index, header, b"null")
        if kind == "words":
            self._serve(header.generation)
        if self._last:
            publish.remove_generation(self.index, self._last)
        self._last = header.generation

    def _finish(self, segments: list[SegmentEntry]) -> BuildReport:
        assert self._encoding
        self._encoding.merge()
        self.progress(Progress("publishing", 0, 1))
        header = self._write("complete", tuple(segments))
        report = self._report(header)
        publish.complete(self.index, header, msgspec.json.encode(report))
        self._serve(header.generation)
        self.progress(Progress("publishing", 1, 1))
        publish.mend(self.index, header.generation, self.context.retention)
        return report

    def _write(self, kind: Kind, segments: tuple[SegmentEntry, ...]) -> Header:
        """A generation's folder with all its parts, and its header without the report."""
        names = {segment.name for segment in segments}
        parts = [
            part for part in self._parts() if part.name in names or part.name.startswith(PREFIX)
        ]
        header = Header(
            format=FORMAT,
            generation=self._next(),
            created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            kind=kind,
            recipe=self.context.recipe,
            corpus_digest=self._digest,
            documents=sum(segment.documents - len(segment.dead) for segment in segments),
            passages=sum(map(self._passages, segments)),
            segments=segments,
            vectors=tuple(part.name for part in parts if part.name.startswith(PREFIX)),
            skipped=self._unread,
            stale=tuple(self._writer.planner.stale),
            files={path: entry for part in parts for path, entry in part.files.items()},
            compared=self.context.compared,
        )
        publish.write_generation(self.index, header, parts)
        return header

    def _next(self) -> int:
        """The number of this build's next generation; a thrown-away one's is not used again."""
        number = self.number + self._written
        self._written += 1
        return number

    def _passages(self, entry: SegmentEntry) -> int:
        return len(self._living(entry).rows) if entry.dead else entry.passages

    def _report(self, header: Header) -> BuildReport:
        new = Generation(folder_of(self.index, header.generation), header, verify=False)
        before = last_complete(self.index, self.earlier.serving)
        try:
            changes = difference(before, new)
            change = GenerationChange(before, new, changes) if before else None
            return report_of(
                changes,
                header,
                encoded=self.encoded,
                saved=self.context.asked(new, change),
                seconds=time.monotonic() - self.began,
            )
        finally:
            new.close()
            if before and before is not self.earlier.serving:
                before.close()

    def _serve(self, number: int) -> None:
        try:
            publish.serve(self.index, number)
        except BaseException:
            # An interruption can come after the renaming: what serves is never removed.
            if publish.serving(self.index) != number:
                publish.remove_generation(self.index, number)
            raise


def _needed(scan: Scan, earlier: Earlier) -> int:
    """Bytes that the index of what is new will take, about."""
    stored = chain.from_iterable(generation.documents for generation in earlier.opened())
    indexed = {document.source.sha256 for document in stored}
    new = sum(source.size for source in scan.sources if source.sha256 not in indexed)
    ratio, serving = _BYTES_PER_SOURCE_BYTE, earlier.serving
    if serving and (old := sum(document.source.size for document in serving.documents)):
        ratio = sum(file.size for file in serving.header.files.values()) / old
    return int(new * ratio)
