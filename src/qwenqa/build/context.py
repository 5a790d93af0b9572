"""What a build works with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from qwenqa.build.saved import AskSaved
from qwenqa.errors import SourceError
from qwenqa.index.generation import Generation
from qwenqa.index.header import Recipe
from qwenqa.index.publish import Retention
from qwenqa.types import (
    Comparison,
    Document,
    Encoder,
    Piece,
    Progress,
    ReaderIdentity,
    Source,
)

Reading = tuple[Document, ReaderIdentity] | SourceError
Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class BuildContext:
    """How sources are read and split, with what they are encoded, and in which steps.

    ``read`` gives each source's document and its reader, in order, or the SourceError that says
    why it is left out. ``suffix_of`` an address decides, with the bytes, who reads a source.
    ``split`` gives the pieces of a document. A segment is closed at ``segment_passages``
    passages or ``segment_bytes`` bytes of text; ``step`` passages are encoded between two
    checkpoints. ``asked`` asks the saved questions of a complete generation before it serves; it
    raises nothing. ``compared`` is what the header says of how the encoder can be run.
    """

    suffix_of: Callable[[str], str]
    read: Callable[[Iterable[Source]], Iterator[Reading]]
    split: Callable[[Document], Sequence[Piece]]
    encoder: Encoder
    recipe: Recipe
    retention: Retention = field(default_factory=Retention)
    asked: AskSaved = lambda *_: ()
    compared: Comparison = field(default_factory=Comparison)
    segment_passages: int = 32_768
    segment_bytes: int = 64_000_000
    step: int = 2_048


@dataclass(frozen=True, slots=True)
class Earlier:
    """Generations whose documents and vectors may be used again.

    ``serving`` is what questions are answered from now; ``checkpoint`` is what a build that was
    ended before its time has left. ``others`` are opened where something is damaged: what is
    whole of any generation.
    """

    serving: Generation | None = None
    checkpoint: Generation | None = None
    others: Sequence[Generation] = ()

    def opened(self) -> list[Generation]:
        """Those there are."""
        return [
            generation for generation in (self.serving, self.checkpoint, *self.others) if generation
        ]

    def close(self) -> None:
        """Give back all but what serves."""
        for generation in (self.checkpoint, *self.others):
            if generation:
                generation.close()
