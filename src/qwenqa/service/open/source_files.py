"""The corpus on disk as citations see it: is the quote still there, and where on its page?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial

from qwenqa import corpus as corpora
from qwenqa.answers.citations import claims
from qwenqa.errors import CitationError, GenerationError, SourceError, UnreadableError
from qwenqa.index.generation import Generation
from qwenqa.readers.registry import ocr_of
from qwenqa.readers.worker import Picture
from qwenqa.service.open.reading import reading_pool
from qwenqa.settings import Settings
from qwenqa.types import Box, Citation, LineMap, Place, ReaderIdentity, Source, Span, Verification

PICTURE_SCALE = 1.6
"""Pixels to the point of page images: a page of A4 is 950 pixels wide."""
_KEPT_BOXES = 64
_OPEN_FILES = 16
_RECOGNISED = (
    "its text was recognised in other languages than are set here or in the index; set QWENQA_OCR "
    "to those that its reader names"
)


@dataclass(frozen=True, slots=True)
class View:
    """A document to be shown: its source, canonical text, and whether the file has changed.

    ``pages`` is the number of its pages, or None where there are none; ``places`` are in the
    order of the text, and ``reader`` made it. ``lines`` is where its lines begin.
    """

    source: Source
    title: str
    text: str
    changed: bool
    pages: int | None
    reader: ReaderIdentity
    places: tuple[Place, ...]
    lines: LineMap


class Files:
    """The files of a corpus, read again to check citations and to show pages."""

    def __init__(self, settings: Settings, indexed: Callable[[], Generation | None]) -> None:
        """Name the corpus and how its files are read, by a library's settings.

        ``indexed`` gives the generation that serves, None where there is none.
        """
        self.settings = settings
        self._indexed = indexed
        self._boxes = lru_cache(maxsize=_KEPT_BOXES)(self._find_boxes)

    def verify(self, citation: Citation) -> Verification:
        """Check a citation against its file, read again."""
        return self._verifier(citation.address, self._ocr(citation))(citation)

    def verify_all(self, citations: Iterable[Citation]) -> Iterator[Verification]:
        """Check citations in order, each against its file, of which each is read once."""
        verifier = lru_cache(maxsize=_OPEN_FILES)(self._verifier)
        return (verifier(citation.address, self._ocr(citation))(citation) for citation in citations)

    def _ocr(self, citation: Citation) -> str | None:
        """In which languages the citation's text was recognised, None for any but our own.

        Our own are those of the settings and of the index; a citation may come from a stranger,
        and nothing is started that only its reader's name asks for.
        """
        named = ocr_of(citation.reader)
        if named in ("", self.settings.ocr):
            return named
        readers: tuple[ReaderIdentity, ...] = ()
        with suppress(GenerationError):
            indexed = self._indexed()
            readers = indexed.header.recipe.readers if indexed else ()
        return named if any(ocr_of(reader.name) == named for reader in readers) else None

    def _verifier(self, address: str, ocr: str | None) -> Callable[[Citation], Verification]:
        """What checks citations of a file, which was read now."""
        try:
            data = corpora.read_bytes(self.settings.corpus, address)
        except UnreadableError as error:
            return partial(claims.unreadable, why=str(error))
        except SourceError:
            return partial(claims.verify, text=None)
        digest = corpora.sha256(data)
        if ocr is None:
            return partial(claims.unreadable, why=_RECOGNISED, source_sha256=digest)
        try:
            # Scanned pages have the text that was recognised, whatever is set now.
            with reading_pool(self.settings) as processes:
                document, _ = processes.read(address, data, ocr)
        except SourceError as error:
            return partial(claims.unreadable, why=str(error), source_sha256=digest)
        return partial(claims.verify, text=document.text, source_sha256=digest)

    def view(self, generation: Generation, address: str) -> View:
        """A document as it was indexed; raises SourceError when it was not."""
        number = generation.document_of(address)
        if number is None:
            raise SourceError(f"{address} is not in the index. Rebuild it if the file is new.")
        stored = generation.documents[number]
        return View(
            source=stored.source,
            title=stored.title,
            text=generation.text(number),
            changed=self.digest_now(address) != stored.source.sha256,
            pages=stored.extraction.pages,
            reader=stored.reader,
            places=stored.places,
            lines=generation.lines(number),
        )

    def verified(
        self, generation: Generation, citation: Citation, digests: dict[str, str]
    ) -> Verification:
        """Verify against the file on disk; equal bytes have the text that was indexed."""
        now = self.digest_now(citation.address, digests)
        number = generation.document_of(citation.address)
        if now != citation.source_sha256 or number is None:
            return self.verify(citation)
        here = generation.stretch(number, Span(citation.start, citation.end))
        return claims.stands(citation, here, now) or claims.verify(
            citation, generation.text(number), now
        )

    def digest_now(self, address: str, digests: dict[str, str] | None = None) -> str:
        """SHA-256 of a source's bytes on disk, empty when it cannot be read.

        ``digests`` are those already taken for the same answer, by address; each is taken once.
        """
        digests = {} if digests is None else digests
        if address not in digests:
            try:
                digests[address] = corpora.sha256_of(self.settings.corpus, address)
            except SourceError:
                digests[address] = ""
        return digests[address]

    def boxes(self, citation: Citation) -> tuple[Box, ...]:
        """Where the quote stands on a PDF's pages; raises CitationError or SourceError."""
        return self._boxes(citation, self.digest_now(citation.address))

    def page_image(self, citation: Citation, page: int | None, marks: tuple[Box, ...]) -> bytes:
        """A page as PNG with these boxes on it tinted; the first cited one if None is named."""
        cited = marks[0].page if marks else (citation.pages or (1, 1))[0]
        picture = Picture(cited if page is None else page, PICTURE_SCALE, marks)
        try:
            data = corpora.read_bytes(self.settings.corpus, citation.address)
            with reading_pool(self.settings) as processes:
                return processes.page_image(citation.address, data, picture)
        except SourceError as error:
            raise SourceError(f"{citation.address} {error}.") from error

    def _find_boxes(self, citation: Citation, digest: str) -> tuple[Box, ...]:
        """The boxes of a quote in a file of this SHA-256, which also tells cached ones apart."""
        indexed = self._indexed()
        verified = (
            self.verified(indexed, citation, {citation.address: digest})
            if indexed
            else self.verify(citation)
        )
        if verified.found is None:
            raise CitationError(verified.detail)
        try:
            data = corpora.read_bytes(self.settings.corpus, citation.address)
            with reading_pool(self.settings) as processes:
                return processes.boxes(citation.address, data, Span(*verified.found))
        except SourceError as error:
            raise SourceError(f"{citation.address} {error}.") from error
