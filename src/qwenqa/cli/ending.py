"""Signals that end a run: it leaves nothing behind then, as after an interruption."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

_SHELL = 128
"""What shells add to a signal's number for the exit code of what it ended."""


@contextmanager
def in_order() -> Iterator[None]:
    """Let SIGTERM, and SIGHUP where it would end the process, unwind what runs meanwhile."""
    names = [signal_name for signal_name in ("SIGTERM", "SIGHUP") if hasattr(signal, signal_name)]
    ending = [
        signal_name
        for signal_name in map(signal.Signals.__getitem__, names)
        if signal.getsignal(signal_name) == signal.SIG_DFL
    ]
    if threading.current_thread() is not threading.main_thread():
        ending = []  # only the main thread may say what a signal does
    for signal_name in ending:
        signal.signal(signal_name, _end if signal_name == signal.SIGTERM else _terminate)
    try:
        yield
    finally:
        for signal_name in ending:
            signal.signal(signal_name, signal.SIG_DFL)


def _end(number: int, _: FrameType | None) -> NoReturn:
    raise SystemExit(_SHELL + number)


def _terminate(*_: object) -> None:
    # The page's server ends in order at SIGTERM, and knows no SIGHUP.
    signal.raise_signal(signal.SIGTERM)
