"""The end of a server in which something hangs."""

from __future__ import annotations

import os
import shutil
import threading

LAST_SECONDS = 10.0
"""For which a server that was told to end may take leave of who is still answered."""
_LEAVE_SECONDS = 0.5
"""For which a thread that was begun meanwhile may end before it counts as one that hangs."""
_SHELL = 128
"""What shells add to a signal's number for the exit code of what it ended."""


class Ending:
    """Ends the process if it does not end by itself: its loop or one of its threads may hang.

    No other way leads out then: threads cannot be ended, and Python waits for them.
    """

    def __init__(self, scratch: str) -> None:
        """``scratch`` is the folder that is to be removed then too."""
        self._scratch = scratch
        self._timer: threading.Timer | None = None
        self._before = set(threading.enumerate())

    def begin(self, signal: int) -> None:
        """Wait from now on; a second signal changes nothing."""
        if self._timer is None:
            self._timer = threading.Timer(LAST_SECONDS, self._end, [signal])
            self._timer.daemon = True
            self._timer.start()

    def done(self) -> None:
        """Wait no longer, unless a thread still hangs, for which Python would wait at its exit."""
        begun = set(threading.enumerate()) - self._before
        waited_for = [thread for thread in begun if not thread.daemon]
        for thread in waited_for:
            thread.join(_LEAVE_SECONDS)
        if self._timer and not any(thread.is_alive() for thread in waited_for):
            self._timer.cancel()

    def _end(self, signal: int) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)
        os._exit(_SHELL + signal)
