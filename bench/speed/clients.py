"""How many questions a second are answered over HTTP, by how many ask at once.

``python bench/speed/clients.py FOLDER --cache CACHE`` puts the English collections below FOLDER into one
index, which is kept in the cache folder, serves it, asks it questions that people wrote with 1, 4,
16 and 64 clients, and writes ``docs/measurements/clients.md``. No question is asked twice.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import httpx

from qwenqa.evaluation.collection import Collection, Text, read_collection
from qwenqa.evaluation.runs import index_of
from qwenqa.settings import Settings

COLLECTIONS = ("squad_v11_dev", "hotpot100", "clapnq_dev")
TOKENS = 64
CLIENTS, SECONDS, UNCOUNTED = (1, 4, 16, 64), 20.0, 3.0
NOTES = """\
# Clients

{today}, {cores} cores, load average {load:.1f} before; written by `bench/speed/clients.py`. {passages:,}
passages of real texts, questions as people asked them, none twice, five hits each, {seconds:.0f} s
for each row, server and clients on the same cores. *Told to wait* are refusals (503) of the rest,
each a sentence with a time after which to ask again, which these clients do not keep to.

| clients | answers a second | of one client's | median | slowest twentieth | told to wait |
|---|---|---|---|---|---|
"""


@dataclass
class Asked:
    """What clients met: seconds of each answer, and how often each other status came."""

    answered: list[float] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)


def index(folder: Path, cache: Path) -> tuple[int, list[str]]:
    """Build the index, unless it is there; how many passages it has, and questions for it."""
    all_of = [read_collection(folder / name) for name in COLLECTIONS]
    documents = tuple(
        Text(id=f"{one.name}/{text.id}", title=text.title, text=text.text)
        for one in all_of
        for text in one.documents
    )
    library, _ = index_of(
        Collection("clients", documents, (), {}), cache, Settings(passage_tokens=TOKENS)
    )
    longest = max(len(one.queries) for one in all_of)
    mixed = (one.queries[n] for n in range(longest) for one in all_of if n < len(one.queries))
    return library.status().passages, list(dict.fromkeys(one.text for one in mixed))


@contextmanager
def served(cache: Path, *options: str) -> Iterator[str]:
    """The index, served in a process of its own with further options; gives its URL."""
    command = [sys.executable, "-m", "qwenqa", "serve", "--port", "0", *options]
    folders = {"QWENQA_CORPUS": str(cache / "corpus"), "QWENQA_INDEX": str(cache / "index")}
    environment = {**os.environ, **folders, "QWENQA_PASSAGE_TOKENS": str(TOKENS)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        lines = iter(process.stdout.readline, "")
        yield next(found[0] for line in lines if (found := re.search(r"http://\S+\d", line)))
    finally:
        process.terminate()
        process.wait()


async def ask(url: str, clients: int, questions: Iterator[str], seconds: float) -> Asked:
    """Ask with so many clients at once, each its next question when it has an answer."""
    asked, until = Asked(), time.perf_counter() + seconds

    async def one() -> None:
        async with httpx.AsyncClient(timeout=120, trust_env=False) as client:
            while (began := time.perf_counter()) < until:
                body = {"data": [next(questions)]}
                answer = await client.post(f"{url}/gradio_api/run/ask", json=body)
                if answer.status_code == httpx.codes.OK:
                    asked.answered.append(time.perf_counter() - began)
                else:
                    asked.refused[answer.status_code] += 1
                    await asyncio.sleep(0.1)

    await asyncio.gather(*(one() for _ in range(clients)))
    return asked


def row(clients: int, asked: Asked, seconds: float, alone: float) -> str:
    """A line of the table; ``alone`` is how many answers a second one client got."""
    rate, taken = len(asked.answered) / seconds, sorted(asked.answered)
    cells = (
        str(clients),
        f"{rate:.1f}",
        f"{rate / (alone or rate):.2f}",
        f"{1000 * taken[len(taken) // 2]:.0f} ms",
        f"{1000 * taken[19 * len(taken) // 20]:.0f} ms",
        f"{asked.refused.total()}",
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure, print, and write the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="folder of collections")
    options.add_argument("--cache", type=Path, required=True, help="folder for their index")
    options.add_argument("--seconds", type=float, default=SECONDS, help="for each row")
    given = options.parse_args()
    load = os.getloadavg()[0]
    passages, questions = index(given.folder, given.cache)
    asking, alone, lines = iter(questions), 0.0, []
    with served(given.cache) as url:
        asyncio.run(ask(url, 1, asking, UNCOUNTED))
        for clients in CLIENTS:
            asked = asyncio.run(ask(url, clients, asking, given.seconds))
            lines.append(row(clients, asked, given.seconds, alone))
            alone = alone or len(asked.answered) / given.seconds
            print(lines[-1], dict(asked.refused), flush=True)
    told = NOTES.format(
        today=date.today().isoformat(),
        cores=os.cpu_count(),
        load=load,
        passages=passages,
        seconds=given.seconds,
    )
    (Path(__file__).parents[2] / "docs/measurements/clients.md").write_text(
        told + "\n".join(lines) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
