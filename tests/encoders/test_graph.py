"""Models run without torch: with the vectors of sentence-transformers, or not at all."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import tiny

from qwenqa import Library
from qwenqa.encoders import DEFAULT_MODEL, compared, open_encoder, why_torch
from qwenqa.encoders.equivalence import AGREEMENT, TEXTS
from qwenqa.encoders.model_files.locate import locate, weights_digest
from qwenqa.encoders.model_files.weights import tensors
from qwenqa.encoders.onnx import architectures
from qwenqa.encoders.onnx.encoder import GraphEncoder
from qwenqa.encoders.onnx.model_config import UnknownGraphError, plan_of
from qwenqa.encoders.onnx.quantize import LARGEST, quantized
from qwenqa.encoders.torch.encoder import SentenceEncoder
from qwenqa.errors import EncoderError, OtherEncoderError
from qwenqa.service.open.models import Models
from qwenqa.settings import Settings
from qwenqa.types import Comparison, EncoderIdentity

ROOT = Path(__file__).resolve().parents[2]
MAKERS = {
    "Qwen3-Embedding-0.6B": tiny.qwen3_embedding,
    "bge-m3": tiny.bge_m3,
    "multilingual-e5-base": tiny.multilingual_e5,
    "all-mpnet-base-v2": tiny.mpnet,
    "all-MiniLM-L6-v2": tiny.minilm,
}
MORE = [*TEXTS, *tiny.TEXTS, " ", "\n", "a", "<pad> a <pad>", "heron " * 300, "水" * 400]
Pair = tuple[GraphEncoder, SentenceEncoder]


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The default model, and a tiny one of each known architecture, by name."""
    made = tmp_path_factory.mktemp("models")
    return {
        DEFAULT_MODEL: locate(DEFAULT_MODEL),
        **{name: make(made / name) for name, make in MAKERS.items()},
    }


@pytest.fixture(scope="session")
def pair(folders: dict[str, Path]) -> Callable[..., Pair]:
    """A model by its graph and by sentence-transformers."""
    known: dict[object, Pair] = {}

    def both(name: str, dimension: int = 0) -> Pair:
        if (name, dimension) not in known:
            folder = folders[name]
            shown = name if name == DEFAULT_MODEL else str(folder)
            weights = weights_digest(folder)
            known[name, dimension] = (
                GraphEncoder(shown, folder, weights, dimension),
                SentenceEncoder(shown, folder, weights, "cpu", dimension),
            )
        return known[name, dimension]

    return both


MODELS = pytest.mark.parametrize("name", [DEFAULT_MODEL, *MAKERS])


@pytest.mark.model
@MODELS
@pytest.mark.parametrize("dimension", [0, 8])
def test_vectors_are_those_of_sentence_transformers(
    pair: Callable[..., Pair], name: str, dimension: int
) -> None:
    """For each text and side the cosine is 0.9999 or more, and the identity is the same."""
    graph, torch = pair(name, dimension)
    assert graph.identity == torch.identity
    for side in ("encode_queries", "encode_passages"):
        own, other = getattr(graph, side)(MORE), getattr(torch, side)(MORE)
        assert own.shape == other.shape
        assert own.dtype == np.float32
        assert (own * other).sum(axis=1).min() >= AGREEMENT, side


@pytest.mark.model
@MODELS
def test_tokens_are_those_of_sentence_transformers(pair: Callable[..., Pair], name: str) -> None:
    """As many are counted, and where a vector is a sum of them, they are the same summands."""
    graph, torch = pair(name)
    assert graph.count_tokens(MORE) == torch.count_tokens(MORE)
    assert graph.count_tokens([]) == []
    for own, other in zip(graph.encode_tokens(MORE), torch.encode_tokens(MORE), strict=True):
        assert (own is None) == (other is None)
        if own and other:
            assert own.spans == other.spans
            assert np.allclose(own.vectors, other.vectors, atol=1e-4)


@pytest.mark.model
@MODELS
def test_what_stands_beside_a_text_changes_nothing(pair: Callable[..., Pair], name: str) -> None:
    """Texts come back in their order, each as if alone, and each is counted once."""
    graph, _ = pair(name)
    steps: list[int] = []
    together = graph.encode_passages(MORE, steps.append)
    alone = np.vstack([graph.encode_passages([one]) for one in MORE])
    assert np.allclose(together, alone, atol=1e-5)
    assert sum(steps) == len(MORE)
    assert graph.encode_queries([]).shape == (0, graph.identity.dimension)


@pytest.mark.model
def test_hits_are_those_of_torch(pair: Callable[..., Pair], tmp_path: Path) -> None:
    """The article's forty questions have the same hits in the same order."""
    told = json.loads((ROOT / "tests/data/article_questions.json").read_text("utf-8"))
    questions = [one["question"] for one in told["answered"]] + told["unanswered"]
    library = Library(ROOT / "corpus", tmp_path / "index", DEFAULT_MODEL)
    library.rebuild()
    found = []
    for encoder in pair(DEFAULT_MODEL):
        with mock.patch.object(library._serving.models, "of", lambda *_, one=encoder: one):
            answers = [library.ask(question) for question in questions]
        found.append([[hit.citation for hit in answer.hits] for answer in answers])
    assert found[0] == found[1]
    assert all(found[0])


@pytest.mark.model
def test_the_default_model_needs_no_torch() -> None:
    """It is opened as a graph in single precision on a processor, and by torch otherwise."""
    assert isinstance(open_encoder(), GraphEncoder)
    assert isinstance(open_encoder(dimension=128), GraphEncoder)
    assert isinstance(open_encoder(precision="bf16"), SentenceEncoder)


@pytest.mark.model
@pytest.mark.parametrize("name", MAKERS)
def test_a_graph_is_used_once_it_was_compared(folders: dict[str, Path], name: str) -> None:
    """Another model's graph runs only where its fingerprint is the one that was compared."""
    model = str(folders[name])
    torch = open_encoder(model)
    assert isinstance(torch, SentenceEncoder)
    told = compared(torch)
    assert told.graph
    assert not told.reason
    opened = open_encoder(model, "cpu", 0, "fp32", told.graph)
    assert isinstance(opened, GraphEncoder)
    assert compared(opened) == told
    assert opened.identity == torch.identity
    assert isinstance(open_encoder(model, "cpu", 0, "fp32", "0" * 64), SentenceEncoder)
    assert isinstance(open_encoder(model, "cpu", 0, "bf16", told.graph), SentenceEncoder)


@pytest.mark.model
@MODELS
def test_integers_are_near_and_depend_on_no_neighbour(
    pair: Callable[..., Pair], folders: dict[str, Path], name: str
) -> None:
    """A text has one vector in int8, whatever is encoded with it, near that in single precision."""
    whole, _ = pair(name)
    known = whole.identity
    model = GraphEncoder(known.name, folders[name], known.weights, 0, "int8")
    assert model.identity == replace(known, precision="int8")
    assert model.fingerprint != whole.fingerprint
    together = model.encode_passages(MORE)
    assert np.array_equal(together, np.vstack([model.encode_passages([one]) for one in MORE]))
    assert (together * whole.encode_passages(MORE)).sum(axis=1).min() > 0.97
    assert model.count_tokens(MORE) == whole.count_tokens(MORE)


@pytest.mark.model
@pytest.mark.parametrize("name", [DEFAULT_MODEL, "multilingual-e5-base"])
def test_integers_are_the_precision_of_an_index(
    folders: dict[str, Path], tmp_path: Path, make_corpus: Callable[..., Path], name: str
) -> None:
    """Setting int8 encodes all anew, later questions and builds keep to it, none needs torch."""
    corpus = make_corpus({"a.txt": "The heron waits in the bay.", "b.txt": "A fish comes near."})
    model = name if name == DEFAULT_MODEL else str(folders[name])

    def library(precision: str = "") -> Library:
        return Library(settings=Settings(corpus, tmp_path / "i", model, precision=precision))

    library().rebuild()
    assert library("int8").status().stale
    with pytest.raises(OtherEncoderError, match="int8"):
        library("int8").ask("Where does the heron wait?")
    assert library("int8").rebuild().encoded == 2
    later = library()
    assert later.ask("Where does the heron wait?").hits
    assert later.opened()[1].identity.precision == "int8"
    assert isinstance(later.opened()[1], GraphEncoder)
    assert (later.status().precision, later.status().stale, later.status().torch) == (
        ("int8", False, "")
    )
    assert not library("int8").rebuild().published


@pytest.mark.model
def test_integers_are_refused_where_no_graph_is_known(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    """Another pooling, another device and the toy are told in a sentence that names what to set."""
    other = tmp_path / "other"
    shutil.copytree(folders["multilingual-e5-base"], other)
    (other / "1_Pooling/config.json").write_text(
        json.dumps({"word_embedding_dimension": tiny.WIDTH, "pooling_mode_max_tokens": True})
    )
    for model, device, reason in (
        (str(other), "cpu", "it pools by"),
        (DEFAULT_MODEL, "cuda", "it is to run on cuda"),
        ("toy", "cpu", "it has no graph"),
    ):
        with pytest.raises(EncoderError, match=rf"in int8: {reason}.*--precision"):
            open_encoder(model, device, precision="int8")


@pytest.mark.parametrize("factor", [0.0, 1e-30, 1.0, 1e6])
def test_integers_give_weights_back_to_half_a_step(factor: float) -> None:
    """Codes times scales are the weights, none farther than half of their row's step."""
    dice = np.random.default_rng(1)
    weights = (dice.standard_normal((7, 33)) * factor).astype(np.float32)
    codes, scales = quantized(weights)
    assert (codes.dtype, codes.shape, scales.shape) == (np.int8, (33, 7), (7,))
    assert np.abs(codes).max() <= LARGEST
    assert (np.abs(codes.T * scales[:, None] - weights) <= 0.51 * scales[:, None]).all()
    # Two products of the largest codes with eight bits unsigned stay within sixteen bits.
    assert 2 * 255 * LARGEST < 2**15


@pytest.mark.model
def test_a_graph_that_gives_other_vectors_is_refused(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cosines below 0.9999 of any text are reason enough, and so are other tokens."""
    torch = open_encoder(str(folders["all-MiniLM-L6-v2"]))

    def fewer_layers(graph: object, config: dict[str, object]) -> str:
        return architectures.bert(graph, {**config, "layer_norm_eps": 0.5})  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setitem(architectures.ARCHITECTURES, "bert", fewer_layers)
        told = compared(torch)
    assert told == Comparison(reason="its graph gives other vectors than sentence-transformers")
    monkeypatch.setattr(GraphEncoder, "count_tokens", lambda self, texts: [3] * len(texts))
    assert not compared(torch).graph


@pytest.mark.model
def test_what_decides_the_vectors_is_in_the_fingerprint(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    """Other weights, another tokenizer or another limit make another one; a place does not."""
    folder = tmp_path / "model"
    shutil.copytree(folders["all-MiniLM-L6-v2"], folder)

    def fingerprint(weights: str = "w") -> str:
        return GraphEncoder(str(folder), folder, weights).fingerprint

    first = fingerprint()
    assert GraphEncoder("x", folders["all-MiniLM-L6-v2"], "w").fingerprint == first
    prints = [first, fingerprint("other")]
    limit = folder / "sentence_bert_config.json"
    limit.write_text('{"max_seq_length": 32}')
    prints.append(fingerprint())
    limit.unlink()
    tokenizer = folder / "tokenizer.json"
    tokenizer.write_text(tokenizer.read_text("utf-8") + " ", "utf-8")
    prints.append(fingerprint())
    assert len(set(prints)) == len(prints)


def test_the_default_model_that_built_is_not_opened_again_to_ask() -> None:
    """Its graph is known without what an index says of it; another model's is not."""
    models = Models(Settings())
    built = EncoderIdentity(DEFAULT_MODEL, "weights", 384, 256, "", "")
    assert models.wanted(built, "compared") == models.wanted(None)
    other = replace(built, name="another/model")
    assert models.wanted(other, "compared") != models.wanted(other)


@pytest.mark.model
def test_an_index_remembers_that_its_graph_was_compared(
    folders: dict[str, Path], tmp_path: Path, make_corpus: Callable[..., Path]
) -> None:
    """Who asks it then imports no torch; the status of one whose graph is not known says why."""
    corpus = make_corpus({"a.txt": "The heron waits in the bay.", "b.txt": "A fish comes near."})
    index = tmp_path / "index"
    code = (
        "import sys; from qwenqa import Library; library = Library(*sys.argv[1:]);"
        "assert library.ask('Where does the heron wait?').hits;"
        "print('torch' in sys.modules, library.status().torch)"
    )

    def asked(where: Path) -> str:
        command = [sys.executable, "-c", code, str(corpus), str(where)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    Library(corpus, index, str(folders["multilingual-e5-base"])).rebuild()
    assert asked(index) == "False"

    other = tmp_path / "other"
    shutil.copytree(folders["multilingual-e5-base"], other)
    (other / "1_Pooling/config.json").write_text(
        json.dumps({"word_embedding_dimension": tiny.WIDTH, "pooling_mode_max_tokens": True})
    )
    Library(corpus, tmp_path / "second", str(other)).rebuild()
    assert asked(tmp_path / "second") == "True it pools by pooling_mode_max_tokens"


@pytest.mark.parametrize(
    ("name", "precision", "device", "told", "reason"),
    [
        ("toy", "fp32", "cpu", Comparison(), ""),
        (DEFAULT_MODEL, "fp32", "cpu", Comparison(), ""),
        (DEFAULT_MODEL, "int8", "cpu", Comparison(), ""),
        (DEFAULT_MODEL, "bf16", "cpu", Comparison(), "it runs on cpu in bf16"),
        ("a/b", "int8", "cpu", Comparison("f"), ""),
        (DEFAULT_MODEL, "fp32", "cuda", Comparison("f"), "it runs on cuda in fp32"),
        ("a/b", "fp32", "cpu", Comparison("f"), ""),
        ("a/b", "fp32", "cpu", Comparison(reason="it is odd"), "it is odd"),
        ("a/b", "fp32", "cpu", Comparison(), "it is compared with its graph when the index is"),
    ],
)
def test_why_torch_is_needed(
    name: str, precision: str, device: str, told: Comparison, reason: str
) -> None:
    """The reason is empty exactly where none is needed, and names what is in the way."""
    built = EncoderIdentity(name, "w", 8, 64, "", "", precision)
    found = why_torch(built, device, told)
    assert found.startswith(reason)
    assert bool(found) is bool(reason)


BERT = {"model_type": "bert", "hidden_act": "gelu", "max_position_embeddings": 512}
QWEN3 = {"model_type": "qwen3", "hidden_act": "silu", "max_position_embeddings": 32768}
KINDS = ["Transformer", "Pooling"]


def described(
    folder: Path,
    config: object = None,
    kinds: list[str] = KINDS,
    pooling: object = None,
    transformer: object = None,
    tokenizer: object = None,
) -> Path:
    """A folder with the configuration of a model, and nothing else of it."""
    types = [f"sentence_transformers.models.{kind}" for kind in kinds]
    modules = [
        {"path": kind if kind == "Pooling" else "", "type": f"{one}"}
        for kind, one in zip(kinds, types, strict=True)
    ]
    for name, content in {
        "config.json": {**BERT, **(config or {})},  # type: ignore[dict-item]
        "modules.json": modules,
        "Pooling/config.json": pooling or {"pooling_mode": "mean"},
        "sentence_bert_config.json": transformer,
        "tokenizer_config.json": {"model_max_length": 256, **(tokenizer or {})},  # type: ignore[dict-item]
    }.items():
        if content is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(json.dumps(content), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"config": {"model_type": "modernbert"}}, "its architecture is modernbert"),
        ({"config": {"hidden_act": "relu"}}, "its config.json sets hidden_act to relu"),
        ({"config": {"is_decoder": True}}, "sets is_decoder to True"),
        ({"config": {"position_embedding_type": "relative_key"}}, "sets position_embedding_type"),
        ({"config": {**QWEN3, "use_sliding_window": True}}, "sets use_sliding_window"),
        ({"config": {**QWEN3, "rope_scaling": {"type": "yarn"}}}, "sets rope_scaling"),
        ({"config": {**QWEN3, "layer_types": ["sliding_attention"]}}, "not full in every layer"),
        ({"kinds": ["Transformer", "Pooling", "Dense"]}, "made of Transformer, Pooling, Dense"),
        ({"pooling": {"pooling_mode": ["mean", "max"]}}, "it pools by"),
        ({"pooling": {"pooling_mode": "max"}}, "it pools by max"),
        ({"pooling": {"pooling_mode": "mean", "include_prompt": False}}, "without its prompt"),
        ({"transformer": {"do_lower_case": True}}, "sets do_lower_case"),
        ({"transformer": {"query_length": 32}}, "sets query_length"),
        ({"tokenizer": {"truncation_side": "left"}}, "cuts texts on the left"),
    ],
)
def test_what_is_not_known_of_a_model_is_the_reason(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    """A configuration that says anything else than what the graph does is not taken."""
    with pytest.raises(UnknownGraphError, match=reason):
        plan_of(described(tmp_path, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("transformer", "model_type", "limit"),
    [
        ({"max_seq_length": 128}, "bert", 128),
        ({"max_seq_length": None}, "bert", 256),
        (None, "bert", 256),
        ({"max_seq_length": 9999}, "bert", 512),
        ({"max_seq_length": 9999}, "xlm-roberta", 510),
    ],
)
def test_the_limit_is_as_sentence_transformers_has_it(
    tmp_path: Path, transformer: object, model_type: str, limit: int
) -> None:
    """What is set for the model, else its tokenizer's; positions bound it."""
    config = {"model_type": model_type, "pad_token_id": 1}
    assert plan_of(described(tmp_path, config, transformer=transformer)).limit == limit


def safetensors(path: Path, kind: str, values: bytes, shape: list[int]) -> Path:
    """A file of one weight."""
    told = {"a": {"dtype": kind, "shape": shape, "data_offsets": [0, len(values)]}}
    header = json.dumps({**told, "__metadata__": {"format": "pt"}}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + values)
    return path


@pytest.mark.parametrize("kind", ["F32", "F16", "BF16"])
def test_weights_are_read_in_every_precision(tmp_path: Path, kind: str) -> None:
    """Numbers that each precision holds come back as they are, in the shape that is told."""
    values = np.array([[0.0, -1.5, 2.0], [0.25, -64.0, 1.0]], np.float32)
    data = {
        "F32": values.tobytes(),
        "F16": values.astype(np.float16).tobytes(),
        "BF16": (values.view(np.uint32) >> 16).astype(np.uint16).tobytes(),
    }[kind]
    safetensors(tmp_path / "model.safetensors", kind, data, [2, 3])
    assert np.array_equal(tensors(tmp_path)["a"], values)


def test_damaged_weights_are_said_to_be(tmp_path: Path) -> None:
    """A file cut anywhere, or one whose shapes do not fit, is no model's."""
    file = safetensors(tmp_path / "model.safetensors", "F32", bytes(24), [2, 3])
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        with pytest.raises(ValueError):
            tensors(tmp_path)
    safetensors(file, "F32", bytes(24), [2, 4])
    with pytest.raises(ValueError, match="contradicts itself"):
        tensors(tmp_path)
