"""HTML of the passages of an answer, a card each."""

from __future__ import annotations

from qwenqa.answers.citing import (
    citation_json,
    citation_markdown,
    citation_text,
    lines_label,
    place_label,
)
from qwenqa.answers.forms import Form, citation_bibtex, citation_csl
from qwenqa.types import Citation, CitedHit, Trace, Verdict
from qwenqa.ui.html.text import foreign, isolated, marked
from qwenqa.ui.html.words import say

BADGES: dict[Verdict, tuple[str, str]] = {
    "exact": ("✓ Verified: exact", "The quote stands in the file exactly where cited."),
    "moved": ("✓ Verified: moved", "The quote stands in the file, at another place than cited."),
    "changed": ("✗ Not verified: changed", "The file has changed and the quote is gone from it."),
    "missing": ("✗ Not verified: missing", "The file is gone, or does not hold the quote."),
    "unreadable": ("✗ Not verified: unreadable", "The file is there, but cannot be read now."),
}
_NAMES: dict[Form, str] = {
    "markdown": "Markdown",
    "bibtex": "BibTeX",
    "csl": "CSL-JSON",
    "json": "JSON",
}


def where(citation: Citation) -> str:
    """The source and the place in it."""
    place = foreign(place_label(citation))
    return f'<span class="where">{isolated(citation.address, "address")}, {place}</span>'


def badge(cited: CitedHit) -> str:
    """Whether the citation was verified just now, in a word or two."""
    kind = "good" if cited.verification.good else "bad"
    return f'<span class="badge {kind}">{say(BADGES[cited.verification.verdict][0])}</span>'


def card(cited: CitedHit, *, near: bool, date: str = "") -> str:
    """One passage with its place, marks and proof; ``near`` ones are no answer."""
    hit = cited.hit
    good = cited.verification.good
    kind = "near" if near else ("" if good else "failed")
    marks = cited.marks if good and not near else ()
    text = marked(hit.passage.text, hit.passage.start, marks, cited.matched if good else ())
    parts = (
        _head(cited, near=near, date=date),
        f'<blockquote class="passage"><bdi>{text}</bdi></blockquote>',
        _state(cited),
        _also(cited),
        _actions(cited, date),
    )
    return (
        f'<article class="hit {kind}" id="hit-{hit.rank}" tabindex="0">{"".join(parts)}</article>'
    )


def _head(cited: CitedHit, *, near: bool, date: str) -> str:
    passage = cited.hit.passage
    names = [passage.title, *passage.headings]
    path = [isolated(one) for one in dict.fromkeys(names) if one]
    title = " <span>›</span> ".join(path) or say("Opening")
    dated = f' <span class="dated">{say("of {}", foreign(date))}</span>' if date else ""
    score = f'<span class="score">{say("score {}", f"{cited.hit.score:.2f}")}</span>'
    label = f'<span class="near-label">{say("near miss")}</span>' if near else score
    return (
        f'<div class="hit-head"><span class="rank">{cited.hit.rank}</span>'
        f'<div class="hit-title"><h3>{title}</h3>'
        f'<p class="place">{where(cited.citation)}{dated}</p></div>{label}</div>'
    )


def _state(cited: CitedHit) -> str:
    verification = cited.verification
    plain = verification.verdict == "exact" and not verification.source_changed
    detail = "" if plain else foreign(verification.detail)
    told = detail or say(BADGES[verification.verdict][1])
    return f'<p class="state">{badge(cited)} {told}</p>'


def _also(cited: CitedHit) -> str:
    twins = [
        f"{isolated(twin.source.address, 'address')}, {lines_label(twin.lines)}"
        for twin in cited.hit.also_in
    ]
    return f'<p class="also">{say("Also in {}", "; ".join(twins))}</p>' if twins else ""


def _actions(cited: CitedHit, date: str) -> str:
    rank = cited.hit.rank
    opens, copies = say("Open in source"), say("Copy citation")
    return (
        f'<div class="actions"><button class="open" id="open-{rank}">{opens}</button>'
        f'<button class="copy" id="copy-{rank}">{copies}</button></div>'
        f"{_forms(cited, date)}{_trace(cited.hit.trace)}"
    )


def _forms(cited: CitedHit, date: str) -> str:
    rank, citation, title = cited.hit.rank, cited.citation, cited.hit.passage.title
    forms: dict[Form, str] = {
        "text": citation_text(citation),
        "markdown": citation_markdown(citation),
        "bibtex": citation_bibtex(citation, title, date),
        "csl": citation_csl(citation, title, date),
        "json": citation_json(citation),
    }
    shown = "".join(_form(form, told, rank) for form, told in forms.items())
    return f'<details class="forms"><summary>{say("Citation in full")}</summary>{shown}</details>'


def _form(form: Form, told: str, rank: int) -> str:
    name = say("Text") if form == "text" else _NAMES[form]
    return (
        f'<div class="form"><p class="form-head"><span>{name}</span> '
        f'<button class="copy" id="copy-{form}-{rank}">{say("Copy {}", name)}</button></p>'
        f'<pre id="cite-{form}-{rank}" tabindex="0">{foreign(told.rstrip())}</pre></div>'
    )


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
