"""The figures in ``peers.json``, and what ``peers.md`` shows of them: tables and plots."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

TABLES = Path(__file__).resolve().parents[2] / "docs/measurements"
BEGIN, END = "<!-- peers.py writes from here -->", "<!-- to here -->"
NAMES = {
    "qwenqa": "**qwenqa**",
    "forty-onnx": "forty lines: onnxruntime, FAISS",
    "forty-torch": "forty lines: sentence-transformers, FAISS",
    "txtai": "txtai",
    "txtai-hybrid": "txtai, hybrid",
    "llamaindex": "LlamaIndex, FAISS",
    "haystack": "Haystack, FAISS",
    "chroma-onnx": "Chroma, its default encoder",
    "chroma-torch": "Chroma, sentence-transformers",
}
OWN_PACKAGES = (
    "qwenqa onnxruntime tokenizers faiss-cpu sentence-transformers transformers torch numpy"
).split()
PACKAGES = (
    "txtai llama-index-core llama-index-vector-stores-faiss haystack-ai faiss-haystack "
    "chromadb sentence-transformers transformers torch onnxruntime faiss-cpu numpy"
).split()
_CROWDED = 2
"""The load average from which other work is said to burden the figures."""

Medians = Mapping[str, Mapping[str, float]]
Column = tuple[str, str, Callable[[float], str]]
"""A heading, the measure, and how its figures are written."""


def keep(told: Mapping[str, Any], *, beside: bool = False) -> None:
    """Write the figures of a run, in the place of earlier ones or beside those it has not."""
    path = TABLES / "data" / "peers.json"
    runs = json.loads(path.read_text("utf-8"))["runs"] if beside else {}
    for measure, peers in told["runs"].items():
        runs[measure] = {
            peer: [float(f"{one:.4g}") for one in found] for peer, found in peers.items()
        }
    text = json.dumps({**told, "runs": {key: runs[key] for key in sorted(runs)}}, indent=1)
    path.write_text(text + "\n", "utf-8")


def write() -> None:
    """Make the plots and put the tables into ``peers.md``."""
    told = json.loads((TABLES / "data" / "peers.json").read_text("utf-8"))
    found = {
        measure: {peer: statistics.median(runs) for peer, runs in peers.items()}
        for measure, peers in told["runs"].items()
    }
    for name, columns in drawn(found).items():
        plot(TABLES / "data" / f"peers-{name}.svg", columns, found)
    readme = TABLES / "peers.md"
    before, _, rest = readme.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    readme.write_text(f"{before}{BEGIN}\n\n{section(told, found)}\n\n{END}{after}", "utf-8")


def section(told: Mapping[str, Any], found: Medians) -> str:
    """All that depends on the figures."""
    own = ", ".join(f"{one} {told['own'][one]}" for one in OWN_PACKAGES)
    packages = ", ".join(f"{one} {told['versions'][one]}" for one in PACKAGES)
    begun, ended = told["load"]
    crowded = (
        "other work took most of the machine, so compare rows, not runs. Seconds of the processor "
        "come nearer to what an idle core would show than the clock's. "
    )
    parts = [
        f"{told['date']}, {told['machine']}, load average {begun} when it began and {ended} when "
        f"it ended{f': {crowded}' if max(begun, ended) > _CROWDED else '. '}"
        f"Medians of {told['questions']} questions, {counted(told, 'cold')} new processes, "
        f"{counted(told, 'build')} builds of {told['build']} passages and "
        f"{counted(told, 'change')} changes; vectors given were stored once. "
        f"qwenqa and the forty lines: {own}. The others: {packages}.",
        "![Seconds of a new process, milliseconds of a question](data/peers-asking.svg)",
        "One question in a new process. In brackets: how many times as much as qwenqa.",
        table(fresh(found), found),
        "One question in a process that has the model and the index open.",
        table(asking(found), found),
        "![Passages encoded a second, seconds after a change](data/peers-building.svg)",
        "Building, with the model loaded.",
        table(building(found), found),
    ]
    if hashed := [measure for measure in found if measure.startswith("hashing")]:
        times = ", ".join(f"{found[one]['qwenqa']:.2f} s of {size_of(one):,}" for one in hashed)
        parts.append(f"Hashing the folder, which qwenqa's change includes, took {times} passages.")
    return "\n\n".join(parts)


def counted(told: Mapping[str, Any], what: str) -> int:
    """The fewest runs that a measure has."""
    kinds = {measure: peers for measure, peers in told["runs"].items() if measure.startswith(what)}
    return min((len(runs) for peers in kinds.values() for runs in peers.values()), default=0)


def fresh(found: Medians) -> list[Column]:
    """New processes."""
    return [
        *columns(found, "cold", "{}: clock, s", "{:.2f}"),
        *columns(found, "cold-processor", "{}: processor, s", "{:.2f}"),
        *columns(found, "memory", "{}: most memory, MB", "{:.0f}"),
    ]


def asking(found: Medians) -> list[Column]:
    """Questions in process."""
    return [
        *columns(found, "ask", "{} passages: clock, ms", "{:.0f}", 1000),
        *columns(found, "ask-processor", "{} passages: processor, ms", "{:.1f}", 1000),
    ]


def building(found: Medians) -> list[Column]:
    """Encoding, storing, changing."""
    return [
        *encoding(found, "passages/s, clock", "build"),
        *encoding(found, "passages/s, processor", "build-processor"),
        *columns(found, "store", "vectors given, {}: passages/s", "{:,.0f}", ratio=False),
        *columns(found, "change", "one changed file, {}: clock, s", "{:.2f}"),
        *columns(found, "change-processor", "{}: processor, s", "{:.2f}"),
    ]


def encoding(found: Medians, heading: str, measure: str) -> list[Column]:
    """A column of rates, where they were measured."""
    return [(heading, measure, "{:.1f}".format)] if measure in found else []


def columns(
    found: Medians, what: str, heading: str, form: str, factor: float = 1, *, ratio: bool = True
) -> list[Column]:
    """One column for each size at which something was measured, the article first."""
    made: list[Column] = []
    for measure in sorted((one for one in found if one.split()[0] == what), key=size_of):
        size = size_of(measure)
        own = found[measure]["qwenqa"]

        def written(value: float, own: float = own) -> str:
            told = form.format(value * factor)
            return f"{told} ({value / own:.2g})" if ratio and value != own else told

        made.append((heading.format(f"{size:,}" if size else "article"), measure, written))
    return made


def size_of(measure: str) -> int:
    """The passages that a measure is of, 0 for the article."""
    size = measure.rsplit(maxsplit=1)[-1]
    return int(size) if size.isdigit() else 0


def table(shown: Sequence[Column], found: Medians) -> str:
    """A row for each peer."""
    lines = [
        "| | " + " | ".join(heading for heading, _, _ in shown) + " |",
        "|---" * (len(shown) + 1) + "|",
    ]
    for peer, name in NAMES.items():
        cells = [
            form(found[measure][peer]) if peer in found[measure] else "–"
            for _, measure, form in shown
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def drawn(found: Medians) -> dict[str, list[Column]]:
    """What the two plots show."""
    return {
        "asking": [
            *columns(found, "cold", "new process, {}, s", "{:.1f}"),
            *columns(found, "ask", "question, {} passages, ms", "{:.0f}", 1000),
        ],
        "building": [
            *encoding(found, "encoded and stored, passages/s", "build"),
            *columns(found, "change", "one changed file, {}, s", "{:.1f}"),
        ],
    }


def plot(path: Path, shown: Sequence[Column], found: Medians) -> None:
    """A panel of bars for each column."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "peers", "font.size": 8})
    peers = list(reversed(NAMES))
    figure, panels = pyplot.subplots(
        1, len(shown), sharey=True, figsize=(3 + 2 * len(shown), 2.6), squeeze=False
    )
    for panel, (heading, measure, form) in zip(panels[0], shown, strict=True):
        values = [found[measure].get(peer, 0) for peer in peers]
        colours = ["#c2410c" if peer == "qwenqa" else "#64748b" for peer in peers]
        bars = panel.barh([NAMES[peer].strip("*") for peer in peers], values, color=colours)
        panel.bar_label(bars, [form(value).split(" (")[0] for value in values], padding=2)
        panel.set_title(heading.replace(", ", "\n", 1), fontsize=8)
        panel.set_xlim(right=max(values) * 1.3)
        panel.set_xticks([])
        panel.spines[["top", "right", "bottom"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
