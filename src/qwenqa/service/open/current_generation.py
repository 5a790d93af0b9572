"""The generation that serves and the models it was built with, opened when first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

from qwenqa.errors import DamagedError, NoGenerationError
from qwenqa.index import opening, publish
from qwenqa.index.generation import Generation
from qwenqa.service.open.models import Models
from qwenqa.settings import Settings
from qwenqa.types import Encoder


class OpenedGeneration(NamedTuple):
    """A generation, and what CURRENT held when it was looked for."""

    named: bytes
    generation: Generation


class Serving:
    """What answers now; used by several threads.

    Once another generation serves, it is opened and verified beside the one that is open, which
    answers until then: nobody waits, but for the first.
    """

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet."""
        self.index = settings.index
        self.models = Models(settings)
        self._opened: OpenedGeneration | None = None
        self._asked = False
        self._opening = threading.RLock()
        self._beside: threading.Thread | None = None

    def generation(self) -> Generation:
        """The generation that answers now, opened and verified; raises NoGenerationError."""
        self._asked = True
        if (opened := self._opened) is None:
            return self.latest()
        if opened.named != (named := publish.named(self.index)):
            if not named:  # what serves is gone, so that nothing is to come in its place
                return self.latest()
            self._open_beside()
        return opened.generation

    def latest(self) -> Generation:
        """The generation that was published last, waited for; raises NoGenerationError."""
        with self._opening:
            opened = self._opened
            if opened is None or opened.named != publish.named(self.index):
                opened = self._open()
            return opened.generation

    def generation_or_none(self) -> Generation | None:
        """The generation that serves now, None before there is one."""
        try:
            return self.generation()
        except NoGenerationError:
            return None

    def generation_or(self, build: Callable[[], object]) -> Generation:
        """The generation that serves; threads that ask before there is one build it once."""
        if self._opened is None:
            with self._opening:
                if self.generation_or_none() is None:
                    build()
        return self.generation()

    def anew(self) -> Generation | None:
        """The generation to reuse; a damaged one is no reason not to build.

        Opened again even if it is open: what a new generation is to link must be whole now.
        """
        try:
            with self._opening:
                return self._open().generation
        except (DamagedError, NoGenerationError):
            return None

    def follow(self) -> None:
        """Open what was just published: here where questions are asked, else with the first."""
        with self._opening:
            if self._asked and self._opened:
                self._swap()
            elif self._opened and self._opened.named != publish.named(self.index):
                self._opened = None

    def encoder_of(self, generation: Generation) -> Encoder:
        """The encoder that a generation was built with."""
        header = generation.header
        return self.models.of(header.recipe.encoder, header.compared.graph)

    def encoder_for(self, generation: Generation) -> Encoder | None:
        """The generation's encoder; where nothing is encoded yet, nobody waits for the model."""
        return self.encoder_of(generation) if generation.encoded else None

    def _open(self) -> OpenedGeneration:
        named = publish.named(self.index)
        self._opened = OpenedGeneration(named, opening.serving(self.index))
        return self._opened

    def _open_beside(self) -> None:
        """Open what serves in a thread of its own, unless one does already."""
        if self._beside is None or not self._beside.is_alive():
            self._beside = threading.Thread(target=self._swap, name="opening", daemon=True)
            self._beside.start()

    def _swap(self) -> None:
        before, named = self._opened, publish.named(self.index)
        try:
            self.latest()
        except Exception as error:  # noqa: BLE001 - the open one answers on, and says so
            if before:
                before.generation.damage = f"The generation after it cannot be opened: {error}"
                self._opened = OpenedGeneration(named, before.generation)
