"""How long asking, building and the page's start take, beside a reference of the same run.

``python bench/times.py`` prints a table and writes it to ``bench/times.md``. Cold is a new
process with the files in the system's cache, warm is a further call in the same process. Each
figure is the median of the repeats; the ratio is to the reference, the import of the model's
libraries, which no program that uses them can avoid.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
QUESTION = "Who led the Qwen-Coder series?"
QUESTIONS = ROOT / "tests/data/article_questions.json"
REFERENCE = 'python -c "import torch, sentence_transformers"'
Row = tuple[str, list[float]]


def main() -> None:
    """Measure, print, and write the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repeats", type=int, default=3, help="runs of each (3)")
    repeats = options.parse_args().repeats
    with tempfile.TemporaryDirectory() as folder:
        table = report(rows(Path(folder), repeats), repeats)
    print(table)
    Path(__file__).with_name("times.md").write_text(table + "\n", "utf-8")


def rows(folder: Path, repeats: int) -> list[Row]:
    """Every measurement; the first run of the reference only fills the system's cache."""
    index, fresh = folder / "index", folder / "fresh"
    reference = [sys.executable, "-c", "import torch, sentence_transformers"]
    finished(reference)
    finished(qwenqa("build", index))

    def from_nothing(command: Callable[[], float]) -> Callable[[], float]:
        def run() -> float:
            shutil.rmtree(fresh, ignore_errors=True)
            return command()

        return run

    cold: list[tuple[str, Callable[[], float]]] = [
        (f"reference: `{REFERENCE}`", lambda: finished(reference)),
        ("cold `qwenqa ask`", lambda: finished(qwenqa("ask", index, QUESTION))),
        (
            "cold `qwenqa build`, from nothing",
            from_nothing(lambda: finished(qwenqa("build", fresh))),
        ),
        ("cold `qwenqa build`, nothing changed", lambda: finished(qwenqa("build", index))),
        ("cold `qwenqa status`", lambda: finished(qwenqa("status", index))),
        ("page until it answers", lambda: page(index)),
        ("page until it answers, from nothing", from_nothing(lambda: page(fresh))),
    ]
    # Round by round, so that other work on the machine burdens the reference as well.
    rounds = [[run() for _, run in cold] for _ in range(repeats)]
    timed = [
        (name, list(runs)) for (name, _), runs in zip(cold, zip(*rounds, strict=True), strict=True)
    ]
    return timed + warm(index, fresh, repeats)


def warm(index: Path, fresh: Path, repeats: int) -> list[Row]:
    """The same in this process, with the model loaded."""
    from qwenqa import Library

    questions = [one["question"] for one in json.loads(QUESTIONS.read_text("utf-8"))["answered"]]
    asked, building = Library(CORPUS, index), Library(CORPUS, fresh)
    asked.ask(QUESTION)

    def build() -> None:
        shutil.rmtree(fresh, ignore_errors=True)
        building.rebuild()

    build()
    return [
        ("warm ask", [took(lambda one=one: asked.ask(one)) for one in questions]),
        ("warm build, from nothing", [took(build) for _ in range(repeats)]),
        ("warm build, nothing changed", [took(asked.rebuild) for _ in range(repeats)]),
    ]


def qwenqa(command: str, index: Path, *more: str) -> list[str]:
    """A command line."""
    folders = ["--corpus", str(CORPUS), "--index", str(index)]
    return [sys.executable, "-m", "qwenqa", command, *folders, *more]


def finished(command: list[str]) -> float:
    """Seconds that a process takes from start to end."""
    return took(lambda: subprocess.run(command, check=True, capture_output=True))


def took(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def page(index: Path) -> float:
    """Seconds from the start of ``qwenqa serve`` until its page is delivered."""
    began = time.perf_counter()
    command = [*qwenqa("serve", index), "--port", "0", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout
        told = "".join(iter(server.stdout.readline, "}\n")) + "}"
        with urllib.request.urlopen(json.loads(told)["url"], timeout=60) as answer:
            answer.read()
        seconds = time.perf_counter() - began
        server.terminate()
    return seconds


def report(found: list[Row], repeats: int) -> str:
    """The measurements as a Markdown table, with the machine named."""
    reference = statistics.median(found[0][1])
    load = f"load average {os.getloadavg()[2]:.1f}" if hasattr(os, "getloadavg") else ""
    lines = [
        "# Times",
        "",
        f"{date.today().isoformat()}, {machine()}, {load}. Medians of {repeats} runs (of all test "
        "questions for the warm ask) over the article in `corpus/`; written by `bench/times.py`.",
        "",
        "| what | seconds | of the reference |",
        "|---|---|---|",
    ]
    for name, seconds in found:
        median = statistics.median(seconds)
        lines.append(f"| {name} | {median:.3f} | {median / reference:.3f} |")
    return "\n".join(lines)


def machine() -> str:
    """Processor, cores, memory, system and Python."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


def processor() -> str:
    """The processor's name where the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8").splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
