"""Word search agrees with BM25 written in ten lines, and words are analysed as people expect."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable
from unittest import mock

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qwenqa.errors import DamagedError
from qwenqa.lexical.analysis import analyse, naming, query_terms
from qwenqa.lexical.bm25 import LexicalIndex
from qwenqa.lexical.languages import FUNCTION_WORDS, language_of, stem
from qwenqa.lexical.postings import Postings, PostingsDraft, Terms
from qwenqa.types import Group


def bm25(texts: dict[int, list[str]], query: list[Group], depth: int) -> dict[int, float]:
    """BM25 with k1 = 1.2 and b = 0.75, as Robertson and Zaragoza write it; a group is a term."""
    total = len(texts)
    mean = sum(map(len, texts.values())) / max(total, 1)
    scores: Counter[int] = Counter()
    for group in query:
        holding = [id_ for id_, terms in texts.items() if any(term in terms for term in group)]
        idf = math.log(1 + (total - len(holding) + 0.5) / (len(holding) + 0.5))
        for id_ in holding:
            count = sum(texts[id_].count(term) for term in group)
            length = 1.2 * (1 - 0.75 + 0.75 * len(texts[id_]) / mean)
            scores[id_] += idf * count * 2.2 / (count + length)
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return dict(best[:depth])


_groups = st.lists(
    st.sampled_from(["owl", "wren", "tin", "brig", "absent"]), unique=True, max_size=5
).flatmap(lambda terms: st.integers(1, 3).map(lambda n: groups_of(terms, n)))


def groups_of(terms: list[str], size: int) -> list[Group]:
    """These terms in groups of a size."""
    return [tuple(terms[at : at + size]) for at in range(0, len(terms), size)]


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
    places = np.asarray([ids.index(text) for text in texts], np.int64)
    return LexicalIndex(np.asarray(ids, np.uint64), [(postings(texts.values()), places)])


def same(one: Postings, other: Postings) -> bool:
    """Whether two postings are equal in every part."""
    return one.terms.data == other.terms.data and all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("starts", "rows", "counts", "lengths")
    )


@given(
    texts=st.lists(_text, max_size=40),
    query=_groups,
    depth=st.integers(1, 50),
)
def test_search_is_bm25(texts: list[list[str]], query: list[Group], depth: int) -> None:
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
    query=_groups,
    dice=st.randoms(use_true_random=False),
)
def test_segments_and_the_dead_leave_no_trace(
    segments: list[list[tuple[list[str], bool]]], query: list[Group], dice: random.Random
) -> None:
    """However texts lie in segments, and whatever died in them: scores equal to the last bit."""
    rows = [[(" ".join(terms), lives) for terms, lives in segment] for segment in segments]
    living = [text for row in rows for text, lives in row if lives]
    ids = dice.sample(range(1, 1000), len(living))
    numbers = iter(range(len(living)))
    place = {id_: at for at, id_ in enumerate(sorted(ids))}
    parts = [
        (
            postings(text for text, _ in row),
            np.asarray([place[ids[next(numbers)]] if lives else -1 for _, lives in row], np.int64),
        )
        for row in rows
    ]
    joined = LexicalIndex(np.asarray(sorted(ids), np.uint64), parts)
    alone = index(dict(sorted(zip(ids, living, strict=True))))
    assert list(joined.search(query, 50).items()) == list(alone.search(query, 50).items())
    assert [joined.frequency(one) for one in query] == [alone.frequency(one) for one in query]


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
    everywhere = built.search([("owl",)], 5)
    assert built.search([("owl",)], 5, chosen) == {id_: everywhere[id_] for id_ in (1, 3)}


def test_equal_passages_rank_by_id() -> None:
    """With more ties than asked for, the lowest ids are returned, in order."""
    built = index(dict.fromkeys(range(200, 0, -1), "owl wren"))
    assert list(built.search([("owl",)], 3)) == [1, 2, 3]
    assert len(built) == built.frequency(("wren",)) == 200


def test_an_empty_index_and_an_empty_query_find_nothing() -> None:
    """Nothing asked, or nothing held, is no error."""
    assert index({}).search([("owl",)], 5) == {}
    assert index({1: "owl"}).search([], 5) == {}
    assert LexicalIndex(np.empty(0, np.uint64), []).search([("owl",)], 5) == {}


def test_an_enormous_word_does_no_harm() -> None:
    """The words around a word of any length are found."""
    for word in ("x" * 200_000, "x" + "1" * 200_000, "x_" * 100_000, "xX1." * 50_000):
        assert list(index({1: f"owl {word} wren"}).search([("wren",)], 5)) == [1]


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
    "1,000,000 1'000": ["1000000", "1000"],
    "depar-\ntures": ["departur"],
    "depar\u00adtures": ["departur"],
    "well-known": ["wellknown", "well", "known"],
    "模型很大": ["模型", "模", "型很", "型", "很大", "很", "大"],
    "大": ["大"],
    "大。 小3": ["大", "小", "3"],
    "Qwen模型3": ["qwen", "模型", "模", "型", "3"],
    "ﬁne ＡＢＣ": ["fine", "abc"],
    "e\u0301t\u00e9": ["ete"],
    "snake_case": ["snakecas", "snake", "case"],
    "maxRetries": ["maxretri", "max", "retri"],
    "os.path": ["ospath", "os", "path"],
    "XMLHttpRequest": ["xmlhttprequest", "xml", "http", "request"],
    "GPUs MHz 0.8B": ["gpus", "mhz", "0.8b"],
    "C++, C#": ["c++", "c", "c#", "c"],
    "v1.2.3 1.2.3": ["v1.2.3", "v", "1.2.3", "1.2.3"],
    "2020-01-15": ["2020", "01", "15"],
    "U.S.A.": ["usa", "u", "s", "a"],
    "Größe": ["gross"],
    "हिन्दी": ["हिनदी"],
    "🙂 — !": [],
}


@pytest.mark.parametrize("text", ANALYSED)
def test_words_are_analysed(text: str) -> None:
    """Folded, stemmed, numbers whole, hyphenation undone, joined words whole and in parts."""
    assert [term for term, _, _ in analyse(text)] == ANALYSED[text]


@pytest.mark.parametrize(
    ("text", "language", "terms"),
    [
        ("las poblaciones", "es", ["es:las", "es:poblacion"]),
        ("Häuser Haeuser Haus", "de", ["de:haus"] * 3),
        ("1.000,5 3,14 1.234", "de", ["1000.5", "3.14", "1234"]),
        ("模型", "de", ["模型", "模", "型"]),
    ],
)
def test_words_are_stemmed_by_their_language(text: str, language: str, terms: list[str]) -> None:
    """Stems of other languages are kept apart; numbers and Chinese are the same in all."""
    assert [term for term, _, _ in analyse(text, language)] == terms


SPOKEN = {
    "The heron waits at the edge of the water and does not move.": "en",
    "La garza espera en la orilla del agua y no se mueve.": "es",
    "Der Reiher wartet am Rand des Wassers und bewegt sich nicht.": "de",
    "Le héron attend au bord de l'eau et ne bouge pas.": "fr",
    "L'airone aspetta sulla riva del lago e non si muove.": "it",
    "A garça espera na margem do rio e não se move.": "pt",
    "De reiger wacht aan de rand van het water en beweegt niet.": "nl",
    "Цапля ждёт на берегу реки и не двигается, как и все.": "ru",
    "苍鹭在水边等待": "en",
    "k = m / n, z = k + o": "en",
    "the of and the of and the of and la el los las": "en",
    "Los Angeles, La Jolla": "en",
    "": "en",
}


@pytest.mark.parametrize("text", SPOKEN)
def test_a_text_shows_its_language_by_its_function_words(text: str) -> None:
    """That with most of them; English where none has enough, as in formulas and names."""
    assert language_of(text) == SPOKEN[text]


def test_what_a_source_says_of_its_language_is_believed_unless_the_text_denies_it() -> None:
    """Where the text does not say, and between near relations; not against the words."""
    assert language_of("Reiher", "de-AT") == "de"
    assert language_of("Reiher", "tlh") == "en"
    assert language_of("Og det er en hegre som står på en stein.", "nb") == "no"
    assert language_of("Der Reiher wartet am Rand des Wassers und bewegt sich nicht.", "en") == "de"


@pytest.mark.parametrize("language", FUNCTION_WORDS)
def test_each_language_that_is_told_has_stems(language: str) -> None:
    """Whatever a document is said to be in, its words can be stemmed."""
    assert all(stem(word, language) for word in FUNCTION_WORDS[language])


@given(text=st.text(max_size=80) | st.text(alphabet="abBC模型 -_+#\n.,3\u0301\u00ad", max_size=40))
@example("模\u03010.A")
def test_terms_are_spans_of_the_text(text: str) -> None:
    """Each term's span lies in the text, in order, and analysing it gives the same term."""
    at = 0
    for term, start, end in analyse(text):
        assert at <= start < end <= len(text)
        assert term in [same for same, _, _ in analyse(text[start:end])]
        at = start


@given(words=st.lists(st.text("abBC'模-_+#.,3\u0301\u00ad", min_size=1, max_size=9), max_size=6))
def test_words_apart_are_analysed_alike(words: list[str]) -> None:
    """What stands before a space is read as if nothing came after it."""
    alone = [term for word in words for term, _, _ in analyse(word)]
    assert [term for term, _, _ in analyse("; ".join(words))] == alone


@pytest.mark.parametrize("word", ["wren", "WREN", "wrens", "Wrén"])
def test_questions_and_passages_meet(word: str) -> None:
    """Case, number and accents do not keep a question from its passage."""
    built = index({1: "The wren sings", 2: "An owl"})
    assert list(built.search(query_terms(f"What is a {word}?"), 5)) == [1]


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("max_retries", "set maxRetries to 3"),
        ("max retries", "set maxRetries to 3"),
        ("maxRetries", "set MAX_RETRIES to 3"),
        ("maxRetries", "the max-retries option"),
        ("e-mail", "an email came"),
        ("email", "an e-mail came"),
        ("wifi", "a Wi-Fi network"),
        ("COVID-19", "a test for covid19"),
        ("iphone", "an iPhone rang"),
        ("join", "call os.path.join here"),
        ("ospath.join", "call os.path.join here"),
        ("1.2.3", "released as v1.2.3"),
        ("v1.2.3", "released as 1.2.3"),
        ("C++", "written in C++."),
        ("1000", "it cost 1,000 pounds"),
        ("twenty one", "twenty-one owls"),
        ("水", "喝水吗"),
        ("什么是大模型", "大模型"),
    ],
)
def test_a_name_is_found_however_it_is_joined(asked: str, written: str) -> None:
    """Parts and wholes, with and without separators, find each other."""
    built = index({1: "An owl sings", 2: written})
    assert list(built.search(query_terms(f"Where is {asked}?"), 5)) == [2]


def test_a_name_with_a_sign_is_more_than_its_letter() -> None:
    """C++ is first where C++ is written, not where C is."""
    built = index({1: "C and C and C", 2: "C++ and C", 3: "C# and C"})
    assert next(iter(built.search(query_terms("C++"), 5))) == 2
    assert next(iter(built.search(query_terms("C#"), 5))) == 3


def test_a_joined_word_counts_no_more_than_its_parts() -> None:
    """Its whole stands for its longest part, in the question and in a passage's length."""
    assert query_terms("well-known owls") == [("wellknown", "known"), ("well",), ("owl",)]
    assert postings(["a well-known owl", "模型"]).lengths.tolist() == [4, 2]


def test_function_words_count_only_when_alone() -> None:
    """A question's little words are dropped, unless it has no others; terms are not repeated."""
    assert query_terms("Who is the owl of the owls?") == [("owl",)]
    assert query_terms("To be or not to be") == [("to",), ("be",), ("or",), ("not",)]
    assert query_terms("什么") == [("什么",), ("什",), ("么",)]
    assert query_terms("谁画了猫头鹰") == query_terms("画了猫头鹰")
    assert query_terms("?!") == []


def test_a_question_is_asked_in_each_language_of_the_documents() -> None:
    """A word is what it becomes in each; words that become the same in one are one."""
    assert query_terms("poblaciones", ("es", "en")) == [("es:poblacion", "poblacion")]
    assert query_terms("owl owls", ("en", "de")) == [("owl", "de:owl")]


def test_only_function_words_of_the_question_s_language_are_dropped() -> None:
    """A German article is an English question's weighty word."""
    languages = ("de", "en")
    assert query_terms("Why did the king die?", languages) == [
        ("de:king", "king"),
        ("de:die", "die"),
    ]
    assert query_terms("Wann war die Krönung?", languages) == [("de:kronung", "kronung")]


def test_each_language_is_found_by_its_own_stems() -> None:
    """The same name is found in documents of every language, inflected words in their own."""
    draft = PostingsDraft()
    for text, language in [("Mendel cultivó guisantes", "es"), ("Mendel grew peas", "en")]:
        draft.add(text, language)
    built = LexicalIndex(np.asarray([1, 2], np.uint64), [(draft.finish(), np.arange(2))])
    languages = ("en", "es")
    assert list(built.search(query_terms("Mendel", languages), 5)) == [1, 2]
    assert list(built.search(query_terms("¿Quién cultivaba un guisante?", languages), 5)) == [1]
    assert list(built.search(query_terms("Who grew a pea?", languages), 5)) == [2]


def test_what_counted_has_the_name_of_the_question_s_word() -> None:
    """In a passage's language, the terms of a group have the group's name and no others do."""
    groups = query_terms("¿Dónde está la población de guisantes?", ("en", "es"))
    named = [term for term, _, _ in naming(groups, "es")("las poblaciones sin guisante")]
    assert [term for term in named if term in {group[0] for group in groups}] == [
        groups[0][0],
        groups[1][0],
    ]


_skewed = st.lists(st.sampled_from(["the", "owl", "owl", "owl", "wren", "heron"]), max_size=5)


@given(
    segments=st.lists(st.lists(_skewed, min_size=1, max_size=12), min_size=1, max_size=3),
    dead=st.frozensets(st.integers(0, 35)),
    outside=st.frozensets(st.integers(0, 35)),
    groups=st.lists(st.sampled_from(["owl", "wren", "heron", "eel"]), unique=True, max_size=4),
    depth=st.integers(1, 6),
)
def test_what_is_not_looked_at_could_not_be_among_the_best(
    segments: list[list[list[str]]],
    dead: frozenset[int],
    outside: frozenset[int],
    groups: list[str],
    depth: int,
) -> None:
    """However few are asked for, they are the first of all passages, scored one by one."""
    parts, count, rows = [], 0, 0
    for segment in segments:
        places = np.full(len(segment), -1)
        for row in range(len(segment)):
            if rows + row not in dead:
                places[row], count = count, count + 1
        rows += len(segment)
        parts.append((postings(map(" ".join, segment)), places))
    built = LexicalIndex(np.arange(1, count + 1, dtype=np.uint64), parts)
    asked: list[Group] = [(group,) for group in groups]
    scores = built.scores(asked, range(1, count + 1))
    shares = built.shares(asked, list(scores))
    assert [sum(share.values()) for share in shares] == list(scores.values())
    within = np.array([place not in outside for place in range(count)], np.bool_)
    whole = sorted((-score, id_) for id_, score in scores.items() if within[id_ - 1])
    best = built.search(asked, depth, within)
    assert list(best.items()) == [(id_, -score) for score, id_ in whole[:depth]]
    assert list(built.search(asked, depth)) == [
        id_ for _, id_ in sorted((-score, id_) for id_, score in scores.items())[:depth]
    ]


@pytest.mark.parametrize("seed", range(8))
def test_what_is_left_out_is_never_among_the_best(seed: int) -> None:
    """Nor in collections in which rare and usual words compete, whatever their lengths."""
    dice = random.Random(seed)
    words, often = list("abcdefgh"), [1, 2, 3, 5, 8, 13, 21, 40]
    for _ in range(40):
        texts = {
            n: " ".join(
                f"w{choice}" for choice in dice.choices(words, often, k=dice.randint(1, 12))
            )
            for n in range(1, 61)
        }
        built, depth = index(texts), dice.randint(1, 8)
        asked: list[Group] = [(f"w{one}",) for one in dice.sample(words, dice.randint(1, 5))]
        whole = sorted((-score, id_) for id_, score in built.scores(asked, list(texts)).items())
        assert list(built.search(asked, depth).items()) == [
            (id_, -score) for score, id_ in whole[:depth]
        ]


def test_rarity_is_the_inverse_frequency() -> None:
    """ln(1 + (N - n + 0.5) / (n + 0.5)), by hand for N = 10 and n = 2."""
    built = index({n: "owl" if n == 1 else "owls" if n == 2 else "tin" for n in range(1, 11)})
    assert built.weights([("owl", "owls")]) == {"owl": pytest.approx(math.log(1 + 8.5 / 2.5))}


def test_postings_of_a_usual_word_are_not_walked_for_nothing() -> None:
    """A word in every passage adds too little to bring one among the best by itself."""
    texts = {n: "owl wren" if n % 20 == 0 else "owl" for n in range(1, 2001)}
    built = index(texts)
    asked: list[Group] = [("owl",), ("wren",)]
    assert built.frequency(("owl",)) == 2000
    with mock.patch.object(built._words, "holding", wraps=built._words.holding) as walked:
        best = built.search(asked, 10)
    assert [call.args for call in walked.call_args_list] == [(("wren",),)]
    assert list(best.items()) == list(built.scores(asked, list(range(20, 201, 20))).items())
