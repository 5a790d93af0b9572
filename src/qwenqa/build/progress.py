"""How far a build is, and how long it may still take."""

from __future__ import annotations

import time

from qwenqa.build.context import Report
from qwenqa.types import Progress, Stage


class Meter:
    """Counts the units of one stage and reports each count with the time that is left."""

    def __init__(self, stage: Stage, total: int, report: Report) -> None:
        """Begin the stage: nothing is done."""
        self._stage, self._total, self._report = stage, total, report
        self._done, self._began = 0, time.monotonic()
        self.add(0)

    def add(self, more: int, last: str = "") -> None:
        """So many more units are done, the one named ``last`` the last of them."""
        self._done += more
        passed = time.monotonic() - self._began
        rate = self._done / passed if passed > 0 else 0.0
        left = (self._total - self._done) / rate if rate > 0 else None
        self._report(Progress(self._stage, self._done, self._total, rate, left, last))
