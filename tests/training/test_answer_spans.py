"""Tokens of pairs and the spans chosen: the passage's own characters, whatever stands beside."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import tiny
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import BertModel

from qwenqa.types import Span
from training.export import exported
from training.measure import scored
from training.model import QANet
from training.pairs import tokenizer
from training.spans import LIMIT, LONGEST, SpanScores, best, pair_of

WORDS = tokenizer()
PASSAGES = [
    ("The heron", "The heron waits in the shallow water of the bay until a fish comes near."),
    ("", "A short one."),
    ("La garza", "Der Reiher wartet im flachen Wasser. La garza espera en el agua."),
    ("", ""),
]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, QANet]:
    """A tiny QA model's checkpoint, and the model."""
    folder = tmp_path_factory.mktemp("spans")
    encoder = tiny.minilm(folder / "encoder")
    torch.manual_seed(1)
    net = QANet(BertModel.from_pretrained(encoder, add_pooling_layer=False)).eval()
    torch.save({"weights": net.state_dict()}, folder / "last.pt")
    return folder / "last.pt", net


def test_weights_are_shipped_in_half_precision_without_the_words(
    checkpoint: tuple[Path, QANet], tmp_path: Path
) -> None:
    """All others are there, and the digest that is given is the file's."""
    file, net = checkpoint
    digest = exported(file, tmp_path)
    assert digest == hashlib.sha256((tmp_path / "model.safetensors").read_bytes()).hexdigest()
    shipped = load_file(tmp_path / "model.safetensors")
    every = {name.removeprefix("body."): one for name, one in net.named_parameters()}
    assert every.keys() - shipped.keys() == {"embeddings.word_embeddings.weight"}
    assert all(torch.equal(one, every[name].half()) for name, one in shipped.items())


def test_a_model_gives_the_same_in_a_padded_batch(checkpoint: tuple[Path, QANet]) -> None:
    """What stands beside a pair in training and judging changes nothing."""
    _, net = checkpoint
    words = Tokenizer.from_file(str(checkpoint[0].parent / "encoder" / "tokenizer.json"))
    pairs = [pair_of(words, "Where?", *one) for one in PASSAGES]
    alone = [next(iter(scored(net, [pair]))) for pair in pairs]
    for one, other in zip(scored(net, pairs), alone, strict=True):
        np.testing.assert_allclose(one.start, other.start, atol=1e-4)
        assert one.answerable == pytest.approx(other.answerable, abs=1e-4)


@given(st.text(alphabet="Zürich 1,200 €\n水中 e\u0301Ⅳ🐟İß'-.", max_size=60))
def test_a_tokens_place_is_where_it_stands(text: str) -> None:
    """Places ascend, overlap nowhere, and each holds something to be seen."""
    pair = pair_of(WORDS, "Where?", "A title", text)
    ends = [0, *(end for _, end in pair.offsets)]
    assert all(start >= before for (start, _), before in zip(pair.offsets, ends, strict=False))
    assert all(text[start:end].strip() for start, end in pair.offsets)


@given(st.integers(0, 200), st.integers(0, 60), st.integers(0, 400))
def test_a_pair_is_never_longer_than_the_limit(asked: int, title: int, text: int) -> None:
    """The passage gives way; a question or title without end is cut."""
    pair = pair_of(WORDS, "why " * asked, "heron " * title, "fish " * text)
    assert len(pair.ids) <= LIMIT
    assert len(pair.offsets) == len(pair.ids) - pair.first - 1
    assert len(pair.offsets) == min(text, LIMIT - pair.first - 1)


@given(st.integers(1, 45), st.integers(0, 2**32 - 1))
def test_the_best_span_is_that_of_all_spans(count: int, seed: int) -> None:
    """Compared with every start and every end, one by one."""
    draw = np.random.default_rng(seed)
    start, end = draw.integers(-5, 5, (2, count)).astype(np.float32)
    offsets = [(3 * at, 3 * at + 2) for at in range(count)]
    found = best(SpanScores(start, end, offsets, 1.5, 0.25), 1000)
    every = {
        (first, last): float(start[first] + end[last])
        for first in range(count)
        for last in range(first, min(first + LONGEST, count))
    }
    first, last = max(every, key=every.__getitem__)
    assert found is not None
    assert found.span == Span(1000 + 3 * first, 1000 + 3 * last + 2)
    assert found.margin == every[first, last] - 1.5
    assert found.answerable == 0.25


def test_a_passage_without_a_word_has_no_span() -> None:
    """None, not an empty span."""
    assert best(SpanScores(np.empty(0), np.empty(0), [], 0.0, 0.0), 0) is None
