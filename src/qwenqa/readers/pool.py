"""Many sources read at once, each in a process that may die without hurting the others."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from queue import SimpleQueue

import msgspec

from qwenqa.errors import SourceError, UnreadableError
from qwenqa.readers import limits as bounds
from qwenqa.readers.worker import Picture, Request, Response, receive, send
from qwenqa.types import Box, Document, ReaderIdentity, Source, Span

_IDLE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one source may take, and how many are read at once.

    Memory is of one process in MiB, times are in seconds of its processor and of the clock.
    """

    memory_mib: int = 2048
    cpu_seconds: int = 120
    wall_seconds: int = 180
    processes: int = os.cpu_count() or 1


class _Process:
    """One reading process, started when first needed and again after it died."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._child: subprocess.Popen[bytes] | None = None

    def respond(self, request: Request, data: bytes) -> Response:
        """The response of the process, or a refusal that says how it died."""
        if self._child and self._child.poll() is not None:
            self.close()  # it died while it had nothing to do: no source is to blame
        child = self._child = self._child or self._start()
        assert child.stdin and child.stdout
        late = threading.Event()

        def end() -> None:
            late.set()
            child.kill()

        timer = threading.Timer(self._limits.wall_seconds, end)
        timer.start()
        try:
            content = None
            with suppress(OSError):
                send(child.stdin, msgspec.msgpack.encode(request))
                send(child.stdin, data)
                content = receive(child.stdout)
        finally:
            timer.cancel()
        if content is None:
            return Response(refusal=self._cause_of_death(late.is_set()), unread=True)
        return msgspec.msgpack.decode(content, type=Response)

    def close(self) -> None:
        """End the process."""
        if self._child:
            self._child.kill()
            self._child.wait()
            for stream in (self._child.stdin, self._child.stdout):
                with suppress(OSError):
                    if stream:
                        stream.close()
            self._child = None

    def _start(self) -> subprocess.Popen[bytes]:
        limits = [str(self._limits.memory_mib), str(self._limits.cpu_seconds)]
        try:
            return subprocess.Popen(  # noqa: S603 - our own module, in this interpreter
                [sys.executable, "-m", "qwenqa.readers.worker", *limits],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # Its threads would take address space by the number of cores, of what is limited.
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )
        except OSError as error:
            raise UnreadableError(
                f"was not read: no process could be started for it ({error.strerror}); end other"
                " programs and build again"
            ) from error

    def _cause_of_death(self, late: bool) -> str:
        assert self._child
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(timeout=5)
        status = self._child.returncode
        self.close()
        if late:
            return (
                f"took longer than {self._limits.wall_seconds} seconds to read; cut it into parts"
            )
        if status == -24:  # SIGXCPU
            seconds = self._limits.cpu_seconds
            return f"took more than {seconds} seconds of computing; cut it into parts"
        if status == -9:  # SIGKILL
            return "was not read, as its reader was killed; give it more memory and build again"
        if status >= 0:
            return f"was not read, as its reader could not run (status {status}); build again"
        return f"made its reader crash (status {status}); save it again in another program"


@lru_cache
def pool(limits: Limits) -> Pool:
    """The pool of these limits: starting processes takes longer than reading most files."""
    processes = Pool(limits)
    atexit.register(processes.close)
    return processes


class Pool:
    """Reading processes, started when needed and ended some seconds after the last use.

    A context manager: inside it the processes stay; several may be inside at once.
    """

    def __init__(self, limits: Limits) -> None:
        """Make a pool without processes."""
        self._limits = limits
        self._idle: SimpleQueue[_Process] = SimpleQueue()
        self._processes = [_Process(limits) for _ in range(limits.processes)]
        for process in self._processes:
            self._idle.put(process)
        self._lock = threading.Lock()
        self._users = 0
        self._closing: threading.Timer | None = None

    def __enter__(self) -> Pool:
        """Keep the processes."""
        with self._lock:
            self._users += 1
            if self._closing:
                self._closing.cancel()
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes soon, unless somebody else is inside by then."""
        with self._lock:
            self._users -= 1
            # While Python ends no thread starts any more, and waiting for one would hang.
            if self._users == 0 and not sys.is_finalizing():
                self._closing = threading.Timer(_IDLE_SECONDS, self._close_unused)
                self._closing.daemon = True
                self._closing.start()

    def close(self) -> None:
        """End every process now."""
        for process in self._processes:
            process.close()

    def _close_unused(self) -> None:
        with self._lock:
            if self._users == 0:
                self.close()

    def read(self, address: str, data: bytes, ocr: str = "") -> tuple[Document, ReaderIdentity]:
        """The document of a source's bytes, and who read it; raises SourceError with the reason.

        ``ocr`` names the languages in which scanned pages are recognised; empty is not at all.
        """
        response = self._respond(Request(address, ocr=ocr), data)
        assert response.document and response.reader
        return response.document, response.reader

    def boxes(self, address: str, data: bytes, span: Span) -> tuple[Box, ...]:
        """Where a span of a PDF's text stands on its pages; raises SourceError."""
        return self._respond(Request(address, span=span), data).boxes

    def page_image(self, address: str, data: bytes, picture: Picture) -> bytes:
        """A page of a PDF as PNG; raises SourceError when it cannot be drawn."""
        return self._respond(Request(address, picture=picture), data).picture

    def _respond(self, request: Request, data: bytes) -> Response:
        process = self._idle.get()
        try:
            response = process.respond(request, data)
        finally:
            self._idle.put(process)
        if response.unread:
            what, _, advice = response.refusal.partition("; ")
            lower = bounds.lower(self._limits.memory_mib, self._limits.cpu_seconds)
            raise UnreadableError("; ".join(filter(None, (what, lower or advice))))
        if response.refusal:
            raise SourceError(response.refusal)
        return response

    def read_all(
        self, sources: Iterable[Source], load: Callable[[Source], bytes], ocr: str = ""
    ) -> Iterator[tuple[Document, ReaderIdentity] | SourceError]:
        """Each source's document and reader, or why there is none, in order, a few ahead."""

        def outcome(source: Source) -> tuple[Document, ReaderIdentity] | SourceError:
            try:
                return self.read(source.address, load(source), ocr)
            except SourceError as error:
                return error

        ahead: deque[Future[tuple[Document, ReaderIdentity] | SourceError]] = deque()
        with ThreadPoolExecutor(self._limits.processes) as threads:
            for source in sources:
                ahead.append(threads.submit(outcome, source))
                if len(ahead) > 2 * self._limits.processes:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
