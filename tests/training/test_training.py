"""Training: loss falls, a checkpoint goes on as if there had been no stop, and ships as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny
import torch
from transformers import BertModel

from training.measure import exact_and_f1
from training.model import WITHOUT_DROPOUT, QANet
from training.pairs import Batch
from training.train import Training, save


@pytest.fixture
def body(tmp_path: Path) -> Path:
    """A tiny encoder's folder."""
    return tiny.minilm(tmp_path / "encoder")


def batch(seed: int) -> Batch:
    """Pairs whose answer is where token 7 stands."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(8, 60, (8, 16), generator=generator)
    place = torch.randint(5, 15, (8,), generator=generator)
    ids[torch.arange(8), place] = 7
    kinds = (torch.arange(16) > 4).long().expand(8, 16)
    ones = torch.ones(8, 16, dtype=torch.long)
    return Batch(ids, kinds, ones, ones.bool(), place, place)


def training(body: Path) -> Training:
    """At its beginning."""
    torch.manual_seed(1)
    net = QANet(BertModel.from_pretrained(body, add_pooling_layer=False, **WITHOUT_DROPOUT))
    made = Training(net.train(), 1e-3, 1.0)
    made.elapsed = 20.0  # the rate is no longer rising from nothing
    return made


def test_a_model_learns_and_its_words_stay(body: Path) -> None:
    """The loss falls by half; the word embeddings are the encoder's."""
    one = training(body)
    words = one.net.body.embeddings.word_embeddings.weight.clone()
    losses = [one.step(batch(number)) for number in range(60)]
    assert sum(losses[-10:]) < sum(losses[:10]) / 2
    assert torch.equal(one.net.body.embeddings.word_embeddings.weight, words)


def test_a_checkpoint_goes_on_as_if_there_had_been_no_stop(body: Path, tmp_path: Path) -> None:
    """The next step gives the same loss and the same weights, from the file that was written."""
    whole = training(body)
    for number in range(5):
        whole.step(batch(number))
    save(whole.state(taken=40), tmp_path / "last.pt")
    stopped = training(body)
    assert stopped.go_on(torch.load(tmp_path / "last.pt", weights_only=True)) == 40
    whole.elapsed = stopped.elapsed = 30.0
    assert stopped.step(batch(9)) == whole.step(batch(9))
    first, second = (one.state(0)["weights"] for one in (whole, stopped))
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize(
    ("given", "exact", "f1"),
    [("the Red fish!", 1.0, 1.0), ("red", 0.0, 2 / 3), ("a blue heron", 0.0, 0.0)],
)
def test_exact_match_and_f1_are_squads(given: str, exact: float, f1: float) -> None:
    """Without case, punctuation and articles; F1 = 2 · shared words / all words."""
    assert exact_and_f1(given, ["Red fish"]) == (exact, pytest.approx(f1))
