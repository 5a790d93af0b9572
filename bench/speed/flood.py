"""Is somebody who asks once a second answered while others hold connections and give nothing?

``python bench/speed/flood.py`` serves a few texts and, for each way to hold a connection (nothing said,
a head that drips, a body that drips, a stream that is not read), opens 1,000 of them from one
address and then from 100, all again whenever they are ended, while a question is asked each second
from another address; it prints how long the answers took. Nothing but this machine is asked.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

HELD, ADDRESSES, SECONDS, DRIP_SECONDS = 1000, (1, 100), 15.0, 1.0
HONEST = "127.0.1.1"
CALL = b"POST /gradio_api/run/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999\r\n\r\n"
WAYS = {
    "silent": b"",
    "slow heads": b"GET / HTTP/1.1\r\nX: ",
    "slow bodies": CALL,
    "half-open streams": b"GET /gradio_api/heartbeat/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
}
PROGRAM = """
import sys
from qwenqa import Library
from qwenqa.ui.serve.server import serve
library = Library(corpus=sys.argv[1], index=sys.argv[2])
serve(library, "127.0.0.1", 0, lambda url: print(url, flush=True))
"""


@dataclass
class Told:
    """What the honest one met: seconds of each answer, and what else was said."""

    answered: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, int]]:
    """A page with some texts; its host and port."""
    (folder / "corpus").mkdir()
    for number in range(40):
        text = f"Heron {number} waits for fish in bay {number}.\n"
        (folder / "corpus" / f"{number}.txt").write_text(text, "utf-8")
    command = [sys.executable, "-c", PROGRAM, str(folder / "corpus"), str(folder / "index")]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "QWENQA_MODEL": "toy"}
    )
    assert process.stdout is not None
    try:
        found = re.search(r"http://([\d.]+):(\d+)", process.stdout.readline())
        assert found
        yield found[1], int(found[2])
    finally:
        process.terminate()
        process.wait()


async def hold(where: tuple[str, int], source: str, said: bytes) -> None:
    """Hold a connection for as long as it lasts, and then the next one; read nothing."""
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(*where, local_addr=(source, 0), limit=1)
            writer.write(said)
            while not writer.is_closing() and not reader.at_eof():
                await asyncio.sleep(DRIP_SECONDS)
                writer.write(b"x" if b"heartbeat" not in said else b"")
            writer.close()
        await asyncio.sleep(DRIP_SECONDS)


async def ask(where: tuple[str, int], seconds: float) -> Told:
    """Ask once a second, each time on a connection of its own."""
    told, host = Told(), "{}:{}".format(*where)
    for number in range(int(seconds)):
        began = time.perf_counter()
        wire = httpx.AsyncHTTPTransport(local_address=HONEST)
        async with httpx.AsyncClient(transport=wire, timeout=60) as client:
            try:
                answer = await client.post(
                    f"http://{host}/gradio_api/run/ask", json={"data": [f"heron in bay {number}"]}
                )
            except httpx.HTTPError as error:
                told.refused.append(repr(error))
            else:
                if answer.is_success:
                    told.answered.append(time.perf_counter() - began)
                else:
                    told.refused.append(f"{answer.status_code} {answer.text[:200]}")
        await asyncio.sleep(max(0, 1 - (time.perf_counter() - began)))
    return told


async def flooded(where: tuple[str, int], said: bytes, addresses: int, seconds: float) -> Told:
    """Ask while so many addresses hold connections in a way."""
    others = [
        asyncio.create_task(hold(where, f"127.0.2.{1 + number % addresses}", said))
        for number in range(HELD)
    ]
    await asyncio.sleep(1)
    told = await ask(where, seconds)
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    return told


def main() -> None:
    """Print a line for each flood; the last word is whether all were answered."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=SECONDS, help="for each flood")
    given = options.parse_args()
    good = True
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as where:
        asyncio.run(ask(where, 3))
        for addresses in ADDRESSES:
            for way, said in WAYS.items():
                told = asyncio.run(flooded(where, said, addresses, given.seconds))
                slowest = max(told.answered, default=float("inf"))
                middle = sorted(told.answered)[len(told.answered) // 2] if told.answered else 0
                print(
                    f"{way}, {HELD:,} from {addresses}: {len(told.answered)} answered, median "
                    f"{1000 * middle:.0f} ms, slowest {1000 * slowest:.0f} ms; "
                    f"not answered: {len(told.refused)} {told.refused[:1]}",
                    flush=True,
                )
                good = good and not told.refused and bool(told.answered)
    print("all answered" if good else "not all answered")
    sys.exit(not good)


if __name__ == "__main__":
    main()
