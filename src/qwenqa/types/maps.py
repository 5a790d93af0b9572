"""The passages of an index in the plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Position(NamedTuple):
    """A place in the plane, in units of the vectors' own length."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A passage in the plane: its source, its title or heading, and how its text begins.

    ``rank`` is that of the hit that it is, 0 where it is none.
    """

    passage: int
    address: str
    title: str
    opening: str
    at: Position
    rank: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class CorpusMap:
    """Passages of a generation in two dimensions: near means alike in meaning.

    The axes are the first two principal components of the sampled vectors; ``shares`` are those
    of the variance that each of them holds, from 0 to 1. ``points`` are the sampled passages and
    the hits; ``passages`` counts all that have a vector, ``sources`` the passages of each source,
    the largest first. ``question`` is where the asked question lies, None where none was asked.
    """

    generation: int
    dimension: int
    passages: int
    shares: tuple[float, float]
    points: tuple[MapPoint, ...]
    sources: tuple[tuple[str, int], ...]
    question: Position | None = None

    def __repr__(self) -> str:
        """How many passages it shows, of how many."""
        return f"<CorpusMap generation {self.generation}: {len(self.points)} of {self.passages}>"
