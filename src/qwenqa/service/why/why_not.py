"""What became of a sentence that was expected among the hits of a question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from qwenqa import search
from qwenqa.answers.answer.explanation import whereabouts
from qwenqa.answers.citations import locate_sentence
from qwenqa.answers.citations.claims import lines_label
from qwenqa.errors import QuestionError
from qwenqa.index.generation import Generation
from qwenqa.ranking import words
from qwenqa.service.ask.asked import AskedQuestion
from qwenqa.service.why.unindexed import in_files
from qwenqa.settings import MAX_QUESTION_CHARACTERS, Settings
from qwenqa.types import (
    Fate,
    Group,
    Hit,
    LineMap,
    Passage,
    Skipped,
    Span,
    Standing,
    Trace,
    Whereabouts,
    WhyNot,
)
from qwenqa.types.texts import opening

_NAMED = 20
"""Places of the sentence that are told at most."""
_NOWHERE = 2**62


@dataclass(frozen=True, slots=True)
class _Ranks:
    """Where passages stand for a question, by id: in all rankings, and in which hit they are.

    ``whole`` are the traces over all that was asked, in fused order; ``hit_of`` is the hit of each
    candidate, its own, its neighbour's or its twin's.
    """

    whole: Mapping[int, Trace]
    fused_rank: Mapping[int, int]
    hit_of: Mapping[int, Hit]
    words: Sequence[Group]


@dataclass(frozen=True, slots=True)
class _Occurrence:
    """A stretch of a document, by its number, that is the sentence."""

    document: int
    span: Span


def why_not(settings: Settings, asked: AskedQuestion, sentence: str) -> WhyNot:
    """Where the sentence stands, and why it is not among the hits, or that it is.

    Raises QuestionError for a sentence that is empty or very long.
    """
    sentence = _checked(sentence)
    occurrences: dict[int, _Occurrence] = {}
    for id_, occurrence in _occurrences(asked.generation, sentence):
        occurrences.setdefault(id_, occurrence)
    ranks = _ranks(asked)
    ids = [id_ for id_ in occurrences if id_ >= 0]
    order = sorted(ids, key=partial(_place, ranks))
    passages = asked.generation.passages(order[:_NAMED])
    standings = [
        _standing(asked, ranks, passage, occurrences[passage.id], sentence) for passage in passages
    ]
    unread: tuple[Skipped, ...] = ()
    if not standings:
        standings = [
            _left_out(asked.generation, occurrence, sentence) for occurrence in occurrences.values()
        ][:_NAMED]
        in_others, unread = in_files(settings, asked.generation, sentence)
        standings += in_others
    return WhyNot(
        sentence=sentence,
        question=asked.question,
        k=asked.k,
        generation=asked.generation.number,
        fate=standings[0].fate if standings else "absent",
        detail=standings[0].detail if standings else _absent(asked.generation, unread),
        standings=tuple(standings),
        more=max(0, (len(ids) or len(occurrences)) - _NAMED),
        unread=unread,
    )


def _checked(sentence: str) -> str:
    sentence = sentence.encode("utf-8", "replace").decode("utf-8").strip()
    if not locate_sentence.folded(sentence):
        raise QuestionError("The sentence is empty. Give the sentence that you expected.")
    if len(sentence) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"The sentence has {len(sentence):,} characters; at most "
            f"{MAX_QUESTION_CHARACTERS:,} are looked for. Give its beginning."
        )
    return sentence


def _occurrences(generation: Generation, sentence: str) -> Iterator[tuple[int, _Occurrence]]:
    """Each passage that holds some of the sentence, by id; negative where no passage does."""
    nowhere = 0
    table = generation.table
    for number in range(len(generation.documents)):
        spans = locate_sentence.find(generation.text(number), sentence)
        rows = table[table["document"] == number] if spans else table[:0]
        for span in spans:
            here = rows[(rows["start"] < span.end) & (span.start < rows["end"])]
            for id_ in here["id"].tolist():
                yield id_, _Occurrence(number, span)
            if not len(here):
                nowhere -= 1
                yield nowhere, _Occurrence(number, span)


def _ranks(asked: AskedQuestion) -> _Ranks:
    result = asked.find()
    whole = asked.candidates(result.words, max(1, len(asked.generation))).traces
    seen = asked.ordered(asked.candidates(result.words).traces)
    hits = search.hits(asked.generation, seen, len(seen))
    hit_of = {part.id: hit for hit in reversed(hits) for part in (*hit.parts, *hit.also_in)}
    fused_rank = {id_: rank for rank, id_ in enumerate(whole, start=1)}
    return _Ranks(whole, fused_rank, hit_of, result.words)


def _place(ranks: _Ranks, id_: int) -> tuple[int, bool, int, int]:
    """By what places of the sentence are ordered: shown first, then as near to it as they came."""
    hit = ranks.hit_of.get(id_)
    twin = hit is not None and _is_twin(hit, id_)
    return (hit.rank if hit else _NOWHERE, twin, ranks.fused_rank.get(id_, _NOWHERE), id_)


def _standing(
    asked: AskedQuestion, ranks: _Ranks, passage: Passage, occurrence: _Occurrence, sentence: str
) -> Standing:
    trace, hit = ranks.whole.get(passage.id), ranks.hit_of.get(passage.id)
    fate = _fate(asked, ranks, passage)
    term_shares = asked.generation.lexical.shares(ranks.words, [passage.id])[0]
    where = whereabouts(passage)
    text = asked.generation.text(occurrence.document)[occurrence.span.start : occurrence.span.end]
    return Standing(
        fate=fate,
        detail=f"It stands in {where.address}, {lines_label(passage.lines)}"
        f"{_told(fate, hit, passage, asked.k)}",
        where=where,
        folding=locate_sentence.folding(text, sentence),
        whole=passage.start <= occurrence.span.start and occurrence.span.end <= passage.end,
        rank=hit.rank if hit else None,
        fused_rank=ranks.fused_rank.get(passage.id),
        trace=trace,
        lacks=tuple(word[0] for word in ranks.words if word[0] not in term_shares),
    )


def _fate(asked: AskedQuestion, ranks: _Ranks, passage: Passage) -> Fate:
    trace, hit = ranks.whole.get(passage.id), ranks.hit_of.get(passage.id)
    if asked.sources is not None and passage.source.address not in asked.sources:
        return "filtered"
    if hit is None or trace is None:
        return "no candidate"
    if _is_twin(hit, passage.id):
        return "folded"
    if hit.rank <= asked.k:
        return "shown"
    if hit.trace.reranked is not None and ranks.fused_rank.get(passage.id, _NOWHERE) <= asked.k:
        return "lost in reranking"
    best = min(rank or _NOWHERE for rank in (trace.dense_rank, trace.lexical_rank))
    return "lost in fusion" if best <= asked.k else "below"


def _is_twin(hit: Hit, id_: int) -> bool:
    """Whether a hit has a passage as another of the same words only."""
    return all(part.id != id_ for part in hit.parts)


def _twin(hit: Hit | None, passage: Passage) -> str:
    """Where the passage of a hit stands that has the same words as another."""
    same = [part for part in hit.parts if words(part.text) == words(passage.text)] if hit else []
    return f"{same[0].source.address}, {lines_label(same[0].lines)}" if same else ""


def _told(fate: Fate, hit: Hit | None, passage: Passage, k: int) -> str:
    """The rest of the sentence that says where it stands."""
    rank = hit.rank if hit else 0
    joined = hit is not None and hit.passage.id != passage.id
    beside = f", joined to {lines_label(hit.ranked.lines)} beside it" if hit and joined else ""
    shown = "" if rank <= k else f", and is below the first {k}"
    return {
        "shown": f", and is shown as hit {rank}{beside}.",
        "folded": f", and is folded under {_twin(hit, passage)}, which has the same words and is "
        f"hit {rank}{shown}.",
        "lost in fusion": f", and was lost in fusion: one retriever alone has it among the first "
        f"{k}, both together at place {rank}.",
        "lost in reranking": f", and was lost in reranking: it is among the first {k} before the "
        f"reranker, after it at place {rank}.",
        "below": f", and is below the first {k}: it would be hit {rank}.",
        "no candidate": ", and neither retriever has it among its best "
        f"{max(search.DEPTH, 2 * k)} candidates.",
        "filtered": ", and the filter left that source out.",
    }[fate]


def _left_out(generation: Generation, occurrence: _Occurrence, sentence: str) -> Standing:
    """The sentence in text that is in no passage, which is furniture by the splitter's law."""
    text, address = generation.text(occurrence.document), _address(generation, occurrence)
    lines = LineMap(text).lines(*occurrence.span)
    quote = text[occurrence.span.start : occurrence.span.end]
    return Standing(
        fate="left out",
        detail=f"It stands in {address}, {lines_label(lines)}, in text that is left out of "
        "passages as a running header, a page number or navigation.",
        where=Whereabouts(address, lines, opening(quote)),
        folding=locate_sentence.folding(quote, sentence),
    )


def _address(generation: Generation, occurrence: _Occurrence) -> str:
    return generation.documents[occurrence.document].source.address


def _absent(generation: Generation, unread: tuple[Skipped, ...]) -> str:
    others = f", and {len(unread):,} other files could not be looked into" if unread else ""
    return (
        f"It stands in no indexed source ({len(generation.documents):,} looked through{others}). "
        "Only white space, case and the form of Unicode may differ: check its words."
    )
