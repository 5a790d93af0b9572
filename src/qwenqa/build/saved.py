"""Two answers to a saved question, from two generations: what became of each citation, and why.

Citations are the same when they have the same words, as in ranking: then they are one hit, so
an answer has each only once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from qwenqa.answers.citations.claims import lines_label
from qwenqa.build.changes import Difference
from qwenqa.index.files.segment import passage_id
from qwenqa.index.generation import Generation
from qwenqa.ranking import words
from qwenqa.types import Citation, CitationChange, LineMap, SavedChange

_NAMED = 3
_OTHERWISE = "is read or split in another way now"


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """What one generation answers: whether, how surely, and the citations of the first hits."""

    found: bool
    confidence: float
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class GenerationChange:
    """An earlier generation, a later one, and what is different between them."""

    old: Generation
    new: Generation
    found: Difference


AskSaved = Callable[[Generation, "GenerationChange | None"], tuple[SavedChange, ...]]
"""Asks the saved questions of a generation, and compares with an earlier one if there is one."""


def first_asked(question: str, now: SavedAnswer) -> SavedChange:
    """The answer to a question that is asked for the first time."""
    cited = tuple(CitationChange("newly cited", citation) for citation in now.citations)
    return SavedChange(question, 0, now.found, None, now.confidence, cited)


def compared(
    question: str, was: SavedAnswer, now: SavedAnswer, since: GenerationChange
) -> SavedChange:
    """What became of an answer: its citations, best first, then those that are lost."""
    earlier = {words(citation.quote): citation for citation in was.citations}
    later = {words(citation.quote): citation for citation in now.citations}
    fresh = [one for key, one in later.items() if key not in earlier]
    stayed = [
        _stayed(since, earlier[key], one)
        if key in earlier
        else CitationChange("newly cited", one, None, _why_cited(since, one))
        for key, one in later.items()
    ]
    lost = [
        CitationChange("lost", one, None, _why_lost(since, one, fresh))
        for key, one in earlier.items()
        if key not in later
    ]
    return SavedChange(
        question, since.old.number, now.found, was.found, now.confidence, (*stayed, *lost)
    )


def _stayed(since: GenerationChange, before: Citation, now: Citation) -> CitationChange:
    places = [
        (citation.address, citation.start, citation.end, citation.quote)
        for citation in (before, now)
    ]
    if places[0] == places[1]:
        return CitationChange("same", now)
    return CitationChange("moved", now, before, _why_moved(since, before, now))


def _why_moved(since: GenerationChange, before: Citation, now: Citation) -> str:
    changes = since.found
    if before.address == now.address:
        what = "was edited" if now.address in changes.changed else _OTHERWISE
    elif (before.address, now.address) in changes.moved:
        what = f"is now {now.address}"
    elif _holds(since.new, before.address, before.quote):
        what = f"is cited no longer: {now.address} has the same words"
    else:
        what = f"{_fate(since, before.address)}; {now.address} has the same words"
    other = "" if before.quote == now.quote else " Case or punctuation differ."
    return f"{before.address} {what}.{other}"


def _why_cited(since: GenerationChange, citation: Citation) -> str:
    if _id(citation) in since.found.passages_added:
        return f"{citation.address} {_come(since, citation.address)}."
    return _other_model(since) or "It ranks higher now: what stood above it is gone or lower."


def _why_lost(since: GenerationChange, citation: Citation, fresh: Sequence[Citation]) -> str:
    """Its passage is gone and why, or it is there and what stands above it."""
    address = dict(since.found.moved).get(citation.address, citation.address)
    if _holds(since.new, address, citation.quote) or _copied(since, citation):
        return _why_lower(since, fresh)
    lines = _lines(since.new, address, citation.quote)
    rest = f": the words still stand there, at {lines}, in another passage" if lines else ""
    return f"{citation.address} {_fate(since, citation.address)}{rest}."


def _why_lower(since: GenerationChange, fresh: Sequence[Citation]) -> str:
    if reason := _other_model(since):
        return reason
    come = [one.address for one in fresh if _id(one) in since.found.passages_added]
    by = dict.fromkeys(come or [one.address for one in fresh])
    named = [f"{one}, which {_come(since, one)}" if come else one for one in list(by)[:_NAMED]]
    more = [f"{len(by) - _NAMED} more"] if len(by) > _NAMED else []
    if not named:
        return "It ranks lower now, as other documents changed."
    what = "Pushed down by" if come else "As other documents changed, it ranks lower now than"
    return f"{what} {'; '.join([*named, *more])}."


def _other_model(since: GenerationChange) -> str:
    old, new = (generation.header.recipe.encoder for generation in (since.old, since.new))
    if old == new:
        return ""
    if old.name == new.name:
        return f"The weights of the model {new.name} changed."
    return f"The model changed from {old.name} to {new.name}."


def _fate(since: GenerationChange, address: str) -> str:
    """What happened to an earlier source, so that a passage of it is gone."""
    if address in since.found.changed:
        return "was edited"
    if address in since.found.removed:
        skipped = {one.address: one.reason for one in since.new.header.skipped}
        reason = skipped.get(address)
        return f"is no longer indexed ({reason})" if reason else "was removed"
    return _OTHERWISE


def _come(since: GenerationChange, address: str) -> str:
    """What happened to a source, so that a passage of it is new."""
    if address in since.found.added:
        return "is new"
    return "was edited" if address in since.found.changed else _OTHERWISE


def _id(citation: Citation) -> int:
    return passage_id(citation.address, citation.start, citation.end)


def _holds(generation: Generation, address: str, quote: str) -> bool:
    """Whether a source has a passage with this text."""
    document = generation.document_of(address)
    if document is None:
        return False
    text, table = generation.text(document), generation.table
    rows = table[table["document"] == document]
    return any(text[int(row["start"]) : int(row["end"])] == quote for row in rows)


def _copied(since: GenerationChange, citation: Citation) -> bool:
    """Whether a passage of equal text and context stands anywhere."""
    (before,) = since.old.passages([_id(citation)])
    digests = np.ascontiguousarray(since.new.table["digest"]).view("S32")
    return bool(np.isin(digests, np.array([bytes.fromhex(before.digest)], "S32")).any())


def _lines(generation: Generation, address: str, quote: str) -> str:
    """The lines of a source at which a quote stands, or empty."""
    document = generation.document_of(address)
    text = "" if document is None else generation.text(document)
    at = text.find(quote)
    return "" if at < 0 else lines_label(LineMap(text).lines(at, at + len(quote)))
