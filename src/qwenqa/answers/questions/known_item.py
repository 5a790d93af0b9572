"""Questions made from the passages themselves, whose answers are therefore known.

A known-item question (Azzopardi, de Rijke and Balog, "Building Simulated Queries for Known-Item
Topics", SIGIR 2007) is made of a sentence that holds a number, a name or a date: that is taken
away as the answer, and of the other words some are kept, the rarest for sure, turned round the
gap. A hard question has the rare words of one document and the rest of another's question: the
corpus knows every word and answers nothing.

Nothing is drawn by chance: what looks drawn follows from the SHA-256 of the texts, so that the
same passages give the same questions in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qwenqa.types import Group, Passage, Span, sha256_text

KEPT = (0.2, 0.7)
"""Least and greatest share of a sentence's remaining words that a question keeps."""
FOREIGN = (0.0, 0.7)
"""Least and greatest share of those in whose place another passage's words stand."""

SURE = 0.34
"""Share of the kept words that are the rarest; the others may be any."""

_LEAST, _MOST = 3, 9
_ANSWER_WORDS = 4
_SUBJECT_WORDS = 2
_PIECE = 4
_GAP = 3


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How a text becomes terms, which of them carry meaning, and how rare each is.

    ``analyse`` takes a text and its language, ``content`` a text and languages: it gives the
    different words without function words, each as its terms. ``rarity`` is the inverse
    frequency of passages that hold one of some terms.
    """

    analyse: Callable[[str, str], Sequence[tuple[str, int, int]]]
    content: Callable[[str, Sequence[str]], Sequence[Group]]
    rarity: Callable[[Group], float]


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A question whose answer is known: a sentence of one passage holds it.

    ``passage`` is the passage's id and ``address`` its source; ``sentence`` is the span of the
    answering sentence in the document, ``answer`` the words that were taken away.
    """

    question: str
    passage: int
    address: str
    sentence: Span
    answer: str


@dataclass(frozen=True, slots=True)
class HardItem:
    """A question that nothing answers, of words that two documents hold apart."""

    question: str
    addresses: tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a text, or some characters of a script without spaces.

    ``following`` is where the next word of the text begins, -1 behind the last.
    """

    whole: str
    start: int
    end: int
    following: int
    terms: tuple[str, ...]
    rarity: float

    @property
    def text(self) -> str:
        return self.whole[self.start : self.end]

    @property
    def unspaced(self) -> bool:
        """Whether it is of a script without spaces: several terms, and no joint between them."""
        return len(self.terms) > 1 and self.text.isalpha()


def known_items(passages: Iterable[Passage], vocabulary: Vocabulary, limit: int) -> list[KnownItem]:
    """At most ``limit`` questions, the first sentences of each passage before its second ones.

    Sentences that give none are passed over: those without a number, a name or a date, very
    short ones, and those that would be asked in the passage's own words one after the other.
    """
    return [made.item for made in _made(passages, vocabulary, limit)]


def hard_items(passages: Iterable[Passage], vocabulary: Vocabulary, limit: int) -> list[HardItem]:
    """At most ``limit`` questions, each of the words of two documents."""
    made_items = _made(passages, vocabulary, 2 * limit)
    pairs = pairwise(made_items)
    apart = [(first, two) for first, two in pairs if first.item.address != two.item.address]
    return [_crossed(first, two) for first, two in apart[:limit]]


@dataclass(frozen=True, slots=True)
class _Made:
    item: KnownItem
    words: tuple[_Word, ...]


def _made(passages: Iterable[Passage], vocabulary: Vocabulary, limit: int) -> list[_Made]:
    ordered = sorted(passages, key=lambda passage: (passage.digest, passage.id))
    sources = [
        _of_passage(one, ordered[(place + 1) % len(ordered)], vocabulary)
        for place, one in enumerate(ordered)
    ]
    made_items: list[_Made] = []
    asked: set[str] = set()
    while sources and len(made_items) < limit:
        left = []
        for source in sources:
            if len(made_items) < limit and (one := next(source, None)):
                left.append(source)
                if one.item.question not in asked:
                    asked.add(one.item.question)
                    made_items.append(one)
        sources = left
    return made_items


def _of_passage(passage: Passage, other: Passage, vocabulary: Vocabulary) -> Iterator[_Made]:
    """The questions of a passage, by the digests of their sentences."""
    texts = [
        (passage.text[start - passage.start : end - passage.start], Span(start, end))
        for start, end in passage.sentences
    ]
    for text, span in sorted(texts, key=lambda one: (sha256_text(one[0]), one[1])):
        words = _words(text, passage.spoken, vocabulary)
        if answer := _answer(text, words):
            asked_words = _kept(text, words, answer)
            named = _subject(passage, [*asked_words, *answer], vocabulary)
            asked = [*named, *_with_foreign(text, asked_words, passage, other, vocabulary)]
            question = _joined(asked)
            if len(asked_words) >= _LEAST and question.casefold() not in passage.text.casefold():
                quote = text[answer[0].start : answer[-1].end]
                item = KnownItem(question, passage.id, passage.source.address, span, quote)
                yield _Made(item, tuple(asked))


def _words(text: str, language: str, vocabulary: Vocabulary) -> list[_Word]:
    """The words of a text that carry meaning, with their rarity."""
    content = {term for group in vocabulary.content(text, (language,)) for term in group}
    spans: list[tuple[int, int, list[str]]] = []
    for term, start, end in vocabulary.analyse(text, language):
        if term not in content:
            continue
        if not spans or start >= spans[-1][1]:
            spans.append((start, end, [term]))
        elif end - spans[-1][0] <= _PIECE:  # pairs of characters, and parts of joined words
            first, last, terms = spans[-1]
            spans[-1] = (first, max(last, end), [*terms, term])
    following = [*(start for start, _, _ in spans[1:]), -1]
    return [
        _Word(text, start, end, after, tuple(terms), _mean_rarity(terms, vocabulary))
        for (start, end, terms), after in zip(spans, following, strict=False)
    ]


def _mean_rarity(terms: Sequence[str], vocabulary: Vocabulary) -> float:
    different = dict.fromkeys(terms)
    return sum(vocabulary.rarity((term,)) for term in different) / len(different)


def _answer(text: str, words: Sequence[_Word]) -> list[_Word]:
    """The words to ask for: a number, a name or a date; any word where letters have no case."""
    runs = _runs(words) if text != text.lower() else [[word] for word in words]
    fitting = [run for run in runs if len(run) <= min(_ANSWER_WORDS, len(words) - _LEAST)]
    return fitting[_drawn("answer", text, len(fitting))] if fitting else []


def _runs(words: Sequence[_Word]) -> list[list[_Word]]:
    """Neighbouring words with a digit or a capital; a sentence's first word shows none."""
    runs: list[list[_Word]] = []
    for number, word in enumerate(words):
        is_name = any(map(str.isdigit, word.text)) or (number > 0 and word.text[0].isupper())
        last = runs[-1][-1] if runs else None
        if is_name and last and last is words[number - 1] and word.start - last.end <= _GAP:
            runs[-1].append(word)
        elif is_name:
            runs.append([word])
    return runs


def _kept(text: str, words: Sequence[_Word], answer: Sequence[_Word]) -> list[_Word]:
    """Some of the other words, those behind the answer first."""
    gone = {term for one in answer for term in one.terms}
    rest = [word for word in words if not gone.intersection(word.terms)]
    share = _between(KEPT, "kept", text)
    count = min(max(round(share * len(rest)), _LEAST), _MOST)
    rarest = _rarest(rest)
    sure, others = rarest[: round(SURE * count)], rarest[round(SURE * count) :]
    others.sort(key=lambda other: sha256_text(f"{other.start} {text}"))
    chosen = sorted([*sure, *others[: count - len(sure)]], key=lambda one: one.start)
    behind = [one for one in chosen if one.start > answer[0].start]
    return behind + chosen[: len(chosen) - len(behind)]


def _subject(passage: Passage, kept: Sequence[_Word], vocabulary: Vocabulary) -> list[_Word]:
    """The rarest words of the passage's heading, where the sentence says "it" or "she"."""
    heading = passage.headings[-1] if passage.headings else passage.title
    words = _words(heading, passage.spoken, vocabulary)
    held = {term for one in kept for term in one.terms}
    if any(held.intersection(word.terms) for word in words):
        return []
    return sorted(_rarest(words)[:_SUBJECT_WORDS], key=lambda one: one.start)


def _with_foreign(
    text: str, kept: list[_Word], passage: Passage, other: Passage, vocabulary: Vocabulary
) -> list[_Word]:
    """The words, some of the more usual ones replaced by words of another passage."""
    held = {term for term, _, _ in vocabulary.analyse(passage.text, passage.spoken)}
    others = _words(other.text, other.spoken, vocabulary)
    free = [other for other in others if not held.intersection(other.terms)]
    count = min(round(_between(FOREIGN, "foreign", text) * len(kept)), len(free))
    replaced = {}
    for word in _rarest(kept)[len(kept) - count :]:
        near = min(free, key=lambda one: (abs(one.rarity - word.rarity), one.start))
        free.remove(near)
        replaced[word.start] = near
    return [replaced.get(one.start, one) for one in kept]


def _crossed(first: _Made, second: _Made) -> HardItem:
    """The rarer half of one question's words before the more usual half of another's."""
    subject = _rarest(first.words)[: (len(first.words) + 1) // 2]
    rest = _rarest(second.words)[len(second.words) // 2 :]
    asked = [word for word in first.words if word in subject]
    asked += [word for word in second.words if word in rest]
    return HardItem(_joined(asked), (first.item.address, second.item.address))


def _rarest(words: Iterable[_Word]) -> list[_Word]:
    return sorted(words, key=lambda word: (-word.rarity, word.start))


def _joined(words: Sequence[_Word]) -> str:
    """The words as a question, with what stands between those that are neighbours."""
    text = words[0].text if words else ""
    for first, second in pairwise(words):
        text += _gap(first, second) + second.text
    return " ".join(text.split())


def _gap(first: _Word, second: _Word) -> str:
    between = first.whole[first.end : second.start] if first.following == second.start else ""
    if first.whole == second.whole and between.replace(" ", "").isalpha():
        return between
    return "" if first.unspaced and second.unspaced else " "


def _between(bounds: tuple[float, float], what: str, text: str) -> float:
    """A number between bounds that follows from the text."""
    least, greatest = bounds
    return least + (greatest - least) * _drawn(what, text, 1001) / 1000


def _drawn(what: str, text: str, count: int) -> int:
    """A number below ``count`` that follows from the text."""
    return int(sha256_text(f"{what}\n{text}")[:12], 16) % max(count, 1)
