"""Makes the examples that the QA model is trained on: answerable ones, and as many that are not.

``python -m training.make --squad FOLDER --squad2 FOLDER --out EXAMPLES.jsonl``: SQuAD v1.1's
training questions, and the half of SQuAD v2.0's that may be trained on, less the held-out fold.
The examples stand in random order, so that any first part of the file is a sample of the whole.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import numpy as np

from qwenqa.lexical.analysis import query_terms
from qwenqa.lexical.bm25 import LexicalIndex
from qwenqa.lexical.postings import PostingsDraft
from training.rules import CHANGES, PARAPHRASES, changed, yes_or_no
from training.squad import FOLDS, Paragraph, Question, Squad, read_squad

_SENTENCE = re.compile(r".+?(?:[.!?][\"')\]]*(?=\s+[A-Z\d\"(])|$)\s*", re.DOTALL)
_SHARES = (
    ("asked", 42),
    ("paraphrased", 13),
    ("searched", 20),
    ("changed", 15),
    ("sentence gone", 7),
    ("same article", 3),
)
"""How many of a hundred examples from an answerable question are of each kind."""
_TIMES = 3
"""How often a question of SQuAD v2.0 comes: what people wrote unanswerable is scarce."""
_TOP = 3
_OTHERS = 30


@dataclass(frozen=True, slots=True)
class Example:
    """A question and a passage; ``start`` is -1 where the passage does not answer."""

    question: str
    title: str
    text: str
    start: int
    end: int
    kind: str


class Maker:
    """Makes examples of a set's questions."""

    def __init__(self, squad: Squad, rng: Random) -> None:
        """Index the paragraphs, whose wrong hits are the hardest passages that do not answer."""
        self._squad, self._rng = squad, rng
        self._paragraphs = list(squad.paragraphs.values())
        self._index = _index(self._paragraphs)
        self._asked: dict[str, list[str]] = defaultdict(list)
        for question in squad.questions:
            self._asked[squad.paragraphs[question.paragraph].title].append(question.text)
        self._articles: dict[str, list[Paragraph]] = defaultdict(list)
        for paragraph in self._paragraphs:
            self._articles[paragraph.title].append(paragraph)

    def example(self, question: Question) -> Example | None:
        """One example of a question, of a kind drawn by its share; None where that kind fails."""
        if not question.spans:
            return self._unanswerable(question)
        kinds, weights = zip(*_SHARES, strict=True)
        kind = self._rng.choices(kinds, weights)[0]
        if kind == "asked":
            return self._positive(question, question.text, kind)
        if kind == "paraphrased":
            return self._paraphrased(question)
        if kind == "changed":
            return self._changed(question)
        if kind == "sentence gone":
            return self._without(question)
        near = kind == "searched"
        wrong = self._searched(question) if near else self._elsewhere(question)
        return wrong and Example(question.text, wrong.title, wrong.text, -1, -1, kind)

    def _unanswerable(self, question: Question) -> Example | None:
        here = self._here(question)
        if self._rng.random() < 0.15:
            here = self._searched(question) or here
        text = question.text
        if self._rng.random() < 0.2 and (new := changed(PARAPHRASES, text, (), self._rng)):
            text = new[1]
        return Example(text, here.title, here.text, -1, -1, "written unanswerable")

    def _positive(self, question: Question, text: str, kind: str) -> Example:
        here = self._here(question)
        start, end = Counter(question.spans).most_common(1)[0][0]
        return Example(text, here.title, here.text, start, end, kind)

    def _paraphrased(self, question: Question) -> Example | None:
        if self._rng.random() < 0.2 and (text := yes_or_no(question.text, question.answers[0])):
            return self._positive(question, text, "yes or no")
        new = changed(PARAPHRASES, question.text, (), self._rng)
        return new and self._positive(question, new[1], new[0])

    def _changed(self, question: Question) -> Example | None:
        here = self._here(question)
        asked = self._asked[here.title]
        others = self._rng.sample(asked, min(len(asked), _OTHERS))
        new = changed(CHANGES, question.text, others, self._rng)
        return new and Example(new[1], here.title, here.text, -1, -1, new[0])

    def _without(self, question: Question) -> Example | None:
        """The paragraph without the sentence that answers."""
        here = self._here(question)
        left = "".join(
            match[0]
            for match in _SENTENCE.finditer(here.text)
            if not any(match.start() < end and start < match.end() for start, end in question.spans)
        )
        if len(left) < 100 or _holds(left, question):
            return None
        return Example(question.text, here.title, left.strip(), -1, -1, "sentence gone")

    def _searched(self, question: Question) -> Paragraph | None:
        hits = self._index.search(query_terms(question.text), 2 * _TOP + 1)
        found = (self._paragraphs[number] for number in hits)
        wrong = [
            one for one in found if one.id != question.paragraph and not _holds(one.text, question)
        ]
        return self._rng.choice(wrong[:_TOP]) if wrong else None

    def _elsewhere(self, question: Question) -> Paragraph | None:
        others = self._articles[self._here(question).title]
        wrong = [other for other in others if other.id != question.paragraph]
        one = self._rng.choice(wrong) if wrong else None
        return None if one is None or _holds(one.text, question) else one

    def _here(self, question: Question) -> Paragraph:
        return self._squad.paragraphs[question.paragraph]


def _index(paragraphs: Sequence[Paragraph]) -> LexicalIndex:
    draft = PostingsDraft()
    for paragraph in paragraphs:
        draft.add(f"{paragraph.title}\n{paragraph.text}")
    ids = np.arange(len(paragraphs))
    return LexicalIndex(ids.astype(np.uint64), [(draft.finish(), ids)])


def _holds(text: str, question: Question) -> bool:
    lowered = text.lower()
    return any(answer.lower() in lowered for answer in question.answers)


def examples(squad: Squad, squad2: Squad, rng: Random) -> Iterator[Example]:
    """All examples of both sets, in random order."""
    first, second = Maker(squad, rng), Maker(squad2, rng)
    sources = [(first, question) for question in squad.questions]
    sources += [(second, question) for question in squad2.questions for _ in range(_TIMES)]
    rng.shuffle(sources)
    for maker, question in sources:
        if example := maker.example(question):
            yield example


def main() -> None:
    """Write the examples, and print how many there are of each kind."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--squad", type=Path, required=True, help="squad_v11_train")
    parser.add_argument("--squad2", type=Path, required=True, help="squad_v2_even")
    parser.add_argument(
        "--held-out", type=int, default=0, help="this fold of SQuAD v2.0 is left out"
    )
    parser.add_argument("--questions", type=int, help="only so many questions of SQuAD v1.1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    rng = Random(args.seed)
    squad, squad2 = read_squad(args.squad), read_squad(args.squad2)
    if args.questions:
        chosen = rng.sample(squad.questions, args.questions)
        squad = Squad(squad.paragraphs, tuple(chosen))
    squad2 = squad2.folds([one for one in range(FOLDS) if one != args.held_out])
    counts: Counter[str] = Counter()
    with args.out.open("w", encoding="utf-8") as out:
        for one in examples(squad, squad2, rng):
            out.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")
            counts[one.kind] += 1
    for kind, count in counts.most_common():
        print(f"{count:7} {kind}")


if __name__ == "__main__":
    main()
