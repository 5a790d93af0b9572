"""What goes with an answer: the state of the index, an odd question, a filter that lets none in."""

from __future__ import annotations

import re

from qwenqa.answers.answer.rendering import NO_SOURCE
from qwenqa.errors import SettingsError
from qwenqa.index.generation import Generation
from qwenqa.service.ask.asked import AskedQuestion
from qwenqa.types import Filter
from qwenqa.types.iso_dates import is_date

_LANGUAGE = re.compile("[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")


def check_filter(within: Filter) -> None:
    """Raise SettingsError for dates and languages that are none."""
    for name, date in (("since", within.since), ("until", within.until)):
        if date and not is_date(date):
            raise SettingsError(f"{name} is {date!r}; write a date as 2026, 2026-03 or 2026-03-31.")
    if within.language and not _LANGUAGE.fullmatch(within.language):
        raise SettingsError(
            f"language is {within.language!r}; write it as documents do: en, or pt-BR."
        )


def notes_of(asked: AskedQuestion, within: Filter | None) -> tuple[str, ...]:
    """Sentences beside an answer to what is asked of the sources that a filter lets in."""
    notes, encoder = _state(asked.generation), asked.encoder
    if within and asked.sources is not None and not asked.sources:
        notes.append(f"{NO_SOURCE} {_filter_label(within)}.")
    if encoder and encoder.count_tokens([asked.question])[0] > encoder.identity.limit:
        notes.append(
            f"The question is longer than the model reads ({encoder.identity.limit} tokens): its "
            "end counts by its words only."
        )
    if asked.reranker:
        notes.append(f"The passages are in the order of the reranker {asked.reranker.name}.")
    return tuple(notes)


def _state(generation: Generation) -> list[str]:
    """What the reader of an answer should know of the index it came from."""
    notes = []
    if generation.damage:
        notes.append(
            f"{generation.damage} This answer is from generation {generation.number}, "
            f"built {generation.header.created}."
        )
    if generation.encoded < len(generation):
        state = "have their vectors" if generation.damage else "are encoded so far"
        notes.append(
            f"{generation.encoded:,} of {len(generation):,} passages {state}; the "
            "others are found by their words only."
        )
    return notes


def _filter_label(within: Filter) -> str:
    """A filter as people write it: "path reports/*.pdf, since 2020"."""
    fields = ("path", "kind", "since", "until", "language")
    return ", ".join(f"{name} {told}" for name in fields if (told := getattr(within, name)))
