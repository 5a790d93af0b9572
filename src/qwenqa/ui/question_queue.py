"""How many questions are answered at once, and which are told at once to come again."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial, wraps
from http import HTTPStatus
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread

from qwenqa.ui.api_errors import BUSY, told
from qwenqa.ui.path_hiding import ASKER

PATIENCE_SECONDS = 4.0
"""For which a question waits at most, by what the last ones took; from one address half of it."""
_LONGEST, _SHARE = 1.0, 0.1
T = TypeVar("T")
P = ParamSpec("P")


class Desk:
    """Answers as many questions at once as there are cores, first come, first served.

    More threads answer no more: they take the interpreter from each other and from the server.
    """

    def __init__(self, at_once: int = os.cpu_count() or 1) -> None:
        self.at_once = at_once
        self._places: CapacityLimiter | None = None
        self._waiting: Counter[str] = Counter()
        self._taken = 0.0

    def turns(self, answer: Callable[P, T]) -> Callable[P, Awaitable[T]]:
        """The function, waiting for its turn; who would wait for long is told so at once."""

        @wraps(answer)
        async def answered(*given: P.args, **named: P.kwargs) -> T:
            return await self._answered(partial(answer, *given, **named))

        return answered

    async def _answered(self, answer: Callable[[], T]) -> T:
        address = ASKER.get()
        if self.is_full(address):
            raise told(HTTPStatus.SERVICE_UNAVAILABLE, BUSY)
        self._places = self._places or CapacityLimiter(self.at_once)
        self._waiting[address] += 1
        try:
            return await to_thread.run_sync(self._timed, answer, limiter=self._places)
        finally:
            self._waiting -= Counter((address,))

    def is_full(self, address: str) -> bool:
        """Whether a question from this address would wait for too long."""
        turns = PATIENCE_SECONDS * self.at_once / self._taken if self._taken else float("inf")
        return self._waiting.total() >= turns or self._waiting[address] >= turns / 2

    def _timed(self, answer: Callable[[], T]) -> T:
        began = time.monotonic()
        try:
            return answer()
        finally:
            # The first one loads the model, and says little of the next ones.
            taken = min(time.monotonic() - began, _LONGEST)
            self._taken += _SHARE * (taken - self._taken) if self._taken else taken
