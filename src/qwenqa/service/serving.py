"""The generation that serves and the models it was built with, opened when first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable

from qwenqa.errors import DamagedError, NoGenerationError
from qwenqa.index import choosing, publish
from qwenqa.index.generation import Generation
from qwenqa.service.models import Models
from qwenqa.settings import Settings
from qwenqa.types import Encoder


class Serving:
    """What answers now; used by several threads, and opened again once another serves."""

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet."""
        self.index = settings.index
        self.models = Models(settings)
        self._generation: Generation | None = None
        self._named = b""
        self._opening = threading.RLock()

    def generation(self) -> Generation:
        """The generation that serves now, opened and verified; raises NoGenerationError."""
        with self._opening:
            named = publish.named(self.index)
            if self._generation is None or self._named != named:
                self._generation = choosing.serving(self.index)
                self._named = named
            return self._generation

    def generation_or_none(self) -> Generation | None:
        """The generation that serves now, None before there is one."""
        try:
            return self.generation()
        except NoGenerationError:
            return None

    def generation_or(self, build: Callable[[], object]) -> Generation:
        """The generation that serves; threads that ask before there is one build it once."""
        with self._opening:
            if (found := self.generation_or_none()) is not None:
                return found
            build()
            return self.generation()

    def anew(self) -> Generation | None:
        """The generation to reuse; a damaged one is no reason not to build.

        Opened again even if it is open: what a new generation is to link must be whole now.
        """
        with self._opening:
            self._generation = None
        try:
            return self.generation_or_none()
        except DamagedError:
            return None

    def encoder_of(self, generation: Generation) -> Encoder:
        """The encoder that a generation was built with."""
        header = generation.header
        return self.models.of(header.recipe.encoder, header.compared.graph)

    def encoder_for(self, generation: Generation) -> Encoder | None:
        """The generation's encoder; where nothing is encoded yet, nobody waits for the model."""
        return self.encoder_of(generation) if generation.encoded else None
