"""Who is let in: a login over the user file, slowed for those who guess, and its end."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address, ip_network
from typing import Any

from starlette.requests import Request, cookie_parser
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from qwenqa.errors import UsersError
from qwenqa.service.upkeep.users import User, Users
from qwenqa.ui.roles import Visitor, opens

WRONG_SECONDS = 1.0
"""How long a wrong password takes at least."""
TRIES, TRIES_SECONDS = 10, 60.0
"""Logins that may be wrong or under way from one address in so many seconds."""
_ADDRESSES = 10_000
_AT_ONCE = 2  # each takes 64 MiB
_LOGINS = 100
"""Sessions of one user; the oldest end."""
_WRONG = "The name or the password is wrong."


@dataclass(frozen=True, slots=True)
class _Session:
    """A login, bound to the record that the user's password was checked against."""

    name: str
    user_hash: str


class LoginGate:
    """The users of a page and who of them has logged in.

    Each login gets a token in a cookie. It is good until the server ends, it is logged out, or
    its user is removed or has another password, also where there is one of that name again.
    """

    def __init__(self, users: Users) -> None:
        self.users = users
        self.throttle = LoginThrottle()
        # Of this server alone: other ports of the host are sent its cookies too.
        self.cookie = f"qwenqa-{secrets.token_hex(8)}"
        self._sessions: dict[str, _Session] = {}
        self._checking: asyncio.Semaphore | None = None

    async def login(self, request: Request) -> Response:
        """Answer a form with name and password: the cookie of a new session, or why not."""
        async with request.form(max_files=0) as form:
            name, password = str(form.get("username", "")), str(form.get("password", ""))
        user = await self.admits(name, password)
        if user is None:
            return JSONResponse({"detail": _WRONG}, HTTPStatus.UNAUTHORIZED)
        self.throttle.take_back(request.scope)
        answer = JSONResponse({"success": True})
        secure = request.url.scheme == "https"
        token = self._begin(_Session(name, user.hash))
        answer.set_cookie(self.cookie, token, httponly=True, samesite="lax", secure=secure)
        return answer

    async def logout(self, request: Request) -> Response:
        """End the session of the request's cookie, and no other."""
        self._sessions.pop(request.cookies.get(self.cookie, ""), None)
        answer = JSONResponse({"success": True})
        answer.delete_cookie(self.cookie)
        return answer

    async def admits(self, name: str, password: str) -> User | None:
        """The user, if name and password are right; where not, that takes a while."""
        self._checking = self._checking or asyncio.Semaphore(_AT_ONCE)
        async with self._checking:
            try:
                user = await asyncio.to_thread(self.users.check, name, password)
            except UsersError:
                user = None
        if user is None:
            await asyncio.sleep(WRONG_SECONDS)
        return user

    async def visitor(self, cookies: str) -> Visitor | None:
        """Who has logged in and asks with these cookies; the file is read outside the loop."""
        token = cookie_parser(cookies).get(self.cookie, "")
        session = self._sessions.get(token)
        if session is None:
            return None
        try:
            user = await asyncio.to_thread(self.users.get, session.name)
        except UsersError:
            return None
        if user is None or user.hash != session.user_hash:
            self._sessions.pop(token, None)
            return None
        return Visitor(session.name, user.role)

    async def allows(self, function: Callable[..., Any] | None, name: str | None) -> bool:
        """Whether there is such a user now, for whom the function is.

        The guard has asked before; what waited in the queue is asked about once more.
        """
        user = await asyncio.to_thread(self.users.get, name) if name else None
        return user is not None and opens(function, user.role)

    def _begin(self, session: _Session) -> str:
        """The token of a new session; it is the last of those that its user may have."""
        own = [token for token, other in self._sessions.items() if other.name == session.name]
        for token in own[: 1 - _LOGINS]:
            del self._sessions[token]
        token = secrets.token_urlsafe(32)
        self._sessions[token] = session
        return token


class LoginThrottle:
    """The logins of the last minute, by address, that were wrong or are still under way."""

    def __init__(self) -> None:
        self._at: OrderedDict[str, deque[float]] = OrderedDict()

    def begin(self, scope: Scope) -> bool:
        """Note a login that begins; False when the address has to wait first."""
        address = address_of(scope)
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

    def take_back(self, scope: Scope) -> None:
        """A login that has succeeded does not count."""
        if tries := self._at.get(address_of(scope)):
            tries.pop()


def address_of(scope: Scope) -> str:
    """The address of who asks; of IPv6 the network, of which one machine has all addresses."""
    host = str((scope.get("client") or ("",))[0])
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else host


def user_of(scope: Scope) -> str:
    """The name of who asks; "" where there are no users."""
    visitor = scope.get("user")
    return visitor.name if visitor else ""
