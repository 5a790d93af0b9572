"""Larger models, on tiny ones of the same architectures: what each law says holds for all sizes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tiny

from qwenqa import Library
from qwenqa.encoders import open_encoder
from qwenqa.encoders.model_files.max_tokens import LONGEST
from qwenqa.encoders.model_files.presets import PRESETS, preset_of
from qwenqa.encoders.model_files.prompts import prompts_of
from qwenqa.encoders.torch.encoder import SentenceEncoder
from qwenqa.errors import EncoderError, OtherEncoderError

pytestmark = pytest.mark.model

MAKERS = {
    "Qwen3-Embedding-0.6B": tiny.qwen3_embedding,
    "bge-m3": tiny.bge_m3,
    "multilingual-e5-base": tiny.multilingual_e5,
    "all-MiniLM-L6-v2": tiny.minilm,
}
TEXTS = [*tiny.TEXTS, "", "heron " * 20]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder for each of the tiny models, called as the published one is."""
    folder = tmp_path_factory.mktemp("models")
    return {name: make(folder / name) for name, make in MAKERS.items()}


Open = Callable[..., SentenceEncoder]


@pytest.fixture(scope="session")
def opened(models: dict[str, Path]) -> Open:
    """Open a tiny model by its name, each way of opening once."""
    known: dict[object, SentenceEncoder] = {}

    def one(name: str, dimension: int = 0, precision: str = "fp32") -> SentenceEncoder:
        key = (name, dimension, precision)
        if key not in known:
            made = open_encoder(str(models[name]), "cpu", dimension, precision)
            assert isinstance(made, SentenceEncoder)
            known[key] = made
        return known[key]

    return one


@pytest.mark.parametrize(
    ("name", "query", "passage", "limit"),
    [
        ("Qwen3-Embedding-0.6B", tiny.QWEN3_QUERY, "", LONGEST),
        ("bge-m3", "", "", LONGEST),
        ("multilingual-e5-base", "query: ", "passage: ", 512),
        ("all-MiniLM-L6-v2", "", "", 64),
    ],
)
def test_a_model_has_its_own_prompts_and_length(
    opened: Open, name: str, query: str, passage: str, limit: int
) -> None:
    """Prompts are the configuration's, else the preset's; no text is longer than three pages."""
    identity = opened(name).identity
    assert (identity.query_prompt, identity.passage_prompt) == (query, passage)
    assert (identity.limit, identity.dimension, identity.precision) == (limit, tiny.WIDTH, "fp32")


@pytest.mark.parametrize("name", MAKERS)
def test_prompts_are_for_their_side(opened: Open, name: str) -> None:
    """A query's vector is that of its text after the query prompt, and so for passages."""
    encoder = opened(name)
    plain = encoder._encode(TEXTS, "")
    for side, prompt in (
        (encoder.encode_queries, encoder.identity.query_prompt),
        (encoder.encode_passages, encoder.identity.passage_prompt),
    ):
        assert np.allclose(
            side(TEXTS), encoder._encode([prompt + one for one in TEXTS], ""), atol=1e-6
        )
        assert np.allclose(side(TEXTS), plain, atol=1e-3) is (prompt == "")


@pytest.mark.parametrize("name", MAKERS)
def test_a_batch_is_each_text_alone(opened: Open, name: str) -> None:
    """What else stands in a batch, and so how much is padded, changes no vector."""
    encoder = opened(name)
    together = encoder.encode_passages(TEXTS)
    alone = np.vstack([encoder.encode_passages([one]) for one in TEXTS])
    assert np.allclose(together, alone, atol=1e-5)
    assert len({one.tobytes() for one in np.round(together, 4)}) == len(TEXTS)


def states(encoder: SentenceEncoder, text: str) -> np.ndarray:
    """The last layer's states of one text that is not padded, by transformers alone."""
    import torch

    model = encoder._model
    tokens = model.tokenizer([text], return_tensors="pt")
    with torch.no_grad():
        last = model[0].auto_model(**tokens).last_hidden_state
    return np.asarray(last[0].float())


def unit(vector: np.ndarray) -> np.ndarray:
    """The vector at length one."""
    return np.asarray(vector / np.linalg.norm(vector))


@pytest.mark.parametrize(
    ("name", "pooled"),
    [
        ("Qwen3-Embedding-0.6B", lambda found: found[-1]),
        ("bge-m3", lambda found: found[0]),
        ("multilingual-e5-base", lambda found: found.mean(axis=0)),
        ("all-MiniLM-L6-v2", lambda found: found.mean(axis=0)),
    ],
)
def test_pooling_is_the_models_own(
    opened: Open, name: str, pooled: Callable[[np.ndarray], np.ndarray]
) -> None:
    """A vector is the last, the first or the mean of the tokens' states, at unit length."""
    encoder = opened(name)
    vectors = encoder.encode_passages(TEXTS)
    for text, vector in zip(TEXTS, vectors, strict=True):
        found = states(encoder, encoder.identity.passage_prompt + text)
        assert np.allclose(vector, unit(pooled(found)), atol=1e-5), text


def test_the_last_token_is_the_one_that_ends_the_text(opened: Open) -> None:
    """Qwen3's vector is the end token's state, which the tokenizer adds, whatever is padded."""
    tokenizer = opened("Qwen3-Embedding-0.6B")._model.tokenizer
    padded = tokenizer(TEXTS, padding=True)
    assert {one[-1] for one in padded["input_ids"]} == {tokenizer.pad_token_id}
    assert {one[-1] for one in padded["attention_mask"]} == {1}
    assert {one[0] for one in padded["attention_mask"]} == {0, 1}


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("dimension", [1, 8, 31])
def test_a_cut_vector_is_the_first_components(opened: Open, name: str, dimension: int) -> None:
    """Matryoshka: the first components, at unit length again; and the identity says so."""
    whole, cut = opened(name), opened(name, dimension)
    for side in ("encode_queries", "encode_passages"):
        full = getattr(whole, side)(TEXTS)[:, :dimension]
        expected = np.array([unit(row) for row in full])
        assert np.allclose(getattr(cut, side)(TEXTS), expected, atol=1e-6)
    assert (cut.identity.dimension, cut.identity.truncated) == (dimension, True)
    assert cut.identity != whole.identity


def test_all_dimensions_are_no_cut(opened: Open) -> None:
    """To ask for the model's own dimension is to ask for none; for more there are none."""
    whole = opened("bge-m3", tiny.WIDTH)
    assert whole.identity == opened("bge-m3").identity
    assert not whole.identity.truncated
    with pytest.raises(EncoderError, match=r"has 32 dimensions, not 33\. Set --dimension"):
        opened("bge-m3", 33)


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize(("precision", "least"), [("fp16", 0.999), ("bf16", 0.99)])
def test_half_precision_agrees(opened: Open, name: str, precision: str, least: float) -> None:
    """Vectors computed in half precision point where those in single precision do."""
    whole, half = opened(name), opened(name, 0, precision)
    assert str(half._model.dtype) == {"fp16": "torch.float16", "bf16": "torch.bfloat16"}[precision]
    cosines = (whole.encode_passages(TEXTS) * half.encode_passages(TEXTS)).sum(axis=1)
    assert cosines.min() > least
    assert half.identity != whole.identity


def test_weights_stored_in_half_precision_are_computed_in_single(opened: Open) -> None:
    """How weights are stored is not how they are computed with: that is chosen."""
    assert str(opened("Qwen3-Embedding-0.6B")._model.dtype) == "torch.float32"


@pytest.mark.parametrize("name", MAKERS)
def test_what_is_counted_is_not_cut(opened: Open, name: str) -> None:
    """A text of as many tokens as the limit is encoded whole, and one token more is not."""
    encoder = opened(name)
    words = "heron water bay fish " * (encoder.identity.limit // 2)
    counted = [encoder.count_tokens([words[:end]])[0] for end in range(0, 60, 7)]
    assert counted == sorted(counted)
    low, high = 0, len(words)
    while high - low > 1:  # the longest beginning that the limit allows
        middle = (low + high) // 2
        fits = encoder.count_tokens([words[:middle]])[0] <= encoder.identity.limit
        low, high = (middle, high) if fits else (low, middle)
    prompt = encoder.identity.passage_prompt
    for end, whole in ((low, True), (high, False)):
        features = encoder._model.preprocess([words[:end]], prompt=prompt)
        given = features["input_ids"].shape[1]
        assert given <= encoder.identity.limit
        assert (given == encoder.count_tokens([words[:end]])[0]) is whole
    encoder.encode_passages([words])  # positions beyond the model's would be an error


def test_an_own_prompt_goes_before_a_preset(models: dict[str, Path], tmp_path: Path) -> None:
    """A model's configuration is believed; the preset only fills what it lacks."""
    named = tmp_path / "multilingual-e5-base"
    named.mkdir()
    config = named / "config_sentence_transformers.json"
    config.write_text(json.dumps({"prompts": {"query": "find: ", "document": ""}}))
    assert prompts_of(str(named), named) == ("find: ", "")
    config.write_text(json.dumps({"prompts": {"query": "", "document": ""}}))
    assert prompts_of(str(named), named) == ("query: ", "passage: ")
    config.write_text("[]")
    assert prompts_of(str(named), named) == ("query: ", "passage: ")
    assert prompts_of("some/model", named) == ("", "")


def test_presets_are_found_by_name_and_folder(models: dict[str, Path]) -> None:
    """Names differ in case only from the Hub's; a folder that is called like one is one."""
    assert preset_of("Qwen/Qwen3-Embedding-0.6B") is PRESETS["qwen/qwen3-embedding-0.6b"]
    assert preset_of(str(models["bge-m3"])) is PRESETS["baai/bge-m3"]
    assert preset_of("bge-m3") is None
    assert all(name == name.lower() and name.count("/") == 1 for name in PRESETS)


def test_own_code_is_refused_whatever_the_architecture(
    models: dict[str, Path], tmp_path: Path
) -> None:
    """A model that loads is refused as soon as its configuration names code of its own."""
    import shutil

    folder = tmp_path / "own"
    shutil.copytree(models["Qwen3-Embedding-0.6B"], folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(
        json.dumps({**config, "auto_map": {"AutoModel": "own.Model"}})
    )
    with pytest.raises(EncoderError, match="code of its own"):
        open_encoder(str(folder))


def test_an_index_remembers_how_its_model_was_used(
    models: dict[str, Path], tmp_path: Path, make_corpus: Callable[..., Path]
) -> None:
    """Dimension and precision are inherited, a change is stale, and a rebuild makes it so."""
    from qwenqa.settings import Settings

    corpus = make_corpus({"a.txt": "The heron waits in the bay.", "b.txt": "A fish comes near."})
    model = str(models["Qwen3-Embedding-0.6B"])

    def library(**more: object) -> Library:
        return Library(settings=Settings(corpus, tmp_path / "index", **more))  # type: ignore[arg-type]

    library(model=model, dimension=8, precision="bf16").rebuild()
    for later in (library(), library(model=model)):
        assert later.ask("Where does the heron wait?").hits
        assert not later.status().stale
        assert later.rebuild().generation == 1
    status = library().status()
    assert (status.dimension, status.truncated, status.precision) == (8, True, "bf16")
    assert status.languages == "100+ languages"
    other = library(dimension=32)
    assert other.status().stale
    with pytest.raises(OtherEncoderError, match=r"8 dimensions, bf16.*--dimension 8 --precision"):
        other.ask("Where does the heron wait?")
    other.rebuild()
    assert library().status().dimension == 32
    assert not library().status().truncated


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("dimension", [0, tiny.WIDTH // 2])
def test_tokens_add_up_exactly_where_a_model_pools_by_the_mean(
    opened: Open, name: str, dimension: int
) -> None:
    """Then their sum is the vector, prompt and cut included; else no sum is claimed."""
    encoder = opened(name, dimension)
    texts = ["A heron waits. It fishes.", "heron " * 20]
    found = encoder.encode_tokens(texts)
    if name in ("Qwen3-Embedding-0.6B", "bge-m3"):
        assert found == [None, None]
        return
    for text, vector, tokens in zip(texts, encoder.encode_passages(texts), found, strict=True):
        assert tokens
        assert np.allclose(tokens.vectors.sum(axis=0), vector, atol=1e-5)
        told = {text[span.start : span.end] for span in tokens.spans}
        assert any("heron".startswith(one.strip().lower()) for one in told if one.strip())
        last = max(span.end for span in tokens.spans)
        assert len(text.rstrip()) <= last <= len(text)
