"""What is cut, encoded and found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from qwenqa.types.documents import Place, ReaderIdentity, Source
from qwenqa.types.texts import Span, short


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage as the splitter sees it: a span, and what the encoder is told besides.

    ``context`` (title, heading path, column headings) goes to the encoder and to the lexical
    index and is no part of the quoted text. ``sentences`` are the spans of its sentences, rows
    and lines of code; headings are none, unless there is nothing else. ``cut`` says that the
    span begins or ends inside a sentence, because the sentence is longer than the limit.
    """

    start: int
    end: int
    context: str
    headings: tuple[str, ...]
    sentences: tuple[Span, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Passage:
    """The retrieval unit: a span of one document's canonical text.

    ``id`` is a positive 63-bit number that depends on address and span alone. ``lines`` are
    first and last, from one. ``sentences`` are spans of the document, for marking. ``digest``
    is the SHA-256 of what the encoder was given, ``spoken`` the language (ISO 639-1) by which its
    words are stemmed.
    """

    id: int
    source: Source
    reader: ReaderIdentity
    start: int
    end: int
    text: str
    title: str
    headings: tuple[str, ...]
    lines: tuple[int, int]
    places: tuple[Place, ...]
    sentences: tuple[Span, ...]
    digest: str
    cut: bool
    spoken: str = "en"

    def __repr__(self) -> str:
        """Where it stands and how it begins."""
        return f"<Passage {self.source.address} {self.start}-{self.end}: {short(self.text)}>"


class Outline(NamedTuple):
    """What is known of a passage without reading its text: enough to fold and to join.

    ``document`` and ``number`` say where it stands: the numbers of its document in the store and
    of the passage in the document, which count on. ``likeness`` is the same for near-identical
    passages (``ranking.likeness``). ``beside`` says that only white space stands between it and
    the passage before it.
    """

    id: int
    document: int
    number: int
    likeness: int
    beside: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """How a hit came about: each retriever's score, and its rank (None: not its candidate).

    ``cosine`` is between query and passage, None where it has no vector yet; ``bm25`` is
    unbounded and positive, None where it holds no term of the query; ``fused`` is the score that
    ranks, between 0 and 1, unless ``reranked``, a reranker's unbounded score, does.
    ``dense_part`` is what of the fused score the cosine gives.
    """

    cosine: float | None
    dense_rank: int | None
    bm25: float | None
    lexical_rank: int | None
    fused: float
    reranked: float | None = None
    dense_part: float = 0.0


@dataclass(frozen=True, slots=True, repr=False)
class Hit:
    """What is shown of a ranked passage, with its rank (from one), score, trace and twins.

    ``joins`` are the neighbouring passages that it joins, in their order, empty for one alone.
    Then ``passage`` spans all of them, and has the id of the one that ranks (``ranked``), whose
    score and trace these are. ``also_in`` are near-identical to one of its passages.
    """

    passage: Passage
    rank: int
    score: float
    trace: Trace
    also_in: tuple[Passage, ...] = ()
    joins: tuple[Passage, ...] = ()

    @property
    def parts(self) -> tuple[Passage, ...]:
        """The passages that it shows, in their order; itself where it joins none."""
        return self.joins or (self.passage,)

    @property
    def ranked(self) -> Passage:
        """The passage that ranks, which its neighbours are joined to."""
        return next(part for part in self.parts if part.id == self.passage.id)

    def __repr__(self) -> str:
        """Rank, score and passage."""
        return f"<Hit {self.rank}, score {self.score:.2f}: {self.passage!r}>"
