"""What a build tells while it runs and when it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from qwenqa.types.citations import Citation
from qwenqa.types.documents import Skipped
from qwenqa.types.saved import SavedChange

Stage = Literal["reading", "splitting", "encoding", "indexing", "publishing", "asking"]


class Progress(NamedTuple):
    """How far a build is: ``done`` of ``total`` units (sources, passages, questions) of a stage.

    ``rate`` is in units a second; ``seconds_left`` is an estimate, None while there is none.
    ``last`` is the address of the source that was read last, empty in other stages.
    """

    stage: Stage
    done: int
    total: int
    rate: float = 0.0
    seconds_left: float | None = None
    last: str = ""

    def __str__(self) -> str:
        """In words: "encoding 1,200 of 20,000, 64 a second, about 5 min left"."""
        return f"{self.stage} {self.told}"

    @property
    def told(self) -> str:
        """The same without the stage."""
        parts = [f"{self.done:,} of {self.total:,}"]
        if self.rate > 0:
            parts.append(f"{self.rate:,.0f} a second" if self.rate >= 1 else _slow(self.rate))
        if self.seconds_left:
            parts.append(f"about {_duration(self.seconds_left)} left")
        return ", ".join(parts)


def _slow(rate: float) -> str:
    return f"{rate * 60:,.0f} a minute" if rate * 60 >= 1 else f"{rate * 3600:,.0f} an hour"


def _duration(seconds: float) -> str:
    """A time as people say it: "40 s", "5 min", "3 h 20 min"."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


@dataclass(frozen=True, slots=True)
class PassageCounts:
    """Passages by what a build did to them.

    ``moved`` are those whose text now stands at another place of its source, or in another
    source.
    """

    added: int = 0
    removed: int = 0
    moved: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class BuildReport:
    """What a build did: addresses by what happened to them, passages, and seconds.

    ``moved`` are pairs of old and new address with the same bytes. ``stale`` are sources that
    could not be read and keep their old passages. ``encoded`` counts the texts given to the
    encoder, ``reused`` the passages whose vector was there. ``generation`` is the one that now
    serves; ``published`` is False when nothing had changed and no new one was needed; ``before``
    is the generation that all this is compared with, 0 for none. ``saved`` says what became of
    the answers to saved questions; one without a question says why none could be asked.
    """

    generation: int
    before: int
    published: bool
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    kept: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    stale: tuple[Skipped, ...]
    passages: int
    passage_counts: PassageCounts
    encoded: int
    reused: int
    seconds: float
    saved: tuple[SavedChange, ...] = ()

    def __repr__(self) -> str:
        """What happened, in figures."""
        kinds = ("added", "changed", "removed", "moved", "kept", "skipped")
        counts = ", ".join(f"{len(getattr(self, kind))} {kind}" for kind in kinds)
        return (
            f"<BuildReport generation {self.generation}: {counts}; {self.passages} passages, "
            f"{self.encoded} encoded; {self.seconds:.1f} s>"
        )


SourceFate = Literal["added", "changed", "removed", "moved", "kept"]


@dataclass(frozen=True, slots=True)
class SourceDiff:
    """What happened to one source between two generations, and how many of its passages changed.

    ``before`` is the old address of a source that moved, else empty. Of a kept source the
    passages changed because it is read or split in another way.
    """

    address: str
    fate: SourceFate
    passages: PassageCounts
    before: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Diff:
    """What is different between two generations.

    ``sources`` are those that differ, by address. ``skipped`` are left out of the new one and
    were not, or for another reason; ``no_longer_skipped`` were left out of the old one alone.
    ``model`` holds the names of the old and the new model when they differ. ``texts_added`` and
    ``texts_removed`` are the passages as citations, when asked for, the latter as they stood.
    """

    old: int
    new: int
    sources: tuple[SourceDiff, ...]
    skipped: tuple[Skipped, ...]
    no_longer_skipped: tuple[Skipped, ...]
    passages: PassageCounts
    model: tuple[str, str] | None = None
    texts_added: tuple[Citation, ...] = ()
    texts_removed: tuple[Citation, ...] = ()

    def __repr__(self) -> str:
        """What is different, in figures."""
        return (
            f"<Diff {self.old} to {self.new}: {len(self.sources)} sources; passages: "
            f"{self.passages.added} added, {self.passages.removed} removed, "
            f"{self.passages.moved} moved, {self.passages.kept} kept>"
        )
