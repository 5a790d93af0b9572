"""One reading process: takes a source's bytes, gives its document back, within limits.

Run as ``python -m qwenqa.readers.worker``. A hostile file can make a reader hang, grow or
crash; here that costs one process, and the source gets a line in the report. A request is two
frames on standard input (what is wanted of which source, its bytes), a response is one frame on
standard output: what was wanted or the reason why there is none, as MessagePack. A frame is its
length in eight bytes, then its content.
"""

from __future__ import annotations

import os
import sys
from typing import IO

import msgspec

from qwenqa.errors import SourceError
from qwenqa.readers import limits
from qwenqa.readers.registry import PDF, read
from qwenqa.types import Box, Document, ReaderIdentity, Span


class Picture(msgspec.Struct, frozen=True):
    """A page of a PDF as a picture, ``scale`` pixels to the point, with the marks tinted."""

    page: int
    scale: float
    marks: tuple[Box, ...] = ()


class Request(msgspec.Struct, frozen=True):
    """What is wanted of a source: the boxes of a span, a picture, or else its document.

    ``ocr`` names the languages in which scanned pages are recognised; empty is not at all.
    """

    address: str
    span: Span | None = None
    picture: Picture | None = None
    ocr: str = ""


class Response(msgspec.Struct, frozen=True):
    """What was wanted, or the reason why the source does not give it.

    ``unread`` says that the reader came to no verdict on the source: another try may succeed.
    """

    document: Document | None = None
    reader: ReaderIdentity | None = None
    boxes: tuple[Box, ...] = ()
    picture: bytes = b""
    refusal: str = ""
    unread: bool = False


def receive(stream: IO[bytes]) -> bytes | None:
    """The next frame's content, or None at the end of the stream or inside a broken frame."""
    head = stream.read(8)
    size = int.from_bytes(head, "big")
    content = stream.read(size) if len(head) == 8 else b""
    return content if len(head) == 8 and len(content) == size else None


def send(stream: IO[bytes], content: bytes) -> None:
    """Write one frame and see it off."""
    stream.write(len(content).to_bytes(8, "big"))
    stream.write(content)
    stream.flush()


def serve(requests: IO[bytes], responses: IO[bytes], cpu_seconds: int) -> None:
    """Answer requests until there are no more."""
    while (header := receive(requests)) is not None and (data := receive(requests)) is not None:
        limits.allow_cpu(cpu_seconds)
        request = msgspec.msgpack.decode(header, type=Request)
        send(responses, msgspec.msgpack.encode(_respond(request, data)))


def _respond(request: Request, data: bytes) -> Response:
    try:
        return _done(request, data)
    except SourceError as error:
        return Response(refusal=str(error))
    except MemoryError:
        much = "needs more memory than one source may take; cut it into parts"
        return Response(refusal=much, unread=True)
    except RecursionError:
        return Response(refusal="is nested too deeply to be read; save it again, simpler")
    # A reader's own defect must not end the build: it is this source's line in the report.
    except Exception as error:  # noqa: BLE001
        failed = f"cannot be read: its reader failed ({type(error).__name__})"
        return Response(refusal=failed, unread=True)


def _done(request: Request, data: bytes) -> Response:
    if request.picture or request.span:
        return _shown(request, data)
    return Response(*read(request.address, data, request.ocr))


def _shown(request: Request, data: bytes) -> Response:
    """A page's picture or a span's boxes; only who shows pages loads what draws them."""
    from qwenqa.readers.pdf import quote_boxes

    if request.picture:
        return Response(
            picture=quote_boxes.page_image(data, *msgspec.structs.astuple(request.picture))
        )
    document, reader = read(request.address, data, request.ocr)
    if reader.name != PDF:
        raise SourceError("is no PDF, so it has no pages to be shown")
    assert request.span
    return Response(boxes=quote_boxes.boxes(data, document, *request.span))


def main(arguments: list[str]) -> None:
    """Serve with what is given: memory in MiB and processor seconds a source."""
    memory_mib, cpu_seconds = map(int, arguments)
    # Libraries print; only frames may reach the pipe.
    responses = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    limits.limit_memory(memory_mib)
    serve(sys.stdin.buffer, responses, cpu_seconds)


if __name__ == "__main__":
    main(sys.argv[1:])
