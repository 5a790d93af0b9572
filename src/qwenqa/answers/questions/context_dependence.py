"""When a question leans on an earlier one: it goes on, points back, or says next to nothing.

English, German, Spanish and Chinese. The rules are narrow: a question that stands alone must be
left alone, and one that leans and is not noticed can be asked in full.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from qwenqa.answers.language.wording import FUNCTION

Lean = Literal["", "goes on", "points back", "is short"]
"""Why a question leans on an earlier one, empty where it does not."""

_GOES_ON = tuple(
    tuple(phrase.split())
    for phrase in (
        "and|but|or|so|then|plus|what about|how about|what of|same for|und|aber|oder|dann|"
        "was ist mit|wie steht es mit|wie ist es mit|wie sieht es mit|y|pero|o|entonces|qué hay de"
    ).split("|")
)
_ASKING = frozenset(
    """who whom whose what when where why how which many much was wer wen wem wessen wann wo wohin
    woher warum wieso weshalb wie welche welcher welches welchen welchem wieviel viele viel qué
    quién quiénes cuándo dónde adónde cómo cuál cuáles cuánto cuánta cuántos cuántas que quien
    cuando donde como cual""".split()
)
_DETERMINERS = frozenset(
    """the a an any some all each every no which what many much most several another other whose
    der die das den dem des ein eine einen einem einer eines welche welcher welches kein keine viele
    el la los las un una unos unas qué cuál cuántos cuántas cada otro otra todos todas""".split()
)
_PREPOSITIONS = frozenset(
    """in on at to for from with without by of after before since until during about as under over
    between against through into within near among via per vor nach seit bis während für gegen mit
    ohne bei aus von zu zum zur im am an auf über unter um durch en de del al a con sin para por
    desde hasta durante según sobre entre contra tras""".split()
)
_BE = frozenset(
    """is are was were be been ist sind war waren es son era eran fue fueron está están""".split()
)
_AUXILIARIES = _BE | frozenset(
    """did does do has have had can could will would should may might must wurde wurden wird werden
    hat haben hatte hatten kann können konnte soll will""".split()
)
_PERSONS = frozenset(
    "he she him his her hers er ihm ihn sein seine seinen seiner seinem él ella".split()
)
_THINGS = frozenset(
    """it its they them their theirs ihr ihre ihren ihrer ihrem sie ellos ellas su sus""".split()
)
_SUBJECTS = frozenset("he she it they er sie es él ella ellos ellas".split())
_MANY_WORDS = 3
_THESE = frozenset(
    """this these those dieser diese dieses diesem diesen este esta estos estas ese esa esos esas
    esto eso""".split()
)
_AT_THE_END = frozenset("that there then dort damals danach allí ahí entonces".split())
_FURTHER = frozenset("else sonst además".split())
_LINKS = frozenset("that when if to for who of in with which whose dass wenn que".split())
_EMPTY = (
    FUNCTION
    | _ASKING
    | _AUXILIARIES
    | _PREPOSITIONS
    | _PERSONS
    | _THINGS
    | _THESE
    | _AT_THE_END
    | _FURTHER
    | frozenset("not please exactly happen happened me my if any no ones".split())
)

_WORD = re.compile(
    r"[^\W_\u3040-\u30ff\u3400-\u9fff]+(?:[-.'’][^\W_\u3040-\u30ff\u3400-\u9fff]+)*\+*"
)
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
# What asks and what binds in Chinese; between them stand the words that say something.
_CHINESE_EMPTY = re.compile(
    "为什么|為什麼|什么时候|什麼時候|什么|什麼|多少|怎么样|怎麼樣|怎么|怎麼|怎样|怎樣|如何|为何|為何|何时|何時|"
    "何地|哪里|哪裡|哪些|哪个|哪個|哪一|哪|谁|誰|是否|几个|幾個|几|幾|那么|那麼|还有|還有|以及|这个|那个|"
    "[的了吗嗎呢吧是在有和与與及被把将將年他她它们們这這那该該此其个個些位里裡时時]"
)
_CHINESE_ASKS = re.compile("什么|什麼|多少|怎|如何|何|哪|谁|誰|几|幾|吗|嗎|是否")
# Naples, Naha and the like are no connectives.
_CHINESE_GOES_ON = re.compile(
    "那么|那麼|还有|還有|另外|而且|但是|可是|至于|至於|然后|然後|那(?![不霸曲拉须須])"
)
_CHINESE_POINTS = re.compile(
    "(?<![其吉])[他她它](?![人国國乡鄉])|[这這那](?=[个個些位家次款篇])|[这這那][里裡]|那时|那時|当时|當時"
)


@dataclass(frozen=True, slots=True)
class ContentWord:
    """A word of a question that says something; ``name`` is one with a capital or a digit."""

    text: str
    start: int
    end: int
    name: bool

    @property
    def number(self) -> bool:
        """Whether it is a number or a date's part."""
        return self.text[0].isdigit()


class QuestionWords:
    """A question's words, and how it leans."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._found = list(_WORD.finditer(text))
        self.words = [match[0].casefold() for match in self._found]

    @cached_property
    def pieces(self) -> tuple[ContentWord, ...]:
        """The words that say something, in order; of Chinese what stands between empty words."""
        latin = [
            ContentWord(match[0], *match.span(), self._is_name(number))
            for number, match in enumerate(self._found)
            if self._says(number)
        ]
        return tuple(sorted([*latin, *self._chinese()], key=lambda match: match.start))

    @cached_property
    def lean(self) -> Lean:
        """Why it leans on an earlier question."""
        if _CHINESE.search(self.text):
            return self._chinese_lean()
        if any(self._points_back(number) for number in range(len(self.words))):
            return "points back"  # also after "And", since it says what is lacking
        if any(self.words[: len(phrase)] == list(phrase) for phrase in _GOES_ON):
            return "goes on"
        return "is short" if self._is_short() else ""

    @property
    def person(self) -> bool:
        """Whether it points back to a person."""
        return any(word in _PERSONS for word in self.words) or bool(re.search("[他她]", self.text))

    def _says(self, number: int) -> bool:
        word = self.words[number]
        return word not in _EMPTY and (len(word) > 1 or word.isdigit())

    def _is_name(self, number: int) -> bool:
        written = self._found[number][0]
        return any(map(str.isdigit, written)) or written != written.lower()

    def _named(self, before: int) -> bool:
        return any(self._says(at) and self._is_name(at) for at in range(before))

    def _is_noun(self, number: int) -> bool:
        """Whether a word stands where something is named, as far as its neighbours tell."""
        if not self._says(number) or number == 0:
            return self._says(number)
        before = self.words[number - 1]
        if number == 1 and before in ("what", "which", "qué", "was"):
            after = number + 1
            return after < len(self.words) and (
                self.words[after] in _AUXILIARIES or self._says(after)
            )
        near = _DETERMINERS | _PREPOSITIONS | _AUXILIARIES
        return before in near or self._says(number - 1)

    def _has_antecedent(self, number: int) -> bool:
        return self._named(number) or any(map(self._is_noun, range(number)))

    def _points_back(self, number: int) -> bool:
        """Whether the word points to something that the question does not name."""
        word = self.words[number]
        if word in _PERSONS or word in _THINGS:
            return self._is_loose_pronoun(number)
        if word in _THESE:
            return self._is_loose_this(number)
        if word in _AT_THE_END and number == len(self.words) - 1 > 0:
            return self.words[number - 1] not in _BE and not self._has_antecedent(number)
        return word in _FURTHER and not self._named(len(self.words))

    def _is_loose_pronoun(self, number: int) -> bool:
        if self._is_dummy(number) or self._is_named_later(number):
            return False
        if self.words[number] in _SUBJECTS and self._is_asked_about(number):
            return not self._named(number) and not self._is_in_second_clause(number)
        return not self._has_antecedent(number)

    def _is_loose_this(self, number: int) -> bool:
        following = self.words[number + 1 : number + 2]
        if self._named(len(self.words)) or (following and following[0] in _LINKS):
            return False
        if self._is_asked_about(number):
            return not self._is_in_second_clause(number)
        return not self._has_antecedent(number)

    def _is_asked_about(self, number: int) -> bool:
        """Whether the word stands where a question has its subject: "did he"."""
        return number > 0 and self.words[number - 1] in _AUXILIARIES

    def _is_dummy(self, number: int) -> bool:
        """Whether "it" only opens what follows ("why is it good that …"), or "they" is anybody."""
        rest = range(number + 1, len(self.words))
        said = sum(map(self._says, rest))
        linked = any(self.words[at] in _LINKS for at in rest)
        return (self.words[number] == "it" and linked and said > 1) or (
            self.words[number] == "they" and said >= _MANY_WORDS
        )

    def _is_named_later(self, number: int) -> bool:
        """Whether what "its" means follows: "in his speech, what did King ask?", Spanish "su"."""
        rest = range(number + 1, len(self.words))
        named = any(self._says(at) and self._is_name(at) for at in rest)
        behind = self.text[self._found[number].end() :]
        return named and ("," in behind or self.words[number] in ("su", "sus"))

    def _is_in_second_clause(self, number: int) -> bool:
        """Whether another clause stands before, in which the antecedent may be."""
        said = [one for one in range(number) if self._says(one)]
        if not said:
            return False
        between = self.words[said[0] + 1 : number]
        return "," in self.text[: self._found[number].start()] or any(
            one in _ASKING or one in ("and", "und", "y") for one in between
        )

    def _is_short(self) -> bool:
        """Whether it asks with hardly a word that says of what."""
        said = [at for at in range(len(self.words)) if self._says(at)]
        asks = any(word in _ASKING for word in self.words)
        if not said:
            return bool(self.words) and (asks or self.words[0] in _PREPOSITIONS)
        opened = self.words[0] in _PREPOSITIONS and not asks
        if opened and len(said) <= 3 and self.text.rstrip().endswith("?"):
            return not any(word in _AUXILIARIES for word in self.words)
        bare = asks and not any(word in _BE for word in self.words)
        return len(said) == 1 and bare and not self._is_name(said[0])

    def _chinese(self) -> list[ContentWord]:
        content_words = []
        for run in _CHINESE.finditer(self.text):
            at = run.start()
            for empty in [*_CHINESE_EMPTY.finditer(run[0]), None]:
                end = run.start() + empty.start() if empty else run.end()
                if end - at >= 2:
                    content_words.append(ContentWord(self.text[at:end], at, end, name=False))
                at = run.start() + empty.end() if empty else end
        return content_words

    def _chinese_lean(self) -> Lean:
        text = self.text.strip(" ，。？?！!、")
        points = _CHINESE_POINTS.search(self.text)
        if points and not any(piece.start < points.start() for piece in self.pieces):
            return "points back"
        if _CHINESE_GOES_ON.match(text):
            return "goes on"
        if text.endswith("呢") and not _CHINESE_ASKS.search(text):
            return "goes on"
        if self.words or not _CHINESE_ASKS.search(text):
            return ""
        most = 0 if "是" in text[1:] else 2
        said = sum(map(len, _CHINESE.findall(_CHINESE_EMPTY.sub("", text))))
        return "is short" if said <= most else ""


def name_runs(pieces: Sequence[ContentWord], text: str) -> list[str]:
    """The names among words, those that stand beside each other as one: "Super Bowl 50"."""
    runs: list[tuple[int, int]] = []
    for piece in pieces:
        if not piece.name:
            continue
        if runs and text[runs[-1][1] : piece.start] == " ":
            runs[-1] = (runs[-1][0], piece.end)
        else:
            runs.append((piece.start, piece.end))
    return [re.sub("['’]s$", "", text[start:end]) for start, end in runs]
