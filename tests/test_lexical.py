"""Word search agrees with BM25 written in ten lines, and words are analysed as people expect."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwenqa.errors import DamagedError
from qwenqa.lexical.analysis import analyse, query_terms
from qwenqa.lexical.bm25 import LexicalIndex
from qwenqa.lexical.postings import Postings, PostingsDraft, Terms


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
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return dict(best[:depth])


_text = st.lists(st.sampled_from(["owl", "wren", "tin", "brig", "tea", "sail"]), max_size=30)


def postings(texts: Iterable[str]) -> Postings:
    """One segment with these texts as its rows."""
    draft = PostingsDraft()
    for text in texts:
        draft.add(text)
    return draft.finish()


def index(texts: dict[int, str]) -> LexicalIndex:
    """An index of texts by id in one segment, in the order given."""
    ids = sorted(texts)
    places = np.asarray([ids.index(one) for one in texts], np.int64)
    return LexicalIndex(np.asarray(ids, np.uint64), [(postings(texts.values()), places)])


def same(one: Postings, other: Postings) -> bool:
    """Whether two postings are equal in every part."""
    return one.terms.data == other.terms.data and all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("starts", "rows", "counts", "lengths")
    )


@given(
    texts=st.lists(_text, max_size=40),
    query=st.lists(
        st.sampled_from(["owl", "wren", "tin", "brig", "absent"]), unique=True, max_size=4
    ),
    depth=st.integers(1, 50),
)
def test_search_is_bm25(texts: list[list[str]], query: list[str], depth: int) -> None:
    """The scores are BM25's; the order is by score and then id, and holds nothing else."""
    documents = {2**62 + n: terms for n, terms in enumerate(texts)}
    built = index({id_: " ".join(terms) for id_, terms in reversed(documents.items())})
    found = built.search(query, depth)
    assert found == pytest.approx(bm25(documents, query, depth), rel=1e-12)
    assert list(found) == list(bm25(documents, query, depth))
    everywhere = built.search(query, len(texts) + 1)
    assert built.scores(query, list(reversed(documents))) == everywhere
    chosen = list(documents)[::2]
    assert built.scores(query, chosen) == {
        id_: everywhere[id_] for id_ in chosen if id_ in everywhere
    }


@given(
    segments=st.lists(st.lists(st.tuples(_text, st.booleans()), max_size=12), max_size=5),
    query=st.lists(st.sampled_from(["owl", "wren", "tin", "sail"]), unique=True, max_size=4),
    dice=st.randoms(use_true_random=False),
)
def test_segments_and_the_dead_leave_no_trace(
    segments: list[list[tuple[list[str], bool]]], query: list[str], dice: random.Random
) -> None:
    """However texts lie in segments, and whatever died in them: scores equal to the last bit."""
    rows = [[(" ".join(terms), lives) for terms, lives in one] for one in segments]
    living = [text for one in rows for text, lives in one if lives]
    ids = dice.sample(range(1, 1000), len(living))
    numbers = iter(range(len(living)))
    place = {id_: at for at, id_ in enumerate(sorted(ids))}
    parts = [
        (
            postings(text for text, _ in one),
            np.asarray([place[ids[next(numbers)]] if lives else -1 for _, lives in one], np.int64),
        )
        for one in rows
    ]
    joined = LexicalIndex(np.asarray(sorted(ids), np.uint64), parts)
    alone = index(dict(sorted(zip(ids, living, strict=True))))
    assert list(joined.search(query, 50).items()) == list(alone.search(query, 50).items())
    assert [joined.frequency(term) for term in query] == [alone.frequency(term) for term in query]


@given(texts=st.lists(_text, max_size=20), data=st.data())
def test_taken_rows_are_as_if_added(texts: list[list[str]], data: st.DataObject) -> None:
    """Rows taken over from other postings, in any order, give what adding their texts gives."""
    told = [" ".join(terms) for terms in texts]
    chosen = data.draw(st.lists(st.sampled_from(range(len(told))), unique=True)) if told else []
    draft = PostingsDraft()
    draft.add("owl tea owl")
    draft.take(postings(told), np.asarray(chosen, np.int64))
    draft.add("brig")
    assert same(draft.finish(), postings(["owl tea owl", *(told[n] for n in chosen), "brig"]))


def test_within_some_passages_scores_stay_those_of_the_whole() -> None:
    """A filter takes passages away and changes no score of the others."""
    built = index({1: "owl owl", 2: "owl", 3: "wren owl"})
    chosen = np.asarray([True, False, True])
    everywhere = built.search(["owl"], 5)
    assert built.search(["owl"], 5, chosen) == {id_: everywhere[id_] for id_ in (1, 3)}


def test_equal_passages_rank_by_id() -> None:
    """With more ties than asked for, the lowest ids are returned, in order."""
    built = index(dict.fromkeys(range(200, 0, -1), "owl wren"))
    assert list(built.search(["owl"], 3)) == [1, 2, 3]
    assert len(built) == built.frequency("wren") == 200


def test_an_empty_index_and_an_empty_query_find_nothing() -> None:
    """Nothing asked, or nothing held, is no error."""
    assert index({}).search(["owl"], 5) == {}
    assert index({1: "owl"}).search([], 5) == {}
    assert LexicalIndex(np.empty(0, np.uint64), []).search(["owl"], 5) == {}


def test_an_enormous_word_does_no_harm() -> None:
    """The words around a word of any length are found."""
    assert list(index({1: "owl " + "x" * 200_000 + " wren"}).search(["wren"], 5)) == [1]


def test_parts_that_do_not_belong_together_are_damaged() -> None:
    """Postings of other files are refused before anything is looked up in them."""
    whole = postings(["owl wren", "owl"])
    with pytest.raises(DamagedError):
        Postings(Terms(b"owl\n"), whole.starts, whole.rows, whole.counts, whole.lengths)
    with pytest.raises(DamagedError):
        Postings(whole.terms, whole.starts, whole.rows[:-1], whole.counts, whole.lengths)


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
def test_questions_and_passages_meet(word: str) -> None:
    """Case, number and accents do not keep a question from its passage."""
    built = index({1: "The wren sings", 2: "An owl"})
    assert list(built.search(query_terms(f"What is a {word}?"), 5)) == [1]


def test_function_words_count_only_when_alone() -> None:
    """A question's little words are dropped, unless it has no others; terms are not repeated."""
    assert query_terms("Who is the owl of the owls?") == ["owl"]
    assert query_terms("To be or not to be") == ["to", "be", "or", "not"]
    assert query_terms("?!") == []
