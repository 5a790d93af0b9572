"""Marks: which sentences of a whole answer are said to answer, and how good each is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwenqa import Hit, Library, Passage, Source, Span
from qwenqa.answers.marks import sentences as marking
from qwenqa.answers.marks.sentences import MOST_MARKS, Marks, marks, scored, within
from qwenqa.lexical.analysis import analyse
from qwenqa.types import ReaderIdentity, Trace

_WORDS = ("owl", "heron", "wren", "tin", "wool", "tea")
_sentence = st.lists(st.sampled_from((*_WORDS, "and", "the")), min_size=1, max_size=4)
_passage = st.lists(_sentence.map(" ".join), min_size=1, max_size=4)
_weights = st.dictionaries(st.sampled_from(_WORDS), st.floats(0.5, 9), max_size=4)


def passage_of(sentences: list[str], start: int = 0, title: str = "") -> Passage:
    """A passage of these sentences, each with a full stop, beginning somewhere in its document."""
    spans, text = [], ""
    for sentence in sentences:
        at = start + len(text)
        spans.append(Span(at, at + len(sentence) + 1))
        text += f"{sentence}. "
    text = text.rstrip()
    return Passage(
        start + 1, Source("a.txt", "0" * 64, 1), ReaderIdentity("plain", 1), start,
        start + len(text), text, title, (), (1, 1), (), tuple(spans), "", cut=False,
    )  # fmt: skip


def hit_of(passage: Passage, rank: int = 1, fused: float = 1.0) -> Hit:
    """The passage as the hit of this rank and fused score."""
    return Hit(passage, rank, fused, Trace(None, None, None, None, fused))


def english(_: Passage) -> marking.Analyse:
    """The analysis of an English passage."""
    return analyse


def words(hit: Hit, span: Span) -> str:
    """The text at a span of the document."""
    return hit.passage.text[span.start - hit.passage.start : span.end - hit.passage.start]


@st.composite
def _hits(draw: st.DrawFn) -> list[Hit]:
    passages = draw(st.lists(_passage, max_size=4))
    fused = sorted(draw(st.lists(st.floats(0.1, 1), min_size=4, max_size=4)), reverse=True)
    return [
        hit_of(passage_of(one, 1000 * n, "Owl"), n + 1, fused[n]) for n, one in enumerate(passages)
    ]


def brute(hits: list[Hit], weights: dict[str, float]) -> list[tuple[int, Span]]:
    """The chosen sentences, best first, each as (hit, span): the rule written out."""
    highest = max((hit.trace.fused for hit in hits), default=0.0)
    every = []
    for number, hit in enumerate(hits):
        text = hit.passage.text
        sentences = [
            text[a - hit.passage.start : b - hit.passage.start] for a, b in hit.passage.sentences
        ]
        for n, (span, sentence) in enumerate(zip(hit.passage.sentences, sentences, strict=True)):
            score = 0.0
            for term, weight in weights.items():
                beside = " ".join((sentences[n - 1] if n else "", *sentences[n + 1 : n + 2]))
                if term in sentence:
                    score += weight
                else:
                    score += 0.5 * weight * (term in "owl") + 0.25 * weight * (term in beside)
            if not any(term in sentence for term in weights):
                score = 0.0
            every.append((-score * hit.trace.fused / highest, number, span))
    every.sort()
    best = every[0][0] if every else 0.0
    return [
        (number, span) for score, number, span in every[:3] if score < 0 and score <= 0.9 * best
    ]


@given(hits=_hits(), weights=_weights)
def test_marks_are_those_of_the_rule_written_out(
    hits: list[Hit], weights: dict[str, float]
) -> None:
    """Chosen over all hits by words and rank, at most three, all near the best."""
    found = marks(hits, weights, english)
    chosen = [(n, span) for n, one in enumerate(found) for span in one.spans]
    assert sorted(chosen) == sorted(brute(hits, weights))


@given(hits=_hits(), weights=_weights)
def test_marks_are_sentences_of_their_hits(hits: list[Hit], weights: dict[str, float]) -> None:
    """One entry a hit, its sentences in its bounds and with a term each; the same every time."""
    found = marks(hits, weights, english)
    assert len(found) == len(hits)
    assert sum(len(one.spans) for one in found) <= MOST_MARKS
    for hit, one in zip(hits, found, strict=True):
        assert set(one.spans) <= set(hit.passage.sentences)
        assert all(marking.coverage(words(hit, span), weights, analyse) for span in one.spans)
        assert (one.score > 0) == bool(one.spans)
    assert found == marks(hits, weights, english)


@given(hits=_hits(), weights=_weights)
def test_marks_of_a_hit_are_best_first(hits: list[Hit], weights: dict[str, float]) -> None:
    """Within a hit scores do not rise, and equal ones stand in the order of the text."""
    for hit, one in zip(hits, marks(hits, weights, english), strict=True):
        of = dict(scored(hit.passage, weights, analyse))
        order = [(-of[span], span) for span in one.spans]
        assert order == sorted(order)


@given(hits=_hits(), weights=_weights)
def test_something_is_marked_exactly_when_a_sentence_has_a_term(
    hits: list[Hit], weights: dict[str, float]
) -> None:
    """Without a term of the question nothing is marked, not even where the title has one."""
    found = marks(hits, weights, english)
    told = any(marking.coverage(hit.passage.text, weights, analyse) for hit in hits)
    assert any(one.spans for one in found) == told


def test_a_list_has_several_marks_in_several_hits() -> None:
    """Sentences that answer about as well are marked too, wherever they stand."""
    first = hit_of(passage_of(["An owl hunts mice", "It rains", "An owl hunts voles"]))
    second = hit_of(passage_of(["An owl hunts moths", "Tea is hot"], 1000), 2, 0.95)
    third = hit_of(passage_of(["An owl sleeps"], 2000), 3, 0.9)
    hits = [first, second, third]
    found = marks(hits, {"owl": 2.0, "hunt": 2.0}, english)
    told = [[words(hit, span) for span in one.spans] for hit, one in zip(hits, found, strict=True)]
    assert told == [["An owl hunts mice.", "An owl hunts voles."], ["An owl hunts moths."], []]
    assert found[2] == Marks((), 0.0)


@given(
    pieces=st.lists(st.text("abB模型 -_+#\\n.,3\n\u0301\u00ad", max_size=9), min_size=1, max_size=5)
)
def test_terms_within_a_sentence_are_those_of_the_sentence_alone(pieces: list[str]) -> None:
    """Wherever a passage is cut into sentences, within words too."""
    text, spans = "".join(pieces), []
    for one in pieces:
        start = spans[-1].end if spans else 7
        spans.append(Span(start, start + len(one)))
    passage = replace(passage_of(["x"]), text=text, start=7)
    for (start, _), found, one in zip(spans, within(spans, passage, analyse), pieces, strict=True):
        before = start - passage.start
        assert [(term, a - before, b - before) for term, a, b in found] == analyse(one)


def test_a_later_hit_may_hold_the_best_sentence() -> None:
    """More of the question's words count more than a slightly better rank."""
    hits = [
        hit_of(passage_of(["An owl sleeps"])),
        hit_of(passage_of(["An owl hunts voles"], 1000), 2, 0.9),
    ]
    first, second = marks(hits, {"owl": 1.0, "hunt": 2.0}, english)
    assert (first, second.score) == (Marks(), pytest.approx(0.9))


def test_terms_beside_a_sentence_count_less_than_its_own() -> None:
    """One in the title counts half, one in the next sentence a quarter; by hand."""
    passage = passage_of(["A wren sings", "It eats tea", "Tin is grey"], title="Birds of wool")
    weights = {"wren": 1.0, "wool": 2.0, "tea": 1.0}
    told = [score for _, score in scored(passage, weights, analyse)]
    assert told == [pytest.approx((1 + 0.5 * 2 + 0.25) / 4), pytest.approx((1 + 1 + 0.25) / 4), 0.0]


def test_a_long_sentence_is_cut_where_sentences_seem_to_end() -> None:
    """Prose without capitals and dumps with written line ends are marked in parts, not whole."""
    parts = [
        "the owl hunts voles by night in the meadow" + " and more" * 20 + ".",
        "the heron waits in shallow water for fish and frogs",
        "tea is drunk hot in winter and cold in summer",
    ]
    text = f"{parts[0]} {parts[1]}\\n\\n{parts[2]}"
    passage = replace(passage_of([text]), text=text, sentences=(Span(0, len(text)),))
    for part, term in zip(parts, ("owl", "heron", "tea"), strict=True):
        (one,) = marks([hit_of(passage)], {term: 1.0}, english)
        assert [text[slice(*span)] for span in one.spans] == [part]


def test_short_sentences_are_never_cut() -> None:
    """Below three hundred characters a sentence is marked as the splitter found it."""
    text = "it was told at 3 p. m. that the owl of the u. s. hunts voles by night in the meadow."
    passage = replace(passage_of([text]), text=text, sentences=(Span(0, len(text)),))
    (one,) = marks([hit_of(passage)], {"owl": 1.0}, english)
    assert one.spans == (Span(0, len(text)),)


def test_the_best_hit_of_an_answer_holds_its_best_mark(library: Library) -> None:
    """``Answer.best`` has the highest mark score; without marks it is the first hit."""
    answer = library.ask("Where does the heron wait?")
    assert answer.best is not None
    assert answer.best.mark_score == max(hit.mark_score for hit in answer.hits)
    assert answer.best.marks
    bare = replace(
        answer, hits=tuple(replace(hit, marks=(), mark_score=0.0) for hit in answer.hits)
    )
    assert bare.best == bare.hits[0]
    assert replace(answer, hits=()).best is None


def test_renderings_work_with_hits_without_marks(library: Library) -> None:
    """Text, Markdown, HTML and repr of an answer none of whose hits has a mark."""
    answer = library.ask("Where does the heron wait?")
    bare = replace(
        answer, hits=tuple(replace(hit, marks=(), mark_score=0.0) for hit in answer.hits)
    )
    assert "»" not in bare.text()
    assert "<mark>" not in bare._repr_html_()
    assert bare.markdown().count("> ") >= len(bare.hits)
    assert "birds.md" in repr(bare)
