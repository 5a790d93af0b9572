"""How this library reads sources: with which limits, from which folder, into which recipe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from qwenqa import corpus, passages
from qwenqa.build.context import BuildContext, Reading
from qwenqa.build.saved import AskSaved
from qwenqa.encoders import compared
from qwenqa.errors import SettingsError, SourceChangedError, SourceError, UnreadableError
from qwenqa.index.header import Recipe
from qwenqa.index.publish import Retention
from qwenqa.lexical.analysis import ANALYSIS_VERSION
from qwenqa.readers.ocr import installed as ocr_installed
from qwenqa.readers.pool import Limits, Pool, pool
from qwenqa.readers.registry import OCR_MARK, READERS, suffix_of
from qwenqa.settings import Settings
from qwenqa.types import Encoder, EncoderIdentity, ReaderIdentity, Source


def recipe_of(settings: Settings, encoder: EncoderIdentity) -> Recipe:
    """What besides the sources decides an index; raises SettingsError for OCR that is absent."""
    return Recipe(
        encoder=encoder,
        splitter=passages.SPLITTER_VERSION,
        limit=min(encoder.limit, settings.passage_tokens),
        analysis=ANALYSIS_VERSION,
        readers=(*(reader.identity for reader in READERS), *_ocr_identity(settings.ocr)),
    )


def build_context_of(settings: Settings, encoder: Encoder, asked: AskSaved) -> BuildContext:
    """What a build works with under these settings; ``asked`` asks the saved questions."""
    recipe = recipe_of(settings, encoder.identity)
    return BuildContext(
        suffix_of=suffix_of,
        read=partial(_read, settings),
        split=partial(passages.split, measure=encoder.count_tokens, limit=recipe.limit),
        encoder=encoder,
        recipe=recipe,
        retention=retention_of(settings),
        asked=asked,
        compared=compared(encoder),
    )


def retention_of(settings: Settings) -> Retention:
    """Which old generations are kept under these settings."""
    return Retention(settings.keep_generations, settings.keep_days)


def reading_pool(settings: Settings) -> Pool:
    """The processes that read sources, limited as set."""
    return pool(
        Limits(
            memory_mib=settings.read_memory_mib,
            cpu_seconds=settings.read_cpu_seconds,
            wall_seconds=settings.read_wall_seconds,
            processes=settings.read_processes,
        )
    )


def _read(settings: Settings, sources: Iterable[Source]) -> Iterator[Reading]:
    with reading_pool(settings) as processes:
        yield from processes.read_all(sources, partial(_bytes_of, settings), settings.ocr)


def _bytes_of(settings: Settings, source: Source) -> bytes:
    try:
        data = corpus.read_bytes(settings.corpus, source.address)
    except UnreadableError:
        raise
    except SourceError as error:
        raise SourceChangedError(str(error)) from error
    if corpus.sha256(data) != source.sha256:
        raise SourceChangedError("changed while it was read; build again")
    return data


def _ocr_identity(languages: str) -> tuple[ReaderIdentity, ...]:
    """What recognition adds to a recipe: turning it on reads every source again."""
    if languages and not ocr_installed():
        raise SettingsError(
            f"Recognition of scanned pages is set to {languages}, but Tesseract is not "
            "installed. Install it, or unset QWENQA_OCR."
        )
    return (ReaderIdentity(f"{OCR_MARK}{languages}", 1),) if languages else ()
