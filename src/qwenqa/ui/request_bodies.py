"""How much a request may send, and how slowly."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive

MAX_BODY_BYTES = 1_000_000
BODY_SECONDS = 30
"""Within which a whole small body must be there, and each part of an uploaded file."""

Refusal = tuple[int, str]
"""Status and sentence."""

TOO_LARGE: Refusal = (413, f"The request is larger than {MAX_BODY_BYTES:,} bytes.")
TOO_SLOW: Refusal = (408, f"The request did not arrive within {BODY_SECONDS} seconds.")
BROKEN_OFF: Refusal = (400, "The request broke off before it was all here.")
NO_LENGTH: Refusal = (411, "An upload must say how long it is (Content-Length).")


async def whole(receive: Receive) -> bytes | Refusal:
    """The whole body, or why it is refused: no more is read than that takes."""
    try:
        return await asyncio.wait_for(_whole(receive), BODY_SECONDS)
    except asyncio.TimeoutError:
        return TOO_SLOW


async def _whole(receive: Receive) -> bytes | Refusal:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return BROKEN_OFF
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BODY_BYTES:
            return TOO_LARGE
    return bytes(body)


def again(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the body once, then what the connection gives."""
    is_given = False

    async def replayed() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


def steadily(receive: Receive) -> Receive:
    """A receive that takes a body whose parts come too slowly for one that was broken off."""

    async def received() -> Message:
        try:
            return await asyncio.wait_for(receive(), BODY_SECONDS)
        except asyncio.TimeoutError:
            return {"type": "http.disconnect"}

    return received


def too_long(length: str, limit: int) -> bool:
    """Whether a Content-Length is over the limit, or none."""
    return not (length.isascii() and length.isdigit()) or int(length[:20]) > limit
