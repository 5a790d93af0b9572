"""What the rooms ask of each other: encoders, an opened index, a choice of sources."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias, runtime_checkable

from qwenqa.types.passages import Outline, Passage
from qwenqa.types.texts import Span

if TYPE_CHECKING:  # who only reads a file loads no numpy
    import numpy as np
    import numpy.typing as npt

PRECISIONS = ("fp32", "fp16", "bf16", "int8")
"""The numbers in which a model computes: single, half, brain half precision, and integers."""

Vectors: TypeAlias = "npt.NDArray[np.float32]"
"""float32, shape (n, dimension), rows of unit length."""

Scores: TypeAlias = "npt.NDArray[np.float32]"
"""float32, shape (n,), without bounds."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which sources a question is asked of; an empty field lets every source through.

    ``path`` is a pattern for addresses with ``*`` and ``?`` ("reports/*.pdf"); ``kind`` a
    reader's name or a suffix ("pdf"); ``since`` and ``until`` are ISO 8601 dates, inclusive, a
    year alone or a year and month too; ``language`` is a BCP 47 tag ("en" includes "en-GB").
    Sources that do not say their date or language, or not so exactly, are left out when one
    is asked for.
    """

    path: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    """What two sets of vectors must share to be comparable.

    ``name`` is how the model was asked for, and no part of the comparison: equal weights in
    another folder are the same encoder. ``weights`` is the SHA-256 of the weight files,
    ``limit`` the longest text in tokens, ``precision`` one of PRECISIONS. ``truncated``
    says that ``dimension`` is what was left of the model's own, by choice.
    """

    name: str = field(compare=False)
    weights: str
    dimension: int
    limit: int
    query_prompt: str
    passage_prompt: str
    precision: str = "fp32"
    truncated: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class AskedWith:
    """What an answer depends on beside the question, the sources and the index.

    At most ``k`` hits were asked for, and ``level`` is the confidence from which they are said
    to answer; ``encoder`` made the vectors, ``reranker`` is the model that ordered the best
    passages, empty is none.
    """

    k: int
    level: float
    encoder: EncoderIdentity
    reranker: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether a model's vectors can be had without torch, found out with torch at hand.

    ``graph`` is the fingerprint of the graph that gives them, empty where there is none, and then
    ``reason`` says why, in half a sentence ("its architecture is mpnet").
    """

    graph: str = ""
    reason: str = ""


class Encoder(Protocol):
    """Text to unit vectors, for questions and for passages."""

    @property
    def identity(self) -> EncoderIdentity:
        """Which encoder this is."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, shape (len(texts), dimension); raises EncoderError."""
        ...

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of passages, shape (len(texts), dimension); raises EncoderError.

        ``progress`` is called with how many more texts are done.
        """
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many of ``identity.limit`` tokens each passage would take, all included."""
        ...


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """A text's vector taken apart: the rows of ``vectors`` add up to it.

    ``vectors`` is float32 of shape (number of tokens, dimension). ``spans`` are the stretches of
    the text that the tokens stand for, empty for those of a prompt and of the model itself.
    """

    vectors: Vectors
    spans: tuple[Span, ...]


@runtime_checkable
class TokenEncoder(Encoder, Protocol):
    """An encoder that can say what each token of a passage gives to its vector."""

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors | None]:
        """Of each passage's text its vector by tokens, None where it is no sum of them.

        Vectors are such sums where the model pools by the mean. Raises EncoderError.
        """
        ...


Group: TypeAlias = tuple[str, ...]
"""What one word of a question becomes in the languages of the documents: terms that count as one.

The first names the group."""


class Reranker(Protocol):
    """How well texts answer a question, each read together with it."""

    @property
    def name(self) -> str:
        """How the model was asked for."""
        ...

    def score(self, question: str, texts: Sequence[str]) -> Scores:
        """A number for each text, shape (len(texts),), higher is better; raises EncoderError."""
        ...


Ranking = Mapping[int, float]
"""Scores by passage id, in ranked order: score descending, then id."""


class Spread(NamedTuple):
    """How a query's cosines with the passages of an index lie: mean and standard deviation."""

    mean: float
    deviation: float


class Store(Protocol):
    """What searching asks of an opened index; a local generation fills it."""

    def __len__(self) -> int:
        """How many passages it holds."""
        ...

    def dense_candidates(
        self, vector: Vectors, depth: int, sources: Collection[str] | None = None
    ) -> Ranking:
        """Cosines of the nearest passages to one query vector of shape (1, dimension).

        ``sources`` are the addresses to look in; None is all.
        """
        ...

    def lexical_candidates(
        self, terms: Sequence[Group], depth: int, sources: Collection[str] | None = None
    ) -> Ranking:
        """BM25 scores of the best passages for the query's terms, in some sources or all."""
        ...

    def dense_scores(self, vector: Vectors, ids: Sequence[int]) -> Mapping[int, float]:
        """Cosines of the passages of these ids; those without a vector are left out."""
        ...

    def lexical_scores(self, terms: Sequence[Group], ids: Sequence[int]) -> Mapping[int, float]:
        """BM25 scores of the passages of these ids; those without a term are left out."""
        ...

    def spread(self, vector: Vectors) -> Spread:
        """How the cosines of all passages with one query vector lie."""
        ...

    def unencoded(self, ids: Collection[int]) -> Collection[int]:
        """Those of the ids whose passages have no vector yet."""
        ...

    def outlines(self, ids: Sequence[int]) -> list[Outline]:
        """What is known of the passages of these ids without their texts, in their order."""
        ...

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """The passages of these ids, in their order."""
        ...

    def between(self, first: int, second: int) -> str:
        """The white space from one passage to the one ``beside`` it, by their ids."""
        ...
