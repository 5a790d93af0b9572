"""The commands that explain: why these passages, and what became of an expected sentence."""

from __future__ import annotations

import textwrap
from argparse import Namespace
from collections.abc import Iterable

from qwenqa.answers.citations.claims import lines_label
from qwenqa.cli import output
from qwenqa.cli.commands.library import built, typed, within
from qwenqa.cli.output import one_line
from qwenqa.cli.parser import Exit
from qwenqa.cli.text.results import WIDTH, listed
from qwenqa.service.library import Library
from qwenqa.types import (
    CosineShares,
    ExplainedHit,
    Explanation,
    QueryTerm,
    RankingStage,
    Standing,
    Trace,
    Whereabouts,
    WhyNot,
)

_CELLS = 20
"""The width of a bar in characters."""


def why(library: Library, options: Namespace) -> Exit:
    """Show the stages of a search, and what each term and sentence gave to its hits."""
    question = typed(options.question)
    built(library)
    with output.waiting("loading the model"):
        explanation = library.why(question, options.k, within(options))
    if options.json:
        output.write_json(explanation)
    else:
        output.write("\n".join(_explanation(explanation, options.k)) + "\n")
    return Exit.GOOD


def why_not(library: Library, options: Namespace) -> Exit:
    """Say what became of a sentence; code 1 when it stands in no passage."""
    sentence = typed(options.sentence)
    built(library)
    with output.waiting("loading the model"):
        reasons = library.why_not(sentence, options.question, options.k, within(options))
    if options.json:
        output.write_json(reasons)
    else:
        output.write("\n".join(_not_shown(reasons)) + "\n")
    return Exit.GOOD if reasons.in_a_passage else Exit.NOT_FOUND


def _explanation(explanation: Explanation, k: int) -> Iterable[str]:
    yield one_line(explanation.question)
    yield ""
    yield "The question's terms, words by their stem, and how many of the"
    yield f"{explanation.passages:,} passages hold each:"
    yield from _terms(explanation.terms)
    for stage in explanation.stages:
        yield ""
        yield from _stage(stage, k)
    for hit in explanation.hits:
        yield ""
        yield from _hit(hit)


def _terms(terms: Iterable[QueryTerm]) -> Iterable[str]:
    for term in terms:
        yield f"  {one_line(term.term):24} {term.passages:>9,}   inverse frequency {term.idf:.2f}"


def _stage(stage: RankingStage, k: int) -> Iterable[str]:
    counts = "" if stage.weight is None else f", counting {stage.weight:.2f} of the fused score"
    yield f"{stage.name.capitalize()}: {len(stage.passages):,} candidates{counts}."
    best = max((passage.score for passage in stage.passages), default=0.0)
    for passage in stage.passages[:k]:
        score = f"{passage.score:8.3f} {_bar(passage.score, best)}"
        yield f"  {passage.rank:3}. {score} {_where(passage.where)}"


def _hit(hit: ExplainedHit) -> Iterable[str]:
    trace = hit.trace
    yield f"[{hit.rank}] {_where(hit.where)}"
    yield f"    {_short(hit.where.opening, WIDTH - 4)}"
    yield from _trace(trace, " " * 4)
    if hit.terms:
        yield f"    BM25 {trace.bm25 or 0:.3f} by terms:"
    most = max((term.share for term in hit.terms), default=0.0)
    for term in hit.terms:
        yield f"    {term.share:8.3f} {_bar(term.share, most)} {one_line(term.term)}"
    yield from _sentences(hit.sentences)
    for twin in hit.also_in:
        yield f"    the same words stand in {_where(twin)}"
    for neighbour in hit.beside:
        yield f"    joined with the passage beside it: {_where(neighbour)}"


def _trace(trace: Trace, indent: str) -> Iterable[str]:
    words = trace.fused - trace.dense_part
    lines = (
        f"cosine {_rank(trace.cosine, trace.dense_rank)}, "
        f"BM25 {_rank(trace.bm25, trace.lexical_rank)}",
        f"{trace.dense_part:.3f} by vectors + {words:.3f} by words = {trace.fused:.3f}",
    )
    return (f"{indent}{line}" for line in lines)


def _rank(score: float | None, rank: int | None) -> str:
    if score is None:
        return "none"
    return f"{score:.3f} ({f'rank {rank:,}' if rank else 'no candidate'})"


def _sentences(shares: CosineShares | None) -> Iterable[str]:
    if shares is None:
        return
    if shares.exact:
        yield f"    cosine {shares.cosine:.3f}, in single precision, by sentences:"
    else:
        yield f"    cosine {shares.cosine:.3f}. This model's vectors are no sums of its tokens; the"
        yield "    cosine of each sentence encoded alone:"
    most = max((sentence.share for sentence in shares.sentences), default=0.0)
    for sentence in shares.sentences:
        yield f"    {sentence.share:8.3f} {_bar(sentence.share, most)} {_short(sentence.text, 44)}"
    if shares.rest is not None:
        yield f"    {shares.rest:8.3f} {_bar(shares.rest, most)} (title, headings, model's own)"


def _not_shown(reasons: WhyNot) -> Iterable[str]:
    yield from _wrapped(reasons.detail)
    for number, standing in enumerate(reasons.standings):
        if number:
            yield ""
            yield from _wrapped(standing.detail)
        yield from _standing(standing)
    if reasons.more:
        yield f"… and {reasons.more:,} more places."
    if reasons.unread:
        yield ""
        yield "Not looked into:"
        yield from listed(
            "unread", [f"{standing.address}: {standing.reason}" for standing in reasons.unread]
        )


def _standing(standing: Standing) -> Iterable[str]:
    if standing.trace:
        ranks = {
            "dense rank": standing.trace.dense_rank,
            "lexical rank": standing.trace.lexical_rank,
            "fused rank": standing.fused_rank,
        }
        parts = (f"{name} {rank:,}" if rank else f"no {name}" for name, rank in ranks.items())
        yield f"  {', '.join(parts)} in the whole index"
        yield from _trace(standing.trace, "  ")
    if standing.lacks:
        yield from _wrapped(
            f"terms of the question that it lacks: {', '.join(standing.lacks)}", "  "
        )
    if standing.folding:
        yield f"  found only with other {', '.join(standing.folding)}"
    if not standing.whole:
        yield "  a part of the sentence only: the rest stands in another passage"


def _where(where: Whereabouts) -> str:
    lines = f", {lines_label(where.lines)}" if where.lines else ""
    return one_line(f"{where.address}{lines}")


def _short(text: str, width: int) -> str:
    return textwrap.shorten(one_line(text), width, placeholder="…")


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        one_line(text), WIDTH, initial_indent=indent, subsequent_indent=indent + "  "
    )


def _bar(value: float, most: float) -> str:
    """A bar as long as a value is of the largest; none for what is not above zero."""
    filled = round(_CELLS * max(value, 0.0) / most) if most > 0 else 0
    return ("#" * min(filled, _CELLS)).ljust(_CELLS)
