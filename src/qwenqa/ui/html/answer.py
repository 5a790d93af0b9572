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
    about,
    dated,
    nothing_asked,
    percent,
    times_right,
)
from qwenqa.types import Citation, CitedHit, Conflict, Statement, Trace, Verdict
from qwenqa.ui.html.text import foreign, isolated, marked
from qwenqa.ui.html.words import say

BADGES: dict[Verdict, tuple[str, str]] = {
    "exact": ("✓ Verified: exact", "The quote stands in the file exactly where cited."),
    "moved": ("✓ Verified: moved", "The quote stands in the file, at another place than cited."),
    "changed": ("✗ Not verified: changed", "The file has changed and the quote is gone from it."),
    "missing": ("✗ Not verified: missing", "The file is gone, or does not hold the quote."),
    "unreadable": ("✗ Not verified: unreadable", "The file is there, but cannot be read now."),
}
CONFIDENCE = ((0.75, "high"), (0.4, "medium"), (0.0, "low"))
_FAILED = "The best passage can no longer be verified."
_REBUILD = "Rebuild the index, then ask again."


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
    text = say("Passages") if given.found else say("The nearest passages, which may not answer:")
    return f'<h2 class="section">{text}</h2>'


def _not_found(given: Answer) -> str:
    told = "" if given.hits else f"<p>{say('There is no passage that comes near it.')}</p>"
    verdict = say("Not found in the indexed documents.")
    return f'<div class="lead none"><p class="verdict">{verdict}</p>{told}</div>'


def _lead(given: Answer, best: CitedHit) -> str:
    """The best sentence with its citation, or why it may not be shown as standing there."""
    if not best.verification.good:
        return (
            f'<div class="lead failed"><p class="verdict">{say(_FAILED)}</p>'
            f"<p>{foreign(best.verification.detail)} {say(_REBUILD)}</p></div>"
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
        f'<div class="differ"><p class="differ-head">{say("These passages differ")} ({told})</p>'
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
    told = say("Confidence: {}, {}, {}", say(word), percent(given), say(times_right(given)))
    return f'<span class="confidence">{told}</span>'


def _where(citation: Citation) -> str:
    place = foreign(place_label(citation))
    return f'<span class="where">{isolated(citation.address, "address")}, {place}</span>'


def _badge(cited: CitedHit) -> str:
    kind = "good" if cited.verification.good else "bad"
    return f'<span class="badge {kind}">{say(BADGES[cited.verification.verdict][0])}</span>'


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
    title = " <span>›</span> ".join(path) or (
        isolated(hit.passage.title) if hit.passage.title else say("Opening")
    )
    score = f'<span class="score">{say("score {}", f"{hit.score:.2f}")}</span>'
    label = f'<span class="near-label">{say("near miss")}</span>' if near else score
    return (
        f'<div class="hit-head"><span class="rank">{hit.rank}</span><div class="hit-title">'
        f'<h3>{title}</h3><p class="place">{_where(cited.citation)}</p></div>{label}</div>'
    )


def _state(cited: CitedHit) -> str:
    verification = cited.verification
    plain = verification.verdict == "exact" and not verification.source_changed
    detail = "" if plain else foreign(verification.detail)
    told = detail or say(BADGES[verification.verdict][1])
    return f'<p class="state">{_badge(cited)} {told}</p>'


def _also(cited: CitedHit) -> str:
    twins = [
        f"{isolated(twin.source.address, 'address')}, {lines_label(twin.lines)}"
        for twin in cited.hit.also_in
    ]
    return f'<p class="also">{say("Also in {}", "; ".join(twins))}</p>' if twins else ""


def _actions(cited: CitedHit) -> str:
    rank = cited.hit.rank
    opens, copies = say("Open in source"), say("Copy citation")
    return (
        f'<div class="actions"><button class="open" id="open-{rank}">{opens}</button>'
        f'<button class="copy" id="copy-{rank}">{copies}</button></div>'
        f"{_forms(cited)}{_trace(cited.hit.trace)}"
    )


def _forms(cited: CitedHit) -> str:
    rank = cited.hit.rank
    forms = (
        ("text", say("Text"), citation_text(cited.citation)),
        ("markdown", "Markdown", citation_markdown(cited.citation)),
        ("json", "JSON", citation_json(cited.citation)),
    )
    shown = "".join(
        f'<div class="form"><p class="form-head"><span>{label}</span> '
        f'<button class="copy" id="copy-{form}-{rank}">{say("Copy {}", label)}</button></p>'
        f'<pre id="cite-{form}-{rank}" tabindex="0">{foreign(told)}</pre></div>'
        for form, label, told in forms
    )
    return f'<details class="forms"><summary>{say("Citation in full")}</summary>{shown}</details>'


def _trace(trace: Trace) -> str:
    meaning = _rank(say("Meaning"), say("cosine"), trace.cosine, trace.dense_rank)
    words = _rank(say("Words"), "BM25", trace.bm25, trace.lexical_rank)
    return (
        f'<details class="trace"><summary>{say("How it was found")}</summary><p>{meaning} {words} '
        f"{say('Both together: {}.', f'{trace.fused:.3f}')}</p></details>"
    )


def _rank(by: str, measure: str, value: float | None, rank: int | None) -> str:
    if value is None:
        return say("{}: not among the candidates.", by)
    told = say("rank {}", rank) if rank else say("not a candidate by it")
    return f"{by}: {measure} {value:.3f}, {told}."
