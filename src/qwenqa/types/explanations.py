"""Why passages were found in their order, and what became of one that was expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qwenqa.types.documents import Skipped
from qwenqa.types.passages import Trace
from qwenqa.types.texts import Span

StageName = Literal["by vectors", "by words", "fused", "reranked", "folded", "joined"]
"""The stages of a search, in their order; ``reranked`` only where a reranker is set.

A passage may be folded under one of the same words, and joined to a better one beside it; those
that are left keep their fused score."""

Fate = Literal[
    "shown",
    "folded",
    "lost in fusion",
    "lost in reranking",
    "below",
    "no candidate",
    "filtered",
    "left out",
    "not indexed",
    "absent",
]
"""What became of an expected sentence: see ``Standing`` and, for ``absent``, ``WhyNot``."""


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A term of a question, the number of passages that hold it, and its inverse frequency.

    ``idf`` is ``ln(1 + (N - n + 0.5) / (n + 0.5))`` for ``n`` of ``N`` passages, as in BM25.
    """

    term: str
    passages: int
    idf: float


@dataclass(frozen=True, slots=True)
class TermShare:
    """What one term of the question gives to a passage's BM25 score."""

    term: str
    share: float


@dataclass(frozen=True, slots=True)
class SentenceShare:
    """What one sentence, at ``span`` of its document, gives to the cosine; may be negative."""

    span: Span
    text: str
    share: float


@dataclass(frozen=True, slots=True)
class CosineShares:
    """A passage's cosine with the question, sentence by sentence.

    ``exact``: the sentences' shares and ``rest`` add up to ``cosine``; ``rest`` is what title,
    headings and the model's own tokens give. Otherwise the model's vectors are no sums of its
    tokens: each share is then the cosine of the sentence encoded alone, and there is no rest.
    ``cosine`` is in single precision; the index compares in half precision.
    """

    exact: bool
    cosine: float
    sentences: tuple[SentenceShare, ...]
    rest: float | None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a text stands: address, lines from one (None: unknown), and how it begins.

    ``passage`` is the passage's id, None for a text that is in none.
    """

    address: str
    lines: tuple[int, int] | None
    opening: str
    passage: int | None = None


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage as one stage ranks it, from one, with its score there."""

    rank: int
    score: float
    where: Whereabouts


@dataclass(frozen=True, slots=True)
class RankingStage:
    """What one stage of a search made: its passages, best first.

    ``weight`` is what the stage's scores count in the fused ones, None where they do not.
    """

    name: StageName
    weight: float | None
    passages: tuple[RankedPassage, ...]


@dataclass(frozen=True, slots=True)
class ExplainedHit:
    """Why a hit stands where it does.

    The ``terms``' shares add up to ``trace.bm25``; terms that it lacks have none. ``sentences``
    is None where nobody asked the model, or the passage has no vector. ``also_in`` are the
    passages folded under it, ``beside`` those joined to it: neighbours, shown in the same hit, of
    which nothing else is told here.
    """

    rank: int
    where: Whereabouts
    trace: Trace
    terms: tuple[TermShare, ...]
    sentences: CosineShares | None = None
    also_in: tuple[Whereabouts, ...] = ()
    beside: tuple[Whereabouts, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """Why a question was answered with these hits: its terms, the stages, and each hit.

    ``passages`` is how many the index holds, None where that is not known. From
    ``Library.why`` the stages hold all candidates; from ``Answer.explain`` the answer's own hits.
    """

    question: str
    generation: int
    model: str
    passages: int | None
    terms: tuple[QueryTerm, ...]
    stages: tuple[RankingStage, ...]
    hits: tuple[ExplainedHit, ...]

    def __repr__(self) -> str:
        """The question, and how many hits are explained."""
        return f"<Explanation of {len(self.hits)} hits for {self.question!r}>"


@dataclass(frozen=True, slots=True)
class Standing:
    """A place where an expected sentence stands, and what became of that place.

    ``shown``: among the hits, at ``rank``, by itself or joined to a better passage beside it.
    ``folded``: under a passage of the same words, which is hit ``rank`` or part of it. ``lost in
    fusion``: one retriever alone would have shown it. ``lost in reranking``: it would have been
    shown without the reranker. ``below``: a candidate that ranks below those shown. ``no
    candidate``: neither retriever had it among its candidates. ``filtered``: its source was not
    asked. ``left out``: in the text of an indexed source, in no passage (a running header, a page
    number, navigation). ``not indexed``: in a file that was skipped, or is new or changed since.

    ``rank`` is that of its hit, also below those shown. ``trace`` and ``fused_rank`` are over
    the whole index, or all of it that was asked. ``lacks`` are the question's terms that the
    passage does not hold. ``whole`` says that all of the sentence is in this passage. ``folding``
    names what had to be disregarded to find it: "white space", "case", "Unicode form".
    ``detail`` is a sentence for people.
    """

    fate: Fate
    detail: str
    where: Whereabouts
    folding: tuple[str, ...] = ()
    whole: bool = True
    rank: int | None = None
    fused_rank: int | None = None
    trace: Trace | None = None
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class WhyNot:
    """Why an expected sentence is not among the first ``k`` hits of a question, or that it is.

    ``fate`` is that of the first of ``standings``, which are best first, or ``absent``: it stands
    in no source that could be looked into. ``more`` counts places beyond those named. ``unread``
    are files that could not be looked into, and why.
    """

    sentence: str
    question: str
    k: int
    generation: int
    fate: Fate
    detail: str
    standings: tuple[Standing, ...]
    more: int = 0
    unread: tuple[Skipped, ...] = ()

    @property
    def in_a_passage(self) -> bool:
        """Whether the sentence stands in a passage of the index, shown or not."""
        return self.fate not in ("left out", "not indexed", "absent")

    def __repr__(self) -> str:
        """What became of the sentence."""
        return f"<WhyNot {self.fate}: {self.detail}>"
