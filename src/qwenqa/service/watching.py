"""Follow the corpus: rebuild when its files have settled, and go on whatever a rebuild meets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from watchfiles import Change, watch
from watchfiles._rust_notify import WatchfilesRustInternalError

from qwenqa.errors import BuildCancelledError, CorpusError, QwenqaError
from qwenqa.service.library import Library
from qwenqa.types import BuildReport, Progress

Outcome = BuildReport | QwenqaError
"""What a rebuild of a watch did, or why there was none."""

_NO_CORPUS = CorpusError(
    "The corpus folder is not there. The index still serves; watching goes on when it is back."
)


@dataclass(slots=True)
class Watch:
    """Rebuilds of a library whenever its corpus has settled, until ``stop`` is set.

    ``tell`` gets the outcome of every rebuild; one that fails as the last one did is not told
    again. Files have settled after ``settle`` seconds without a change; ones that change all the
    time are looked at every ``most`` seconds. A failed rebuild is tried again at the next change,
    at the latest after ``retry`` seconds. ``poll`` compares the files from time to time, for
    network folders whose changes the system does not tell.
    """

    library: Library
    tell: Callable[[Outcome], None]
    progress: Callable[[Progress], None] = lambda _: None
    stop: Event = field(default_factory=Event)
    poll: bool = False
    settle: float = 1.0
    most: float = 30.0
    retry: float = 60.0
    _failed: str = ""
    _tried: float = 0.0

    def run(self) -> None:
        """Rebuild now and after every change; ends when ``stop`` is set, or by Ctrl-C."""
        while not self.stop.is_set():
            if self._identity() is None:
                self._say(_NO_CORPUS)
                self.stop.wait(self.settle)
            else:
                self._follow()

    def _follow(self) -> None:
        """Rebuild while the corpus is the same folder: another one needs another watcher."""
        identity, seen = self._identity(), False
        try:
            for changes in self._changes():
                if self._identity() != identity:
                    return
                if changes or not seen or self._due():
                    # The watcher is at work by now, so that no change falls between.
                    seen = True
                    self._rebuild()
        except (OSError, WatchfilesRustInternalError) as error:
            if self._identity() == identity:
                self._poll_instead(error)

    def _changes(self) -> Iterator[set[tuple[Change, str]]]:
        return watch(
            self.library.settings.corpus,
            watch_filter=self._counts,
            debounce=_milliseconds(self.most),
            step=_milliseconds(self.settle),
            rust_timeout=_milliseconds(self.settle),
            yield_on_timeout=True,
            stop_event=self.stop,
            force_polling=self.poll,
            ignore_permission_denied=True,
        )

    def _counts(self, _: Change, path: str) -> bool:
        """Whether a change is of the corpus: not of a hidden file, nor of the index in it."""
        below, index = Path(path), self.library.settings.index.absolute()
        root = self.library.settings.corpus.absolute()
        parts = below.relative_to(root).parts if below.is_relative_to(root) else ()
        return not any(part.startswith(".") for part in parts) and not below.is_relative_to(index)

    def _rebuild(self) -> None:
        self._tried = time.monotonic()
        try:
            done = self.library.rebuild(self._progress)
        except BuildCancelledError:
            return
        except QwenqaError as error:
            self._say(error)
        else:
            self._failed = ""
            self.tell(done)

    def _progress(self, now: Progress) -> None:
        if self.stop.is_set():
            raise BuildCancelledError("Watching has ended.")
        self.progress(now)

    def _say(self, error: QwenqaError) -> None:
        if str(error) != self._failed:
            self._failed = str(error)
            self.tell(error)

    def _due(self) -> bool:
        return bool(self._failed) and time.monotonic() - self._tried >= self.retry

    def _identity(self) -> tuple[int, int] | None:
        """Which folder the corpus is now, None when there is none: mounting gives another."""
        try:
            status = self.library.settings.corpus.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _poll_instead(self, error: Exception) -> None:
        if self.poll:
            self._say(CorpusError(f"The corpus folder cannot be watched ({error})."))
            self.stop.wait(self.retry)
        else:
            why = f"The system cannot tell of changes here ({error}); the files are compared."
            self._say(CorpusError(why))
            self.poll = True


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
