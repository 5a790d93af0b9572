"""The plots of an evaluation as SVG that stands in a page: its colours, its fonts, no address.

Drawn with matplotlib. The same figures give the same bytes.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Sequence
from typing import Any

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator, PercentFormatter

from qwenqa.evaluation.records import Bin, Confidences, Point, Retrieval, Share

INK = "#010203"
"""Stands for the page's own text colour while matplotlib draws."""
COLOURS = {"#000011": "--one", "#000022": "--two", "#000033": "--three"}
"""Stand for the page's colours of series."""

_SERIES = tuple(zip(COLOURS, ("-", "--", ":"), ("o", "s", "^"), strict=True))
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    **dict.fromkeys(
        ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK
    ),
}
_SIZE = (5.6, 3.5)
_HISTOGRAM = 20


def recall(rankings: Sequence[Retrieval]) -> str:
    """The share of what answers against how many hits are looked at, a line a retriever."""
    told = "Recall among the first hits, by how many hits are looked at"

    def draw(axes: Axes) -> None:
        ticks = [point.x for point in rankings[0].recall]
        for one, (colour, line, marker) in zip(rankings, _SERIES, strict=False):
            x, y = [point.x for point in one.recall], [point.y for point in one.recall]
            axes.plot(x, y, line, marker=marker, color=colour, markersize=4, label=one.retriever)
        axes.set_xscale("log")
        axes.set_xticks(ticks, [f"{tick:.0f}" for tick in ticks])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set(xlabel="hits looked at", ylabel="recall", ylim=(0, 1.02))
        axes.legend(loc="lower right")

    return _drawn("recall", told, draw)


def reliability(bins: Sequence[Bin]) -> str:
    """The share of right answers against confidence, with 95 % intervals and the diagonal."""
    told = "Share of right answers by confidence; on the diagonal they are equal"

    def draw(axes: Axes) -> None:
        colour = next(iter(COLOURS))
        x, y = [one.confidence for one in bins], [one.right.share for one in bins]
        below = [max(0.0, one.right.share - one.right.low) for one in bins]
        above = [max(0.0, one.right.high - one.right.share) for one in bins]
        axes.plot([0, 1], [0, 1], ":", color=INK, linewidth=1, label="as it should be")
        axes.errorbar(
            x, y, [below, above], fmt="o-", color=colour, capsize=3, markersize=4, label="measured"
        )
        axes.set(xlabel="confidence", ylabel="a hit shown answers", xlim=(0, 1), ylim=(0, 1.02))
        axes.xaxis.set_major_formatter(PercentFormatter(1))
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        axes.legend(loc="upper left")

    return _drawn("reliability", told, draw)


def risk(curve: Sequence[Point], shown: Share, wrong: Share) -> str:
    """The share of wrong answers against the share of questions answered, and the level in use."""
    told = "Share of wrong answers by the share of questions that is answered, the surest first"

    def draw(axes: Axes) -> None:
        one, two, _ = COLOURS
        axes.plot([p.x for p in curve], [p.y for p in curve], color=one)
        if wrong.of:
            axes.plot(shown.share, wrong.share, "s", color=two, label="level in use")
            axes.legend(loc="upper left")
        axes.set(xlabel="questions answered", ylabel="answers that are wrong", xlim=(0, 1.02))
        axes.set_ylim(0, max(0.1, *(p.y for p in curve)) * 1.1)
        axes.xaxis.set_major_formatter(PercentFormatter(1))
        axes.yaxis.set_major_formatter(PercentFormatter(1))

    return _drawn("risk", told, draw)


def distributions(kinds: Sequence[Confidences]) -> str:
    """How the confidences of each kind of question are distributed."""
    told = "Distribution of confidence for each kind of question"

    def draw(axes: Axes) -> None:
        edges = [number / _HISTOGRAM for number in range(_HISTOGRAM + 1)]
        for one, (colour, line, _) in zip(kinds, _SERIES, strict=False):
            weights = [1 / len(one.values)] * len(one.values)
            lines: Any = {"histtype": "step", "linestyle": line, "linewidth": 1.6, "color": colour}
            axes.hist(one.values, edges, weights=weights, label=one.kind, **lines)
        axes.set(xlabel="confidence", ylabel="share of the questions", xlim=(0, 1))
        axes.xaxis.set_major_formatter(PercentFormatter(1))
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        axes.legend(loc="upper center")

    return _drawn("distributions", told, draw)


def _drawn(name: str, told: str, draw: Callable[[Axes], None]) -> str:
    # From the defaults, so that the settings of whoever runs this do not show.
    with style.context({**_STYLE, "svg.hashsalt": name}, after_reset=True):
        figure = Figure(figsize=_SIZE, layout="constrained")
        figure.patch.set_alpha(0)
        axes = figure.add_subplot()
        axes.patch.set_alpha(0)
        axes.grid(visible=True, color=INK, alpha=0.12, linewidth=0.8)
        draw(axes)
        made = io.StringIO()
        figure.savefig(made, format="svg", metadata={"Date": None, "Creator": None})
    return _inline(name, told, made.getvalue())


def _inline(name: str, told: str, svg: str) -> str:
    """An SVG file as part of a page: no addresses, names of its own, the page's colours."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r' xmlns(:\w+)?="[^"]*"', "", body)
    body = re.sub(r'\bid="', f'id="{name}-', body)
    body = re.sub(r'(url\(|href=")#', rf"\1#{name}-", body)
    body = re.sub(r"font: (\d+px)[^;\"]*", r"font: \1 system-ui, sans-serif", body)
    body = body.replace(INK, "currentColor")
    for colour, variable in COLOURS.items():
        body = body.replace(colour, f"var({variable})")
    head = f'<svg role="img" aria-labelledby="{name}-told" '
    title = f'<title id="{name}-told">{html.escape(told)}</title>'
    start = body.index(">") + 1
    opening = re.sub(r' (width|height)="[^"]*"', "", body[4:start])
    return f"{head}{opening.lstrip()}{title}{body[start:]}"


def alone(plot: str, ink: tuple[str, str], series: Sequence[tuple[str, str]]) -> str:
    """A plot as a file of its own, with its colours on light and on dark ground."""
    names = [*zip(COLOURS.values(), series, strict=True), ("color", ink)]
    light, dark = (";".join(f"{name}:{both[n]}" for name, both in names) for n in (0, 1))
    style_ = f"<style>svg{{{light}}}@media (prefers-color-scheme:dark){{svg{{{dark}}}}}</style>"
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    head, _, body = plot.partition(">")
    return f"{head.replace('<svg', f'<svg {spaces}', 1)}>{style_}{body}"
