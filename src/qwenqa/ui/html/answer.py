"""HTML of an answer: what is said first, then its passages as cards."""

from __future__ import annotations

from qwenqa.answers.answer import Answer
from qwenqa.answers.citing import (
    citation_json,
    citation_markdown,
    citation_text,
    cite,
    lines_label,
    place_label,
)
from qwenqa.answers.rendering import (
    DIFFER,
    NEAR_MISSES,
    NOT_FOUND,
    about,
    dated,
    nothing_asked,
    percent,
    times_right,
)
from qwenqa.types import Citation, CitedHit, Conflict, Statement, Trace, Verdict
from qwenqa.ui.html.text import foreign, isolated, marked

BADGES: dict[Verdict, tuple[str, str]] = {
    "exact": ("✓ Verified: exact", "The quote stands in the file exactly where cited."),
    "moved": ("✓ Verified: moved", "The quote stands in the file, at another place than cited."),
    "changed": ("✗ Not verified: changed", "The file has changed and the quote is gone from it."),
    "missing": ("✗ Not verified: missing", "The file is gone, or does not hold the quote."),
    "unreadable": ("✗ Not verified: unreadable", "The file is there, but cannot be read now."),
}
CONFIDENCE = ((0.75, "high"), (0.4, "medium"), (0.0, "low"))


def answer(given: Answer) -> str:
    """The whole answer: what is said first, then its passages."""
    head = [f'<h2 class="asked" id="asked">{foreign(given.question)}</h2>']
    head += [f'<p class="message note">{foreign(note)}</p>' for note in given.notes]
    if given.found and given.best:
        head.append(_lead(given, given.best))
    elif not nothing_asked(given):
        head.append(_not_found(given))
    head += map(_differing, given.conflicts)
    cards = "".join(_card(cited, near=not given.found) for cited in given.hits)
    return f'<div class="qq answer">{"".join(head)}{_passages_title(given)}{cards}</div>'


def _passages_title(given: Answer) -> str:
    if not given.hits:
        return ""
    text = "Passages" if given.found else NEAR_MISSES
    return f'<h2 class="section">{text}</h2>'


def _not_found(given: Answer) -> str:
    told = "" if given.hits else "<p>There is no passage that comes near it.</p>"
    return f'<div class="lead none"><p class="verdict">{NOT_FOUND}</p>{told}</div>'


def _lead(given: Answer, best: CitedHit) -> str:
    """The best sentence with its citation, or why it may not be shown as standing there."""
    if not best.verification.good:
        return (
            '<div class="lead failed"><p class="verdict">The best passage can no longer be '
            f"verified.</p><p>{foreign(best.verification.detail)} Rebuild the index, then ask "
            "again.</p></div>"
        )
    passage = best.hit.passage
    citation = cite(passage, best.marks[0] if best.marks else None)
    quote = marked(citation.quote, citation.start, (), best.matched)
    return (
        f'<div class="lead"><blockquote class="best"><bdi>{quote}</bdi></blockquote>'
        f'<p class="from">{_where(citation)} {_badge(best)} {_confidence(given)}</p>'
        "</div>"
    )


def _differing(conflict: Conflict) -> str:
    """Statements that differ, side by side, each with its place and its source's date."""
    told = isolated(about(conflict), "about")
    sides = "".join(map(_side, conflict.statements))
    return (
        f'<div class="differ"><p class="differ-head">{DIFFER} ({told})</p>'
        f'<div class="sides">{sides}</div></div>'
    )


def _side(statement: Statement) -> str:
    citation = statement.citation
    quote = marked(citation.quote, citation.start, (), (statement.span,))
    date = f'<span class="dated">{foreign(dated(statement))}</span>'
    return (
        f'<div class="side"><p class="value">{isolated(statement.words)} {date}</p>'
        f'<p class="said"><bdi>{quote}</bdi></p>'
        f'<p class="from"><span class="rank">{statement.rank}</span> {_where(citation)}</p></div>'
    )


def _confidence(given: Answer) -> str:
    value = given.confidence
    word = next(word for least, word in CONFIDENCE if value >= least)
    told = f"Confidence: {word}, {percent(given)}, {times_right(given)}"
    return f'<span class="confidence">{told}</span>'


def _where(citation: Citation) -> str:
    place = foreign(place_label(citation))
    return f'<span class="where">{isolated(citation.address, "address")}, {place}</span>'


def _badge(cited: CitedHit) -> str:
    kind = "good" if cited.verification.good else "bad"
    return f'<span class="badge {kind}">{BADGES[cited.verification.verdict][0]}</span>'


def _card(cited: CitedHit, *, near: bool) -> str:
    hit = cited.hit
    good = cited.verification.good
    kind = "near" if near else ("" if good else "failed")
    marks = cited.marks if good and not near else ()
    text = marked(hit.passage.text, hit.passage.start, marks, cited.matched if good else ())
    parts = (
        _card_head(cited, near=near),
        f'<blockquote class="passage"><bdi>{text}</bdi></blockquote>',
        _state(cited),
        _also(cited),
        _actions(cited),
    )
    return (
        f'<article class="hit {kind}" id="hit-{hit.rank}" tabindex="0">{"".join(parts)}</article>'
    )


def _card_head(cited: CitedHit, *, near: bool) -> str:
    hit = cited.hit
    path = [isolated(one) for one in hit.passage.headings]
    title = " <span>›</span> ".join(path) or isolated(hit.passage.title or "Opening")
    score = f'<span class="score">score {hit.score:.2f}</span>'
    label = '<span class="near-label">near miss</span>' if near else score
    return (
        f'<div class="hit-head"><span class="rank">{hit.rank}</span><div class="hit-title">'
        f'<h3>{title}</h3><p class="place">{_where(cited.citation)}</p></div>{label}</div>'
    )


def _state(cited: CitedHit) -> str:
    verification = cited.verification
    detail = "" if verification.verdict == "exact" else verification.detail
    told = detail or BADGES[verification.verdict][1]
    if verification.verdict == "exact" and verification.source_changed:
        told = verification.detail
    return f'<p class="state">{_badge(cited)} {foreign(told)}</p>'


def _also(cited: CitedHit) -> str:
    twins = [
        f"{isolated(twin.source.address, 'address')}, {lines_label(twin.lines)}"
        for twin in cited.hit.also_in
    ]
    return f'<p class="also">Also in {"; ".join(twins)}</p>' if twins else ""


def _actions(cited: CitedHit) -> str:
    rank = cited.hit.rank
    return (
        f'<div class="actions"><button class="open" id="open-{rank}">Open in source</button>'
        f'<button class="copy" id="copy-{rank}">Copy citation</button></div>'
        f"{_forms(cited)}{_trace(cited.hit.trace)}"
    )


def _forms(cited: CitedHit) -> str:
    rank = cited.hit.rank
    forms = (
        ("text", "Text", citation_text(cited.citation)),
        ("markdown", "Markdown", citation_markdown(cited.citation)),
        ("json", "JSON", citation_json(cited.citation)),
    )
    shown = "".join(
        f'<div class="form"><p class="form-head"><span>{label}</span> '
        f'<button class="copy" id="copy-{form}-{rank}">Copy {label}</button></p>'
        f'<pre id="cite-{form}-{rank}" tabindex="0">{foreign(told)}</pre></div>'
        for form, label, told in forms
    )
    return f'<details class="forms"><summary>Citation in full</summary>{shown}</details>'


def _trace(trace: Trace) -> str:
    meaning = _rank("Meaning", "cosine", trace.cosine, trace.dense_rank)
    words = _rank("Words", "BM25", trace.bm25, trace.lexical_rank)
    return (
        f'<details class="trace"><summary>How it was found</summary><p>{meaning} {words} '
        f"Both together: {trace.fused:.3f}.</p></details>"
    )


def _rank(by: str, measure: str, value: float | None, rank: int | None) -> str:
    if value is None:
        return f"{by}: not among the candidates."
    return f"{by}: {measure} {value:.3f}, {f'rank {rank}' if rank else 'not a candidate by it'}."
