"""Whether the index is what was written: every byte, and when asked every number, looked at."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from qwenqa.errors import DamagedError, NoGenerationError
from qwenqa.index import consistency, opening, publish
from qwenqa.index.generation import Generation
from qwenqa.index.header import (
    CURRENT,
    HEADER,
    FileEntry,
    Header,
    file_entry,
    folder_of,
    numbers,
    read_header,
    read_pointer,
)

FindingKind = Literal["pointer", "header", "file", consistency.Kind]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written: in which file of which generation, as a sentence.

    ``generation`` is 0 where it concerns none. ``kind`` "pointer" is CURRENT, "header" a
    generation's header, "file" bytes that differ from their checksum; the others are told in
    ``index.consistency`` and mean that files of right checksums contradict each other.
    """

    kind: FindingKind
    generation: int
    file: str
    detail: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found: ``findings`` are damage, ``remarks`` and ``remains`` are not.

    ``serving`` is the generation that answers, 0 for none; ``kept`` are those that were looked
    at. ``remarks`` tell of sources that differ from what was indexed, when the check was
    ``full``; ``remains`` name what killed builders left, which the next build removes.
    """

    index: str
    full: bool
    serving: int
    kept: tuple[int, ...]
    files: int
    findings: tuple[Finding, ...]
    remarks: tuple[str, ...]
    remains: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing is damaged."""
        return not self.findings

    @property
    def advice(self) -> str:
        """What to do next, as a sentence; empty when there is nothing to do."""
        if self.findings:
            older = f"Generation {self.serving} answers until then." if self.serving else ""
            return f"Mend it with: qwenqa build. {older}".strip()
        if self.remarks:
            return "The documents have changed since the index was built. Run: qwenqa build"
        return ""


def check(index: Path, digest_now: Callable[[str], str] | None = None) -> CheckReport:
    """Compare every file of every generation with its checksum, and name the one that answers.

    With ``digest_now``, which gives the SHA-256 of a source as it is on disk (empty when it is
    not there), also whether the files' contents agree with each other and with the corpus.
    Raises NoGenerationError when nothing was built.
    """
    if not numbers(index):
        _require_pointer(index)
    checking = _Check(index)
    checking.pointer()
    whole = [header for header in checking.headers() if checking.files_of(header)]
    if digest_now:
        for header in whole:
            checking.contents_of(header)
    serving = _serving(index)
    remarks = tuple(_sources(serving, digest_now)) if serving and digest_now else ()
    report = CheckReport(
        index=str(index),
        full=digest_now is not None,
        serving=serving.number if serving else 0,
        kept=tuple(checking.kept),
        files=checking.files,
        findings=tuple(checking.findings),
        remarks=remarks,
        remains=tuple(str(path) for path in checking.remains()),
    )
    if serving:
        serving.close()
    return report


def _require_pointer(index: Path) -> None:
    """Raise NoGenerationError when nothing was built; damage is looked at later."""
    with contextlib.suppress(DamagedError):
        read_pointer(index)


@dataclass(slots=True)
class _Check:
    """A check under way; what several generations share is looked at once."""

    index: Path
    findings: list[Finding] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    files: int = 0
    _hashed: dict[tuple[int, int], FileEntry] = field(default_factory=dict)
    _read: consistency.Contents = field(default_factory=consistency.Contents)
    _broken: set[int] = field(default_factory=set)

    def pointer(self) -> None:
        """Look at CURRENT, and whether what it names is there."""
        path = self.index / CURRENT
        try:
            pointer = read_pointer(self.index)
        except NoGenerationError:
            self._note("pointer", 0, path, "is gone")
            return
        except DamagedError as error:
            self._note("pointer", 0, path, _reason(error, path))
            return
        named = folder_of(self.index, pointer.generation)
        if not named.is_dir():
            self._note("pointer", 0, path, f"names {named.name}, which is not there")
            return
        try:
            read_header(self.index, pointer.generation, pointer.header_sha256)
        except DamagedError as error:
            self._broken.add(pointer.generation)
            file = named / HEADER
            self._note("header", pointer.generation, file, _reason(error, file))

    def headers(self) -> Iterator[Header]:
        """The whole headers; a broken one is damage where no killed builder can have left it."""
        newest = publish.serving(self.index) or 0
        for number in numbers(self.index):
            file = folder_of(self.index, number) / HEADER
            try:
                header = read_header(self.index, number)
            except DamagedError as error:
                if number < newest and file.exists():
                    self._broken.add(number)
                    self._note("header", number, file, _reason(error, file))
                continue
            self.kept.append(number)
            yield header

    def files_of(self, header: Header) -> bool:
        """Whether all files of a generation have the bytes that were written."""
        before, folder = len(self.findings), folder_of(self.index, header.generation)
        for name, entry in header.files.items():
            try:
                entry_now = self._entry(folder / name)
            except OSError as error:
                if not (folder / HEADER).exists():  # a builder removed it meanwhile
                    return False
                detail = f"cannot be read ({error.strerror})"
                self._note("file", header.generation, folder / name, detail)
                continue
            if entry_now != entry:
                detail = f"is damaged: {_difference(entry_now, entry)}"
                self._note("file", header.generation, folder / name, detail)
        return len(self.findings) == before

    def contents_of(self, header: Header) -> None:
        """Whether the files of a generation, whole each, agree."""
        for disagreement in self._read.of(folder_of(self.index, header.generation), header):
            self._note(disagreement.kind, header.generation, disagreement.file, disagreement.detail)

    def remains(self) -> list[Path]:
        """What is of no meaning, damaged generations left out."""
        damaged = {folder_of(self.index, number) for number in self._broken}
        return [path for path in publish.remains(self.index) if path not in damaged]

    def _entry(self, path: Path) -> FileEntry:
        stat = path.stat()
        inode = (stat.st_dev, stat.st_ino)
        if inode not in self._hashed:
            self._hashed[inode] = file_entry(path)
            self.files += 1
        return self._hashed[inode]

    def _note(self, kind: FindingKind, generation: int, file: Path, detail: str) -> None:
        finding = Finding(kind, generation, str(file), f"{file} {detail.rstrip('.')}.")
        if finding not in self.findings:
            self.findings.append(finding)


def _serving(index: Path) -> Generation | None:
    try:
        return opening.serving(index)
    except (DamagedError, NoGenerationError):
        return None


def _sources(serving: Generation, digest_now: Callable[[str], str]) -> Iterator[str]:
    """A sentence for each source that is not as it was indexed."""
    for stored in serving.documents:
        now = digest_now(stored.source.address)
        if now != stored.source.sha256:
            what = "has changed since it was indexed" if now else "is not there any more"
            yield f"{stored.source.address} {what}."


def _difference(now: FileEntry, written: FileEntry) -> str:
    if now.size != written.size:
        return f"it has {now.size:,} bytes and was written with {written.size:,}"
    return "its bytes are not those that were written"


def _reason(error: DamagedError, file: Path) -> str:
    """What is said of a file, without its name and without what to do next."""
    return str(error).removeprefix(f"{file} ").partition(". Build it again")[0]
