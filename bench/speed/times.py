"""How long asking, building and the page's start take, beside a reference of the same run.

``python bench/speed/times.py`` prints a table and writes it to ``docs/measurements/times.md``. Cold is a new
process with the files in the system's cache, warm is a further call in the same process. Each
figure is the median of the repeats. Ratios are to the reference, the import of the libraries that
models usually need, and to the floor, a question in forty lines without them (``forty.py``).
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "corpus"
QUESTION = "Who led the Qwen-Coder series?"
QUESTIONS = ROOT / "tests/data/article_questions.json"
REFERENCE = 'python -c "import torch, sentence_transformers"'
FLOOR = "floor: onnxruntime, tokenizers and FAISS in forty lines, one question"
PAGE = "page until it is there (`python app.py`, built index)"
Row = tuple[str, list[float]]


def main() -> None:
    """Measure, print, and write the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repeats", type=int, default=3, help="runs of each (3)")
    repeats = options.parse_args().repeats
    # With it what is imported would be compiled again by each new process, as for no user.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        table = report(rows(Path(folder), repeats), repeats)
    print(table)
    (Path(__file__).parents[2] / "docs/measurements/times.md").write_text(table + "\n", "utf-8")


def rows(folder: Path, repeats: int) -> list[Row]:
    """Every measurement; the first run of the reference only fills the system's cache."""
    index, fresh, floor = folder / "index", folder / "fresh", folder / "floor"
    reference = [sys.executable, "-c", "import torch, sentence_transformers"]
    finished(reference)
    finished(qwenqa("build", index))
    prepare(floor, index)
    forty = [sys.executable, str(Path(__file__).with_name("forty.py"))]

    def from_nothing(command: Callable[[], float]) -> Callable[[], float]:
        def run() -> float:
            shutil.rmtree(fresh, ignore_errors=True)
            return command()

        return run

    cold: list[tuple[str, Callable[[], float]]] = [
        (f"reference: `{REFERENCE}`", lambda: finished(reference)),
        (FLOOR, lambda: finished([*forty, "onnx", str(floor), QUESTION])),
        (
            "sentence-transformers and FAISS in forty lines, one question",
            lambda: finished([*forty, "torch", str(floor), QUESTION]),
        ),
        ("cold `qwenqa ask`", lambda: finished(qwenqa("ask", index, QUESTION))),
        (
            "cold `qwenqa build`, from nothing",
            from_nothing(lambda: finished(qwenqa("build", fresh))),
        ),
        ("cold `qwenqa build`, nothing changed", lambda: finished(qwenqa("build", index))),
        ("cold `qwenqa status`", lambda: finished(qwenqa("status", index))),
        (PAGE, lambda: page(index)),
        ("page until it is there, from nothing", from_nothing(lambda: page(fresh))),
    ]
    # Round by round, so that other work on the machine burdens the reference as well.
    rounds = [[run() for _, run in cold] for _ in range(repeats)]
    timed = [
        (name, list(runs)) for (name, _), runs in zip(cold, zip(*rounds, strict=True), strict=True)
    ]
    answers = ("page's first answer after that", [answered(index) for _ in range(repeats)])
    return [*timed, answers, *warm(index, fresh, repeats)]


def prepare(folder: Path, index: Path) -> None:
    """Write what the floor opens: the passages, their vectors in FAISS, and the model's graph."""
    import faiss

    from qwenqa import Library
    from qwenqa.encoders import DEFAULT_MODEL, open_encoder
    from qwenqa.encoders.model_files.locate import locate
    from qwenqa.encoders.onnx.model_config import plan_of
    from qwenqa.encoders.onnx.session import OnnxModel

    folder.mkdir()
    texts = [passage.text for passage in Library(CORPUS, index).generation().all_passages()]
    vectors = open_encoder().encode_passages(texts)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    faiss.write_index(flat, str(folder / "index.faiss"))
    model = locate(DEFAULT_MODEL)
    graph = OnnxModel(plan_of(model))
    (folder / "graph.onnx").write_bytes(graph.graph)
    (folder / "weights.json").write_text(json.dumps(graph.names), "utf-8")
    told = {"model": str(model), "texts": texts}
    (folder / "told.json").write_text(json.dumps(told), "utf-8")


def warm(index: Path, fresh: Path, repeats: int) -> list[Row]:
    """The same in this process, with the model loaded."""
    from qwenqa import Library

    questions = [load["question"] for load in json.loads(QUESTIONS.read_text("utf-8"))["answered"]]
    asked, building = Library(CORPUS, index), Library(CORPUS, fresh)
    asked.ask(QUESTION)

    def build() -> None:
        shutil.rmtree(fresh, ignore_errors=True)
        building.rebuild()

    build()
    return [
        (
            "warm ask",
            [took(lambda question=question: asked.ask(question)) for question in questions],
        ),
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


@contextmanager
def served(index: Path) -> Iterator[str]:
    """The URL of a page that ``python app.py`` serves, once it is delivered."""
    folders = ["--corpus", str(CORPUS), "--index", str(index)]
    command = [sys.executable, str(ROOT / "app.py"), *folders, "--port", "0", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout
        told = "".join(iter(server.stdout.readline, "}\n")) + "}"
        url = json.loads(told)["url"]
        fetched(url)
        yield url
        server.terminate()


def page(index: Path) -> float:
    """Seconds from the start of ``python app.py`` until its page is delivered."""
    began = time.perf_counter()
    with served(index):
        return time.perf_counter() - began


def answered(index: Path) -> float:
    """Seconds that the page's first answer takes, asked for as soon as the page is there."""
    with served(index) as url:
        began = time.perf_counter()
        asked = json.dumps({"data": [QUESTION, 5, "", "", "", "", ""]}).encode()
        call = json.loads(fetched(f"{url}/gradio_api/call/ask", asked))["event_id"]
        assert "Qwen-Coder" in fetched(f"{url}/gradio_api/call/ask/{call}")
        return time.perf_counter() - began


def fetched(url: str, data: bytes | None = None) -> str:
    """What a URL gives, asked with data in JSON if there are any."""
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(answer.read().decode("utf-8"))


def report(found: list[Row], repeats: int) -> str:
    """The measurements as a Markdown table, with the machine named."""
    reference, floor = (statistics.median(one) for _, one in found[:2])
    load = f"load average {os.getloadavg()[2]:.1f}" if hasattr(os, "getloadavg") else ""
    lines = [
        "# Times",
        "",
        f"{date.today().isoformat()}, {machine()}, {load}. Medians of {repeats} runs (of all test "
        "questions for the warm ask) over the article in `corpus/`; written by `bench/speed/times.py`.",
        "",
        "| what | seconds | of the reference | of the floor |",
        "|---|---|---|---|",
    ]
    for name, seconds in found:
        median = statistics.median(seconds)
        ratios = f"{median / reference:.3f} | {median / floor:.3f}"
        lines.append(f"| {name} | {median:.3f} | {ratios} |")
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
