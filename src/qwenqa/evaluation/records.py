"""What an evaluation found, as plain records: a face shows them, JSON carries them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["answerable", "left out", "unanswerable"]
"""What a question is: answerable; the same with the answering sources left out; or one that
nothing answers (made of words that the corpus holds apart, or judged to have no answer)."""


SHOWN = 5
"""Hits that are shown, if no other number is asked for."""


@dataclass(frozen=True, slots=True)
class Score:
    """A metric's mean over the queries, with its 95 % interval."""

    name: str
    mean: float
    low: float
    high: float
    queries: int


@dataclass(frozen=True, slots=True)
class MetricDifference:
    """How one run differs from another in a metric: the mean difference and its p-value."""

    name: str
    difference: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class QuestionOutcome:
    """One question as it was answered.

    ``rank`` is that of the first hit that holds the answer, from one, None where none does;
    ``shown`` says whether the hits were given as an answer, not as near misses.
    """

    question: str
    kind: Kind
    rank: int | None
    confidence: float
    shown: bool

    @property
    def right(self) -> bool:
        """Whether one of the hits that are shown holds the answer: what confidence is about."""
        return self.rank is not None and self.rank <= SHOWN


@dataclass(frozen=True, slots=True)
class Share:
    """A share of some cases with its 95 % interval; ``of`` is how many cases there are."""

    share: float
    low: float
    high: float
    of: int


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a curve."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of about one confidence: its mean, and the share that was answered rightly."""

    confidence: float
    right: Share


@dataclass(frozen=True, slots=True)
class Separation:
    """How well confidence tells answerable questions from those of another kind.

    ``auroc`` is the probability that an answerable one has the higher confidence, ties by half.
    """

    against: Kind
    auroc: Score


@dataclass(frozen=True, slots=True)
class Confidences:
    """The confidences of the questions of one kind, ascending."""

    kind: Kind
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Trust:
    """How far confidence and abstention can be trusted.

    All but ``separations`` and ``shown_unanswerable`` are over the answerable questions and the
    same ones left out, so that half of the questions have no answer. ``wrong`` is the share of
    answers of which no hit shown holds the answer; ``shown`` the share of questions that is
    answered; ``missed`` the share turned away of those of which a hit would have been right;
    ``shown_unanswerable`` the share answered of those that nothing answers. ``risk`` is
    the share of wrong answers (y) when the surest questions up to a share (x) are answered;
    ``calibration_error`` the mean distance of confidence and share of right answers.
    """

    wrong: Share
    shown: Share
    missed: Share
    shown_unanswerable: Share | None
    separations: tuple[Separation, ...]
    calibration_error: Score
    bins: tuple[Bin, ...]
    risk: tuple[Point, ...]
    confidences: tuple[Confidences, ...]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """How well one retriever, or all together, finds what answers.

    ``recall`` has the share of what answers (y) among the first hits (x).
    """

    retriever: str
    scores: tuple[Score, ...]
    recall: tuple[Point, ...]


@dataclass(frozen=True, slots=True, repr=False)
class EvaluationReport:
    """How good the answers are over a collection, or over an index with questions made from it.

    ``ranks`` has the number of answerable questions by the rank of the first hit that answers,
    from one, and last the number for which no hit does; empty for collections. ``trust`` is None
    where nothing could be left out. ``notes`` are sentences about the measuring itself.
    """

    name: str
    kind: Literal["collection", "index"]
    model: str
    generation: int
    sources: int
    passages: int
    retrieval: tuple[Retrieval, ...]
    ranks: tuple[int, ...]
    trust: Trust | None
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        """What was measured, and its size."""
        return (
            f"<EvaluationReport {self.kind} {self.name!r}: {len(self.retrieval)} rankings over "
            f"{self.passages} passages>"
        )


@dataclass(frozen=True, slots=True)
class RunComparison:
    """How a second run differs from a first one over the judged queries of a collection."""

    first: str
    second: str
    queries: int
    comparisons: tuple[MetricDifference, ...]
