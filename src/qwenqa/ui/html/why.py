"""HTML of why an answer has its hits, and why an expected sentence is not among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from qwenqa.answers.citations.claims import lines_label
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
_RENEWED = Markup(
    '<p class="message note">The index has been rebuilt since this answer. What follows is about '
    "the index as it is now.</p>"
)
_STAGES: dict[str, str] = {
    "by vectors": "By vectors",
    "by words": "By words",
    "fused": "Fused",
    "reranked": "Reranked",
}


def why(explanation: Explanation, answered_by: int) -> Markup:
    """Terms, then each hit with its stages, terms and sentences, then what was not shown.

    ``answered_by`` is the generation of the answer that is explained.
    """
    board = _Board(explanation)
    parts = [_RENEWED] if answered_by != explanation.generation else []
    parts += [
        _terms(explanation),
        Markup('<h3 class="section">Passages shown</h3>{}').format(_weights(explanation)),
    ]
    parts += [_hit(hit, board) for hit in explanation.hits]
    return joined([*parts, _others(explanation, board)])


def why_not(reasons: WhyNot) -> Markup:
    """What became of the sentence, at each place where it stands."""
    kind = "done" if reasons.fate == "shown" else "note"
    parts = [Markup('<p class="message {}">{}</p>').format(kind, foreign(reasons.detail))]
    for number, one in enumerate(reasons.standings):
        parts += [
            Markup("<p>{}</p>").format(foreign(one.detail)) if number else Markup(),
            _standing(one),
        ]
    parts.append(
        Markup("<p>and {:,} more places</p>").format(reasons.more) if reasons.more else Markup()
    )
    if reasons.unread:
        rows = Markup().join(
            Markup("<li>{}: {}</li>").format(isolated(one.address, "address"), foreign(one.reason))
            for one in reasons.unread[: 2 * _OTHERS]
        )
        parts.append(Markup('<p>Not looked into:</p><ul class="skipped">{}</ul>').format(rows))
    return joined(parts)


class _Board:
    """Each stage's ranks by passage, as bars."""

    def __init__(self, found: Explanation) -> None:
        self._stages = [
            (_STAGES[stage.name], {passage.where.passage: passage for passage in stage.passages})
            for stage in found.stages
            if stage.name in _STAGES
        ]

    def of(self, passage: int | None) -> Markup:
        """The passage's score and rank in each stage, a bar for each."""
        return bars(self._bar(label, those, passage) for label, those in self._stages)

    def _bar(
        self, label: str, those: Mapping[int | None, RankedPassage], passage: int | None
    ) -> Markup:
        most = max((one.score for one in those.values()), default=0.0)
        if one := those.get(passage):
            return bar(label, one.score, most, f"{one.score:.3f}, rank {one.rank}")
        return bar(label, 0.0, most, "not a candidate")


def _terms(explanation: Explanation) -> Markup:
    most = max((term.idf for term in explanation.terms), default=0.0)
    passages = explanation.passages or 0
    rarities = bars(
        bar(
            isolated(term.term, "word"),
            term.idf,
            most,
            f"in {term.passages:,} of {passages:,} passages",
        )
        for term in explanation.terms
    )
    return Markup(
        '<h3 class="section">Terms of the question</h3><p class="place">Words by their stem, '
        "where there is one. The rarer a term, the longer its bar, the more it counts."
        "</p>{}"
    ).format(rarities)


def _weights(found: Explanation) -> Markup:
    weights = {stage.name: stage.weight for stage in found.stages}
    vectors, words = weights.get("by vectors"), weights.get("by words")
    if vectors is None or words is None:
        return Markup()
    return Markup(
        '<p class="place">Each score counts as a share of the highest there is: vectors make '
        "{:.0%} of the fused score, words {:.0%}.</p>"
    ).format(vectors, words)


def _hit(hit: ExplainedHit, board: _Board) -> Markup:
    twins = Markup("; ").join(_where(one) for one in hit.also_in)
    beside = Markup("; ").join(_where(one) for one in hit.beside)
    trace = hit.trace
    words = trace.fused - trace.dense_part
    parts = (
        _head(f"{hit.rank}", hit.where),
        board.of(hit.where.passage),
        Markup('<p class="place">Fused: {:.3f} by vectors + {:.3f} by words = {:.3f}</p>').format(
            trace.dense_part, words, trace.fused
        ),
        Markup('<p class="also">The same words stand in {}</p>').format(twins) if twins else "",
        Markup('<p class="also">Joined with the passage beside it: {}</p>').format(beside)
        if beside
        else "",
        _shares(hit),
    )
    return Markup('<div class="reason">{}</div>').format(Markup().join(parts))


def _shares(hit: ExplainedHit) -> Markup:
    inside = _term_shares(hit.terms, hit.trace.bm25) + _sentence_shares(hit.sentences)
    label = "What each term and each sentence gave"
    return Markup("<details><summary>{}</summary>{}</details>").format(label, inside)


def _term_shares(terms: Sequence[TermShare], bm25: float | None) -> Markup:
    if bm25 is None:
        return Markup("<p>It holds none of the question’s terms.</p>")
    most = max((term.share for term in terms), default=0.0)
    shares = bars(
        bar(isolated(term.term, "word"), term.share, most, f"{term.share:.3f}") for term in terms
    )
    return Markup("<p>BM25 {:.3f} is the sum of:</p>{}").format(bm25, shares)


def _sentence_shares(shares: CosineShares | None) -> Markup:
    if shares is None:
        return Markup("<p>It has no vector yet.</p>")
    most = max((sentence.share for sentence in shares.sentences), default=0.0)
    rows = [
        _row(isolated(sentence.text, "word"), sentence.share, most) for sentence in shares.sentences
    ]
    if shares.rest is not None:
        rest = Markup('<span class="place">Title, headings and the model’s own tokens</span>')
        rows.append(_row(rest, shares.rest, most))
    text = f"Cosine {shares.cosine:.3f} is the sum of:"
    text = text if shares.exact else f"Cosine {shares.cosine:.3f}. {_NO_SUM}"
    return Markup("<p>{}</p>{}").format(text, Markup().join(rows))


def _row(label: str, share: float, most: float) -> Markup:
    return Markup('<div class="share"><p>{}</p>{}</div>').format(
        label, bars([bar("", share, most, f"{share:.3f}")])
    )


def _others(explanation: Explanation, board: _Board) -> Markup:
    """Candidates that are not shown: those that one stage alone would show, then the next ones."""
    hits = {hit.where.passage for hit in explanation.hits}
    hits |= {one.passage for hit in explanation.hits for one in (*hit.also_in, *hit.beside)}
    firsts = [
        passage
        for stage in explanation.stages
        for passage in stage.passages[: len(explanation.hits)]
    ]
    nexts = [
        passage
        for stage in explanation.stages
        if stage.name == "joined"
        for passage in stage.passages
    ]
    unshown = {
        first.where.passage: first.where
        for first in (*firsts, *nexts)
        if first.where.passage not in hits
    }
    if not unshown:
        return Markup()
    named = list(unshown.values())[:_OTHERS]
    rows = Markup().join(
        Markup('<div class="reason">{}{}</div>').format(_head("", one), board.of(one.passage))
        for one in named
    )
    more = len(unshown) - len(named)
    rest = Markup("<p>and {:,} more</p>").format(more) if more > 0 else ""
    label = f"Candidates not shown: {len(unshown):,}"
    return Markup('<details class="others"><summary>{}</summary>{}{}</details>').format(
        label, rows, rest
    )


def _standing(standing: Standing) -> Markup:
    lines: list[str | Markup] = []
    if standing.trace:
        ranks = (
            ("by vectors", standing.trace.dense_rank),
            ("by words", standing.trace.lexical_rank),
            ("fused", standing.fused_rank),
        )
        named = ", ".join(f"{name} {f'{rank:,}' if rank else 'none'}" for name, rank in ranks)
        lines.append(f"Rank in the whole index: {named}.")
        words = standing.trace.fused - standing.trace.dense_part
        lines.append(
            f"Fused: {standing.trace.dense_part:.3f} + {words:.3f} = {standing.trace.fused:.3f}."
        )
    if standing.lacks:
        terms = Markup(", ").join(isolated(term, "word") for term in standing.lacks)
        lines.append(Markup("Terms of the question that it lacks: {}.").format(terms))
    if standing.folding:
        lines.append(f"Found only with other {', '.join(standing.folding)}.")
    if not standing.whole:
        lines.append("It is a part of the sentence only; the rest stands in another passage.")
    rows = Markup().join(Markup("<li>{}</li>").format(line) for line in lines)
    return Markup('<ul class="skipped">{}</ul>').format(rows) if rows else Markup()


def _head(rank: str, where: Whereabouts) -> Markup:
    number = Markup('<span class="rank">{}</span>').format(rank) if rank else ""
    return Markup(
        '<div class="hit-head">{}<div class="hit-title"><p>{}</p>'
        '<p class="place">{}</p></div></div>'
    ).format(number, _where(where), isolated(where.opening, "word"))


def _where(where: Whereabouts) -> Markup:
    lines = f", {lines_label(where.lines)}" if where.lines else ""
    return Markup("{}{}").format(isolated(where.address, "address"), lines)
