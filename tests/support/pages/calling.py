"""How the tests call a served page over plain HTTP."""

from __future__ import annotations

import json
import socket
from typing import Any

import httpx
from pages import Served
from written import PATIENCE

# The page is on this machine, and may be as slow as it is.
HTTP = httpx.Client(timeout=PATIENCE, trust_env=False)


def connected(served: Served, source: str = "127.0.0.1") -> socket.socket:
    """A bare connection to the server, from an address of this machine."""
    url = httpx.URL(served.url)
    assert url.port
    return socket.create_connection(
        (url.host, url.port), timeout=PATIENCE, source_address=(source, 0)
    )


def call(served: Served, endpoint: str, *data: Any) -> tuple[str, Any]:
    """Call an endpoint by way of the queue; the kind of event that ends it, and its data."""
    return _ended(served, endpoint, f"call/{endpoint}", {"data": data})


def call_by_name(served: Served, endpoint: str, **data: Any) -> tuple[str, Any]:
    """The same with the parameters by their names."""
    return _ended(served, endpoint, f"call/v2/{endpoint}", data)


def run(served: Served, endpoint: str, *data: Any) -> httpx.Response:
    """Call an endpoint directly, in one request."""
    return HTTP.post(f"{served.url}/gradio_api/run/{endpoint}", json={"data": data})


def _ended(served: Served, endpoint: str, path: str, body: Any) -> tuple[str, Any]:
    begun = HTTP.post(f"{served.url}/gradio_api/{path}", json=body)
    begun.raise_for_status()
    where = f"{served.url}/gradio_api/call/{endpoint}/{begun.json()['event_id']}"
    lines = HTTP.get(where).text.splitlines()
    event = next(line for line in lines if line.startswith("event: "))
    told = next(line for line in lines if line.startswith("data: "))
    return event.removeprefix("event: "), json.loads(told.removeprefix("data: "))
