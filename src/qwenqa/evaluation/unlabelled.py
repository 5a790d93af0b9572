"""An index measured without labels: with questions made from its own passages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from qwenqa.answers.marks import sentences
from qwenqa.answers.questions.known_item import (
    HardItem,
    KnownItem,
    Vocabulary,
    hard_items,
    known_items,
)
from qwenqa.errors import CollectionError
from qwenqa.evaluation.calibration import trust
from qwenqa.evaluation.metrics import retrieval
from qwenqa.evaluation.records import EvaluationReport, QuestionOutcome, Retrieval
from qwenqa.evaluation.run_queries import DEPTH, Asker, passages_of
from qwenqa.index.generation import Generation
from qwenqa.lexical.analysis import analyse, query_terms
from qwenqa.ranking import words
from qwenqa.service.library import Library
from qwenqa.types import Hit, Passage, Progress

QUESTIONS = 300
"""Questions made of each kind unless another number is asked for."""

_SAMPLED = 8
_TWINS = 50
_FEW = 100


def evaluate_index(
    library: Library,
    limit: int = QUESTIONS,
    progress: Callable[[Progress], None] = lambda _: None,
) -> EvaluationReport:
    """How well a library's index answers questions made from it, of which the answers are known.

    At most ``limit`` known-item questions are asked; the same with the answering sources left
    out, near-identical ones too; and as many that nothing answers. ``progress`` is told how many
    are asked; what it raises ends the measuring. Raises what ``Library.ask``
    raises for the index and the model, and CollectionError when no question can be made.
    """
    generation, _ = library.opened()
    passages = _sample(generation, _SAMPLED * limit)
    vocabulary = vocabulary_of(generation)
    items = known_items(passages, vocabulary, limit)
    if not items:
        raise CollectionError(
            "No question can be made from this index: no passage has a sentence with a number, a "
            "name or a date and enough other words. Measure on a collection: qwenqa evaluate FOLDER"
        )
    asked = _asked(library, items, hard_items(passages, vocabulary, limit), progress)
    answerable = [outcome for outcome in asked if outcome.kind == "answerable"]
    return EvaluationReport(
        name=str(library.settings.corpus),
        kind="index",
        model=generation.header.recipe.encoder.name,
        generation=generation.number,
        sources=len(generation.documents),
        passages=len(generation),
        retrieval=(_retrieval([outcome.rank for outcome in answerable]),),
        ranks=_ranks([outcome.rank for outcome in answerable]),
        trust=trust(asked),
        notes=_notes(asked, len(generation.documents)),
    )


def vocabulary_of(generation: Generation) -> Vocabulary:
    """The terms of an index, and how rare each is in it."""
    return Vocabulary(analyse, query_terms, generation.lexical.rarity)


def holding(generation: Generation, item: KnownItem) -> tuple[str, ...]:
    """Addresses of the sources that hold the answering sentence, the item's own first.

    Looked for among the passages nearest to the sentence by its words.
    """
    sentence = _sentence(generation, item)
    ids = generation.lexical_candidates(query_terms(sentence, generation.languages), _TWINS)
    twins = (
        passage.source.address
        for passage in generation.passages(list(ids))
        if _has(passage, sentence)
    )
    return tuple(dict.fromkeys((item.address, *twins)))


def _asked(
    library: Library,
    items: Sequence[KnownItem],
    hard: Sequence[HardItem],
    progress: Callable[[Progress], None],
) -> list[QuestionOutcome]:
    """The known items, each with the same one left out behind it, and the hard ones."""
    questions = [*(item.question for item in items), *(item_asked.question for item_asked in hard)]
    progress(Progress("asking", 0, len(questions)))
    asker = Asker(library, questions)
    asked: list[QuestionOutcome] = []
    for done, item in enumerate(items, start=1):
        holds = partial(_holds, sentence=_sentence(asker.generation, item))
        asked.append(asker.ask(item.question, "answerable", holds))
        without = asker.ask_without(item.question, holding(asker.generation, item))
        asked += [without] if without else []
        progress(Progress("asking", done, len(questions)))
    for done, item_asked in enumerate(hard, start=1 + len(items)):
        outcome = _asked_hard(asker, item_asked.question)
        asked += [outcome] if outcome else []
        progress(Progress("asking", done, len(questions)))
    return asked


def _asked_hard(asker: Asker, question: str) -> QuestionOutcome | None:
    """A hard question; None where one passage has all of its words and may answer after all."""
    result = asker.find(question)
    passages = (one for hit in result.hits for one in passages_of(hit))
    if any(
        sentences.coverage(passage.text, result.weights, result.analysis(passage)) == 1
        for passage in passages
    ):
        return None
    return asker.answered(result, question, "unanswerable", lambda _: False)


def _sample(generation: Generation, count: int) -> list[Passage]:
    """As many passages as questions may need, those of the lowest digests."""
    digests = np.asarray([bytes(digest) for digest in generation.table["digest"]], dtype=object)
    ids = generation.table["id"][np.argsort(digests, kind="stable")[:count]]
    return generation.passages([int(id_) for id_ in ids])


def _sentence(generation: Generation, item: KnownItem) -> str:
    passage = generation.passages([item.passage])[0]
    return passage.text[item.sentence.start - passage.start : item.sentence.end - passage.start]


def _holds(hit: Hit, sentence: str) -> bool:
    return any(_has(passage, sentence) for passage in passages_of(hit))


def _has(passage: Passage, sentence: str) -> bool:
    """Whether a passage has the sentence's words, one after the other."""
    return f" {' '.join(words(sentence))} " in f" {' '.join(words(passage.text))} "


def _retrieval(ranks: Sequence[int | None]) -> Retrieval:
    """The metrics, as of a run that has one relevant hit at each of these ranks."""
    hits = {str(rank): 1 / rank for rank in range(1, DEPTH + 1)}
    run = {str(number): hits for number in range(len(ranks))}
    qrels = {str(number): {str(rank): 1} for number, rank in enumerate(ranks)}
    return retrieval("fused", qrels, run, DEPTH)


def _ranks(ranks: Sequence[int | None]) -> tuple[int, ...]:
    return (*(ranks.count(rank) for rank in range(1, DEPTH + 1)), ranks.count(None))


def _notes(asked: Sequence[QuestionOutcome], sources: int) -> tuple[str, ...]:
    count = sum(outcome.kind == "answerable" for outcome in asked)
    notes = ["The questions are made by rules from the documents; real ones may be harder."]
    if count < _FEW:
        notes.append(f"Only {count} questions could be made, so that the figures are uncertain.")
    if sources == 1:
        notes.append(
            "The index has one source, so that none can be left out: how well it abstains is not "
            "measured."
        )
    return tuple(notes)
