"""Questions to offer, made from sentences that answer them.

Only sentences of a few safe shapes are asked about: who did something, when it was, what something
is. What is made reads as a person would ask, in the passage's language; whoever offers it checks
first that it is answered. Where no sentence has such a shape, a heading is offered as it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qwenqa.answers.shapes import BASES, CHINESE, ROLES, SHAPES, VAGUE, Kind, Shape
from qwenqa.answers.wording import FUNCTION, PRONOUNS
from qwenqa.types import Passage, sha256_text

MOST_CHARACTERS = 90
"""Characters of an example at most."""

_LEAST_CHARACTERS = 8


@dataclass(frozen=True, slots=True)
class Example:
    """A question to offer; ``sentence`` of the passage with this id should answer it."""

    question: str
    kind: Kind
    subject: str
    passage: int
    address: str
    sentence: str


_SPOKEN_SO = re.compile("[\u3400-\u9fff]")
_BULLET = re.compile(r"^[-*•–—\d.)\s]{1,6}(?=[A-ZÀ-Þ])")
_ARTICLE = re.compile("The |El |La |Los |Las |Der |Die |Das |Le |Les |Il |Lo |O |A |Os |As ")
# What points out of a question to what it does not name, or joins another clause to it.
_POINTING = frozenset("that which who he she it they him them".split())
_LOOSE = {
    "who": _POINTING | {"his", "her", "its", "their"},
    "when": _POINTING | {"and", "but", "or"},
}
_IN_NAMES = frozenset("of the de del von van der la el und".split())
_DOES = {"has": "does", "have": "do", "had": "did"}
# What an example may hold: nothing that is markup, code, an address or a control character.
_PLAIN = re.compile(r"[\w ,.'’&+¿?？-]+")


def made(passages: Iterable[Passage]) -> list[Example]:
    """The questions that passages give, best kinds first where they are of one source.

    The same passages give the same examples, in whatever order they come.
    """
    found: dict[str, Example] = {}
    for passage in sorted(passages, key=lambda one: one.id):
        for one in (*_of_sentences(passage), *_of_heading(passage)):
            if _LEAST_CHARACTERS <= len(one.question) <= MOST_CHARACTERS:
                found.setdefault(one.question, one)
    return sorted(found.values(), key=lambda one: sha256_text(one.question))


def in_turn(examples: Sequence[Example], chosen: list[Example]) -> Iterator[Example]:
    """The examples, each time the one that is most unlike those ``chosen`` meanwhile.

    Headings come when nothing else is left.
    """
    left = list(examples)
    while left:
        used = Counter(one for ex in chosen for one in (ex.address, ex.kind, ex.subject))
        best = min(
            left,
            key=lambda one: (
                one.kind == "heading",
                used[one.subject],
                used[one.address],
                used[one.kind],
            ),
        )
        left.remove(best)
        yield best


def _of_sentences(passage: Passage) -> Iterator[Example]:
    for start, end in passage.sentences:
        text = passage.text[start - passage.start : end - passage.start]
        line = _BULLET.sub("", " ".join(text.split()))
        shapes = CHINESE if _SPOKEN_SO.match(line) else SHAPES.get(passage.spoken, ())
        for shape in shapes:
            if (found := shape.pattern.match(line)) and (asked := _question(shape, found)):
                subject = found["s"]
                yield Example(asked, shape.kind, subject, passage.id, passage.source.address, text)
                break


def _question(shape: Shape, found: re.Match[str]) -> str:
    """The question that a sentence of this shape answers, empty where it would be a bad one."""
    parts = {name: (one or "").rstrip() for name, one in found.groupdict().items()}
    told = " ".join(one for name, one in parts.items() if name != "d")
    loose = _LOOSE.get(shape.kind, _POINTING).intersection(parts.get("o", "").split())
    if _is_vague(parts["s"]) or loose or not _PLAIN.fullmatch(told):
        return ""
    if opened := _ARTICLE.match(parts["s"]):
        parts["s"] = opened[0].lower() + parts["s"][opened.end() :]
    if "did" in shape.question:
        parts["v"] = BASES[parts["v"]]
    elif shape.kind == "who":
        parts["v"] = parts["v"].lower()
    if "h" in parts:
        parts["h"] = _DOES[parts["h"]]
    asked = shape.question.format(**parts)
    person = shape.kind == "what" and not ROLES.isdisjoint(re.findall(r"\w+", parts.get("d", "")))
    return asked.replace("What", "Who", 1) if person else asked


def _is_vague(subject: str) -> bool:
    """Whether a subject names nothing by itself, or is more than a name."""
    first, *others = subject.split()
    word = first.casefold()
    more = [one for one in others if one in FUNCTION and one not in _IN_NAMES]
    return word in VAGUE or word in PRONOUNS or bool(more) or len(subject) < 2


def _of_heading(passage: Passage) -> Iterator[Example]:
    """The lowest heading above a passage, else its title, where it is some words long."""
    heading = " ".join((passage.headings[-1] if passage.headings else passage.title).split())
    words = 2 <= len(heading.split()) <= 10 or bool(_SPOKEN_SO.match(heading))
    if words and _PLAIN.fullmatch(heading):
        address = passage.source.address
        yield Example(heading, "heading", heading, passage.id, address, heading)
