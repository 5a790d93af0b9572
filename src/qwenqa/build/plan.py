"""What of the earlier generations stays, and which sources have to be read."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from qwenqa.corpus import Scan
from qwenqa.index.files.segment import Taken
from qwenqa.index.generation import Generation
from qwenqa.index.header import Recipe
from qwenqa.types import Skipped, Source

FAN = 8
"""As many segments of about one size become one, so that their number grows as a logarithm."""

MAX_LEVEL = 5
"""Segments of ``FAN ** MAX_LEVEL`` passages are never joined: a build's memory is bounded."""


@dataclass(slots=True)
class Use:
    """What a new generation uses of one earlier segment.

    ``living`` are the numbers of documents that stay as they are, ``taken`` those that are
    written anew under another source.
    """

    generation: Generation
    segment: int
    living: set[int] = field(default_factory=set)
    taken: list[Taken] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The segment's name."""
        return self.generation.header.segments[self.segment].name

    @property
    def passages(self) -> int:
        """How many passages the segment has, dead ones included."""
        return self.generation.header.segments[self.segment].passages

    @property
    def living_passages(self) -> int:
        """How many of them stay."""
        owners = self.generation.segments[self.segment].table["document"]
        return int(np.isin(owners, list(self.living)).sum()) if self.dead else len(owners)

    @property
    def dead(self) -> tuple[int, ...]:
        """The numbers of the documents that do not stay as they are."""
        count = self.generation.header.segments[self.segment].documents
        return tuple(number for number in range(count) if number not in self.living)

    def rewrite(self) -> None:
        """Write the living documents anew instead of keeping the segment."""
        documents = self.generation.segments[self.segment].documents
        self.taken += [Taken(number, documents[number].source) for number in sorted(self.living)]
        self.living = set()


class Planner:
    """Finds for each source the earlier document of the same bytes, read in the same way."""

    def __init__(
        self, earlier: Sequence[Generation], recipe: Recipe, suffix_of: Callable[[str], str]
    ) -> None:
        """Note what the earlier generations of the same recipe hold, by bytes and suffix."""
        self._suffix_of = suffix_of
        self._same = [one for one in earlier if one.header.recipe == recipe]
        self._uses: dict[str, Use] = {}
        self.stale: list[Skipped] = []
        """Sources that cannot be read now and keep the passages of an earlier reading."""
        self._known: dict[tuple[str, str], tuple[int, int]] = {}
        for number, generation in enumerate(self._same):
            for document, stored in enumerate(generation.documents):
                key = stored.source.sha256, suffix_of(stored.source.address)
                self._known.setdefault(key, (number, document))

    def plan(self, scan: Scan) -> list[Source]:
        """Decide what stays; the sources that have to be read."""
        fresh = [source for source in scan.sources if not self._reuse(source)]
        for skipped in scan.unreadable:
            self.keep(skipped)
        _merge(self.uses())
        return fresh

    def uses(self) -> list[Use]:
        """The earlier segments in use, in an order that does not depend on what was read."""
        used = (use for use in self._uses.values() if use.living or use.taken)
        return sorted(used, key=lambda use: use.name)

    def keep(self, skipped: Skipped) -> bool:
        """Keep the earlier documents of a source, or below a folder, that cannot be read now."""
        below = f"{skipped.address}/"
        before = len(self.stale)
        for document, stored in enumerate(self._same[0].documents if self._same else ()):
            address = stored.source.address
            if address == skipped.address or address.startswith(below):
                self._stay(0, document)
                self.stale.append(Skipped(address, skipped.reason))
        return len(self.stale) > before

    def _reuse(self, source: Source) -> bool:
        for number, generation in enumerate(self._same):
            document = generation.document_of(source.address)
            if document is not None and generation.documents[document].source == source:
                self._stay(number, document)
                return True
        standing = self._known.get((source.sha256, self._suffix_of(source.address)))
        if standing is None:
            return False
        number, document = standing
        segment, place = self._same[number].standing[document]
        self._use(number, segment).taken.append(Taken(place, source))
        return True

    def _stay(self, number: int, document: int) -> None:
        segment, place = self._same[number].standing[document]
        self._use(number, segment).living.add(place)

    def _use(self, number: int, segment: int) -> Use:
        use = Use(self._same[number], segment)
        # Generations share segments, and may name different documents of one dead.
        return self._uses.setdefault(use.name, use)


def _merge(uses: Sequence[Use]) -> None:
    """Rewrite segments that are mostly dead, and many small ones together."""
    sizes: dict[int, list[Use]] = defaultdict(list)
    for use in uses:
        living = use.living_passages
        if use.living and living * 2 <= use.passages:
            use.rewrite()
        elif use.living:
            sizes[level(living)].append(use)
    for same in sizes.values():
        if len(same) >= FAN - 1 and level(same[0].living_passages) < MAX_LEVEL:
            for use in same:
                use.rewrite()


def level(passages: int) -> int:
    """The size of a segment or a file of vectors, on a scale of powers of ``FAN``."""
    return int(math.log(max(passages, 1), FAN))
