"""HTML of the passages of an answer, a card each."""

from __future__ import annotations

from markupsafe import Markup

from qwenqa.answers.citations.claims import (
    citation_json,
    citation_markdown,
    citation_text,
    lines_label,
    place_label,
)
from qwenqa.answers.citations.reference_formats import Form, citation_bibtex, citation_csl
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


def where(citation: Citation) -> Markup:
    """The source and the place in it."""
    place = foreign(place_label(citation))
    return Markup('<span class="where">{}, {}</span>').format(
        isolated(citation.address, "address"), place
    )


def badge(cited: CitedHit) -> Markup:
    """Whether the citation was verified just now, in a word or two."""
    kind = "good" if cited.verification.good else "bad"
    return Markup('<span class="badge {}">{}</span>').format(
        kind, say(BADGES[cited.verification.verdict][0])
    )


def card(cited: CitedHit, *, near: bool, date: str = "") -> Markup:
    """One passage with its place, marks and proof; ``near`` ones are no answer."""
    hit = cited.hit
    good = cited.verification.good
    kind = "near" if near else ("" if good else "failed")
    marks = cited.marks if good and not near else ()
    text = marked(hit.passage.text, hit.passage.start, marks, cited.matched if good else ())
    parts = (
        _head(cited, near=near, date=date),
        Markup('<blockquote class="passage"><bdi>{}</bdi></blockquote>').format(text),
        _state(cited),
        _also(cited),
        _actions(cited, date),
    )
    return Markup('<article class="hit {}" id="hit-{}" tabindex="0">{}</article>').format(
        kind, hit.rank, Markup().join(parts)
    )


def _head(cited: CitedHit, *, near: bool, date: str) -> Markup:
    passage = cited.hit.passage
    names = [passage.title, *passage.headings]
    path = [isolated(fromkey) for fromkey in dict.fromkeys(names) if fromkey]
    title = Markup(" <span>›</span> ").join(path) or say("Opening")
    dated = (
        Markup(' <span class="dated">{}</span>').format(say("of {}", foreign(date))) if date else ""
    )
    score = Markup('<span class="score">{}</span>').format(
        say("score {}", f"{cited.hit.score:.2f}")
    )
    label = Markup('<span class="near-label">{}</span>').format(say("near miss")) if near else score
    return Markup(
        '<div class="hit-head"><span class="rank">{}</span>'
        '<div class="hit-title"><h3>{}</h3>'
        '<p class="place">{}{}</p></div>{}</div>'
    ).format(cited.hit.rank, title, where(cited.citation), dated, label)


def _state(cited: CitedHit) -> Markup:
    verification = cited.verification
    plain = verification.verdict == "exact" and not verification.source_changed
    detail = "" if plain else foreign(verification.detail)
    text = detail or say(BADGES[verification.verdict][1])
    return Markup('<p class="state">{} {}</p>').format(badge(cited), text)


def _also(cited: CitedHit) -> Markup:
    twins = [
        Markup("{}, {}").format(isolated(twin.source.address, "address"), lines_label(twin.lines))
        for twin in cited.hit.also_in
    ]
    return (
        Markup('<p class="also">{}</p>').format(say("Also in {}", Markup("; ").join(twins)))
        if twins
        else Markup()
    )


def _actions(cited: CitedHit, date: str) -> Markup:
    rank = cited.hit.rank
    opens, copies = say("Open in source"), say("Copy citation")
    return Markup(
        '<div class="actions"><button class="open" id="open-{}">{}</button>'
        '<button class="copy" id="copy-{}">{}</button></div>'
        "{}{}"
    ).format(rank, opens, rank, copies, _forms(cited, date), _trace(cited.hit.trace))


def _forms(cited: CitedHit, date: str) -> Markup:
    rank, citation, title = cited.hit.rank, cited.citation, cited.hit.passage.title
    forms: dict[Form, str] = {
        "text": citation_text(citation),
        "markdown": citation_markdown(citation),
        "bibtex": citation_bibtex(citation, title, date),
        "csl": citation_csl(citation, title, date),
        "json": citation_json(citation),
    }
    shown = Markup().join(_form(form, text, rank) for form, text in forms.items())
    return Markup('<details class="forms"><summary>{}</summary>{}</details>').format(
        say("Citation in full"), shown
    )


def _form(form: Form, text: str, rank: int) -> Markup:
    name = say("Text") if form == "text" else _NAMES[form]
    return Markup(
        '<div class="form"><p class="form-head"><span>{}</span> '
        '<button class="copy" id="copy-{}-{}">{}</button></p>'
        '<pre id="cite-{}-{}" tabindex="0">{}</pre></div>'
    ).format(name, form, rank, say("Copy {}", name), form, rank, foreign(text.rstrip()))


def _trace(trace: Trace) -> Markup:
    meaning = _rank(say("Meaning"), say("cosine"), trace.cosine, trace.dense_rank)
    words = _rank(say("Words"), "BM25", trace.bm25, trace.lexical_rank)
    return Markup('<details class="trace"><summary>{}</summary><p>{} {} {}</p></details>').format(
        say("How it was found"), meaning, words, say("Both together: {}.", f"{trace.fused:.3f}")
    )


def _rank(by: Markup, measure: str, value: float | None, rank: int | None) -> Markup:
    if value is None:
        return say("{}: not among the candidates.", by)
    text = say("rank {}", rank) if rank else say("not a candidate by it")
    return Markup("{}: {} {:.3f}, {}.").format(by, measure, value, text)
