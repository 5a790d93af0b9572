"""The saved questions: one small file beside the generations, which no build replaces."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from qwenqa.errors import BuilderBusyError, DamagedError
from qwenqa.index import disk
from qwenqa.index.publish import writing

SAVED = "SAVED"
_LOCK = "SAVED.lock"
_PATIENCE_SECONDS = 60
Questions = tuple[str, ...]


def read_saved(index: Path) -> Questions:
    """The saved questions in the order of their saving; raises DamagedError."""
    path = index / SAVED
    try:
        own, _, data = path.read_bytes().partition(b"\n")
        if hashlib.sha256(data).hexdigest().encode() == own:
            return msgspec.json.decode(data, type=Questions)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise DamagedError(f"{path} cannot be read ({error.strerror}).") from error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    raise DamagedError(
        f"{path} is damaged, so the saved questions cannot be read. Those that the last build "
        "asked stand in: qwenqa report. Remove the file to save questions anew."
    )


def change_saved(index: Path, change: Callable[[Questions], Questions]) -> Questions:
    """Change the saved questions durably, one writer after the other; what is saved then.

    What ``change`` raises leaves them as they are. Raises DamagedError, GenerationError, and
    BuilderBusyError when another writer does not come to its end.
    """
    with writing(index):
        index.mkdir(parents=True, exist_ok=True)
        # Not the builder's lock: a question can be saved while a long build runs.
        lock = FileLock(str(index / _LOCK), timeout=_PATIENCE_SECONDS)
        try:
            lock.acquire()
        except Timeout as error:
            raise BuilderBusyError(
                f"Another process is changing the saved questions in {index}. Try again."
            ) from error
        try:
            before = read_saved(index)
            after = change(before)
            if after != before:
                data = msgspec.json.format(msgspec.json.encode(after), indent=1)
                own = hashlib.sha256(data).hexdigest().encode()
                disk.replace(index / SAVED, own + b"\n" + data)
        finally:
            lock.release()
    return after
