"""Bundles of answers: made with what stands around the quotes, and checked against the corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from qwenqa.answers.answer import bundles
from qwenqa.answers.answer.bundles import AROUND, Around
from qwenqa.index.generation import Generation
from qwenqa.types import Citation, Verification


@dataclass(frozen=True, slots=True)
class CheckedBundle:
    """What checking a bundle against a corpus gave.

    ``flaws`` are sentences that say how the bundle itself is not as it was written; ``checked``
    are its citations, each with what the corpus says of it now.
    """

    question: str
    flaws: tuple[str, ...]
    checked: tuple[tuple[Citation, Verification], ...]

    @property
    def good(self) -> bool:
        """Whether the bundle is as it was written and every quote stands in its source."""
        return not self.flaws and all(verification.good for _, verification in self.checked)


def check_bundle(
    data: str | bytes, verify_all: Callable[[Iterable[Citation]], Iterator[Verification]]
) -> CheckedBundle:
    """Check a bundle in JSON; raises CitationError when it is none."""
    bundle = bundles.read(data)
    checked = tuple(zip(bundle.citations, verify_all(bundle.citations), strict=True))
    return CheckedBundle(bundle.question, bundle.flaws, checked)


def around_in(generation: Generation) -> Around:
    """What stands around quotes of the sources that a generation holds as they were cited."""

    def around(citation: Citation) -> tuple[str, str]:
        number = generation.document_of(citation.address)
        if number is None or generation.documents[number].source.sha256 != citation.source_sha256:
            return bundles.nothing_around(citation)
        text, start, end = generation.text(number), citation.start, citation.end
        return text[max(start - AROUND, 0) : start], text[end : end + AROUND]

    return around
