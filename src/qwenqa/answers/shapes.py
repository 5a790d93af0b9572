"""Shapes of sentences, and the question that a sentence of each shape answers.

English, with some German, Spanish, French, Italian, Portuguese and Chinese.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["when", "who", "what", "how many", "heading"]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a sentence begins, and the question that it answers.

    The groups of the pattern stand in the question: ``s`` is the subject, ``v`` a verb, ``o``
    what follows it; ``d`` is what the subject is said to be, and no part of the question.
    """

    kind: Kind
    pattern: re.Pattern[str]
    question: str


def _shape(kind: Kind, pattern: str, question: str) -> Shape:
    return Shape(kind, re.compile(pattern), question)


BASES = dict(
    pair.split(":")
    for pair in """announced:announce left:leave began:begin started:start opened:open closed:close
    founded:found launched:launch released:release published:publish joined:join resigned:resign
    retired:retire died:die won:win lost:lose became:become moved:move signed:sign arrived:arrive
    returned:return ended:end sold:sell bought:buy acquired:acquire introduced:introduce
    presented:present completed:complete built:build wrote:write received:receive reached:reach
    declared:declare established:establish discovered:discover invented:invent visited:visit
    graduated:graduate married:marry adopted:adopt approved:approve crashed:crash
    sank:sink""".split()
)
"""Verbs that things happen by once, and their base forms."""

ROLES = frozenset(
    """researcher scientist engineer director president founder author professor minister king
    queen manager leader chief head officer artist writer poet physicist chemist mathematician
    painter composer singer actor actress politician lawyer journalist player coach judge general
    bishop pope emperor philosopher economist historian designer programmer inventor
    explorer""".split()
)
"""What persons are said to be."""

VAGUE = frozenset(
    """there here one it its he she they we you i this that these those what which who when where
    if in on at as for from with by after before no yes although though while since because
    despite during however alternatively also then thus hence both each many most some several
    such another other all every another according today now later earlier finally instead
    donde cuando como si aunque esto esta este ese esa eso también además según en por para hay
    wenn als da dies dieser diese dieses hier dort auch so dabei damit wo wie es sie er
    ce cette il elle si où comme questo questa se dove come isso este esta onde""".split()
)
"""First words of a sentence that name nothing."""

_WORD = r"[\w'’-]+"
_NAME = r"[A-ZÀ-Þ][\w'’-]*(?:\.\d+)?(?: (?:(?:of|de|von|van) )?[A-ZÀ-Þ0-9][\w'’.-]*\w)*"
_PERSON = r"[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’.-]*\w)+"
_SUBJECT = rf"(?P<s>{_NAME}|The {_WORD}(?: {_WORD}){{0,2}})"
_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DATE = (
    rf"(?:{_MONTH} (?:\d{{1,2}}, )?\d{{4}}|(?:\d{{1,2}} )?{_MONTH} \d{{4}}|\d{{4}})(?= ?[.,;]|$)"
)
_YEAR = r"\d{4}\b"
_NUMBER = r"(?:\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten)"
_DOING = r"(?P<v>\w{3,}ed|led|wrote|built|won|made|sang)"
_DONE = r"(?P<v>\w{3,}ed|built|born|sold|won|written)"
_HEADED = r"(?P<v>[A-Z]\w+ed|Led|Wrote|Built|Won|Made|Ran)"
_ENDS = r"(?= ?[,;:.]| (?:for|with|by|in|on|at|after|before|as) |$)"
_OBJECT = r"(?P<o>(?:the [^,;:.\"“]{4,50}?|an? [^ ,;:.\"“]+ [^ ,;:.\"“]+ [^,;:.\"“]{3,40}?))"

SHAPES = {
    "en": (
        _shape(
            "when",
            rf"{_SUBJECT}(?:, [^,]{{3,90}},)? (?P<v>{'|'.join(BASES)})(?P<o> [^,;:]{{2,50}}?)?"
            rf" (?:in|on) {_DATE}",
            "When did {s} {v}{o}?",
        ),
        _shape(
            "when",
            rf"{_SUBJECT} (?P<be>was|were) {_DONE}(?P<o>[^,;:]{{0,40}}?) (?:in|on) {_DATE}",
            "When {be} {s} {v}{o}?",
        ),
        _shape("who", rf"(?P<s>{_PERSON}): {_HEADED} (?P<o>[^.;:]{{5,60}})$", "Who {v} {o}?"),
        _shape("who", rf"(?P<s>{_PERSON}) {_DOING} {_OBJECT}{_ENDS}", "Who {v} {o}?"),
        _shape(
            "what",
            rf"(?P<s>(?:The )?{_NAME}) (?P<be>is|are|was) (?:an?|the|one of) (?P<d>.+)",
            "What {be} {s}?",
        ),
        _shape("what", rf"(?P<s>{_NAME}), an? (?P<d>[^,]{{5,80}}), ", "What is {s}?"),
        _shape(
            "how many",
            rf"{_SUBJECT} (?P<h>has|have|had) {_NUMBER} (?P<o>[a-z-]{{3,}}s)(?=[ .,;])",
            "How many {o} {h} {s} have?",
        ),
    ),
    "de": (
        _shape(
            "when",
            rf"(?P<s>{_NAME}) wurde (?:\w+ ){{0,3}}?{_YEAR}.*? "
            r"(?P<v>gegründet|eröffnet|gebaut|erbaut|geboren|veröffentlicht|fertiggestellt)\b",
            "Wann wurde {s} {v}?",
        ),
        _shape(
            "what", rf"(?P<s>{_NAME}) (?P<be>ist|sind|war) (?:eine?|der|die|das) ", "Was {be} {s}?"
        ),
    ),
    "es": (
        _shape(
            "when",
            rf"(?P<s>{_NAME}) (?P<be>fue|fueron) (?P<v>\w+[ai]d[oa]s?)\b.*? en (?:\w+ de )?{_YEAR}",
            "¿Cuándo {be} {v} {s}?",
        ),
        _shape("what", rf"(?P<s>{_NAME}) (?P<be>es|son) (?:una?|el|la|los|las) ", "¿Qué {be} {s}?"),
    ),
    "fr": (_shape("what", rf"(?P<s>{_NAME}) est (?:une?|le|la) ", "Qu'est-ce que {s} ?"),),
    "it": (_shape("what", rf"(?P<s>{_NAME}) è (?:una?|il|la|lo) ", "Che cos'è {s}?"),),
    "pt": (_shape("what", rf"(?P<s>{_NAME}) é (?:uma?|o|a) ", "O que é {s}?"),),
}
"""By the language of the sentence (ISO 639-1), the first that fits is meant."""

# What stands before a Chinese "is" and holds one of these signs is a clause, no name.
_NO_NAME = (
    "就则則也都虽雖然特别所谓謂还還不这這那该該其他她它近一而但因主要当當时時曾即便指于在为為是的了很有"
    "以下"
)
CHINESE = (
    _shape(
        "what",
        rf"(?P<s>(?:(?![{_NO_NAME}])[\u3400-\u9fff]){{2,8}})(?:（[^）]*）)?，?是[\u3400-\u9fff]",
        "{s}是什么？",
    ),
)
"""The same for Chinese, whose sentences are known by their first character."""
