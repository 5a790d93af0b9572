"""What reranking by the index's own encoder would be worth, without another model.

``python bench/quality/maxsim.py FOLDER --cache CACHE``: FOLDER holds collections, CACHE their indexes, as
``bench/quality/quality.py`` makes them. The first 100 judged questions of each are asked, and the 30 best
passages by fused score are ordered anew by

- token MaxSim: for each token of the question the greatest cosine with a token of the passage,
  averaged (Khattab and Zaharia, "ColBERT", SIGIR 2020), each token alike or by its rarity: that
  of its word in the index (words that are no terms count nothing), or among the 30 passages;
- the best sentence: the cosine of the question with the mean of a sentence's tokens;
- the fused score, and one of these over its highest, times a factor.

Special tokens and punctuation count nothing. Factors are chosen on the even-numbered questions; the
odd-numbered ones are reported. Writes ``docs/measurements/maxsim.md``.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import numpy.typing as npt

from qwenqa.evaluation.collection import Collection, Qrels, Run, Text, read_collection
from qwenqa.evaluation.metrics import Values, compare, per_query
from qwenqa.index.generation import Generation
from qwenqa.lexical.analysis import query_terms
from qwenqa.search import RERANKED
from qwenqa.service.library import Library
from qwenqa.service.retrieval import candidates
from qwenqa.types import Passage, Span, TokenEncoder, TokenVectors

NAMES = ("hotpot100", "squad_v11_dev", "cranfield", "scifact_train", "clapnq_dev")
QUESTIONS, TIMED = 100, 5
FACTORS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)
TABLE = Path(__file__).parents[2] / "docs/measurements/maxsim.md"
_WORD = re.compile(r"\w+")
Array = npt.NDArray[np.float32 | np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its candidates' documents, in fused order, and what the 30 first have.

    ``fused`` and ``sentence`` have the shape (passages,), ``maxima`` (tokens, passages), ``index``
    and ``among``, two rarities of the question's tokens, (tokens,). ``seconds`` are the
    processor's for encoding and comparing, where they were taken.
    """

    query: str
    documents: list[str]
    fused: Array
    maxima: Array
    index: Array
    among: Array
    sentence: Array
    seconds: float | None


Rule = Callable[[Case], Array]
"""A score for each of the first passages."""


def mean(weights: Array, maxima: Array) -> Array:
    """MaxSim of each passage, shape (passages,), by the tokens' weights."""
    return np.dot(weights, maxima) / max(float(weights.sum()), 1e-9)


RULES: dict[str, Rule] = {
    "MaxSim, tokens alike": lambda one: mean(np.ones(len(one.maxima)), one.maxima),
    "MaxSim, by rarity in the index": lambda one: mean(one.index, one.maxima),
    "MaxSim, by rarity among the passages": lambda one: mean(one.among, one.maxima),
    "best sentence": lambda one: one.sentence,
    "MaxSim by rarity in the index, and best sentence": lambda one: (
        (mean(one.index, one.maxima) + one.sentence) / 2
    ),
}


def mixed(rule: Rule, factor: float) -> Rule:
    """The fused score, and a rule's over its highest, which counts so many times."""
    return lambda case: case.fused + factor * rule(case) / max(float(rule(case).max()), 1e-9)


class Measured:
    """The cases of one collection; each passage is encoded once, but for those that are timed."""

    def __init__(self, collection: Collection, cache: Path) -> None:
        """Open the index of a collection that is there."""
        library = Library(corpus=cache / "corpus", index=cache / "index")
        self.generation, encoder = library.opened()
        assert isinstance(encoder, TokenEncoder)
        self._library, self._encoder = library, encoder
        self._document = {
            id_: collection.documents[int(address.removesuffix(".md"))].id
            for id_, address in self.generation.addresses().items()
        }
        self._known: dict[int, TokenVectors] = {}

    def cases(self, queries: Sequence[Text]) -> list[Case]:
        """A case of each question."""
        found = candidates(self._library, [query.text for query in queries])
        return [
            self._case(query, {id_: trace.fused for id_, trace in both.traces.items()}, n < TIMED)
            for n, (query, both) in enumerate(zip(queries, found, strict=True))
        ]

    def _case(self, query: Text, fused: Mapping[int, float], timed: bool) -> Case:
        best = list(fused)[:RERANKED]
        passages = self.generation.passages(best)
        if timed:
            self._known.clear()
        start = time.process_time()
        self._encode(passages)
        (asked,) = self._encoder.encode_tokens([query.text])
        assert asked
        counted, rows = tokens(query.text, asked)
        others = [tokens(read(passage), self._known[passage.id])[1] for passage in passages]
        maxima = np.array([(other @ rows.T).max(axis=0, initial=0.0) for other in others]).T
        seconds = time.process_time() - start
        whole, words = asked.vectors.sum(axis=0), words_of(query.text, counted)
        return Case(
            query.id,
            [self._document[one] for one in fused],
            np.array([fused[one] for one in best], np.float32),
            maxima,
            index_rarity(self.generation, query.text, words),
            rarity_among(words, [read(passage) for passage in passages]),
            np.array(
                [best_sentence(whole, passage, self._known[passage.id]) for passage in passages]
            ),
            seconds if timed else None,
        )

    def _encode(self, passages: Sequence[Passage]) -> None:
        new = [passage for passage in passages if passage.id not in self._known]
        told = self._encoder.encode_tokens([read(one) for one in new]) if new else []
        both = zip(new, told, strict=True)
        self._known.update((one.id, vectors) for one, vectors in both if vectors)


def read(passage: Passage) -> str:
    """What a reranker is given of a passage."""
    return "\n".join([*passage.headings, passage.text])


def tokens(text: str, told: TokenVectors) -> tuple[list[Span], Array]:
    """Where the tokens with a letter or digit stand, and their vectors at unit length."""
    kept = [n for n, (a, b) in enumerate(told.spans) if _WORD.search(text[a:b])]
    rows = told.vectors[kept]
    return [told.spans[n] for n in kept], rows / np.linalg.norm(rows, axis=1, keepdims=True)


def words_of(question: str, spans: Iterable[Span]) -> list[str]:
    """The word that each token of a question is of."""
    words = list(_WORD.finditer(question))
    return [
        next((word.group() for word in words if word.start() < end and start < word.end()), "")
        for start, end in spans
    ]


def index_rarity(generation: Generation, question: str, words: Iterable[str]) -> Array:
    """The rarity of each word in the index; 0 where it is no term of the question."""
    languages = generation.languages
    known = generation.lexical.weights(query_terms(question, languages))
    weights = [
        max((known.get(group[0], 0.0) for group in query_terms(word, languages)), default=0.0)
        for word in words
    ]
    return np.array(weights, np.float32)


def rarity_among(words: Iterable[str], texts: Sequence[str]) -> Array:
    """``ln(1 + (N - n + 0.5) / (n + 0.5))`` for a word that n of N texts hold."""
    held = [frozenset(_WORD.findall(text.casefold())) for text in texts]
    counts = np.array([sum(word.casefold() in one for one in held) for word in words], np.float32)
    return np.log(1 + (len(texts) - counts + 0.5) / (counts + 0.5), dtype=np.float32)


def best_sentence(asked: Array, passage: Passage, told: TokenVectors) -> float:
    """The greatest cosine of a question with the sum of a sentence's tokens in the passage."""
    before = len(read(passage)) - len(passage.text) - passage.start
    ends = np.array([span.end - before if span.end else 0 for span in told.spans])
    cosines = []
    for start, end in passage.sentences:
        sums = told.vectors[(start < ends) & (ends <= end)].sum(axis=0)
        cosines.append(float(sums @ asked) / max(float(np.linalg.norm(sums)), 1e-9))
    return max(cosines, default=0.0)


def run_of(case: Case, rule: Rule | None) -> dict[str, float]:
    """Documents by the place of their best passage, the first 30 in the order of a rule."""
    order = list(range(len(case.documents)))
    if rule:
        order[: len(case.fused)] = np.argsort(-rule(case), kind="stable").tolist()
    places: dict[str, float] = {}
    for place, number in enumerate(order):
        places.setdefault(case.documents[number], -float(place))
    return places


def values(cases: Sequence[Case], qrels: Qrels, rule: Rule | None, metric: str) -> Values:
    """A metric of each case, in the order of the queries' ids."""
    run: Run = {case.query: run_of(case, rule) for case in cases}
    return per_query({case.query: qrels[case.query] for case in cases}, run)[metric]


Sets = Mapping[str, tuple[Sequence[Case], Qrels]]
"""The cases of each collection, and its judgements."""


def chosen(sets: Sets, rule: Rule) -> float:
    """The factor with the best mean nDCG@10 on the even-numbered questions."""
    made = {factor: mixed(rule, factor) for factor in FACTORS}
    return max(FACTORS, key=lambda one: np.mean([gain(sets, name, made[one], 0) for name in sets]))


def gain(sets: Sets, name: str, rule: Rule, half: int) -> float:
    """How much higher nDCG@10 is with a rule than without, on one half of the questions."""
    cases, qrels = sets[name]
    part = cases[half::2]
    with_, without = (values(part, qrels, one, "nDCG@10") for one in (rule, None))
    return float((with_ - without).mean())


def table(sets: Sets) -> list[str]:
    """What each rule gains on each collection, even and odd questions apart, then the best one."""
    rules = dict(RULES)
    for label, rule in RULES.items():
        factor = chosen(sets, rule)
        rules[f"fused + {factor:g} x {label}"] = mixed(rule, factor)
    lines = ["Gain in nDCG@10, on even-numbered / odd-numbered questions:", ""]
    lines += [f"| order | {' | '.join(sets)} | mean |", "|---" * (len(sets) + 2) + "|"]
    best = {}
    for label, rule in rules.items():
        halves = np.array([[gain(sets, name, rule, half) for half in (0, 1)] for name in sets])
        best[label] = halves[:, 0].mean()
        shown = [f"{a:+.3f} / {b:+.3f}" for a, b in (*halves, halves.mean(axis=0))]
        lines.append(f"| {label} | {' | '.join(shown)} |")
    label = max(best, key=lambda one: best[one])
    return [*lines, "", *before_and_after(sets, label, rules[label]), "", seconds(sets)]


def before_and_after(sets: Sets, label: str, rule: Rule) -> list[str]:
    """The odd-numbered questions without and with the rule that was best on the others."""
    columns = "nDCG@10 before | after | difference, 95 % | p | hit@1 before | after | p"
    lines = [
        f"The best on even-numbered questions, {label}, on the odd-numbered ones "
        "(p: paired randomisation test):",
        "",
        f"| collection | questions | {columns} |",
        "|---" * 9 + "|",
    ]
    for name, (cases, qrels) in sets.items():
        part = cases[1::2]
        shown = []
        for metric in ("nDCG@10", "hit@1"):
            pair = [values(part, qrels, one, metric) for one in (None, rule)]
            found = compare(metric, *pair)
            span = f" | {found.difference:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"
            means = " | ".join(f"{one.mean():.3f}" for one in pair)
            shown.append(f"{means}{span if metric == 'nDCG@10' else ''} | {found.p:.3f}")
        lines.append(f"| {name} | {len(part)} | {' | '.join(shown)} |")
    return lines


def seconds(sets: Sets) -> str:
    """How long a question takes; processor time, which depends little on what else runs."""
    taken = [
        case.seconds for cases, _ in sets.values() for case in cases if case.seconds is not None
    ]
    return (
        f"Encoding and comparing {RERANKED} passages took {median(taken):.2f} s of one processor "
        f"a question (median of {len(taken)})."
    )


def main() -> None:
    """Ask, measure, and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--cache", type=Path, required=True)
    given = options.parse_args()
    sets = {}
    for name in NAMES:
        collection = read_collection(given.folder / name)
        measured = Measured(collection, given.cache / name)
        sets[name] = measured.cases(collection.judged()[:QUESTIONS]), collection.qrels
    TABLE.write_text("\n".join(table(sets)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
