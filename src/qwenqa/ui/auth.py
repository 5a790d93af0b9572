"""Who is let in: Gradio's login over the user file, slowed for those who guess."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from starlette.requests import cookie_parser
from starlette.types import Message, Scope, Send

from qwenqa.errors import UsersError
from qwenqa.service.users import Users

if TYPE_CHECKING:
    from qwenqa.ui.gradio_private import Logins

WRONG_SECONDS = 1.0
"""How long a wrong password takes at least."""
TRIES, TRIES_SECONDS = 10, 60.0
"""Logins that may be wrong or under way from one address in so many seconds."""
_ADDRESSES = 10_000
_AT_ONCE = 2  # each takes 64 MiB


class Door:
    """The users of a page and who of them has logged in.

    Gradio gives each login a token; it is good until the server ends, the user logs out, or is
    removed from the file.
    """

    def __init__(self, users: Users) -> None:
        self.users = users
        self.tries = Tries()
        self._logins: Logins | None = None
        self._checking: asyncio.Semaphore | None = None

    def stand_before(self, logins: Logins) -> None:
        """Learn of those whom Gradio lets in."""
        self._logins = logins

    async def admits(self, name: str, password: str) -> bool:
        """Whether a name and password are right; where not, that takes a while."""
        self._checking = self._checking or asyncio.Semaphore(_AT_ONCE)
        async with self._checking:
            try:
                good = await asyncio.to_thread(self.users.check, name, password)
            except UsersError:
                good = False
        if not good:
            await asyncio.sleep(WRONG_SECONDS)
        return good

    def open_to(self, cookies: str) -> bool:
        """Whether a request with these cookies comes from a user who has logged in."""
        if self._logins is None:
            return False
        given = cookie_parser(cookies)
        names = [self._logins.tokens.get(given.get(one, "")) for one in self._logins.cookies]
        try:
            return any(self.users.knows(name) for name in names if name)
        except UsersError:
            return False


class Tries:
    """The logins of the last minute, by address, that were wrong or are still under way."""

    def __init__(self) -> None:
        self._at: OrderedDict[str, deque[float]] = OrderedDict()

    def begin(self, scope: Scope) -> bool:
        """Note a login that begins; False when the address has to wait first."""
        address = _address(scope)
        tries = self._at.setdefault(address, deque())
        self._at.move_to_end(address)
        while tries and tries[0] < time.monotonic() - TRIES_SECONDS:
            tries.popleft()
        if len(tries) >= TRIES:
            return False
        tries.append(time.monotonic())
        while len(self._at) > _ADDRESSES:
            self._at.popitem(last=False)
        return True

    def watch(self, scope: Scope, send: Send) -> Send:
        """A send that takes back the try of a login that succeeds."""

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                tries = self._at.get(_address(scope))
                if message["status"] == 200 and tries:
                    tries.pop()
                message = {**message, "headers": [_lax(*one) for one in message["headers"]]}
            await send(message)

        return watched


def _address(scope: Scope) -> str:
    """The address of who asks; of IPv6 the network, of which one machine has all addresses."""
    host = str((scope.get("client") or ("",))[0])
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else host


def _lax(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A header; a cookie is no part of what other sites' pages ask, whatever Gradio says."""
    if name != b"set-cookie":
        return name, value
    kept = [one for one in value.split(b";") if not one.strip().lower().startswith(b"samesite")]
    return name, b";".join([*kept, b" SameSite=Lax"])
