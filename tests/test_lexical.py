"""Word search agrees with BM25 written in ten lines, and words are analysed as people expect."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwenqa.errors import DamagedError
from qwenqa.lexical import LexicalIndex, analyse, build, query_terms


def bm25(texts: dict[int, list[str]], query: list[str], depth: int) -> dict[int, float]:
    """BM25 with k1 = 1.2 and b = 0.75, as Robertson and Zaragoza write it."""
    total = len(texts)
    mean = sum(map(len, texts.values())) / max(total, 1)
    scores: Counter[int] = Counter()
    for term in query:
        holding = [id_ for id_, terms in texts.items() if term in terms]
        idf = math.log(1 + (total - len(holding) + 0.5) / (len(holding) + 0.5))
        for id_ in holding:
            count = texts[id_].count(term)
            length = 1.2 * (1 - 0.75 + 0.75 * len(texts[id_]) / mean)
            scores[id_] += idf * count * 2.2 / (count + length)
    best = sorted(scores.items(), key=lambda item: (-round(item[1], 6), item[0]))
    return dict(best[:depth])


_text = st.lists(st.sampled_from(["owl", "wren", "tin", "brig", "tea", "sail"]), max_size=30)


@settings(max_examples=20)  # each writes an index
@given(
    texts=st.lists(_text, max_size=40),
    query=st.lists(
        st.sampled_from(["owl", "wren", "tin", "brig", "absent"]), unique=True, max_size=4
    ),
    depth=st.integers(1, 50),
)
def test_search_is_bm25(
    tmp_path_factory: pytest.TempPathFactory, texts: list[list[str]], query: list[str], depth: int
) -> None:
    """The scores are BM25's; the order is by score and then id, and holds nothing else."""
    folder = tmp_path_factory.mktemp("lexical")
    documents = {2**62 + n: terms for n, terms in enumerate(texts)}
    build(folder, ((id_, "a.txt", " ".join(terms)) for id_, terms in reversed(documents.items())))
    found = LexicalIndex(folder).search(query, depth)
    expected = bm25(documents, query, depth)
    assert list(found.values()) == pytest.approx(list(expected.values()), rel=1e-5)
    everything = bm25(documents, query, len(texts))
    assert all(everything[id_] == pytest.approx(found[id_], rel=1e-5) for id_ in found)
    assert list(found) == sorted(found, key=lambda id_: (-found[id_], id_))


def test_equal_passages_rank_by_id(tmp_path: Path) -> None:
    """With more ties than asked for, the lowest ids are returned, in order."""
    build(tmp_path, [(id_, "a.txt", "owl wren") for id_ in range(200, 0, -1)])
    index = LexicalIndex(tmp_path)
    assert list(index.search(["owl"], 3)) == [1, 2, 3]
    assert len(index) == index.frequency("wren") == 200


def test_an_empty_index_and_an_empty_query_find_nothing(tmp_path: Path) -> None:
    """Nothing asked, or nothing held, is no error."""
    build(tmp_path, [])
    assert LexicalIndex(tmp_path).search(["owl"], 5) == {}
    assert LexicalIndex(tmp_path).search([], 5) == {}


def test_an_enormous_word_does_no_harm(tmp_path: Path) -> None:
    """A word longer than an index takes is left out; the words around it are found."""
    build(tmp_path, [(1, "a.txt", "owl " + "x" * 200_000 + " wren")])
    assert list(LexicalIndex(tmp_path).search(["wren"], 5)) == [1]


def test_a_folder_without_an_index_is_damaged(tmp_path: Path) -> None:
    """Tantivy's own errors do not leak."""
    with pytest.raises(DamagedError):
        LexicalIndex(tmp_path)


ANALYSED = {
    "running runs": ["run", "run"],
    "Émigré naïve": ["emigr", "naiv"],
    "0.8B to 397B": ["0.8b", "to", "397b"],
    "1,000,000": ["1,000,000"],
    "depar-\ntures": ["departur"],
    "depar\u00adtures": ["departur"],
    "well-known": ["well", "known"],
    "模型很大": ["模型", "型很", "很大"],
    "大": ["大"],
    "大。 小3": ["大", "小", "3"],
    "Qwen模型3": ["qwen", "模型", "3"],
    "ﬁne ＡＢＣ": ["fine", "abc"],
    "e\u0301t\u00e9": ["ete"],
    "snake_case": ["snake", "case"],
    "Größe": ["gross"],
    "🙂 — !": [],
}


@pytest.mark.parametrize("text", ANALYSED)
def test_words_are_analysed(text: str) -> None:
    """Folded, stemmed, decimals whole, hyphenation undone, Chinese in pairs."""
    assert [one.term for one in analyse(text)] == ANALYSED[text]


@given(text=st.text(max_size=80) | st.text(alphabet="ab模型 -\n.3\u0301\u00ad", max_size=40))
def test_terms_are_spans_of_the_text(text: str) -> None:
    """Each term's span lies in the text, in order, and analysing it gives the same term."""
    at = 0
    for term, start, end in analyse(text):
        assert at <= start < end <= len(text)
        assert term in [one.term for one in analyse(text[start:end])]
        at = start


@pytest.mark.parametrize("word", ["wren", "WREN", "wrens", "Wrén"])
def test_questions_and_passages_meet(tmp_path: Path, word: str) -> None:
    """Case, number and accents do not keep a question from its passage."""
    build(tmp_path, [(1, "a.txt", "The wren sings"), (2, "b.txt", "An owl")])
    assert list(LexicalIndex(tmp_path).search(query_terms(f"What is a {word}?"), 5)) == [1]


def test_function_words_count_only_when_alone() -> None:
    """A question's little words are dropped, unless it has no others; terms are not repeated."""
    assert query_terms("Who is the owl of the owls?") == ["owl"]
    assert query_terms("To be or not to be") == ["to", "be", "or", "not"]
    assert query_terms("?!") == []
