"""A library that is quick and builds in many small steps, so that few texts reach every path."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

from qwenqa.build.context import AskSaved, BuildContext
from qwenqa.encoders import ToyEncoder, opening
from qwenqa.errors import SourceError
from qwenqa.readers.registry import read
from qwenqa.service.open.reading import build_context_of
from qwenqa.settings import Settings
from qwenqa.types import Document, Encoder, EncoderIdentity, ReaderIdentity, Source

Read = tuple[Document, ReaderIdentity]


class OtherToy(ToyEncoder):
    """Another model of the same name: other vectors for the same texts."""

    identity = EncoderIdentity("toy", "toy-2", 256, 64, "", "")

    def _slot(self, part: str) -> int:
        return (super()._slot(part) + 1) % self.identity.dimension


MODELS = {one.identity.weights: one for one in (ToyEncoder, OtherToy)}


class Here:
    """Reads sources in this process, in the place of the pool."""

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, address: str, data: bytes, ocr: str = "") -> Read:
        """The document of these bytes."""
        return read(address, data)

    def read_all(
        self, sources: Iterable[Source], load: Callable[[Source], bytes], ocr: str = ""
    ) -> Iterator[Read | SourceError]:
        """Each source's document, or why there is none."""
        for source in sources:
            yield self._read(source, load)

    def _read(self, source: Source, load: Callable[[Source], bytes]) -> Read | SourceError:
        try:
            return read(source.address, load(source))
        except SourceError as error:
            return error


@contextmanager
def small(step: int = 3, segment_passages: int = 4, fan: int = 3) -> Iterator[None]:
    """Builds read in this process, in small steps, with segments that are soon full and merged."""

    def context(settings: Settings, encoder: Encoder, asked: AskSaved) -> BuildContext:
        made = build_context_of(settings, encoder, asked)
        return dataclasses.replace(made, step=step, segment_passages=segment_passages)

    with ExitStack() as patches:
        patches.enter_context(
            mock.patch("qwenqa.service.upkeep.rebuilding.build_context_of", context)
        )
        for room in ("source_files", "reading"):
            patches.enter_context(
                mock.patch(f"qwenqa.service.open.{room}.reading_pool", lambda *_: Here())
            )
        for room in ("plan", "encoding"):
            patches.enter_context(mock.patch(f"qwenqa.build.{room}.FAN", fan))
        yield


@contextmanager
def unsynced() -> Iterator[None]:
    """Nothing waits for the disk: a process that is killed loses nothing that it wrote."""
    with mock.patch.object(os, "fsync", lambda _: None):
        yield


@contextmanager
def model(weights: str) -> Iterator[None]:
    """The toy model has these weights meanwhile; libraries must be opened within."""
    with mock.patch.object(opening, "ToyEncoder", MODELS[weights]):
        yield
