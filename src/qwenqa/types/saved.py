"""What became of the answers to saved questions when the index was built again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qwenqa.types.citations import Citation

Change = Literal["same", "moved", "newly cited", "lost"]


@dataclass(frozen=True, slots=True)
class CitationChange:
    """What a build did to one citation of a saved question's answer.

    ``same``: the same quote at the same place. ``moved``: the same words elsewhere, in the same
    source or another, before at ``before``. ``lost``: ``citation`` is no longer among the first
    hits; it is as it was. ``reason`` is a sentence for people, empty for what stayed the same
    and for what was asked for the first time.
    """

    change: Change
    citation: Citation
    before: Citation | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SavedChange:
    """A saved question's answer from a new generation, compared with an earlier one.

    ``before`` is the generation it is compared with, 0 when it was asked for the first time.
    ``found`` and ``confidence`` are those of the answer, ``was_found`` that of the earlier one.
    ``citations`` are those of the first hits, best first, then the lost ones. ``failure`` says
    why it could not be asked; then all else is empty.
    """

    question: str
    before: int = 0
    found: bool = False
    was_found: bool | None = None
    confidence: float = 0.0
    citations: tuple[CitationChange, ...] = ()
    failure: str = ""

    @property
    def cited(self) -> tuple[Citation, ...]:
        """What the new answer cites, best first."""
        return tuple(citation.citation for citation in self.citations if citation.change != "lost")

    @property
    def same(self) -> bool:
        """Whether it was compared, and neither the verdict nor any citation changed."""
        changes = {citation.change for citation in self.citations}
        return self.before > 0 and self.found == self.was_found and changes <= {"same"}


@dataclass(frozen=True, slots=True)
class SavedMoment:
    """What the build of one kept generation said of a saved question.

    ``created`` is when it was built (ISO 8601).
    """

    generation: int
    created: str
    change: SavedChange
