"""Where the page is served, by which names it may be called, and who could reach it there."""

from __future__ import annotations

import errno
import os
import socket
from ipaddress import ip_address

from qwenqa.errors import ServeError
from qwenqa.settings import Settings

_WILDCARDS = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not bound to
_TWICE = 2


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address; raises ServeError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        # With its protocol named, or asyncio lets each answer wait 40 ms for the one before.
        listening = socket.socket(family, kind, protocol)
        if os.name == "posix":
            # Elsewhere this would let two servers share the port.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(address)
            listening.listen()
        except OSError:
            listening.close()
            raise
    except OSError as error:
        raise ServeError(_why_not(host, port, error)) from error
    return listening


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is already in use by another program; choose another with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} may not be used by this account; choose one above 1023 with --port."
    return f"Nothing can be served on {host!r} ({error.strerror}); choose another with --host."


def refuse_open(settings: Settings, host: str, address: str, port: int) -> None:
    """Raise ServeError where other machines could ask, and nobody has to log in, unmeant."""
    alone = ip_address(address.partition("%")[0]).is_loopback
    if alone or settings.users or settings.open >= _TWICE:
        return
    raise ServeError(
        f"On {host or address} everybody who reaches port {port} of this machine could read the "
        "documents. Add users (qwenqa users add NAME --users users.json) and serve with --users "
        "users.json; or, if everybody may read them, say so twice: --open --open (QWENQA_OPEN=2)."
    )


def url(host: str, port: int) -> str:
    """How a browser of this machine calls the server."""
    shown = "127.0.0.1" if host in _WILDCARDS else host
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def hosts(host: str) -> list[str]:
    """The names by which a browser may call the server; any other Host gets 400."""
    names = ["localhost", "127.0.0.1", "::1", "[::1]", host, f"[{host}]"]
    if host in _WILDCARDS:
        own = socket.gethostname()
        names += [own, f"{own}.local", *_own_addresses()]
    return [name for name in names if name not in (*_WILDCARDS, "[]")]


def _own_addresses() -> list[str]:
    """The address other machines of the network reach this one by; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return []
        return [str(ip_address(probe.getsockname()[0]))]
