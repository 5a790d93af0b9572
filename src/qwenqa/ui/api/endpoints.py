"""What programs can call: each endpoint gives JSON, and an error as one plain sentence."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import msgspec

from qwenqa.answers.answer.answer import Answer
from qwenqa.errors import SettingsError
from qwenqa.service.library import DEFAULT_HITS, Library
from qwenqa.service.upkeep.status import Status
from qwenqa.types import Citation, ReaderIdentity, Trace, Verification
from qwenqa.ui.api.call_checks import ASKING, Checking, converted
from qwenqa.ui.api.description import described
from qwenqa.ui.api_errors import blame, told
from qwenqa.ui.gradio_private import api
from qwenqa.ui.path_hiding import record
from qwenqa.ui.question_queue import Desk
from qwenqa.ui.roles import for_readers
from qwenqa.ui.views.parts import AT_ONCE, filter_of, plain

MOST_CHARACTERS = 100_000
"""The longest window of a source's text that is given at once."""


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that was found: rank from one, the score that ranks, and how it came about."""

    rank: int
    score: float
    trace: Trace
    citation: Citation
    verification: Verification


@dataclass(frozen=True, slots=True)
class FoundPassages:
    """The passages of a question, best first, of the generation of this number."""

    question: str
    generation: int
    model: str
    passages: tuple[FoundPassage, ...]


@dataclass(frozen=True, slots=True)
class SourceText:
    """The window ``[start, end)`` of a source's canonical text, in code points.

    ``characters`` is how long the whole text is, ``sha256`` of the bytes that were indexed,
    ``changed`` whether the file has others now.
    """

    address: str
    title: str
    sha256: str
    reader: ReaderIdentity
    start: int
    end: int
    characters: int
    text: str
    changed: bool


def offer(library: Library, desk: Desk) -> None:
    """Offer the endpoints; before any event, whose function would take its name for its own."""
    for function in _offered(library):
        called: Callable[..., Any] = _told(function)
        called = desk.turns(called) if function.__name__ in ASKING else called
        described(api(called, api_name=function.__name__, concurrency_limit=AT_ONCE), function)


def checking(library: Library, desk: Desk) -> Checking:
    """What looks at calls of the endpoints, which it knows by their order too: they are first."""
    return Checking(_offered(library), desk)


def _offered(library: Library) -> list[Callable[..., Any]]:
    endpoints = Endpoints(library)
    return [endpoints.ask, endpoints.search, endpoints.status, endpoints.source, endpoints.verify]


class Endpoints:
    """The endpoints of one library; their docstrings are what ``/?view=api`` shows."""

    def __init__(self, library: Library) -> None:
        self.library = library

    @for_readers
    def ask(  # noqa: PLR0913, PLR0917 - the names are the endpoint's
        self,
        question: str,
        k: int = DEFAULT_HITS,
        path: str = "",
        kind: str = "",
        since: str = "",
        until: str = "",
        language: str = "",
    ) -> Answer:
        """Ask the documents: the passages that answer, each cited and verified.

        Args:
            question: What you want to know.
            k: Passages to give at most, from 1 to 100.
            path: Only files whose path matches, with * and ?: reports/*.pdf. Empty is all.
            kind: Only files of a kind, a suffix or the name of a reader: pdf. Empty is all.
            since: Only documents dated then or later: 2020, 2020-06 or 2020-06-30. Empty is all.
            until: Only documents dated then or earlier. Empty is all.
            language: Only documents that say they are in a language: en. Empty is all.

        Returns:
            The answer; found says whether the hits are said to answer.
        """
        return self.library.ask(question, k, filter_of(path, kind, since, until, language))

    @for_readers
    def search(  # noqa: PLR0913, PLR0917 - the names are the endpoint's
        self,
        question: str,
        k: int = DEFAULT_HITS,
        path: str = "",
        kind: str = "",
        since: str = "",
        until: str = "",
        language: str = "",
    ) -> FoundPassages:
        """Find passages, ranked with their scores, whether or not they answer.

        Args:
            question: What you look for.
            k: Passages to give at most, from 1 to 100.
            path: Only files whose path matches, with * and ?: reports/*.pdf. Empty is all.
            kind: Only files of a kind, a suffix or the name of a reader: pdf. Empty is all.
            since: Only documents dated then or later: 2020, 2020-06 or 2020-06-30. Empty is all.
            until: Only documents dated then or earlier. Empty is all.
            language: Only documents that say they are in a language: en. Empty is all.

        Returns:
            The passages, best first, each with its citation and the verification of it.
        """
        answer = self.ask(question, k, path, kind, since, until, language)
        passages = tuple(
            FoundPassage(hit.hit.rank, hit.hit.score, hit.hit.trace, hit.citation, hit.verification)
            for hit in answer.hits
        )
        return FoundPassages(answer.question, answer.generation, answer.model, passages)

    @for_readers
    def status(self) -> Status:
        """Tell what is indexed, and whether the documents have changed since.

        Returns:
            The state of the index and of each source.
        """
        return self.library.status()

    @for_readers
    def source(self, address: str, start: int = 0, end: int = MOST_CHARACTERS) -> SourceText:
        """Give the text of a source as it was indexed, or a window of it.

        Args:
            address: The path of the file below the corpus folder, as citations name it.
            start: The first character, counted in code points from 0.
            end: The character after the last one; at most 100,000 are given at once.

        Returns:
            The window, what it is a window of, and the SHA-256 of the file that was indexed.
        """
        view = self.library.view(address)
        whole = len(view.text)
        if not 0 <= start <= min(end, whole):
            raise SettingsError(
                f"There is no window from {start} to {end} in {address}, which has {whole:,} "
                "characters. Give a start from 0 on, and an end that is not before it."
            )
        end = min(end, whole, start + MOST_CHARACTERS)
        return SourceText(
            address=view.source.address,
            title=view.title,
            sha256=view.source.sha256,
            reader=view.reader,
            start=start,
            end=end,
            characters=whole,
            text=view.text[start:end],
            changed=view.changed,
        )

    @for_readers
    def verify(self, citation: dict[str, Any]) -> Verification:
        """Check a citation against the file as it is now.

        Args:
            citation: A citation, as it stands in an answer.

        Returns:
            The verdict (exact, moved, changed, missing or unreadable) and a sentence about it.
        """
        return self.library.verify(msgspec.json.encode(citation))


def _told(function: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """The function for a client: typed arguments in, JSON's own types out, errors as sentences."""
    names = list(inspect.signature(function).parameters)

    @wraps(function)
    def called(*given: Any) -> dict[str, Any]:
        try:
            arguments = [
                converted(name, value, function) for name, value in zip(names, given, strict=False)
            ]
            made: dict[str, Any] = record(msgspec.to_builtins(function(*arguments)))
        except Exception as error:
            raise told(blame(error), plain(error)) from error
        return made

    return called
