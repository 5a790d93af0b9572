"""HTML of why an answer has its hits, and why an expected sentence is not among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qwenqa.answers.citing import lines_label
from qwenqa.types import (
    CosineShares,
    ExplainedHit,
    Explanation,
    RankedPassage,
    Standing,
    TermShare,
    Whereabouts,
    WhyNot,
)
from qwenqa.ui.html.text import bar, bars, foreign, isolated, joined

_OTHERS = 10
"""Candidates told beside the hits at most."""
_NO_SUM = (
    "This model does not pool by the mean, so that it is no sum over the sentences. Each of them "
    "encoded alone has the cosine:"
)
_RENEWED = (
    '<p class="message note">The index has been rebuilt since this answer. What follows is about '
    "the index as it is now.</p>"
)
_STAGES: dict[str, str] = {
    "by vectors": "By vectors",
    "by words": "By words",
    "fused": "Fused",
    "reranked": "Reranked",
}


def why(found: Explanation, answered_by: int) -> str:
    """Terms, then each hit with its stages, terms and sentences, then what was not shown.

    ``answered_by`` is the generation of the answer that is explained.
    """
    board = _Board(found)
    parts = [_RENEWED] if answered_by != found.generation else []
    parts += [_terms(found), f'<h3 class="section">Passages shown</h3>{_weights(found)}']
    parts += [_hit(hit, board) for hit in found.hits]
    return joined([*parts, _others(found, board)])


def why_not(found: WhyNot) -> str:
    """What became of the sentence, at each place where it stands."""
    kind = "done" if found.fate == "shown" else "note"
    parts = [f'<p class="message {kind}">{foreign(found.detail)}</p>']
    for number, one in enumerate(found.standings):
        parts += [f"<p>{foreign(one.detail)}</p>" if number else "", _standing(one)]
    parts.append(f"<p>and {found.more:,} more places</p>" if found.more else "")
    if found.unread:
        rows = "".join(
            f"<li>{isolated(one.address, 'address')}: {foreign(one.reason)}</li>"
            for one in found.unread[: 2 * _OTHERS]
        )
        parts.append(f'<p>Not looked into:</p><ul class="skipped">{rows}</ul>')
    return joined(parts)


class _Board:
    """Each stage's ranks by passage, as bars."""

    def __init__(self, found: Explanation) -> None:
        self._stages = [
            (_STAGES[stage.name], {one.where.passage: one for one in stage.passages})
            for stage in found.stages
            if stage.name in _STAGES
        ]

    def of(self, passage: int | None) -> str:
        """The passage's score and rank in each stage, a bar for each."""
        return bars(self._bar(label, those, passage) for label, those in self._stages)

    def _bar(
        self, label: str, those: Mapping[int | None, RankedPassage], passage: int | None
    ) -> str:
        most = max((one.score for one in those.values()), default=0.0)
        if one := those.get(passage):
            return bar(label, one.score, most, f"{one.score:.3f}, rank {one.rank}")
        return bar(label, 0.0, most, "not a candidate")


def _terms(found: Explanation) -> str:
    most = max((one.idf for one in found.terms), default=0.0)
    passages = found.passages or 0
    rarities = bars(
        bar(
            isolated(one.term, "word"),
            one.idf,
            most,
            f"in {one.passages:,} of {passages:,} passages",
        )
        for one in found.terms
    )
    return (
        '<h3 class="section">Terms of the question</h3><p class="place">Words by their stem, '
        "where there is one. The rarer a term, the longer its bar, the more it counts."
        f"</p>{rarities}"
    )


def _weights(found: Explanation) -> str:
    told = {stage.name: stage.weight for stage in found.stages}
    vectors, words = told.get("by vectors"), told.get("by words")
    if vectors is None or words is None:
        return ""
    return (
        '<p class="place">Each score counts as a share of the highest there is: vectors make '
        f"{vectors:.0%} of the fused score, words {words:.0%}.</p>"
    )


def _hit(hit: ExplainedHit, board: _Board) -> str:
    twins = "; ".join(_where(one) for one in hit.also_in)
    beside = "; ".join(_where(one) for one in hit.beside)
    trace = hit.trace
    words = trace.fused - trace.dense_part
    parts = (
        _head(f"{hit.rank}", hit.where),
        board.of(hit.where.passage),
        f'<p class="place">Fused: {trace.dense_part:.3f} by vectors + {words:.3f} by words = '
        f"{trace.fused:.3f}</p>",
        f'<p class="also">The same words stand in {twins}</p>' if twins else "",
        f'<p class="also">Joined with the passage beside it: {beside}</p>' if beside else "",
        _shares(hit),
    )
    return f'<div class="reason">{"".join(parts)}</div>'


def _shares(hit: ExplainedHit) -> str:
    inside = _term_shares(hit.terms, hit.trace.bm25) + _sentence_shares(hit.sentences)
    label = "What each term and each sentence gave"
    return f"<details><summary>{label}</summary>{inside}</details>"


def _term_shares(terms: Sequence[TermShare], bm25: float | None) -> str:
    if bm25 is None:
        return "<p>It holds none of the question’s terms.</p>"
    most = max((one.share for one in terms), default=0.0)
    shares = bars(
        bar(isolated(one.term, "word"), one.share, most, f"{one.share:.3f}") for one in terms
    )
    return f"<p>BM25 {bm25:.3f} is the sum of:</p>{shares}"


def _sentence_shares(found: CosineShares | None) -> str:
    if found is None:
        return "<p>It has no vector yet.</p>"
    most = max((one.share for one in found.sentences), default=0.0)
    rows = [_row(isolated(one.text, "word"), one.share, most) for one in found.sentences]
    if found.rest is not None:
        rest = '<span class="place">Title, headings and the model’s own tokens</span>'
        rows.append(_row(rest, found.rest, most))
    told = f"Cosine {found.cosine:.3f} is the sum of:"
    told = told if found.exact else f"Cosine {found.cosine:.3f}. {_NO_SUM}"
    return f"<p>{told}</p>{''.join(rows)}"


def _row(label: str, share: float, most: float) -> str:
    return f'<div class="share"><p>{label}</p>{bars([bar("", share, most, f"{share:.3f}")])}</div>'


def _others(found: Explanation, board: _Board) -> str:
    """Candidates that are not shown: those that one stage alone would show, then the next ones."""
    hits = {hit.where.passage for hit in found.hits}
    hits |= {one.passage for hit in found.hits for one in (*hit.also_in, *hit.beside)}
    firsts = [one for stage in found.stages for one in stage.passages[: len(found.hits)]]
    nexts = [one for stage in found.stages if stage.name == "joined" for one in stage.passages]
    unshown = {
        one.where.passage: one.where for one in (*firsts, *nexts) if one.where.passage not in hits
    }
    if not unshown:
        return ""
    named = list(unshown.values())[:_OTHERS]
    rows = "".join(
        f'<div class="reason">{_head("", one)}{board.of(one.passage)}</div>' for one in named
    )
    more = len(unshown) - len(named)
    rest = f"<p>and {more:,} more</p>" if more > 0 else ""
    label = f"Candidates not shown: {len(unshown):,}"
    return f'<details class="others"><summary>{label}</summary>{rows}{rest}</details>'


def _standing(one: Standing) -> str:
    told = []
    if one.trace:
        ranks = (
            ("by vectors", one.trace.dense_rank),
            ("by words", one.trace.lexical_rank),
            ("fused", one.fused_rank),
        )
        named = ", ".join(f"{name} {f'{rank:,}' if rank else 'none'}" for name, rank in ranks)
        told.append(f"Rank in the whole index: {named}.")
        words = one.trace.fused - one.trace.dense_part
        told.append(f"Fused: {one.trace.dense_part:.3f} + {words:.3f} = {one.trace.fused:.3f}.")
    if one.lacks:
        terms = ", ".join(isolated(term, "word") for term in one.lacks)
        told.append(f"Terms of the question that it lacks: {terms}.")
    if one.folding:
        told.append(f"Found only with other {', '.join(one.folding)}.")
    if not one.whole:
        told.append("It is a part of the sentence only; the rest stands in another passage.")
    rows = "".join(f"<li>{line}</li>" for line in told)
    return f'<ul class="skipped">{rows}</ul>' if rows else ""


def _head(rank: str, where: Whereabouts) -> str:
    number = f'<span class="rank">{rank}</span>' if rank else ""
    return (
        f'<div class="hit-head">{number}<div class="hit-title"><p>{_where(where)}</p>'
        f'<p class="place">{isolated(where.opening, "word")}</p></div></div>'
    )


def _where(where: Whereabouts) -> str:
    lines = f", {lines_label(where.lines)}" if where.lines else ""
    return f"{isolated(where.address, 'address')}{lines}"
