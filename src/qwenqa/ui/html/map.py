"""HTML of the map: passages as points of an inline SVG, each source in its colour and shape.

Gradio's sanitiser drops ``viewBox``, so places are shares of the picture's width and height, and
marks keep their size on a narrow screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from qwenqa.types import CorpusMap, MapPoint, Position
from qwenqa.ui.html.text import foreign, isolated, joined
from qwenqa.ui.html.words import say

_WIDE, _HIGH, _EDGE = 4.0, 3.0, 0.06
"""The picture's proportions, and the share of it that stays free at each side."""
_CLOSE = (5.2, 6.9)
"""Percent of width and height within which two numbers would cover each other."""
_SHAPES = (
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    "M-3.6-3.6h7.2v7.2h-7.2z",
    "M0-4.8L4.6 3.6h-9.2z",
    "M0-5.2L5.2 0L0 5.2L-5.2 0z",
    "M0 4.8L4.6-3.6h-9.2z",
    "M-1.5-4.6h3v3.1h3.1v3h-3.1v3.1h-3v-3.1h-3.1v-3h3.1z",
)
_OTHER = "M-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0z"
_CROSS = "M-8-8L8 8M8-8L-8 8"
_TOLD = (
    "Near means alike in meaning. Two of {} dimensions are shown; they hold {} of the "
    "differences, so what looks near may lie apart in the others."
)


def corpus_map(corpus: CorpusMap) -> Markup:
    """The map with what it shows, its legend, and the hits as a list."""
    if not corpus.points:
        return joined(
            [Markup('<p class="message">{}</p>').format(say("No passage has a vector yet."))]
        )
    frame = _framed(corpus)
    share = f"{sum(corpus.shares):.0%}"
    parts = [
        Markup("<p>{} {}</p>").format(say(_TOLD, f"{corpus.dimension:,}", share), _sampled(corpus)),
        Markup('<svg class="map">{}{}</svg>').format(
            _title(corpus), Markup().join(_marks(corpus, frame))
        ),
        _legend(corpus),
        _hits(corpus),
    ]
    return joined(parts)


def _sampled(corpus: CorpusMap) -> Markup:
    shown = sum(not point.rank for point in corpus.points)
    if len(corpus.points) >= corpus.passages:
        return say("All {} passages are shown.", f"{corpus.passages:,}")
    return say("Of {} passages a sample of {} is shown.", f"{corpus.passages:,}", f"{shown:,}")


def _title(corpus: CorpusMap) -> Markup:
    return Markup("<title>{} ({:,})</title>").format(say("Passages by meaning"), len(corpus.points))


@dataclass(frozen=True, slots=True)
class _Frame:
    """From places of the plane to percent of the picture, with one scale for both axes."""

    left: float
    top: float
    scale: float

    def percent(self, at: Position) -> tuple[float, float]:
        across, down = (at.x - self.left) * self.scale, (self.top - at.y) * self.scale
        return 50 + 100 * across / _WIDE, 50 + 100 * down / _HIGH


def _framed(corpus: CorpusMap) -> _Frame:
    places = [point.at for point in corpus.points] + ([corpus.question] if corpus.question else [])
    xs, ys = [place.x for place in places], [place.y for place in places]
    wide, high = max(xs) - min(xs) or 1e-9, max(ys) - min(ys) or 1e-9
    scale = min(_WIDE / wide, _HIGH / high) * (1 - 2 * _EDGE)
    return _Frame((max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2, scale)


def _marks(corpus: CorpusMap, frame: _Frame) -> Iterator[Markup]:
    """What is drawn, the most important last, so that nothing covers it."""
    kinds = _kinds(corpus)
    # The sources without a colour of their own come first, then the largest, whose marks are many.
    for point in sorted(corpus.points, key=lambda point: kinds.get(point.address, -1)):
        yield _mark(kinds.get(point.address, -1), frame.percent(point.at), _about(point))
    if corpus.question:
        title, at = (
            Markup("<title>{}</title>").format(say("The question")),
            _moved(*frame.percent(corpus.question)),
        )
        yield Markup('<path class="question" {} d="{}">{}</path>').format(at, _CROSS, title)
    lit = sorted((point for point in corpus.points if point.rank), key=lambda point: -point.rank)
    spots = [frame.percent(point.at) for point in lit]
    for point, spot, place in zip(lit, spots, _apart(spots), strict=True):
        yield _number(point, spot, place)


def _kinds(corpus: CorpusMap) -> dict[str, int]:
    """The sources that have a colour and shape of their own: the largest ones."""
    return {address: number for number, (address, _) in enumerate(corpus.sources[: len(_SHAPES)])}


def _mark(kind: int, spot: tuple[float, float], title: Markup) -> Markup:
    shape = _OTHER if kind < 0 else _SHAPES[kind]
    title = Markup("<title>{}</title>").format(title)
    return Markup('<path class="s{}" {} d="{}">{}</path>').format(
        kind + 1, _moved(*spot), shape, title
    )


def _moved(across: float, down: float) -> Markup:
    return Markup('style="transform:translate({:.2f}%,{:.2f}%)"').format(across, down)


def _about(point: MapPoint) -> Markup:
    title = f"{point.title}: " if point.title else ""
    return foreign(f"{point.address} – {title}{point.opening}")


def _number(point: MapPoint, spot: tuple[float, float], place: tuple[float, float]) -> Markup:
    (a, b), (x, y) = spot, place
    return Markup(
        '<line class="to" x1="{:.2f}%" y1="{:.2f}%" x2="{:.2f}%" y2="{:.2f}%"></line>'
        '<circle class="ring" cx="{:.2f}%" cy="{:.2f}%" r="6"></circle>'
        '<g class="lit" tabindex="0" {}><title>{}</title>'
        '<circle r="10"></circle><text text-anchor="middle" dy="4.5">{}</text></g>'
    ).format(a, b, x, y, a, b, _moved(x, y), _about(point), point.rank)


def _apart(spots: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Places for the numbers beside their spots, so that none covers another."""
    placed: list[tuple[float, float]] = []
    for spot in spots:
        placed.append(next((one for one in _around(spot) if not _covers(placed, one)), spot))
    return placed


def _around(spot: tuple[float, float]) -> Iterator[tuple[float, float]]:
    """Beside a spot, above and below it, then further out; inside the picture."""
    ways = ((1, -1), (-1, -1), (1, 1), (-1, 1), (0, -1), (0, 1), (1, 0), (-1, 0))
    for far in range(1, 12):
        for across, down in ways:
            x = spot[0] + across * far * _CLOSE[0] / 1.4
            y = spot[1] + down * far * _CLOSE[1] / 1.4
            if _CLOSE[0] / 2 <= x <= 100 - _CLOSE[0] / 2 and _CLOSE[1] / 2 <= y <= 97:
                yield x, y


def _covers(placed: Sequence[tuple[float, float]], spot: tuple[float, float]) -> bool:
    return any(abs(x - spot[0]) < _CLOSE[0] and abs(y - spot[1]) < _CLOSE[1] for x, y in placed)


def _legend(corpus: CorpusMap) -> Markup:
    """The largest sources with their marks, the others together, and the question's cross."""
    rows = [
        _entry(
            Markup('<path class="s{}" d="{}"></path>').format(number + 1, _SHAPES[number]),
            _source(*one),
        )
        for number, one in enumerate(corpus.sources[: len(_SHAPES)])
    ]
    others = corpus.sources[len(_SHAPES) :]
    if others:
        text = say("{} other documents", f"{len(others):,}")
        count = Markup('<span class="place">{:,}</span>').format(sum(count for _, count in others))
        rows.append(
            _entry(
                Markup('<path class="s0" d="{}"></path>').format(_OTHER),
                Markup("{} {}").format(text, count),
            )
        )
    if corpus.question:
        cross = Markup('<path class="question" d="{}"></path>').format(_CROSS)
        rows.append(_entry(cross, say("The question")))
    head = Markup('<h2 class="section">{}</h2>').format(say("Documents by number of passages"))
    return Markup('{}<ul class="legend">{}</ul>').format(head, Markup().join(rows))


def _entry(mark: Markup, text: Markup) -> Markup:
    key = Markup('<svg class="key"><g transform="translate(9 9)">{}</g></svg>').format(mark)
    return Markup("<li>{}<span>{}</span></li>").format(key, text)


def _source(address: str, passages: int) -> Markup:
    return Markup('{} <span class="place">{:,}</span>').format(
        isolated(address, "address"), passages
    )


def _hits(corpus: CorpusMap) -> Markup:
    lit = sorted((point for point in corpus.points if point.rank), key=lambda point: point.rank)
    if not lit:
        return Markup('<p class="place">{}</p>').format(
            say("Ask a question, and its passages are numbered here.")
        )
    rows = Markup().join(
        Markup(
            '<li><span class="rank">{}</span><span>{}<br><span class="place">{}</span></span></li>'
        ).format(
            point.rank, isolated(point.title or point.address), isolated(point.address, "address")
        )
        for point in lit
    )
    head = Markup('<h2 class="section">{}</h2>').format(say("Passages of the answer"))
    return Markup('{}<ol class="lit-list">{}</ol>').format(head, rows)
