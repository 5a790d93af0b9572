"""Why an answer has its hits, as far as the answer itself tells."""

from __future__ import annotations

from collections.abc import Sequence

from qwenqa.types import (
    AnswerRecord,
    CitedHit,
    ExplainedHit,
    Explanation,
    Hit,
    Passage,
    RankedPassage,
    RankingStage,
    Whereabouts,
)
from qwenqa.types.texts import opening


def explanation(answer: AnswerRecord) -> Explanation:
    """The answer's own hits in each stage, with the ranks that they had there."""
    hits = answer.hits
    vectors = [(hit.hit.trace.dense_rank, hit.hit.trace.cosine, hit) for hit in hits]
    words = [(hit.hit.trace.lexical_rank, hit.hit.trace.bm25, hit) for hit in hits]
    joined = [(hit.hit.rank, hit.hit.score, hit) for hit in hits]
    return Explanation(
        question=answer.question,
        generation=answer.generation,
        model=answer.model,
        passages=None,
        terms=answer.terms,
        stages=(
            RankingStage("by vectors", None, _ranked(vectors)),
            RankingStage("by words", None, _ranked(words)),
            RankingStage("joined", None, _ranked(joined)),
        ),
        hits=tuple(map(_explained, hits)),
    )


def whereabouts(passage: Passage) -> Whereabouts:
    """Where a passage stands and how it begins."""
    return Whereabouts(passage.source.address, passage.lines, opening(passage.text), passage.id)


def beside(hit: Hit) -> tuple[Whereabouts, ...]:
    """Where the neighbours stand that are joined to the passage that ranks."""
    return tuple(whereabouts(part) for part in hit.parts if part.id != hit.passage.id)


def _ranked(
    ranked_hits: Sequence[tuple[int | None, float | None, CitedHit]],
) -> tuple[RankedPassage, ...]:
    ranked = (
        RankedPassage(rank, score, whereabouts(cited.hit.ranked))
        for rank, score, cited in ranked_hits
        if rank is not None and score is not None
    )
    return tuple(sorted(ranked, key=lambda passage: passage.rank))


def _explained(cited: CitedHit) -> ExplainedHit:
    hit = cited.hit
    twins = tuple(map(whereabouts, hit.also_in))
    return ExplainedHit(
        rank=hit.rank,
        where=whereabouts(hit.ranked),
        trace=hit.trace,
        terms=cited.terms,
        also_in=twins,
        beside=beside(hit),
    )
