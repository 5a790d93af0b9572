"""Why a question has its hits: the stages of its search, and what each term and sentence gave."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from qwenqa.answers.answer.explanation import beside, whereabouts
from qwenqa.ranking import fold, join
from qwenqa.search import Candidates
from qwenqa.service.ask.asked import AskedQuestion, query_terms_of, term_shares
from qwenqa.service.ask.search import query_vector
from qwenqa.types import (
    CosineShares,
    Encoder,
    ExplainedHit,
    Explanation,
    Hit,
    Passage,
    RankedPassage,
    RankingStage,
    SentenceShare,
    TermShare,
    TokenEncoder,
    TokenVectors,
    Vectors,
    Whereabouts,
)


def explain(asked: AskedQuestion) -> Explanation:
    """Why a generation gives the first ``k`` hits for a question, on the path that asking takes."""
    generation, result = asked.generation, asked.find()
    shares, sentences = term_shares(generation, result), _sentence_shares(asked, result.hits)
    return Explanation(
        question=asked.question,
        generation=generation.number,
        model=generation.header.recipe.encoder.name,
        passages=len(generation),
        terms=query_terms_of(generation, result),
        stages=_stages(asked, asked.candidates(result.words)),
        hits=tuple(map(_explained, result.hits, shares, sentences)),
    )


def _stages(asked: AskedQuestion, candidates: Candidates) -> tuple[RankingStage, ...]:
    """Each stage's passages."""
    ordered = asked.ordered(candidates.traces)
    passages = asked.generation.passages(list(ordered))
    where = {passage.id: whereabouts(passage) for passage in passages}
    fused = {id_: trace.fused for id_, trace in candidates.traces.items()}
    reranked = {id_: trace.reranked for id_, trace in ordered.items() if trace.reranked is not None}
    folded = list(fold(asked.generation.outlines(list(ordered))))
    joined = join(folded, ordered, len(folded))
    return (
        RankingStage("by vectors", candidates.weight, _ranked(candidates.dense, where)),
        RankingStage("by words", 1 - candidates.weight, _ranked(candidates.lexical, where)),
        RankingStage("fused", None, _ranked(fused, where)),
        *([RankingStage("reranked", None, _ranked(reranked, where))] if reranked else []),
        RankingStage(
            "folded", None, _ranked({cluster.id: fused[cluster.id] for cluster in folded}, where)
        ),
        RankingStage(
            "joined", None, _ranked({cluster.id: fused[cluster.id] for cluster in joined}, where)
        ),
    )


def _ranked(
    scores: Mapping[int, float], where: Mapping[int, Whereabouts]
) -> tuple[RankedPassage, ...]:
    """Scores by passage id, best first, as a stage has them."""
    return tuple(
        RankedPassage(rank, score, where[id_])
        for rank, (id_, score) in enumerate(scores.items(), start=1)
    )


def _explained(
    hit: Hit, terms: tuple[TermShare, ...], sentences: CosineShares | None
) -> ExplainedHit:
    return ExplainedHit(
        rank=hit.rank,
        where=whereabouts(hit.ranked),
        trace=hit.trace,
        terms=terms,
        sentences=sentences,
        also_in=tuple(map(whereabouts, hit.also_in)),
        beside=beside(hit),
    )


def _sentence_shares(asked: AskedQuestion, hits: Sequence[Hit]) -> list[CosineShares | None]:
    """Of each hit the ranked passage's cosine by sentences, None where words alone found it."""
    generation, encoder = asked.generation, asked.encoder
    if encoder is None:
        return [None] * len(hits)
    vector = query_vector(generation, encoder, asked.question)
    passages = [hit.ranked for hit in hits]
    unencoded = generation.unencoded([passage.id for passage in passages])
    texts = generation.encoder_texts([passage.id for passage in passages])
    tokens = encoder.encode_tokens(texts) if isinstance(encoder, TokenEncoder) else None
    return [
        None
        if passage.id in unencoded
        else _by_tokens(passage, vector[0], one, len(text) - len(passage.text))
        if one
        else _alone(passage, vector[0], encoder, text)
        for passage, text, one in zip(passages, texts, tokens or [None] * len(hits), strict=True)
    ]


def _by_tokens(
    passage: Passage, vector: Vectors, tokens: TokenVectors, before: int
) -> CosineShares:
    """The cosine as a sum over the tokens of each sentence, and of all others.

    With ``p = (1 / nL) * (t_1 + … + t_n)``, the mean of a passage's token vectors at unit length,
    ``q . p`` is the sum of ``q . t_i / nL``. A token belongs to the sentence that its last
    character stands in. ``before`` is the length of what the encoder was told before the passage.
    """
    token_shares = (tokens.vectors @ vector).astype(np.float64)
    shares = [0.0] * len(passage.sentences)
    starts = [sentence.start for sentence in passage.sentences]
    rest = 0.0
    for span, share in zip(tokens.spans, token_shares.tolist(), strict=True):
        last = span.end - 1 - before + passage.start
        number = bisect_right(starts, last) - 1
        inside = span.end > span.start and span.end > before and number >= 0
        if inside and last < passage.sentences[number].end:
            shares[number] += share
        else:
            rest += share
    return CosineShares(True, float(token_shares.sum()), _told(passage, shares), rest)


def _alone(passage: Passage, vector: Vectors, encoder: Encoder, text: str) -> CosineShares:
    """The cosine of the whole, and of each sentence encoded alone."""
    texts = [_slice(passage, *span) for span in passage.sentences]
    whole, *each = (encoder.encode_passages([text, *texts]) @ vector).tolist()
    return CosineShares(False, whole, _told(passage, each), None)


def _told(passage: Passage, shares: Iterable[float]) -> tuple[SentenceShare, ...]:
    return tuple(
        SentenceShare(span, _slice(passage, *span), share)
        for span, share in zip(passage.sentences, shares, strict=True)
    )


def _slice(passage: Passage, start: int, end: int) -> str:
    return passage.text[start - passage.start : end - passage.start]
