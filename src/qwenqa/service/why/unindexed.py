"""A sentence in files of the corpus that the index does not have, or not as they are now."""

from __future__ import annotations

from collections.abc import Iterator

from qwenqa import corpus as corpora
from qwenqa.answers.citations import locate_sentence
from qwenqa.answers.citations.claims import lines_label
from qwenqa.errors import CorpusError, SourceError
from qwenqa.index.generation import Generation
from qwenqa.readers.common.decoding import decode
from qwenqa.service.open.reading import reading_pool
from qwenqa.settings import Settings
from qwenqa.types import LineMap, Skipped, Standing, Whereabouts
from qwenqa.types.texts import opening

_MAX_BYTES = 64 * 2**20
"""Of a skipped file so much is looked through as text, in this process."""
_AGAIN = "Bring it in with: qwenqa build"


def in_files(
    settings: Settings, generation: Generation, sentence: str
) -> tuple[list[Standing], tuple[Skipped, ...]]:
    """Files outside the index that hold the sentence, and those that cannot be looked into.

    New and changed files are read as a build reads them. What a build skipped is looked
    through as plain text, since reading it has failed before.
    """
    standings: list[Standing] = []
    unread: list[Skipped] = []
    for address, reason, text in _texts(settings, generation):
        if text is None:
            unread.append(Skipped(address, reason))
        elif spans := locate_sentence.find(text, sentence):
            quote = text[spans[0].start : spans[0].end]
            lines = LineMap(text).lines(*spans[0])
            where = Whereabouts(address, lines, opening(quote))
            detail = f"It stands in {address}, {lines_label(lines)}, which {reason}"
            differences = locate_sentence.folding(quote, sentence)
            standings.append(Standing("not indexed", detail, where, differences))
    return standings, tuple(unread)


def _texts(settings: Settings, generation: Generation) -> Iterator[tuple[str, str, str | None]]:
    """Address, why it is not indexed, and text, where it can be had, of each such file."""
    try:
        scan = corpora.scan(settings.corpus)
    except CorpusError as error:
        yield str(settings.corpus), str(error), None
        return
    header = generation.header
    reasons = {skipped.address: skipped.reason for skipped in (*header.skipped, *header.stale)}
    indexed = {document.source.address: document.source.sha256 for document in generation.documents}
    for skipped in scan.skipped:
        yield skipped.address, skipped.reason, None
    for source in scan.sources:
        reason = reasons.get(source.address, "")
        if reason:
            detail = f"is not indexed: it {reason.rstrip('.')}."
            yield source.address, detail, _as_text(settings, source.address, source.size)
        elif indexed.get(source.address) != source.sha256:
            what = "has changed" if source.address in indexed else "is new"
            detail = f"{what} since the index was built. {_AGAIN}"
            yield source.address, detail, _as_read(settings, source.address)


def _as_text(settings: Settings, address: str, size: int) -> str | None:
    if size > _MAX_BYTES:
        return None
    try:
        return decode(corpora.read_bytes(settings.corpus, address)).text
    except SourceError:
        return None


def _as_read(settings: Settings, address: str) -> str | None:
    try:
        data = corpora.read_bytes(settings.corpus, address)
        with reading_pool(settings) as processes:
            return processes.read(address, data, settings.ocr)[0].text
    except SourceError:
        return None
