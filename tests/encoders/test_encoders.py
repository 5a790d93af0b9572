"""Encoders: the toy one's laws, and what is refused before any model is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwenqa.encoders import DEFAULT_MODEL, ToyEncoder, open_encoder, opening, unit_vectors
from qwenqa.encoders.model_files import locate
from qwenqa.errors import EncoderError


@given(texts=st.lists(st.text(max_size=40), max_size=6))
def test_toy_vectors_are_unit_vectors_of_each_text(texts: list[str]) -> None:
    """One row a text, of unit length, the same whatever stands beside it."""
    toy = ToyEncoder()
    vectors = toy.encode_passages(texts)
    assert vectors.shape == (len(texts), toy.identity.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    for row, text in enumerate(texts):
        assert np.array_equal(vectors[row], toy.encode_queries([text])[0])


def test_toy_progress_counts_every_text() -> None:
    """The steps reported add up to the number of texts."""
    steps: list[int] = []
    ToyEncoder().encode_passages(["a", "b", "c"], steps.append)
    assert sum(steps) == 3


def test_toy_vectors_are_the_same_in_every_process() -> None:
    """Hashing does not depend on the process."""
    code = (
        "from qwenqa.encoders import ToyEncoder;"
        "print(ToyEncoder().encode_queries(['owl night']).tobytes().hex())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert ran.stdout.strip() == ToyEncoder().encode_queries(["owl night"]).tobytes().hex()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 0.0])
def test_vectors_that_are_not_numbers_are_refused(bad: float) -> None:
    """One bad row is enough, and the message names the model."""
    vectors = np.ones((3, 4), dtype=np.float32)
    vectors[1] = bad
    with pytest.raises(EncoderError, match="some/model"):
        unit_vectors(vectors, "some/model")


def model_folder(
    folder: Path,
    *,
    weights: str = "model.safetensors",
    config: object = None,
    modules: object = None,
) -> Path:
    """A folder that looks like a model's."""
    folder.mkdir()
    (folder / weights).write_bytes(b"")
    (folder / "tokenizer.json").write_text("{}")
    (folder / "config.json").write_text(json.dumps(config if config is not None else {}))
    if modules is not None:
        (folder / "modules.json").write_text(json.dumps(modules))
    return folder


@pytest.mark.parametrize("name", ["./nowhere", "~/nowhere", "/nowhere/at/all"])
def test_a_path_that_is_not_there_is_refused(name: str) -> None:
    """A path is never looked up on the Hub."""
    with pytest.raises(EncoderError, match="no model folder"):
        open_encoder(name)


def test_a_name_that_is_not_to_be_had_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the model and without the Hub there is one clear sentence."""
    monkeypatch.setattr(locate, "_snapshot", lambda model, local_files_only: None)
    with pytest.raises(EncoderError, match="not on this machine"):
        open_encoder("some/model")


def test_the_hub_is_asked_last_and_never_for_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default model is on disk; offline, nothing is fetched."""
    asked: list[tuple[str, bool]] = []

    def snapshot(model: str, *, local_files_only: bool) -> None:
        asked.append((model, local_files_only))

    monkeypatch.setattr(locate, "_snapshot", snapshot)
    assert (locate.locate(DEFAULT_MODEL) / "model.safetensors").is_file()
    assert asked == []
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EncoderError):
        open_encoder("some/model")
    assert asked == [("some/model", True)]


@pytest.mark.parametrize("weights", ["pytorch_model.bin", "model.pkl", "model.onnx"])
def test_weights_that_can_run_code_are_refused(tmp_path: Path, weights: str) -> None:
    """Only safetensors are loaded."""
    with pytest.raises(EncoderError, match="safetensors"):
        open_encoder(str(model_folder(tmp_path / "model", weights=weights)))


@pytest.mark.parametrize(
    "wants",
    [
        {"config": {"auto_map": {"AutoModel": "modeling.Own"}}},
        {"modules": [{"type": "own_module.Model"}]},
        {"modules": [{"type": "sentence_transformers.models.Transformer"}, {"type": "x.Y"}]},
        {"modules": [{"path": ""}]},
    ],
)
def test_a_model_that_wants_to_run_its_own_code_is_refused(
    tmp_path: Path, wants: dict[str, object]
) -> None:
    """Neither transformers' nor sentence-transformers' way to remote code is taken."""
    with pytest.raises(EncoderError, match="code of its own"):
        open_encoder(str(model_folder(tmp_path / "model", **wants)))  # type: ignore[arg-type]


def test_other_weights_under_the_default_name_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The carrier is trusted for its bytes and not for its name."""
    folder = model_folder(tmp_path / "model")
    monkeypatch.setattr(opening, "locate", lambda model: folder)
    with pytest.raises(EncoderError, match="not the published file"):
        open_encoder(DEFAULT_MODEL)


@pytest.mark.model
def test_damaged_weights_are_one_sentence(tmp_path: Path) -> None:
    """Whatever the libraries below raise for broken files, the caller sees EncoderError."""
    folder = model_folder(tmp_path / "model", config={"model_type": "bert"})
    with pytest.raises(EncoderError, match="cannot be loaded") as caught:
        open_encoder(str(folder))
    assert len(str(caught.value).splitlines()) == 1


def test_a_model_without_tokenizer_is_refused(tmp_path: Path) -> None:
    """Weights alone would be loaded, and split words in a way they were never trained for."""
    folder = model_folder(tmp_path / "model")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(EncoderError, match="no tokenizer"):
        open_encoder(str(folder))


def test_a_cut_toy_is_the_first_components() -> None:
    """The toy encoder is cut as models are."""
    whole, cut = ToyEncoder().encode_queries(["owl night"]), ToyEncoder(9)
    expected = unit_vectors(whole[:, :9], "toy")
    assert np.allclose(cut.encode_queries(["owl night"]), expected, atol=1e-6)
    assert (cut.identity.dimension, cut.identity.truncated) == (9, True)
    with pytest.raises(EncoderError, match="256 dimensions"):
        open_encoder("toy", "cpu", 257)
