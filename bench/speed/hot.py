"""How long the functions take that every question runs, one by one.

``python -m pytest bench/speed/hot.py`` prints pytest-benchmark's table; nothing is asserted of times.
Texts are made here: words as frequent as in language (Zipf), with a fixed seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from zipf import write_corpus

from qwenqa import Library
from qwenqa.answers.citations import claims
from qwenqa.answers.marks import sentences
from qwenqa.index.generation import Generation
from qwenqa.lexical.analysis import analyse, query_terms
from qwenqa.ranking import fold, fuse, join
from qwenqa.search import Candidates, candidates, search
from qwenqa.service.ask.search import find, query_vector
from qwenqa.types import Group, Vectors

PASSAGES = 2_000


class Asked:
    """An index of made passages, and one question of it with all that its stages hand on."""

    def __init__(self, folder: Path) -> None:
        """Build the index with the toy encoder."""
        self.question = write_corpus(folder / "corpus", PASSAGES, 10)[0]
        self.library = Library(folder / "corpus", folder / "index", "toy")
        self.library.rebuild()
        self.generation, encoder = self.library.opened()
        self.words: list[Group] = query_terms(self.question, self.generation.languages)
        self.vector: Vectors = query_vector(self.generation, encoder, self.question)
        self.candidates: Candidates = candidates(self.generation, lambda: self.vector, self.words)
        self.found = find(self.generation, encoder, self.question, 5)
        self.ids = list(self.candidates.traces)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """The one index of all functions."""
    yield Asked(tmp_path_factory.mktemp("hot"))


def test_whole_question(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """Ask, the toy encoder's vector and the verification of the cited files included."""
    benchmark(asked.library.ask, asked.question)


def test_question_to_terms(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """The question's words."""
    benchmark(query_terms, asked.question, asked.generation.languages)


def test_passage_to_terms(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """The words of a passage."""
    benchmark(analyse, asked.found.hits[0].passage.text)


def test_candidates(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """Both retrievers and their fusion."""
    benchmark(candidates, asked.generation, lambda: asked.vector, asked.words)


def test_words_search(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """The best passages by BM25."""
    benchmark(asked.generation.lexical_candidates, asked.words, 100)


def test_words_scores(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """BM25 of the candidates."""
    benchmark(asked.generation.lexical_scores, asked.words, asked.ids)


def test_vectors_search(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """The nearest passages."""
    benchmark(asked.generation.dense_candidates, asked.vector, 100)


def test_vectors_scores(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """Cosines of the candidates."""
    benchmark(asked.generation.dense_scores, asked.vector, asked.ids)


def test_spread(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """How the cosines of a sample lie."""
    benchmark(asked.generation.spread, asked.vector)


def test_fuse(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """Two rankings into one."""
    benchmark(fuse, asked.candidates.dense, asked.candidates.lexical)


def test_outlines(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """What folding and joining need of the candidates."""
    benchmark(asked.generation.outlines, asked.ids)


def test_fold_and_join(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """Candidates to what five hits show."""
    outlines, traces = asked.generation.outlines(asked.ids), asked.candidates.traces
    benchmark(lambda: join(fold(outlines), traces, 5))


def test_search(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """Vector and words to hits, their texts read."""
    benchmark(search, asked.generation, lambda: asked.vector, asked.words, 5)


def test_passages(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """Five passages read."""
    benchmark(asked.generation.passages, asked.ids[:5])


def test_marks(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """Which sentences of five hits answer."""
    found = asked.found
    benchmark(sentences.marks, found.hits, found.weights, found.analysis)


def test_cite(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """A passage's citation."""
    benchmark(claims.cite, asked.found.hits[0].passage)


def test_verify(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """A citation against the file on disk, hashed again."""
    citation = claims.cite(asked.found.hits[0].passage)
    benchmark(lambda: asked.library._files.verified(asked.generation, citation, {}))


def test_open(benchmark: BenchmarkFixture, asked: Asked) -> None:
    """The index, every byte of it verified."""
    folder, header = asked.generation.folder, asked.generation.header
    benchmark(lambda: Generation(folder, header).close())


@pytest.mark.parametrize("rarest", [True, False], ids=["rare words", "usual words"])
def test_words_search_by_rarity(benchmark: BenchmarkFixture, asked: Asked, rarest: bool) -> None:
    """The best passages by the rarest or the most usual words of a passage."""
    lexical = asked.generation.lexical
    terms = {term for term, _, _ in analyse(asked.found.hits[0].passage.text)}
    ordered = sorted(((term,) for term in terms), key=lexical.frequency)
    benchmark(lexical.search, ordered[:6] if rarest else ordered[-6:], 100)
    assert np.isfinite(list(lexical.search(ordered, 1).values())).all()
